/// A stretch of the demand profile.
public struct PlanPeriod: Sendable, Hashable {
  public var id: String
  /// Its length [h]; averages over periods are weighted with it.
  public var hours: Double

  public init(id: String, hours: Double) {
    self.id = id
    self.hours = hours
  }
}

/// Devices held of one pool in one price tier.
public struct PlanPurchase: Sendable, Hashable {
  public var poolID: String
  public var vendor: String
  public var tier: PriceTierKind
  /// Devices per period (equal in all periods for committed tiers).
  public var devicesByPeriod: [Int]
  /// Whole nodes per period where the pool is billed so; `nil` otherwise.
  public var nodesByPeriod: [Int]?
  public var usdPerDeviceHour: Double
  /// [USD/h], averaged over periods.
  public var costUSDPerHour: Double

  public init(
    poolID: String, vendor: String, tier: PriceTierKind, devicesByPeriod: [Int], nodesByPeriod: [Int]?,
    usdPerDeviceHour: Double, costUSDPerHour: Double
  ) {
    self.poolID = poolID
    self.vendor = vendor
    self.tier = tier
    self.devicesByPeriod = devicesByPeriod
    self.nodesByPeriod = nodesByPeriod
    self.usdPerDeviceHour = usdPerDeviceHour
    self.costUSDPerHour = costUSDPerHour
  }
}

/// A rule without slack at the optimum.
public struct BindingConstraint: Sendable, Hashable {
  /// Family, for example `stock`.
  public var family: String
  /// Row name in the program, for example `stock[h100]`.
  public var name: String
  /// In the user's words.
  public var message: String
  /// Change of the objective per unit of the limit in the linear relaxation, where it is known.
  public var shadowPrice: Double?

  public init(family: String, name: String, message: String, shadowPrice: Double? = nil) {
    self.family = family
    self.name = name
    self.message = message
    self.shadowPrice = shadowPrice
  }
}

/// What another way of planning would give on the same problem.
public struct BaselineResult: Sendable, Hashable {
  /// For example `best single accelerator (h100)`.
  public var name: String
  /// Stable key: `single_accelerator`, `single_vendor`, `no_disaggregation`, `disaggregation_only`, `two_step`,
  /// `current_fleet`.
  public var kind: String
  public var status: PlanStatus
  /// [USD/h]; `nil` without a solution.
  public var costUSDPerHour: Double?
  /// Value of the problem's objective.
  public var objective: Double?
  /// Proven lower bound on it.
  public var bound: Double?
  /// What limits it or why it fails, in words.
  public var note: String?

  public init(
    name: String, kind: String, status: PlanStatus, costUSDPerHour: Double? = nil, objective: Double? = nil,
    bound: Double? = nil, note: String? = nil
  ) {
    self.name = name
    self.kind = kind
    self.status = status
    self.costUSDPerHour = costUSDPerHour
    self.objective = objective
    self.bound = bound
    self.note = note
  }
}

/// Something that was considered and is not in the plan, with the reason.
public struct RejectedAlternative: Sendable, Hashable {
  /// For example pool `ascend-910b`, model `llama-3.1-70b`, phase `prefill`.
  public var poolID: String
  public var modelID: String
  public var phase: Phase
  /// What was tried, for example `TP2 fp8`; `nil` = the accelerator as a whole.
  public var subject: String?
  /// For example `weights 141 GB exceed 2 × 80 GB × 0.92`.
  public var reason: String
  /// Strategies that share this reason.
  public var count: Int

  public init(poolID: String, modelID: String, phase: Phase, subject: String? = nil, reason: String, count: Int = 1) {
    self.poolID = poolID
    self.modelID = modelID
    self.phase = phase
    self.subject = subject
    self.reason = reason
    self.count = count
  }
}

/// Why no plan exists.
public struct ConflictReport: Sendable, Hashable {
  /// One sentence in the user's terms.
  public var summary: String
  /// Rules that cannot hold together.
  public var conflicting: [String]
  /// Alternatives, each of which alone repairs the problem; the smallest change first.
  public var repairs: [String]

  public init(summary: String, conflicting: [String], repairs: [String]) {
    self.summary = summary
    self.conflicting = conflicting
    self.repairs = repairs
  }
}

/// What made the plan.
public struct PlanProvenance: Sendable, Hashable {
  /// SHA-256 of the problem file and of the files that it names.
  public var inputHash: String
  /// SHA-256 over all catalog files used.
  public var catalogHash: String
  /// Version of fleetplan.
  public var version: String
  /// For example `GLPK 5.0`.
  public var solver: String
  /// The solver's status in its own words.
  public var solverStatus: String
  /// Size of the program that was solved.
  public var rows: Int
  public var columns: Int
  public var integerColumns: Int
  /// Candidates enumerated and left after dominance.
  public var candidates: Int
  public var reducedCandidates: Int
  public var latencyModel: String

  public init(
    inputHash: String = "", catalogHash: String = "", version: String = "", solver: String = "",
    solverStatus: String = "", rows: Int = 0, columns: Int = 0, integerColumns: Int = 0, candidates: Int = 0,
    reducedCandidates: Int = 0, latencyModel: String = ""
  ) {
    self.inputHash = inputHash
    self.catalogHash = catalogHash
    self.version = version
    self.solver = solver
    self.solverStatus = solverStatus
    self.rows = rows
    self.columns = columns
    self.integerColumns = integerColumns
    self.candidates = candidates
    self.reducedCandidates = reducedCandidates
    self.latencyModel = latencyModel
  }
}
