/// What solving a problem again, with one thing changed at a time, says of its plan: where it flips, what else is nearly as
/// good, what a tighter or looser world would cost.
///
/// Every entry comes from programs that were solved, not from extrapolation; `isProven` says where an optimum stands behind
/// all of them.
public struct PlanStudy: Sendable, Hashable {
  /// The plan that was studied; the others are measured against it.
  public var plan: Plan
  /// Other plans near the optimum that differ in kind, cheapest first.
  public var alternatives: [PlanAlternative]
  /// Cost against latency objectives.
  public var frontiers: [CostFrontier]
  /// The price at which each pool enters or leaves the fleet.
  public var breakEvenPrices: [BreakEvenPrice]
  /// The request rates at which disaggregation or a second vendor pays.
  public var breakEvenRates: [BreakEvenRate]
  /// One limit or quantity moved a step, and the problem solved again.
  public var sensitivities: [Sensitivity]
  /// What was left out and why, in sentences.
  public var notes: [String]
  /// Programs that were solved for the study.
  public var solves: Int

  public init(
    plan: Plan, alternatives: [PlanAlternative] = [], frontiers: [CostFrontier] = [],
    breakEvenPrices: [BreakEvenPrice] = [], breakEvenRates: [BreakEvenRate] = [], sensitivities: [Sensitivity] = [],
    notes: [String] = [], solves: Int = 0
  ) {
    self.plan = plan
    self.alternatives = alternatives
    self.frontiers = frontiers
    self.breakEvenPrices = breakEvenPrices
    self.breakEvenRates = breakEvenRates
    self.sensitivities = sensitivities
    self.notes = notes
    self.solves = solves
  }
}

/// What a pool is used for: the parts of a plan's kind. Two plans differ in kind when their sets of these differ.
public struct PoolUse: Sendable, Hashable, Comparable, CustomStringConvertible {
  public var poolID: String
  public var phase: Phase

  public init(poolID: String, phase: Phase) {
    self.poolID = poolID
    self.phase = phase
  }

  public var description: String { "\(phase.rawValue) on \(poolID)" }

  public static func < (first: PoolUse, second: PoolUse) -> Bool {
    (first.phase, first.poolID) < (second.phase, second.poolID)
  }
}

extension Plan {
  /// The pools that run, each with its phases: what two plans that differ only in counts, strategies or batches share.
  public var kind: Set<PoolUse> {
    Set(groups.filter { $0.instances > 0 }.map { PoolUse(poolID: $0.poolID, phase: $0.phase) })
  }
}

/// The best plan of another kind: one that does without some use of every better plan listed.
public struct PlanAlternative: Sendable, Hashable {
  /// 2 for the best plan that differs so from the studied one, and so on.
  public var rank: Int
  /// A whole plan, without baselines of its own.
  public var plan: Plan

  public init(rank: Int, plan: Plan) {
    self.rank = rank
    self.plan = plan
  }
}

/// What latency costs: the problem solved with all objectives of one kind multiplied by a factor, several times.
public struct CostFrontier: Sendable, Hashable {
  /// The objective that is varied.
  public enum Axis: String, Sendable, Hashable, CaseIterable {
    /// Shown as output tokens/s per device against tokens/s per user.
    case tpot
    /// Shown as USD per million tokens against TTFT.
    case ttft
  }

  /// One way of planning along the axis.
  public struct Series: Sendable, Hashable {
    /// `joint`, `no_disaggregation`, `single_vendor`, as `BaselineResult.kind`.
    public var kind: String
    /// In words, for example `only vendor nvidia`.
    public var name: String
    /// By rising factor.
    public var points: [Point]

    public init(kind: String, name: String, points: [Point]) {
      self.kind = kind
      self.name = name
      self.points = points
    }
  }

  /// One problem that was solved.
  public struct Point: Sendable, Hashable {
    /// What all objectives of the axis were multiplied by; 1 = as stated in the problem.
    public var factor: Double
    /// The strictest objective of the axis at this factor, over all classes [s].
    public var objectiveSeconds: Double
    public var status: PlanStatus
    /// [USD/h]; `nil` without a plan.
    public var costUSDPerHour: Double?
    /// Devices held, averaged over periods; `nil` without a plan.
    public var devices: Double?
    public var usdPerMillionTokens: Double?
    /// Served output tokens/s ÷ devices held; `nil` without a plan.
    public var outputTokensPerSecondPerDevice: Double?
    /// As `Plan.gap`.
    public var gap: Double?

    public init(
      factor: Double, objectiveSeconds: Double, status: PlanStatus, costUSDPerHour: Double? = nil,
      devices: Double? = nil, usdPerMillionTokens: Double? = nil, outputTokensPerSecondPerDevice: Double? = nil,
      gap: Double? = nil
    ) {
      self.factor = factor
      self.objectiveSeconds = objectiveSeconds
      self.status = status
      self.costUSDPerHour = costUSDPerHour
      self.devices = devices
      self.usdPerMillionTokens = usdPerMillionTokens
      self.outputTokensPerSecondPerDevice = outputTokensPerSecondPerDevice
      self.gap = gap
    }
  }

  public var axis: Axis
  /// Class whose objective is the strictest of the axis.
  public var classID: String
  public var series: [Series]

  public init(axis: Axis, classID: String, series: [Series]) {
    self.axis = axis
    self.classID = classID
    self.series = series
  }
}
