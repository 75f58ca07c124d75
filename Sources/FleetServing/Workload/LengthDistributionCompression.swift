extension LengthDistribution {
  /// The same distribution with at most `count` points, for formulas whose cost grows with the number of points.
  ///
  /// The points of the largest input, the largest output and the largest sum stay as they are, so no maximum that
  /// memory depends on changes. The others are split into cells (always the cell with the largest remaining variance,
  /// at the mean of its wider side) and each cell becomes its mean. Finally each side is stretched about its mean so
  /// that variances return to what they were; means stay exact unless a stretched length had to be held within
  /// 1...maximum.
  ///
  /// - Precondition: `count` is at least 4.
  public func compressed(to count: Int) -> LengthDistribution {
    precondition(count >= 4, "compression keeps up to three extreme points and needs at least one more")
    guard points.count > count else { return self }
    var extremes: Set<Int> = []
    for side in [{ $0.inputTokens }, { $0.outputTokens }, { $0.inputTokens + $0.outputTokens }] as [(Point) -> Double] {
      if let index = points.indices.max(by: { side(points[$0]) < side(points[$1]) }) { extremes.insert(index) }
    }
    let kept = extremes.sorted().map { points[$0] }
    let rest = points.indices.filter { !extremes.contains($0) }.map { points[$0] }
    let cells = Self.split(rest, into: count - kept.count)
    let means = cells.map(\.mean)
    let input = Self.stretched(means.map(\.inputTokens), means, like: rest.map(\.inputTokens), rest)
    let output = Self.stretched(means.map(\.outputTokens), means, like: rest.map(\.outputTokens), rest)
    let maximumInput = points.reduce(1) { max($0, $1.inputTokens) }
    let maximumOutput = points.reduce(1) { max($0, $1.outputTokens) }
    let maximumSum = maximumSequenceTokens
    let compressed = means.indices.map { index in
      let inputTokens = min(max(input[index], 1), maximumInput)
      let outputTokens = min(max(output[index], 1), maximumOutput, max(1, maximumSum - inputTokens))
      return Point(inputTokens: inputTokens, outputTokens: outputTokens, weight: means[index].weight)
    }
    return LengthDistribution(points: kept + compressed)
  }

  /// Points that will become one, with the figures that decide the next split.
  private struct Cell {
    var points: [Point]
    var mean: Point
    /// Weight × variance of each side, relative to the squared mean of the whole distribution.
    var inputSpread: Double
    var outputSpread: Double

    init(_ points: [Point], scale: Point) {
      self.points = points
      let weight = points.reduce(0) { $0 + $1.weight }
      let input = points.reduce(0) { $0 + $1.weight * $1.inputTokens } / weight
      let output = points.reduce(0) { $0 + $1.weight * $1.outputTokens } / weight
      mean = Point(inputTokens: input, outputTokens: output, weight: weight)
      inputSpread =
        points.reduce(0) { $0 + $1.weight * ($1.inputTokens - input) * ($1.inputTokens - input) }
        / (scale.inputTokens * scale.inputTokens)
      outputSpread =
        points.reduce(0) { $0 + $1.weight * ($1.outputTokens - output) * ($1.outputTokens - output) }
        / (scale.outputTokens * scale.outputTokens)
    }

    var spread: Double { max(inputSpread, outputSpread) }
  }

  private static func split(_ points: [Point], into count: Int) -> [Cell] {
    let whole = Cell(points, scale: Point(inputTokens: 1, outputTokens: 1, weight: 1)).mean
    var cells = [Cell(points, scale: whole)]
    while cells.count < count {
      guard let widest = cells.indices.max(by: { cells[$0].spread < cells[$1].spread }), cells[widest].spread > 0
      else { break }
      let cell = cells[widest]
      let side: (Point) -> Double = cell.inputSpread >= cell.outputSpread ? { $0.inputTokens } : { $0.outputTokens }
      let boundary = side(cell.mean)
      let low = cell.points.filter { side($0) <= boundary }
      let high = cell.points.filter { side($0) > boundary }
      guard !low.isEmpty, !high.isEmpty else { break }
      cells[widest] = Cell(low, scale: whole)
      cells.append(Cell(high, scale: whole))
    }
    return cells
  }

  /// Values moved away from their mean until their weighted variance is that of the original values.
  private static func stretched(_ values: [Double], _ cells: [Point], like original: [Double], _ points: [Point])
    -> [Double]
  {
    let weight = points.reduce(0) { $0 + $1.weight }
    let mean = zip(original, points).reduce(0) { $0 + $1.0 * $1.1.weight } / weight
    let wanted = zip(original, points).reduce(0) { $0 + ($1.0 - mean) * ($1.0 - mean) * $1.1.weight }
    let present = zip(values, cells).reduce(0) { $0 + ($1.0 - mean) * ($1.0 - mean) * $1.1.weight }
    guard present > 0 else { return values }
    let factor = (wanted / present).squareRoot()
    return values.map { mean + ($0 - mean) * factor }
  }
}
