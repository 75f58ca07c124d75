/// A model that cannot be solved, with every fault found in it.
public struct ModelError: Error, Sendable, Hashable, CustomStringConvertible {
  public let faults: [String]

  public var description: String {
    faults.count == 1
      ? faults[0] : "\(faults.count) faults in the model:\n" + faults.map { "  " + $0 }.joined(separator: "\n")
  }
}

extension Model {
  func recordFaults() -> [String] {
    var faults: [String] = []
    for variable in variables {
      let place = "variable \(variable.name)"
      faults += nameFaults(variable.name, "variable")
      faults += rangeFaults(variable.lower, variable.upper, place)
      if !variable.objective.isFinite {
        faults.append("\(place): objective coefficient is \(variable.objective)")
      }
      if variable.kind == .integer {
        for bound in [variable.lower, variable.upper] where bound.isFinite && bound != bound.rounded() {
          faults.append("\(place): integer variable with the fractional bound \(bound)")
        }
      }
    }
    for row in rows {
      let place = "row \(row.name)"
      faults += nameFaults(row.name, "row")
      faults += rangeFaults(row.lower, row.upper, place)
      for term in row.terms where !term.coefficient.isFinite {
        faults.append("\(place): coefficient of \(variables[term.variable.index].name) is \(term.coefficient)")
      }
    }
    if !objectiveConstant.isFinite {
      faults.append("the constant of the objective is \(objectiveConstant)")
    }
    return faults
  }

  private func nameFaults(_ name: String, _ what: String) -> [String] {
    if name.isEmpty { return ["a \(what) has an empty name"] }
    if name.utf8.count > Model.longestName {
      return ["\(what) name of \(name.utf8.count) bytes, more than \(Model.longestName): \(name.prefix(60))…"]
    }
    if name.unicodeScalars.contains(where: { $0.value <= 32 || $0.value == 127 }) {
      return ["\(what) \(name): a name holds no spaces and no control characters"]
    }
    return []
  }

  private func rangeFaults(_ lower: Double, _ upper: Double, _ place: String) -> [String] {
    if lower.isNaN || upper.isNaN { return ["\(place): a bound is not a number"] }
    if lower == .infinity { return ["\(place): lower bound is +infinity"] }
    if upper == -.infinity { return ["\(place): upper bound is -infinity"] }
    if lower > upper { return ["\(place): lower bound \(lower) above upper bound \(upper)"] }
    return []
  }
}
