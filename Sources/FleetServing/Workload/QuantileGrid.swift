/// Merges many weighted lengths into few.
///
/// Requests are cut into bands by input length, each band into cells by output length; a cell becomes one point with the
/// mean lengths of its requests. Means are kept exactly. Cuts make equal shares of `w·(1 + x/m₁ + x²/m₂)`, with `m₁` and
/// `m₂` the first two moments: a third each for requests, for tokens and for squared tokens, so that the second moment,
/// on which waiting times depend, survives heavy tails. The longest request stays a point of its own, so that the longest
/// sequence is kept too.
enum QuantileGrid {
  /// Most points of a result: 9 bands of 7 cells, and the longest request.
  static let maximumPoints = 64

  private static let bands = 9
  private static let cells = 7

  private typealias Point = LengthDistribution.Point

  /// The distribution of `points`, merged when there are more than `maximumPoints`.
  /// - Parameter points: At least one of positive weight; lengths at least 1.
  static func distribution(_ points: [LengthDistribution.Point]) -> LengthDistribution {
    let exact = LengthDistribution(points: points)
    return exact.points.count <= maximumPoints ? exact : distribution(sorted: exact.points)
  }

  /// The same for points of positive weight that are sorted by input, then output, and differ from one another.
  static func distribution(sorted points: [LengthDistribution.Point]) -> LengthDistribution {
    if points.count <= maximumPoints { return LengthDistribution(points: points) }
    var sorted = points
    var longest = 0
    for position in sorted.indices where length(sorted[position]) > length(sorted[longest]) { longest = position }
    var merged = [sorted.remove(at: longest)]
    for band in cut(sorted[...], into: bands, by: \.inputTokens) {
      let byOutput = band.sorted { ($0.outputTokens, $0.inputTokens) < ($1.outputTokens, $1.inputTokens) }
      merged += cut(byOutput[...], into: cells, by: \.outputTokens).compactMap { mean($0) }
    }
    return LengthDistribution(points: merged)
  }

  private static func length(_ point: Point) -> Double { point.inputTokens + point.outputTokens }

  /// Parts of `points`, sorted by the length `x`; a point belongs where the middle of its share falls.
  private static func cut(
    _ points: ArraySlice<Point>, into count: Int, by x: (Point) -> Double
  ) -> [ArraySlice<Point>] {
    let weight = points.reduce(0) { $0 + $1.weight }
    let first = points.reduce(0) { $0 + $1.weight * x($1) } / weight
    let second = points.reduce(0) { $0 + $1.weight * x($1) * x($1) } / weight
    var parts: [ArraySlice<Point>] = []
    var start = points.startIndex
    var position = start
    var before = 0.0
    for part in 1..<count {
      let edge = 3 * weight * Double(part) / Double(count)
      while position < points.endIndex {
        let point = points[position]
        let share = point.weight * (1 + x(point) / first + x(point) * x(point) / second)
        if before + share / 2 >= edge { break }
        before += share
        position += 1
      }
      parts.append(points[start..<position])
      start = position
    }
    parts.append(points[start...])
    return parts
  }

  private static func mean(_ points: ArraySlice<Point>) -> Point? {
    let weight = points.reduce(0) { $0 + $1.weight }
    if weight <= 0 { return nil }
    return Point(
      inputTokens: max(1, points.reduce(0) { $0 + $1.weight * $1.inputTokens } / weight),
      outputTokens: max(1, points.reduce(0) { $0 + $1.weight * $1.outputTokens } / weight), weight: weight)
  }
}
