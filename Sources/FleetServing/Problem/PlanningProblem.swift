import FleetJSON

/// Everything that a planner is asked: models, traffic, objectives, accelerators with prices and stock, policy.
///
/// A value of this type is already validated: ids resolve, numbers are finite and in range, lists that index one
/// another have equal lengths. Decoding (`PlanningProblem(contentsOf:catalog:)`) reports every fault at once.
public struct PlanningProblem: Sendable {
  public var name: String
  public var summary: String?
  /// At least one; rates of classes have one value per period.
  public var periods: [Period]
  public var models: [ServedModel]
  public var pools: [AcceleratorPool]
  public var classes: [RequestClass]
  /// Measured configurations that bypass the latency model.
  public var capacityTables: [CapacityTable]
  public var links: [PoolLink]
  public var kvExchange: KVExchangeRule
  public var policy: Policy
  /// First entry is what is minimised; the others break ties, in order.
  public var objectives: [PlanObjective]
  /// Largest factor by which offered rates may be scaled when traffic is the objective; 1 = up to the rates given.
  public var trafficMix: TrafficMix
  /// Devices already held; see `CurrentFleetEntry`.
  public var currentFleet: [CurrentFleetEntry]
  public var limits: SolverLimits
  /// SHA-256 of the problem file as read, with the files it names; empty for problems built in code.
  public var inputHash: String
  /// What looks odd in the problem file but can be planned, such as a price far from the usual.
  public var warnings: [Fault]

  public init(
    name: String, summary: String? = nil, periods: [Period] = [Period(id: "all", hours: 1)],
    models: [ServedModel], pools: [AcceleratorPool], classes: [RequestClass],
    capacityTables: [CapacityTable] = [], links: [PoolLink] = [], kvExchange: KVExchangeRule = .all,
    policy: Policy = Policy(), objectives: [PlanObjective] = [.cost], trafficMix: TrafficMix = .proportional,
    currentFleet: [CurrentFleetEntry] = [], limits: SolverLimits = SolverLimits(), inputHash: String = "",
    warnings: [Fault] = []
  ) {
    self.name = name
    self.summary = summary
    self.periods = periods
    self.models = models
    self.pools = pools
    self.classes = classes
    self.capacityTables = capacityTables
    self.links = links
    self.kvExchange = kvExchange
    self.policy = policy
    self.objectives = objectives
    self.trafficMix = trafficMix
    self.currentFleet = currentFleet
    self.limits = limits
    self.inputHash = inputHash
    self.warnings = warnings
  }
}

/// A stretch of time with constant rates. Costs per hour are averages over periods weighted by their hours.
public struct Period: Sendable, Hashable {
  public var id: String
  /// Length of the period within the planning cycle [h], positive.
  public var hours: Double

  public init(id: String, hours: Double) {
    self.id = id
    self.hours = hours
  }
}

/// A model of the problem and how it may be run.
public struct ServedModel: Sendable, Hashable {
  /// Id within the problem; classes refer to it.
  public var id: String
  /// Architecture; `nil` for a model that only measured capacity tables can serve.
  public var architecture: LanguageModel?
  /// Allowed weight precisions.
  public var weightPrecisions: [Precision]
  /// Allowed KV-cache precisions.
  public var kvPrecisions: [Precision]
  /// Longest sequence the deployment must admit [tokens]; at least the longest request of its classes.
  public var maximumSequenceTokens: Int?

  public init(
    id: String, architecture: LanguageModel?, weightPrecisions: [Precision], kvPrecisions: [Precision],
    maximumSequenceTokens: Int? = nil
  ) {
    self.id = id
    self.architecture = architecture
    self.weightPrecisions = weightPrecisions
    self.kvPrecisions = kvPrecisions
    self.maximumSequenceTokens = maximumSequenceTokens
  }
}

