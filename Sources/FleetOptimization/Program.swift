/// A model in the arrays that the solver works on: columns, and rows in compressed form.
struct Program: Sendable {
  var columnLower: [Double]
  var columnUpper: [Double]
  var cost: [Double]
  var isInteger: [Bool]
  var rowLower: [Double]
  var rowUpper: [Double]
  /// Row `i` holds the entries `rowStart[i] ..< rowStart[i + 1]`.
  var rowStart: [Int]
  var entryColumn: [Int]
  var entryValue: [Double]
  var costConstant: Double

  var columnCount: Int { columnLower.count }
  var rowCount: Int { rowLower.count }

  init(_ model: Model) {
    columnLower = model.variables.map(\.lower)
    columnUpper = model.variables.map(\.upper)
    cost = model.variables.map(\.objective)
    isInteger = model.variables.map { $0.kind == .integer }
    rowLower = model.rows.map(\.lower)
    rowUpper = model.rows.map(\.upper)
    rowStart = [0]
    entryColumn = []
    entryValue = []
    rowStart.reserveCapacity(model.rows.count + 1)
    for row in model.rows {
      for term in row.terms {
        entryColumn.append(term.variable.index)
        entryValue.append(term.coefficient)
      }
      rowStart.append(entryColumn.count)
    }
    costConstant = model.objectiveConstant
  }

  func entries(ofRow row: Int) -> Range<Int> { rowStart[row]..<rowStart[row + 1] }

  /// The objective at a point.
  func objective(at values: [Double]) -> Double {
    var sum = costConstant
    for column in cost.indices where cost[column] != 0 { sum += cost[column] * values[column] }
    return sum
  }

  /// Whether a point satisfies rows, bounds and integrality, measured as `FeasibilityReport` does.
  func isFeasible(_ values: [Double], tolerance: Double) -> Bool {
    for column in 0..<columnCount {
      let value = values[column]
      let (lower, upper) = (columnLower[column], columnUpper[column])
      if !value.isFinite { return false }
      if value < lower - tolerance * max(1, lower.magnitude) { return false }
      if value > upper + tolerance * max(1, upper.magnitude) { return false }
      if isInteger[column], (value - value.rounded()).magnitude > tolerance { return false }
    }
    for row in 0..<rowCount {
      var activity = 0.0
      var scale = 1.0
      for entry in entries(ofRow: row) {
        let part = entryValue[entry] * values[entryColumn[entry]]
        activity += part
        scale = max(scale, part.magnitude)
      }
      let (lower, upper) = (rowLower[row], rowUpper[row])
      if lower.isFinite, activity < lower - tolerance * max(scale, lower.magnitude) { return false }
      if upper.isFinite, activity > upper + tolerance * max(scale, upper.magnitude) { return false }
    }
    return true
  }
}
