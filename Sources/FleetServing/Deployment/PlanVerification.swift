/// What came of replaying a plan with its own traffic: the promise of the latency model against a discrete-event
/// simulation, and what it took to make them agree.
public struct PlanVerification: Sendable, Hashable {
  /// Whether every class that was replayed attains all its objectives in every period; `nil` where none could be replayed.
  public var holds: Bool?
  /// Plans that were made and replayed; 1 = the first plan held.
  public var rounds: Int
  /// Seed of the arrivals.
  public var seed: Int
  /// Requests replayed in the last round, after warm-up.
  public var requests: Int
  /// Time simulated in the last round, all periods together, after warm-up [s].
  public var simulatedSeconds: Double
  /// Cost of the first plan, before anything was tightened, and of this one [USD/h].
  public var costBeforeUSDPerHour: Double?
  public var costAfterUSDPerHour: Double?
  public var classes: [ReplayedClass]
  /// Capacity that was taken away from configurations.
  public var tightened: [TightenedConfiguration]
  /// Ids of groups that could not be replayed, because a measured capacity table gives no step times.
  public var notReplayed: [String]
  /// Why the loop ended without all objectives attained, or what else should be known; `nil` = nothing to add.
  public var note: String?

  public init(
    holds: Bool?, rounds: Int, seed: Int, requests: Int, simulatedSeconds: Double,
    costBeforeUSDPerHour: Double? = nil, costAfterUSDPerHour: Double? = nil, classes: [ReplayedClass] = [],
    tightened: [TightenedConfiguration] = [], notReplayed: [String] = [], note: String? = nil
  ) {
    self.holds = holds
    self.rounds = rounds
    self.seed = seed
    self.requests = requests
    self.simulatedSeconds = simulatedSeconds
    self.costBeforeUSDPerHour = costBeforeUSDPerHour
    self.costAfterUSDPerHour = costAfterUSDPerHour
    self.classes = classes
    self.tightened = tightened
    self.notReplayed = notReplayed
    self.note = note
  }
}

/// One class in the replay, in its worst period.
public struct ReplayedClass: Sendable, Hashable {
  /// One latency: promised, replayed, asked for.
  public struct Latency: Sendable, Hashable {
    /// Quantile of all three, for example 0.95.
    public var percentile: Double
    /// What the plan predicts [s].
    public var predictedSeconds: Double?
    /// What the replay gave [s], with the half width of its 95 % confidence interval; `nil` when too few requests came.
    public var replayedSeconds: Double?
    public var replayedHalfWidthSeconds: Double?
    /// Objective [s]; `nil` when none is stated.
    public var objectiveSeconds: Double?
    /// Share of requests within the objective, with the half width of its 95 % confidence interval; `nil` without one.
    public var attainment: Double?
    public var attainmentHalfWidth: Double?

    public init(
      percentile: Double, predictedSeconds: Double?, replayedSeconds: Double?, replayedHalfWidthSeconds: Double? = nil,
      objectiveSeconds: Double? = nil, attainment: Double? = nil, attainmentHalfWidth: Double? = nil
    ) {
      self.percentile = percentile
      self.predictedSeconds = predictedSeconds
      self.replayedSeconds = replayedSeconds
      self.replayedHalfWidthSeconds = replayedHalfWidthSeconds
      self.objectiveSeconds = objectiveSeconds
      self.attainment = attainment
      self.attainmentHalfWidth = attainmentHalfWidth
    }

    /// Whether the share asked for was within the objective; true without one.
    public var holds: Bool { attainment.map { $0 >= percentile } ?? true }
  }

  public var id: String
  /// Period in which the class fared worst; `nil` when the problem has one period.
  public var periodID: String?
  /// Requests replayed in that period after warm-up.
  public var requests: Int
  public var ttft: Latency
  public var tpot: Latency
  public var endToEnd: Latency

  public init(
    id: String, periodID: String? = nil, requests: Int, ttft: Latency, tpot: Latency, endToEnd: Latency
  ) {
    self.id = id
    self.periodID = periodID
    self.requests = requests
    self.ttft = ttft
    self.tpot = tpot
    self.endToEnd = endToEnd
  }

  public var holds: Bool { ttft.holds && tpot.holds && endToEnd.holds }
}

/// A configuration from which capacity was taken, because a class missed an objective on it.
public struct TightenedConfiguration: Sendable, Hashable {
  public var phase: Phase
  public var modelID: String
  public var poolID: String
  public var weightPrecision: String?
  public var kvPrecision: String?
  public var strategy: ParallelStrategy
  public var classID: String
  /// Instances needed per request/s, as a multiple of what the latency model says; above 1.
  public var factor: Double

  public init(
    phase: Phase, modelID: String, poolID: String, weightPrecision: String?, kvPrecision: String?,
    strategy: ParallelStrategy, classID: String, factor: Double
  ) {
    self.phase = phase
    self.modelID = modelID
    self.poolID = poolID
    self.weightPrecision = weightPrecision
    self.kvPrecision = kvPrecision
    self.strategy = strategy
    self.classID = classID
    self.factor = factor
  }
}