/// One accelerator type in one region, with its stock and prices.
public struct AcceleratorPool: Sendable, Hashable {
  /// Id within the problem.
  public var id: String
  public var accelerator: Accelerator
  /// Region; pools of one region are taken to share a network. `nil` = the common region.
  public var region: String?
  /// Devices available in all tiers together; `nil` = no limit stated.
  public var stockDevices: Int?
  /// At least one tier.
  public var tiers: [PriceTier]
  /// Whether devices are bought in whole nodes.
  public var wholeNodes: Bool
  /// Serving backend whose constants apply.
  public var backend: String
  /// True when only measured capacity tables may use the pool (its physics is not known).
  public var measuredOnly: Bool

  public init(
    id: String, accelerator: Accelerator, region: String? = nil, stockDevices: Int? = nil, tiers: [PriceTier],
    wholeNodes: Bool = false, backend: String, measuredOnly: Bool = false
  ) {
    self.id = id
    self.accelerator = accelerator
    self.region = region
    self.stockDevices = stockDevices
    self.tiers = tiers
    self.wholeNodes = wholeNodes
    self.backend = backend
    self.measuredOnly = measuredOnly
  }
}

/// How devices of a tier are paid for.
public enum PriceTierKind: String, Sendable, CaseIterable, Hashable {
  /// Hired per period.
  case onDemand = "on_demand"
  /// Committed for all periods.
  case reserved
  /// Hired per period, may be interrupted; `Policy.spotShareLimit` bounds it.
  case spot
  /// Bought: held in all periods.
  case owned
  /// Already held (the current fleet): no new purchase.
  case current

  /// Whether the same devices are paid for in every period.
  public var isCommitted: Bool { self == .reserved || self == .owned || self == .current }
}

/// A price at which devices of a pool can be had.
public struct PriceTier: Sendable, Hashable {
  public var kind: PriceTierKind
  /// All-in price of one device while held [USD/h]; for owned devices energy × PUE is already added.
  public var usdPerDeviceHour: Double
  /// Devices available in this tier; `nil` = no limit besides the stock.
  public var availableDevices: Int?

  public init(kind: PriceTierKind, usdPerDeviceHour: Double, availableDevices: Int? = nil) {
    self.kind = kind
    self.usdPerDeviceHour = usdPerDeviceHour
    self.availableDevices = availableDevices
  }
}

/// Devices already held. They form a tier `current` of their pool at the given running price
/// (default 0: already paid for), so that a plan reuses before it buys.
public struct CurrentFleetEntry: Sendable, Hashable {
  public var poolID: String
  public var devices: Int
  public var usdPerDeviceHour: Double

  public init(poolID: String, devices: Int, usdPerDeviceHour: Double = 0) {
    self.poolID = poolID
    self.devices = devices
    self.usdPerDeviceHour = usdPerDeviceHour
  }
}

/// What a plan minimises. Every program is a minimisation.
public enum PlanObjective: String, Sendable, CaseIterable, Hashable {
  /// Cost [USD/h], averaged over periods.
  case cost
  /// Unserved requests [requests/s], averaged over periods: the most traffic (usually under a budget).
  case traffic
  /// Devices held, averaged over periods.
  case devices
  /// Power of held devices [W], averaged over periods, PUE not included.
  case power
}

/// What may be left unserved when traffic is the objective.
public enum TrafficMix: String, Sendable, CaseIterable, Hashable {
  /// The same fraction of every class.
  case proportional
  /// Any amount of any class.
  case free
}

/// Limits handed to the solver.
public struct SolverLimits: Sendable, Hashable {
  /// Wall-clock limit for the joint program [s].
  public var timeSeconds: Double
  /// Relative gap at which the solver may stop; 0 asks for a proof of optimality.
  public var relativeGap: Double
  public var nodes: Int?

  public init(timeSeconds: Double = 60, relativeGap: Double = 0, nodes: Int? = nil) {
    self.timeSeconds = timeSeconds
    self.relativeGap = relativeGap
    self.nodes = nodes
  }
}
