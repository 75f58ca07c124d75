/// Joint distribution of input and output lengths [tokens] of a request class, as weighted points.
///
/// Every way in which a problem states lengths (means, quantiles, a histogram of buckets, a trace) ends here, so that
/// the moments that queueing and batching need are sums over points.
public struct LengthDistribution: Sendable, Hashable {
  /// One kind of request: its lengths and its share of the class.
  public struct Point: Sendable, Hashable {
    public var inputTokens: Double
    public var outputTokens: Double
    /// Share of requests, positive; all weights of a distribution sum to 1.
    public var weight: Double

    public init(inputTokens: Double, outputTokens: Double, weight: Double) {
      self.inputTokens = inputTokens
      self.outputTokens = outputTokens
      self.weight = weight
    }
  }

  /// Points in a fixed order (by input, then output), weights normalised to sum to 1.
  public let points: [Point]

  /// Normalises weights, merges equal points and sorts; points of weight 0 are dropped.
  ///
  /// - Precondition: at least one point of positive weight; lengths are finite and at least 1 token.
  public init(points given: [Point]) {
    var merged: [SIMD2<Double>: Double] = [:]
    for point in given where point.weight > 0 {
      merged[SIMD2(point.inputTokens, point.outputTokens), default: 0] += point.weight
    }
    precondition(!merged.isEmpty, "a length distribution needs a point of positive weight")
    let total = merged.values.sorted().reduce(0, +)
    points =
      merged
      .map { Point(inputTokens: $0.key.x, outputTokens: $0.key.y, weight: $0.value / total) }
      .sorted { ($0.inputTokens, $0.outputTokens) < ($1.inputTokens, $1.outputTokens) }
    precondition(points.allSatisfy { $0.inputTokens >= 1 && $0.outputTokens >= 1 && $0.weight.isFinite })
  }

  /// All requests alike.
  public init(inputTokens: Double, outputTokens: Double) {
    self.init(points: [Point(inputTokens: inputTokens, outputTokens: outputTokens, weight: 1)])
  }

  /// Σ weight · f(point).
  public func mean(_ function: (Point) -> Double) -> Double {
    points.reduce(0) { $0 + $1.weight * function($1) }
  }

  public var meanInputTokens: Double { mean(\.inputTokens) }
  public var meanOutputTokens: Double { mean(\.outputTokens) }
  /// Largest input + output of any point [tokens].
  public var maximumSequenceTokens: Double {
    points.reduce(0) { max($0, $1.inputTokens + $1.outputTokens) }
  }
}
