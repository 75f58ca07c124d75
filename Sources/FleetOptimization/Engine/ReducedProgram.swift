/// A program without its fixed columns and its redundant rows, and the way back.
struct ReducedProgram {
  let program: Program
  /// For each column of the reduced program, its column in the full one.
  let columns: [Int]
  /// A point of the full program that holds the values of the fixed columns.
  private let fixed: [Double]

  /// Leaves out the columns of `full` whose bounds agree and the rows that its bounds imply.
  init(_ full: Program) {
    var position = [Int](repeating: -1, count: full.columnCount)
    var columns: [Int] = []
    for column in 0..<full.columnCount where full.columnLower[column] < full.columnUpper[column] {
      position[column] = columns.count
      columns.append(column)
    }
    var reduced = Program(
      columnLower: columns.map { full.columnLower[$0] }, columnUpper: columns.map { full.columnUpper[$0] },
      cost: columns.map { full.cost[$0] }, isInteger: columns.map { full.isInteger[$0] },
      costConstant: full.costConstant)
    for column in 0..<full.columnCount where position[column] < 0 {
      reduced.costConstant += full.cost[column] * full.columnLower[column]
    }
    for row in 0..<full.rowCount {
      let activity = BoundTightening.activity(full, row)
      if activity.maximum <= full.rowUpper[row], activity.minimum >= full.rowLower[row] { continue }
      var entries: [(column: Int, value: Double)] = []
      var shift = 0.0
      for entry in full.entries(ofRow: row) {
        let column = full.entryColumn[entry]
        if position[column] < 0 {
          shift += full.entryValue[entry] * full.columnLower[column]
        } else {
          entries.append((position[column], full.entryValue[entry]))
        }
      }
      reduced.appendRow(entries, lower: full.rowLower[row] - shift, upper: full.rowUpper[row] - shift)
    }
    self.program = reduced
    self.columns = columns
    fixed = full.columnLower
  }

  /// The point of the full program that a point of the reduced one stands for.
  func expand(_ values: [Double]) -> [Double] {
    var result = fixed
    for (column, value) in zip(columns, values) { result[column] = value }
    return result
  }

  /// The part of a full point that the reduced program sees.
  func restrict(_ values: [Double]) -> [Double] { columns.map { values[$0] } }
}

extension Program {
  /// A program without rows.
  init(
    columnLower: [Double], columnUpper: [Double], cost: [Double], isInteger: [Bool], costConstant: Double
  ) {
    self.columnLower = columnLower
    self.columnUpper = columnUpper
    self.cost = cost
    self.isInteger = isInteger
    self.costConstant = costConstant
    rowLower = []
    rowUpper = []
    rowStart = [0]
    entryColumn = []
    entryValue = []
  }

  mutating func appendRow(_ entries: some Sequence<(column: Int, value: Double)>, lower: Double, upper: Double) {
    for entry in entries {
      entryColumn.append(entry.column)
      entryValue.append(entry.value)
    }
    rowStart.append(entryColumn.count)
    rowLower.append(lower)
    rowUpper.append(upper)
  }
}
