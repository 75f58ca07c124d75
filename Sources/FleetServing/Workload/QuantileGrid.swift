/// Merges many weighted lengths into few, by quantiles.
///
/// Requests are cut into bands by input length, each band into cells by output length; a cell becomes one point with the
/// mean lengths of its requests. Means are kept exactly; the spread within a cell is lost, and cells are finer towards long
/// requests. The longest request stays a point of its own, so that the longest sequence is kept too.
enum QuantileGrid {
  /// Most points of a result.
  static let maximumPoints = 64

  /// 9 bands and 7 cells: 63 points and the longest request.
  private static let bands = [0.15, 0.3, 0.45, 0.6, 0.75, 0.85, 0.92, 0.98, 1]
  private static let cells = [0.25, 0.5, 0.7, 0.85, 0.95, 0.99, 1]

  /// The distribution of `points`, merged when there are more than `maximumPoints`.
  /// - Parameter points: At least one of positive weight; lengths at least 1.
  static func distribution(_ points: [LengthDistribution.Point]) -> LengthDistribution {
    let exact = LengthDistribution(points: points)
    if exact.points.count <= maximumPoints { return exact }
    var sorted = exact.points
    var longest = 0
    for position in sorted.indices where length(sorted[position]) > length(sorted[longest]) { longest = position }
    var merged = [sorted.remove(at: longest)]
    // `sorted` is by input, then output, as in every distribution.
    for band in cut(sorted, at: bands) {
      let byOutput = band.sorted { ($0.outputTokens, $0.inputTokens) < ($1.outputTokens, $1.inputTokens) }
      merged += cut(byOutput, at: cells).compactMap { mean($0) }
    }
    return LengthDistribution(points: merged)
  }

  private static func length(_ point: LengthDistribution.Point) -> Double { point.inputTokens + point.outputTokens }

  /// Parts of `points` between shares of their weight; a point belongs where the middle of its weight falls.
  private static func cut(
    _ points: [LengthDistribution.Point], at edges: [Double]
  ) -> [ArraySlice<LengthDistribution.Point>] {
    let total = points.reduce(0) { $0 + $1.weight }
    var parts: [ArraySlice<LengthDistribution.Point>] = []
    var start = 0
    var position = 0
    var before = 0.0
    for edge in edges.dropLast() {
      while position < points.count, before + points[position].weight / 2 < edge * total {
        before += points[position].weight
        position += 1
      }
      parts.append(points[start..<position])
      start = position
    }
    parts.append(points[start...])
    return parts
  }

  private static func mean(_ points: ArraySlice<LengthDistribution.Point>) -> LengthDistribution.Point? {
    let weight = points.reduce(0) { $0 + $1.weight }
    if weight <= 0 { return nil }
    return LengthDistribution.Point(
      inputTokens: max(1, points.reduce(0) { $0 + $1.weight * $1.inputTokens } / weight),
      outputTokens: max(1, points.reduce(0) { $0 + $1.weight * $1.outputTokens } / weight), weight: weight)
  }
}
