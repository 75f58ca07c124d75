/// The price of a pool at which the best plan stops using it, found by solving the problem again at the price where the
/// plan with the pool and the best plan without it cost the same, until the two optima agree.
public struct BreakEvenPrice: Sendable, Hashable {
  /// How a pool stands at its present price.
  public enum Verdict: String, Sendable, Hashable, CaseIterable {
    /// Not used now; enters below the break-even price.
    case entersBelow = "enters_below"
    /// Used now; leaves above the break-even price.
    case leavesAbove = "leaves_above"
    /// Would not be used for nothing.
    case never
    /// Nothing works without it, whatever it costs.
    case indispensable
    /// Some program ended without a proof: the price is not known.
    case unknown
  }

  public var poolID: String
  public var vendor: String
  public var verdict: Verdict
  /// Present price of its dearest tier on offer [USD per device-hour]; tiers keep their proportions.
  public var currentUSDPerDeviceHour: Double
  /// That price at break-even; `nil` where there is none.
  public var breakEvenUSDPerDeviceHour: Double?
  /// The phases that the pool serves in the plan just below the break-even price.
  public var phases: [Phase]
  /// Devices of the pool in that plan, at the peak.
  public var devices: Int
  /// Cost of the best plan without the pool [USD/h]; `nil` when there is none.
  public var costWithoutUSDPerHour: Double?
  /// Whether every program behind it was solved to optimality.
  public var isProven: Bool

  public init(
    poolID: String, vendor: String, verdict: Verdict, currentUSDPerDeviceHour: Double,
    breakEvenUSDPerDeviceHour: Double? = nil, phases: [Phase] = [], devices: Int = 0,
    costWithoutUSDPerHour: Double? = nil, isProven: Bool
  ) {
    self.poolID = poolID
    self.vendor = vendor
    self.verdict = verdict
    self.currentUSDPerDeviceHour = currentUSDPerDeviceHour
    self.breakEvenUSDPerDeviceHour = breakEvenUSDPerDeviceHour
    self.phases = phases
    self.devices = devices
    self.costWithoutUSDPerHour = costWithoutUSDPerHour
    self.isProven = isProven
  }
}

/// Whether something pays, over request rates: the joint optimum against the best plan without it, at rates from a fraction
/// of today's to a multiple, with every change of the answer narrowed down by bisection.
public struct BreakEvenRate: Sendable, Hashable {
  /// What may or may not pay.
  public enum Subject: String, Sendable, Hashable, CaseIterable {
    /// Prefill and decode on separate instances, against aggregated instances only.
    case disaggregation
    /// More than one vendor, against the best single one.
    case secondVendor = "second_vendor"
  }

  /// Both optima at one rate.
  public struct Point: Sendable, Hashable {
    /// All classes together [requests/s]; they keep their proportions.
    public var ratePerSecond: Double
    /// Joint optimum [USD/h]; `nil` without a plan.
    public var costUSDPerHour: Double?
    /// The best plan without the subject [USD/h]; `nil` without a plan.
    public var costWithoutUSDPerHour: Double?
    /// Whether both were proven (an infeasible one counts as proven).
    public var isProven: Bool

    public init(
      ratePerSecond: Double, costUSDPerHour: Double?, costWithoutUSDPerHour: Double?, isProven: Bool
    ) {
      self.ratePerSecond = ratePerSecond
      self.costUSDPerHour = costUSDPerHour
      self.costWithoutUSDPerHour = costWithoutUSDPerHour
      self.isProven = isProven
    }

    /// Whether the joint optimum is cheaper, or proven to be the only one that exists. A difference below a millionth is
    /// rounding.
    public var pays: Bool {
      guard let costUSDPerHour else { return false }
      guard let costWithoutUSDPerHour else { return isProven }
      return costUSDPerHour < costWithoutUSDPerHour * (1 - 1e-6)
    }
  }

  /// A stretch of rates in which it pays [requests/s].
  public struct Range: Sendable, Hashable {
    /// It does not pay just below; `nil` when it pays at the lowest rate tried.
    public var fromPerSecond: Double?
    /// It does not pay just above; `nil` when it pays at the highest rate tried.
    public var toPerSecond: Double?

    public init(fromPerSecond: Double?, toPerSecond: Double?) {
      self.fromPerSecond = fromPerSecond
      self.toPerSecond = toPerSecond
    }
  }

  public var subject: Subject
  /// Rate of the problem, all classes together [requests/s].
  public var currentPerSecond: Double
  /// By rising rate, all that were solved. Between two neighbours that agree nothing was tried.
  public var points: [Point]
  /// Where it pays, by rising rate.
  public var ranges: [Range]
  /// Relative distance to which each end of a range was narrowed down, for example 0.01.
  public var resolution: Double

  public init(subject: Subject, currentPerSecond: Double, points: [Point], ranges: [Range], resolution: Double) {
    self.subject = subject
    self.currentPerSecond = currentPerSecond
    self.points = points
    self.ranges = ranges
    self.resolution = resolution
  }
}

/// One limit or quantity moved a step, and the problem solved again.
public struct Sensitivity: Sendable, Hashable {
  /// What was moved.
  public enum Subject: String, Sendable, Hashable, CaseIterable {
    case stock, budget, power, ttft, tpot, endToEnd = "e2e", rate, price
  }

  public var subject: Subject
  /// Pool or class id; `nil` for rules and for all classes together.
  public var id: String?
  /// In words, for example `one node (8 devices) more of mi300x`.
  public var change: String
  public var status: PlanStatus
  /// [USD/h]; `nil` without a plan.
  public var costUSDPerHour: Double?
  /// Cost after − cost of the studied plan [USD/h].
  public var differenceUSDPerHour: Double?
  /// Change of the objective per unit of the limit in the linear relaxation, where the row binds [USD/h per unit].
  public var shadowPrice: Double?
  /// Whether both optima are proven.
  public var isProven: Bool

  public init(
    subject: Subject, id: String? = nil, change: String, status: PlanStatus, costUSDPerHour: Double? = nil,
    differenceUSDPerHour: Double? = nil, shadowPrice: Double? = nil, isProven: Bool
  ) {
    self.subject = subject
    self.id = id
    self.change = change
    self.status = status
    self.costUSDPerHour = costUSDPerHour
    self.differenceUSDPerHour = differenceUSDPerHour
    self.shadowPrice = shadowPrice
    self.isProven = isProven
  }
}
