/// Writes a model in the free MPS format, which every solver reads.
///
/// The same model gives the same bytes. Minimisation is implied. The constant of the objective stands, with the sign turned, as
/// right-hand side of the objective row, as GLPK, CBC and HiGHS read it. Every integer column gets both bounds spelled out,
/// because readers disagree about their defaults.
public struct MPSWriter: Sendable {
  /// Name of the objective row.
  public static let objectiveRow = "%obj"

  public init() {}

  /// The name that stands for a model's name in the file; `modelName(_:)` undoes it.
  public static func fileName(_ name: String) -> String { FileNames.mps(name) }

  /// The model's name behind a name in the file, `nil` for one that the writer never makes.
  public static func modelName(_ name: String) -> String? { FileNames.fromMPS(name) }

  public func text(_ model: Model) -> String {
    let rowNames = model.rows.map { Self.fileName($0.name) }
    let columnNames = model.variables.map { Self.fileName($0.name) }
    var text = "NAME \(Self.fileName(model.name))\nROWS\n N \(Self.objectiveRow)\n"
    for (row, name) in zip(model.rows, rowNames) { text += " \(sense(row)) \(name)\n" }
    text += columns(model, rowNames, columnNames)

    text += "RHS\n"
    if model.objectiveConstant != 0 {
      text += " RHS \(Self.objectiveRow) \(number(-model.objectiveConstant))\n"
    }
    for (row, name) in zip(model.rows, rowNames) {
      let side = row.upper.isFinite ? row.upper : row.lower
      if side.isFinite, side != 0 { text += " RHS \(name) \(number(side))\n" }
    }
    let ranges = zip(model.rows, rowNames).filter {
      $0.0.lower.isFinite && $0.0.upper.isFinite && $0.0.lower != $0.0.upper
    }
    if !ranges.isEmpty {
      text += "RANGES\n"
      for (row, name) in ranges { text += " RANGE \(name) \(number(row.upper - row.lower))\n" }
    }
    text += "BOUNDS\n"
    for (variable, name) in zip(model.variables, columnNames) { text += bounds(variable, name) }
    return text + "ENDATA\n"
  }

  private func sense(_ row: RowRecord) -> String {
    switch (row.lower.isFinite, row.upper.isFinite) {
    case (true, true): row.lower == row.upper ? "E" : "L"
    case (true, false): "G"
    case (false, true): "L"
    case (false, false): "N"
    }
  }

  private func columns(_ model: Model, _ rowNames: [String], _ columnNames: [String]) -> String {
    var entries = [[(row: String, value: Double)]](repeating: [], count: model.variables.count)
    for (row, name) in zip(model.rows, rowNames) {
      for term in row.terms { entries[term.variable.index].append((name, term.coefficient)) }
    }
    var text = "COLUMNS\n"
    var integer = false
    var markers = 0
    func mark(_ kind: String) {
      text += " MARKER\(markers) 'MARKER' '\(kind)'\n"
      markers += 1
    }
    for (index, variable) in model.variables.enumerated() {
      if (variable.kind == .integer) != integer {
        integer.toggle()
        mark(integer ? "INTORG" : "INTEND")
      }
      let name = columnNames[index]
      // A column without any entry is declared by its zero cost.
      if variable.objective != 0 || entries[index].isEmpty {
        text += " \(name) \(Self.objectiveRow) \(number(variable.objective))\n"
      }
      for entry in entries[index] { text += " \(name) \(entry.row) \(number(entry.value))\n" }
    }
    if integer { mark("INTEND") }
    return text
  }

  private func bounds(_ variable: VariableRecord, _ name: String) -> String {
    let (lower, upper) = (variable.lower, variable.upper)
    if lower == upper { return " FX BOUND \(name) \(number(lower))\n" }
    if lower == -.infinity, upper == .infinity { return " FR BOUND \(name)\n" }
    var text = ""
    if lower == -.infinity {
      text += " MI BOUND \(name)\n"
    } else if lower != 0 || upper < 0 || variable.kind == .integer {
      text += " LO BOUND \(name) \(number(lower))\n"
    }
    if upper.isFinite {
      text += " UP BOUND \(name) \(number(upper))\n"
    } else if variable.kind == .integer {
      text += " PL BOUND \(name)\n"
    }
    return text
  }
}
