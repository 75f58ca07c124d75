#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Relative surplus on loads that covers the tolerances of the solvers behind them.
let loadTolerance = 1.002

/// The same for aggregated instances, where prompts and batch lengthen each other and errors grow.
let aggregatedLoadTolerance = 1.05

/// y = constant + slope · x that lies on or above given points; how bounds over mixes of classes become linear.
///
/// A mix of classes has a characteristic x (mean context, mean residual) that is a convex combination of its classes'
/// values, so a line above the bound at every x in between is a bound for every mix.
struct AffineMajorant: Sendable, Hashable {
  var constant: Double
  var slope: Double

  /// The chord between the outermost points, lifted until no point lies above it.
  ///
  /// - Precondition: at least one point.
  init(over points: [(x: Double, y: Double)]) {
    guard let first = points.min(by: { $0.x < $1.x }), let last = points.max(by: { $0.x < $1.x }) else {
      preconditionFailure("a majorant needs a point")
    }
    let width = last.x - first.x
    let rise = width > 1e-12 * abs(last.x) ? (last.y - first.y) / width : 0
    slope = rise
    constant = points.reduce(-Double.infinity) { max($0, $1.y - rise * $1.x) }
  }

  func callAsFunction(_ x: Double) -> Double { constant + slope * x }

  /// A majorant of a function between two bounds, from as few evaluations as its shape allows: it is evaluated at
  /// nodes of even ratio, then between neighbours that come near the line, where it might cross; and where it is known
  /// to break off. `nil` when the function has no value somewhere.
  static func of(
    from low: Double, to high: Double, including breaks: [Double] = [], _ function: (Double) -> Double?
  ) -> AffineMajorant? {
    guard low > 0, high - low > 1e-3 * high else { return function(high).map { AffineMajorant(over: [(high, $0)]) } }
    var points: [(x: Double, y: Double)] = []
    // A wide range is where the variance of a mix bulges most: a node per factor of two.
    let count = min(max(4, Int(log2(high / low)) + 1), 8)
    let even = (0..<count).map { low * pow(high / low, Double($0) / Double(count - 1)) }
    for x in (even + breaks.filter { $0 > low && $0 < high }).sorted() {
      guard let y = function(x) else { return nil }
      points.append((x, y))
    }
    var line = AffineMajorant(over: points)
    // Halving the intervals next to contacts divides what a curve can rise above the line by four each time.
    for _ in 0..<4 {
      var added: [(x: Double, y: Double)] = []
      for (left, right) in zip(points, points.dropFirst()) {
        let slack = min(line(left.x) - left.y, line(right.x) - right.y)
        let steep = abs(right.y - left.y) > 1e-3 * max(left.y, right.y)
        guard steep, slack < 0.04 * max(left.y, right.y) else { continue }
        let x = (left.x + right.x) / 2
        guard let y = function(x) else { return nil }
        added.append((x, y))
      }
      if added.isEmpty { break }
      points = (points + added).sorted { $0.x < $1.x }
      line = AffineMajorant(over: points)
      if points.count > 14 { break }
    }
    return line
  }
}

/// y = constant + bySlope·s + byShare·x on or above given points: `AffineMajorant` for two characteristics of a mix.
struct PlaneMajorant: Sendable {
  private var constant: Double
  private var contextSlope: Double
  private var shareSlope: Double

  init(over points: [(s: Double, x: Double, y: Double)]) {
    func slope(_ value: ((s: Double, x: Double, y: Double)) -> Double) -> Double {
      guard let low = points.map(value).min(), let high = points.map(value).max(), high > low else { return 0 }
      let lower = points.filter { value($0) == low }
      let upper = points.filter { value($0) == high }
      let rise =
        upper.reduce(0) { $0 + $1.y } / Double(upper.count) - lower.reduce(0) { $0 + $1.y } / Double(lower.count)
      return rise / (high - low)
    }
    let (bySlope, byShare) = (slope(\.s), slope(\.x))
    contextSlope = bySlope
    shareSlope = byShare
    constant = points.reduce(-.infinity) { max($0, $1.y - bySlope * $1.s - byShare * $1.x) }
  }

  func callAsFunction(_ context: Double, _ share: Double) -> Double {
    constant + contextSlope * context + shareSlope * share
  }
}
