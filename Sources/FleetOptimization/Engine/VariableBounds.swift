/// Upper bounds `x ≤ factor·z` of continuous columns by integer ones, read off the rows.
struct VariableBounds {
  struct Bound {
    let integer: Int
    let factor: Double
    /// From a row of these two columns alone, such as `x ≤ rate·used`; else from a capacity row with other loads in it.
    let isOwnRow: Bool
  }

  private(set) var upper: [[Bound]]

  /// Looks for rows `Σ a·x − c·z ≤ 0` with `a > 0`, `c > 0` and every other column at least 0: each continuous `x` in it is at
  /// most `(c/a)·z`.
  init(_ program: Program, _ rows: [LinearRow]) {
    upper = Array(repeating: [], count: program.columnCount)
    for row in rows {
      if row.upper == 0 { add(program, row, sign: 1) }
      if row.lower == 0 { add(program, row, sign: -1) }
    }
  }

  private mutating func add(_ program: Program, _ row: LinearRow, sign: Double) {
    var negative: Int?
    for (position, value) in row.values.enumerated() {
      if sign * value < 0 {
        guard negative == nil else { return }
        negative = position
      } else if program.columnLower[row.columns[position]] < 0 {
        return
      }
    }
    guard let negative, program.isInteger[row.columns[negative]] else { return }
    for (column, value) in zip(row.columns, row.values) where sign * value > 0 && !program.isInteger[column] {
      upper[column].append(
        Bound(
          integer: row.columns[negative], factor: -row.values[negative] / value, isOwnRow: row.columns.count == 2))
    }
  }
}
