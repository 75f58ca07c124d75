/// Writes a model in the CPLEX LP format: the form for people, and for the solvers that read it.
///
/// The same model gives the same bytes. A constant in the objective becomes a column fixed at 1, because readers disagree about
/// bare constants. Names follow `LPWriter.fileName(_:)`.
public struct LPWriter: Sendable {
  /// Name of the column that carries the constant of the objective.
  public static let constantColumn = "!constant"

  /// Lines are broken before this many characters.
  private static let lineWidth = 100

  public init() {}

  /// The name that stands for a model's name in the file; `modelName(_:)` undoes it.
  public static func fileName(_ name: String) -> String { FileNames.lp(name) }

  /// The model's name behind a name in the file, `nil` for one that the writer never makes.
  public static func modelName(_ name: String) -> String? { FileNames.fromLP(name) }

  public func text(_ model: Model) -> String {
    let names = model.variables.map { Self.fileName($0.name) }
    func parts(_ terms: [Term]) -> [String] {
      terms.enumerated().map { position, term in
        let sign = term.coefficient < 0 ? "- " : position == 0 ? "" : "+ "
        return "\(sign)\(number(term.coefficient.magnitude)) \(names[term.variable.index])"
      }
    }

    var text = "\\ \(model.name.filter { !$0.isNewline })\nMinimize\n"
    var objective = parts(model.objective.terms)
    if model.objectiveConstant != 0 {
      let constant = model.objectiveConstant
      let sign = constant < 0 ? "- " : objective.isEmpty ? "" : "+ "
      objective.append("\(sign)\(number(constant.magnitude)) \(Self.constantColumn)")
    }
    // A column that nothing mentions would be lost.
    var mentioned = Set(model.rows.lazy.flatMap { $0.terms.map(\.variable.index) })
    for (index, variable) in model.variables.enumerated() where variable.objective != 0 { mentioned.insert(index) }
    for (index, name) in names.enumerated() where !mentioned.contains(index) {
      objective.append("\(objective.isEmpty ? "" : "+ ")0 \(name)")
    }
    text += lines("obj:", objective)
    text += "Subject To\n"
    for row in model.rows { text += rowText(row, parts(row.terms), names) }
    text += "Bounds\n"
    if model.objectiveConstant != 0 { text += " \(Self.constantColumn) = 1\n" }
    for (variable, name) in zip(model.variables, names) { text += boundText(variable, name) }
    let integers = zip(model.variables, names).filter { $0.0.kind == .integer }.map(\.1)
    if !integers.isEmpty { text += "Generals\n" + lines("", integers) }
    return text + "End\n"
  }

  private func rowText(_ row: RowRecord, _ parts: [String], _ names: [String]) -> String {
    // A row needs a term to be one.
    let parts = parts.isEmpty ? names.first.map { ["0 \($0)"] } ?? [] : parts
    guard !parts.isEmpty else { return "\\ row \(Self.fileName(row.name)) has no variable to stand on\n" }
    let name = Self.fileName(row.name)
    switch (row.lower.isFinite, row.upper.isFinite) {
    case (true, true) where row.lower == row.upper: return lines("\(name):", parts + ["= \(number(row.lower))"])
    case (true, true):
      // Two rows, since ranges are read differently everywhere; names that the model cannot contain tell them apart.
      return lines("\(name)!lower:", parts + [">= \(number(row.lower))"])
        + lines("\(name)!upper:", parts + ["<= \(number(row.upper))"])
    case (true, false): return lines("\(name):", parts + [">= \(number(row.lower))"])
    case (false, true): return lines("\(name):", parts + ["<= \(number(row.upper))"])
    case (false, false): return "\\ row \(name) is free\n"
    }
  }

  private func boundText(_ variable: VariableRecord, _ name: String) -> String {
    let (lower, upper) = (variable.lower, variable.upper)
    if lower == upper { return " \(name) = \(number(lower))\n" }
    if lower == -.infinity, upper == .infinity { return " \(name) free\n" }
    if upper == .infinity { return lower == 0 ? "" : " \(name) >= \(number(lower))\n" }
    let left = lower == -.infinity ? "-inf" : number(lower)
    return " \(left) <= \(name) <= \(number(upper))\n"
  }

  private func lines(_ label: String, _ parts: [String]) -> String {
    var text = ""
    var line = label.isEmpty ? "" : " " + label
    for part in parts {
      if line.count + part.count + 1 > Self.lineWidth, !line.isEmpty {
        text += line + "\n"
        line = " "
      }
      line += " " + part
    }
    return text + line + "\n"
  }
}

/// A finite number in the shortest form that reads back to the same value.
func number(_ value: Double) -> String {
  let text = value.description
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
