/// A linear row to round: `Σ coefficients·x + Σ slacks ≤ side`, a combination of rows of a linear program.
struct RoundingBase {
  /// A slack `s ≥ 0` of one row: `s = sign·(side − row)`.
  struct Slack {
    let row: Int
    var coefficient: Double
    let sign: Double
    let side: Double
    let isWhole: Bool
    let value: Double
  }

  private(set) var dense: [Double]
  private(set) var touched: [Int] = []
  private var isTouched: [Bool]
  private(set) var side = 0.0
  private(set) var slacks: [Slack] = []

  init(columnCount: Int) {
    dense = Array(repeating: 0, count: columnCount)
    isTouched = Array(repeating: false, count: columnCount)
  }

  mutating func clear() {
    for column in touched {
      dense[column] = 0
      isTouched[column] = false
    }
    touched.removeAll(keepingCapacity: true)
    slacks.removeAll(keepingCapacity: true)
    side = 0
  }

  /// Adds `multiplier` times a row, with its slack measured from the side nearer to its activity. Returns false for a row without
  /// a finite side.
  mutating func add(_ row: LinearRow, index: Int, multiplier: Double, activity: Double) -> Bool {
    guard row.lower.isFinite || row.upper.isFinite else { return false }
    let useUpper = row.upper - activity <= activity - row.lower
    let rowSide = useUpper ? row.upper : row.lower
    let sign = useUpper ? 1.0 : -1.0
    for (column, value) in zip(row.columns, row.values) {
      if !isTouched[column] {
        isTouched[column] = true
        touched.append(column)
      }
      dense[column] += multiplier * value
    }
    side += multiplier * rowSide
    if row.lower != row.upper {
      slacks.append(
        Slack(
          row: index, coefficient: multiplier * sign, sign: sign, side: rowSide, isWhole: row.isWhole,
          value: max(0, sign * (rowSide - activity))))
    }
    return true
  }

  /// Takes coefficients that are rounding errors of a cancellation out.
  mutating func removeNoise() {
    let largest = touched.reduce(0) { max($0, dense[$1].magnitude) }
    for column in touched where dense[column].magnitude <= 1e-12 * largest { dense[column] = 0 }
  }

  mutating func eliminate(_ column: Int) { dense[column] = 0 }
}
