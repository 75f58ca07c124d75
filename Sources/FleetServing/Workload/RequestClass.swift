/// One objective: the given quantile of a latency must not exceed the limit.
public struct LatencyObjective: Sendable, Hashable {
  /// Limit [s].
  public var seconds: Double
  /// Quantile that must meet it, in 0..<1, for example 0.95.
  public var percentile: Double

  public init(seconds: Double, percentile: Double) {
    self.seconds = seconds
    self.percentile = percentile
  }
}

/// Service-level objectives of a request class; `nil` where none is asked for.
public struct ServiceLevelObjective: Sendable, Hashable {
  /// Time to first token: arrival → first token.
  public var ttft: LatencyObjective?
  /// Time per output token: mean over the tokens of one request after the first.
  public var tpot: LatencyObjective?
  /// Arrival → last token.
  public var endToEnd: LatencyObjective?

  public init(ttft: LatencyObjective? = nil, tpot: LatencyObjective? = nil, endToEnd: LatencyObjective? = nil) {
    self.ttft = ttft
    self.tpot = tpot
    self.endToEnd = endToEnd
  }
}

/// A stream of similar requests to one model.
public struct RequestClass: Sendable, Hashable {
  public var id: String
  /// Id of the model within the problem.
  public var modelID: String
  /// Arrival rate in each period [requests/s]; one value per period of the problem.
  public var ratePerSecond: [Double]
  public var lengths: LengthDistribution
  public var objective: ServiceLevelObjective

  public init(
    id: String, modelID: String, ratePerSecond: [Double], lengths: LengthDistribution,
    objective: ServiceLevelObjective
  ) {
    self.id = id
    self.modelID = modelID
    self.ratePerSecond = ratePerSecond
    self.lengths = lengths
    self.objective = objective
  }
}
