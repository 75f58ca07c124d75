@testable import FleetOptimization
import Testing

@Suite struct ModelTests {
  @Test func mergesTermsAndMovesConstants() {
    var model = Model("m")
    let x = model.addVariable("x")
    let y = model.addVariable("y", upper: 4)
    let row = model.require("r", 2 * x + y + 3 - x <= 3 * y - y + 10)
    #expect(model.rows[row].terms == [Term(x, 1), Term(y, -1)])
    #expect(model.rows[row].upper == 7)
    #expect(model.rows[row].lower == -.infinity)
    #expect(model.row(named: "r") == row)
    #expect(model.variable(named: "y") == y)
    #expect(model.faults().isEmpty)
  }

  @Test func relationsKeepTheirSides() {
    var model = Model("m")
    let x = model.addVariable("x")
    let y = model.addVariable("y")
    #expect((x >= 2).lower == 2)
    #expect((x == 2 * y).upper == 0)
    #expect((5 >= x + y).upper == 5)
    #expect((x + y).within(1...3).lower == 1)
    #expect((-(x - y) / 2).coefficient(of: y) == 0.5)
    #expect(LinearExpression.sum([x, y]).value(at: [3, 4]) == 7)
  }

  @Test func listsEveryFault() {
    var model = Model("m")
    var other = Model("other")
    let x = model.addVariable("x", lower: .nan)
    model.addVariable("x", lower: 3, upper: 2)
    model.addVariable("", lower: 0.5, kind: .integer)
    model.addVariable(String(repeating: "n", count: 256))
    model.addVariable("a b")
    let foreign = (0..<9).map { other.addVariable("o\($0)") }[8]
    model.require("r", .infinity * x <= .nan)
    model.require("r", foreign + x <= 1)
    model.minimize(.nan * x + .infinity)
    let faults = model.faults()
    for part in [
      "variable x is declared twice", "bound is not a number", "above upper bound", "empty name", "fractional bound",
      "256 bytes", "no spaces", "variable number 8", "row r is declared twice", "coefficient of x is inf",
      "objective coefficient is nan", "constant of the objective is inf",
    ] {
      #expect(faults.contains { $0.contains(part) }, "\(part)")
    }
    #expect(throws: ModelError.self) { try GLPKSolver().solve(model) }
    #expect(throws: ModelError.self) { try GLPKSolver().solveRelaxation(model) }
  }

  @Test func editsChangeBounds() {
    var model = Model("m")
    let x = model.addVariable("x")
    model.setBounds(x, lower: 1, upper: 2)
    #expect(model.variables[0].upper == 2)
    model.fix(x, to: 5)
    #expect(model.variables[0].lower == 5)
  }
}
