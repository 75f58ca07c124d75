/// One column of a model as it stands.
public struct VariableRecord: Sendable, Hashable {
  public let name: String
  /// Bounds; ±infinity where there is none.
  public var lower: Double
  public var upper: Double
  public let kind: VariableKind
  /// Coefficient in the objective.
  public var objective: Double
}

/// One row of a model: `lower ≤ Σ terms ≤ upper`.
public struct RowRecord: Sendable, Hashable {
  public let name: String
  /// Sides; ±infinity where there is none.
  public var lower: Double
  public var upper: Double
  /// Each variable once, in the order of the columns.
  public let terms: [Term]
}

/// A mixed-integer linear program: variables with bounds, rows, and a linear objective to minimise.
///
/// A model is a value. Nothing in it traps: faults in the data stay in the model until `faults()` lists them, and the solver
/// refuses a model that has any. Minimisation is the only direction, because the MPS format has no word for the other;
/// maximise by minimising the negative.
public struct Model: Sendable {
  /// The longest name that GLPK and the file formats take, in UTF-8 bytes.
  public static let longestName = 255

  public let name: String
  public private(set) var variables: [VariableRecord] = []
  public private(set) var rows: [RowRecord] = []
  public private(set) var objectiveConstant: Double = 0

  private var variableByName: [String: Int] = [:]
  private var rowByName: [String: Int] = [:]
  private var buildingFaults: [String] = []

  public init(_ name: String) { self.name = name }

  /// Adds a column with the objective coefficient 0.
  @discardableResult
  public mutating func addVariable(
    _ name: String, lower: Double = 0, upper: Double = .infinity, kind: VariableKind = .continuous
  ) -> Variable {
    let variable = Variable(index: variables.count)
    if variableByName.updateValue(variable.index, forKey: name) != nil {
      buildingFaults.append("variable \(name) is declared twice")
    }
    variables.append(VariableRecord(name: name, lower: lower, upper: upper, kind: kind, objective: 0))
    return variable
  }

  /// Adds a row and returns its index, counted from 0.
  @discardableResult
  public mutating func require(_ name: String, _ relation: Relation) -> Int {
    if rowByName.updateValue(rows.count, forKey: name) != nil {
      buildingFaults.append("row \(name) is declared twice")
    }
    rows.append(
      RowRecord(
        name: name, lower: relation.lower ?? -.infinity, upper: relation.upper ?? .infinity,
        terms: ownTerms(of: relation.expression, in: "row \(name)")))
    return rows.count - 1
  }

  /// Replaces the objective.
  public mutating func minimize(_ expression: LinearExpression) {
    for index in variables.indices { variables[index].objective = 0 }
    for term in ownTerms(of: expression, in: "the objective") {
      variables[term.variable.index].objective = term.coefficient
    }
    objectiveConstant = expression.constant
  }

  /// Replaces the bounds of a variable.
  public mutating func setBounds(_ variable: Variable, lower: Double, upper: Double) {
    guard owns(variable) else { return foreign(variable, "a change of bounds") }
    variables[variable.index].lower = lower
    variables[variable.index].upper = upper
  }

  /// Gives a variable one value.
  public mutating func fix(_ variable: Variable, to value: Double) {
    setBounds(variable, lower: value, upper: value)
  }

  /// Replaces the sides of a row.
  public mutating func setSides(row: Int, lower: Double?, upper: Double?) {
    guard rows.indices.contains(row) else {
      buildingFaults.append("a change of sides names row \(row), which does not exist")
      return
    }
    rows[row].lower = lower ?? -.infinity
    rows[row].upper = upper ?? .infinity
  }

  /// The index of the row of this name.
  public func row(named name: String) -> Int? { rowByName[name] }

  /// The variable of this name.
  public func variable(named name: String) -> Variable? { variableByName[name].map(Variable.init(index:)) }

  /// The objective as an expression.
  public var objective: LinearExpression {
    LinearExpression(
      variables.indices.lazy.map { Term(Variable(index: $0), variables[$0].objective) }.filter { $0.coefficient != 0 },
      constant: objectiveConstant)
  }

  /// The objective at a point: one value per variable.
  public func objectiveValue(at values: [Double]) -> Double {
    zip(variables, values).reduce(objectiveConstant) { $0 + $1.0.objective * $1.1 }
  }

  /// Everything that keeps the model from being solved, in the order of the model; empty for a sound one.
  public func faults() -> [String] { buildingFaults + recordFaults() }

  private func owns(_ variable: Variable) -> Bool { variables.indices.contains(variable.index) }

  private mutating func foreign(_ variable: Variable, _ place: String) {
    buildingFaults.append("\(place) uses variable number \(variable.index), which the model does not have")
  }

  private mutating func ownTerms(of expression: LinearExpression, in place: String) -> [Term] {
    let terms = expression.terms
    guard let last = terms.last, !owns(last.variable) else { return terms }
    for term in terms where !owns(term.variable) { foreign(term.variable, place) }
    return terms.filter { owns($0.variable) }
  }
}
