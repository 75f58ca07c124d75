import FleetOptimization

/// Tiny random mixed-integer programs whose optimum can be found by trying every choice of the integer variables.
enum RandomProgram {
  /// Up to four integer variables with values 0...3 (some from −2) and up to two continuous ones.
  static func model(seed: UInt64) -> Model {
    var random = SeededGenerator(seed: seed)
    var model = Model("random-\(seed)")
    var variables: [Variable] = []
    for index in 0..<Int.random(in: 1...4, using: &random) {
      let lower = Double(Int.random(in: -2...0, using: &random))
      variables.append(model.addVariable("n\(index)", lower: lower, upper: 3, kind: .integer))
    }
    for index in 0..<Int.random(in: 0...2, using: &random) {
      variables.append(model.addVariable("x\(index)", upper: Double.random(in: 1...5, using: &random)))
    }
    for index in 0..<Int.random(in: 1...4, using: &random) {
      var row = LinearExpression()
      for variable in variables where Bool.random(using: &random) {
        row.add(variable, coefficient: (Double.random(in: -4...6, using: &random) * 4).rounded() / 4)
      }
      let side = Double.random(in: -3...8, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: model.require("r\(index)", row >= side)
      case 1: model.require("r\(index)", row.within((side - 2)...side))
      default: model.require("r\(index)", row <= side)
      }
    }
    var objective = LinearExpression(constant: Double(Int.random(in: -5...5, using: &random)))
    for variable in variables { objective.add(variable, coefficient: Double(Int.random(in: -6...6, using: &random))) }
    model.minimize(objective)
    return model
  }

  /// The optimum by trying every choice of the integer variables and solving the rest as a linear program; `nil` if infeasible.
  static func optimum(_ model: Model) throws -> Double? {
    let integers = model.variables.indices.filter { model.variables[$0].kind == .integer }
    let hasContinuous = integers.count < model.variables.count
    var best: Double?
    var choice = integers.map { model.variables[$0].lower }
    while true {
      let found: Double?
      if hasContinuous {
        var fixed = model
        for (column, value) in zip(integers, choice) { fixed.fix(model.variable(at: column), to: value) }
        found = try GLPKSolver().solveRelaxation(fixed).objective
      } else {
        found = FeasibilityReport(model, values: choice).isFeasible ? model.objectiveValue(at: choice) : nil
      }
      if let found, found < best ?? .infinity { best = found }
      guard let position = choice.indices.first(where: { choice[$0] < model.variables[integers[$0]].upper }) else {
        return best
      }
      choice[position] += 1
      for earlier in 0..<position { choice[earlier] = model.variables[integers[earlier]].lower }
    }
  }
}

extension Model {
  func variable(at index: Int) -> Variable { variable(named: variables[index].name).unsafelyUnwrapped }
}
