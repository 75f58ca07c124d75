@testable import FleetOptimization
import Testing

@Suite struct SolverTests {
  /// min 3n + 2m, 4n + 3m ≥ 10.5, n ≤ 2, integers.
  private func small() -> (model: Model, n: Variable, m: Variable) {
    var model = Model("small")
    let n = model.addVariable("n[a]", upper: 2, kind: .integer)
    let m = model.addVariable("n[b]", kind: .integer)
    model.require("load", 4 * n + 3 * m >= 10.5)
    model.minimize(3 * n + 2 * m + 100)
    return (model, n, m)
  }

  @Test(arguments: [SearchStrategy.plain, .engine]) func solvesASmallProgram(strategy: SearchStrategy) throws {
    let (model, n, m) = small()
    var solver = GLPKSolver()
    solver.options.strategy = strategy
    let outcome = try solver.solve(model)
    #expect(outcome.termination == .optimal)
    let solution = try #require(outcome.solution)
    #expect(solution.objective == 108)
    #expect(solution.count(n) == 0 || solution.count(n) == 2)
    #expect(4 * solution[n] + 3 * solution[m] >= 10.5)
    #expect(outcome.bound == 108)
    #expect(outcome.gap == 0)
  }

  @Test func relaxationGivesPrices() throws {
    let (model, _, _) = small()
    let relaxation = try GLPKSolver().solveRelaxation(model)
    #expect(relaxation.termination == .optimal)
    #expect(abs((relaxation.objective ?? 0) - 107) < 1e-9)
    #expect(abs(relaxation.rowDuals[0] - 2.0 / 3) < 1e-9)
    #expect(abs(relaxation.reducedCosts[0] - 1.0 / 3) < 1e-9)
  }

  @Test func elasticRowsNameTheConflict() throws {
    var model = Model("stock")
    let n = model.addVariable("n", kind: .integer)
    let demand = model.require("demand", n >= 12)
    let stock = model.require("stock", n <= 7)
    let other = model.require("other", n <= 100)
    let relaxation = Relaxation([
      .init(row: demand, side: .lower, penalty: 1000), .init(row: stock, side: .upper, penalty: 1),
      .init(row: other, side: .upper, penalty: 1),
    ])
    #expect(try GLPKSolver().solve(model).termination == .infeasible)
    let result = try relaxation.solve(model, with: GLPKSolver())
    #expect(result.needs == [.init(row: stock, name: "stock", side: .upper, amount: 5)])
    #expect(result.values == [12])
  }
}
