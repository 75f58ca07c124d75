import CLAPACKE

/// Linear least squares `min |A·x − b|²` by LAPACK's `dgels` (QR factorisation).
struct LeastSquares {
  /// Unknowns.
  let columns: Int
  /// Rows of `A`, one after the other, each ending with its `b`.
  private var rows: [Double] = []
  private var count = 0

  init(columns: Int) {
    self.columns = columns
  }

  mutating func reserve(rows count: Int) { rows.reserveCapacity(count * (columns + 1)) }

  /// Adds the equation `Σ coefficients·x = value`. All numbers must be finite.
  mutating func add(_ coefficients: [Double], equals value: Double) {
    precondition(coefficients.count == columns, "a row has \(coefficients.count) coefficients, not \(columns)")
    rows += coefficients
    rows.append(value)
    count += 1
  }

  /// Adds the equation `factor·x[column] = value`.
  mutating func add(column: Int, factor: Double, equals value: Double) {
    var row = [Double](repeating: 0, count: columns)
    row[column] = factor
    add(row, equals: value)
  }

  /// The solution; `nil` when LAPACK finds the columns dependent. With a prior equation for every unknown they never are.
  func solved() -> [Double]? {
    guard columns > 0, count >= columns else { return nil }
    var matrix = [Double](repeating: 0, count: count * columns)
    var right = [Double](repeating: 0, count: count)
    for row in 0..<count {
      let start = row * (columns + 1)
      for column in 0..<columns { matrix[row * columns + column] = rows[start + column] }
      right[row] = rows[start + columns]
    }
    let status = LAPACKE_dgels(
      LAPACK_ROW_MAJOR, CChar(bitPattern: UInt8(ascii: "N")), Int32(count), Int32(columns), 1, &matrix,
      Int32(columns), &right, 1)
    guard status == 0 else { return nil }
    let solution = Array(right[..<columns])
    return solution.allSatisfy(\.isFinite) ? solution : nil
  }
}
