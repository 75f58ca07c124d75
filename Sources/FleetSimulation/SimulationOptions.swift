/// How a plan is replayed.
public struct SimulationOptions: Sendable {
  public var seed: UInt64
  /// Requests arrive during this time [s]; those that arrived are then served to the end, at most until twice this time
  /// and an hour.
  public var durationSeconds: Double
  /// Requests that arrive earlier are not counted [s]; `nil` = a tenth of the duration.
  public var warmupSeconds: Double?
  /// Period of the problem whose rates and instances apply; `nil` = the busiest. Not used with `.periods`.
  public var periodID: String?
  /// Multiplies all rates, positive.
  public var loadFactor: Double
  public var arrivals: ArrivalSpecification
  public var policy: RoutingPolicy
  /// Whether the KV cache of a layer is sent while the next layers are still computed.
  public var overlapsLayers: Bool
  /// Prompt tokens that one step of a prefill instance takes from its queue at most, at least one prompt; `nil` =
  /// `Policy.prefillStepTokens` and no more prompts than the plan's `max_batch`, as plans assume.
  public var prefillTokenBudget: Int?
  public var faults: FaultPlan
  /// Goes on beyond the duration until the 95 % confidence half width of every class's TTFT and TPOT percentile is within
  /// this share of it; `nil` = stops at the duration.
  public var targetPrecision: Double?
  /// Most requests that arrive; `nil` = no limit.
  public var maximumRequests: Int?

  public init(
    seed: UInt64 = 1, durationSeconds: Double = 3600, warmupSeconds: Double? = nil, periodID: String? = nil,
    loadFactor: Double = 1, arrivals: ArrivalSpecification = .poisson, policy: RoutingPolicy = .planWeighted,
    overlapsLayers: Bool = true, prefillTokenBudget: Int? = nil, faults: FaultPlan = .none,
    targetPrecision: Double? = nil, maximumRequests: Int? = nil
  ) {
    self.seed = seed
    self.durationSeconds = durationSeconds
    self.warmupSeconds = warmupSeconds
    self.periodID = periodID
    self.loadFactor = loadFactor
    self.arrivals = arrivals
    self.policy = policy
    self.overlapsLayers = overlapsLayers
    self.prefillTokenBudget = prefillTokenBudget
    self.faults = faults
    self.targetPrecision = targetPrecision
    self.maximumRequests = maximumRequests
  }
}
