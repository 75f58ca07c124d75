/// One row of a linear program in use: a row of the program or a cut.
struct LinearRow {
  let columns: [Int]
  let values: [Double]
  let lower: Double
  let upper: Double
  /// All columns integer, all coefficients and finite sides whole: the slack is whole too.
  let isWhole: Bool

  init(columns: [Int], values: [Double], lower: Double, upper: Double, in program: Program) {
    self.columns = columns
    self.values = values
    self.lower = lower
    self.upper = upper
    isWhole =
      columns.allSatisfy { program.isInteger[$0] } && values.allSatisfy { $0 == $0.rounded() && $0.magnitude < 1e6 }
      && [lower, upper].allSatisfy { !$0.isFinite || $0 == $0.rounded() }
  }

  init(_ cut: Cut, in program: Program) {
    self.init(columns: cut.columns, values: cut.values, lower: -.infinity, upper: cut.upper, in: program)
  }

  func activity(at point: [Double]) -> Double {
    var sum = 0.0
    for (column, value) in zip(columns, values) { sum += value * point[column] }
    return sum
  }

  static func all(of program: Program) -> [LinearRow] {
    (0..<program.rowCount).map { row in
      let entries = program.entries(ofRow: row)
      return LinearRow(
        columns: Array(program.entryColumn[entries]), values: Array(program.entryValue[entries]),
        lower: program.rowLower[row], upper: program.rowUpper[row], in: program)
    }
  }
}
