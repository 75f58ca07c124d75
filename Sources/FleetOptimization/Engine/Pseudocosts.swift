/// What branching on each column has gained so far, per unit of distance.
struct Pseudocosts {
  private var sums: [(down: Double, up: Double)]
  private var counts: [(down: Int, up: Int)]
  private var total: (down: Double, up: Double) = (0, 0)
  private var totalCount: (down: Int, up: Int) = (0, 0)

  /// Fewer observations than this on either side do not make a pseudocost reliable (Achterberg, Koch and Martin 2005).
  static let reliable = 4

  init(columnCount: Int) {
    sums = Array(repeating: (0, 0), count: columnCount)
    counts = Array(repeating: (0, 0), count: columnCount)
  }

  mutating func observe(_ column: Int, isUp: Bool, gainPerUnit: Double) {
    if isUp {
      sums[column].up += gainPerUnit
      counts[column].up += 1
      total.up += gainPerUnit
      totalCount.up += 1
    } else {
      sums[column].down += gainPerUnit
      counts[column].down += 1
      total.down += gainPerUnit
      totalCount.down += 1
    }
  }

  func isReliable(_ column: Int) -> Bool { min(counts[column].down, counts[column].up) >= Self.reliable }

  /// Expected gains of both branches at a value, the mean over all columns standing in for what is not known.
  func gains(_ column: Int, value: Double) -> (down: Double, up: Double) {
    let meanDown = totalCount.down > 0 ? total.down / Double(totalCount.down) : 1
    let meanUp = totalCount.up > 0 ? total.up / Double(totalCount.up) : 1
    let down = counts[column].down > 0 ? sums[column].down / Double(counts[column].down) : meanDown
    let up = counts[column].up > 0 ? sums[column].up / Double(counts[column].up) : meanUp
    let fraction = value - value.rounded(.down)
    return (down * fraction, up * (1 - fraction))
  }

  static func score(_ gains: (down: Double, up: Double), scale: Double) -> Double {
    let least = 1e-6 * max(scale, 1e-6)
    return max(gains.down, least) * max(gains.up, least)
  }
}
