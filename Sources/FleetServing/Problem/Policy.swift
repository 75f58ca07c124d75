/// Rules that a plan must obey beside demand, objectives and stock.
public struct Policy: Sendable, Hashable {
  public var servingModes: Set<ServingMode>
  /// Allowed tensor-parallel degrees; `nil` = those of each accelerator.
  public var tensorDegrees: [Int]?
  /// Allowed pipeline-parallel degrees; `nil` = 1 and 2, and 4 or 8 where the weights fit no sooner.
  public var pipelineDegrees: [Int]?
  /// Allowed attention-data-parallel degrees (mixture-of-experts models only use degrees above 1); `nil` = the usual ones,
  /// and wide ones for models that are served so.
  public var dataDegrees: [Int]?
  /// Allowed expert-parallel degrees; `nil` = 1 and every device of the instance.
  public var expertDegrees: [Int]?
  /// Allowed context-parallel degrees of prefill instances.
  public var contextDegrees: [Int]
  /// Whether a prefill instance sends KV caches to decode instances of its own tensor-parallel degree alone.
  public var equalTensorDegrees: Bool
  /// Largest instance [devices].
  public var maximumDevicesPerInstance: Int?
  /// Largest batch (running sequences) of a data-parallel rank of a decode or aggregated instance.
  public var maximumBatch: Int
  /// Token budget of a step of an aggregated instance, for each data-parallel rank [tokens]; `nil` = chosen for each
  /// configuration out of `automaticChunkTokens`.
  public var chunkTokens: Int?
  /// Token budget of a step of a prefill instance, for each data-parallel rank [tokens]: as many waiting prompts as fit share
  /// a step; a single prompt may exceed it.
  public var prefillStepTokens: Int
  public var budgetUSDPerHour: Double?
  public var powerCapWatts: Double?
  /// Most devices over several pools together.
  public var deviceLimits: [DeviceLimit]
  public var vendorShares: [VendorShareLimit]
  /// Least number of different vendors whose devices are used.
  public var minimumVendors: Int?
  /// Idle instances kept in every group beyond what the load needs.
  public var spareInstancesPerGroup: Int
  /// Extra capacity above the load, by phase.
  public var headroom: Headroom
  /// Largest share of held devices in spot tiers, 0...1; `nil` = no limit.
  public var spotShareLimit: Double?
  /// How requests reach the instances of a prefill or aggregated group.
  public var router: RouterAssumption
  /// Whether instances are sized for the bad end of the 90 % error band of their configuration.
  public var robust: Bool

  public init(
    servingModes: Set<ServingMode> = Set(ServingMode.allCases), tensorDegrees: [Int]? = nil,
    pipelineDegrees: [Int]? = nil, dataDegrees: [Int]? = nil, expertDegrees: [Int]? = nil,
    contextDegrees: [Int] = [1], equalTensorDegrees: Bool = false, maximumDevicesPerInstance: Int? = nil,
    maximumBatch: Int = 1024, chunkTokens: Int? = nil, prefillStepTokens: Int = Self.usualPrefillStepTokens,
    budgetUSDPerHour: Double? = nil, powerCapWatts: Double? = nil,
    deviceLimits: [DeviceLimit] = [], vendorShares: [VendorShareLimit] = [], minimumVendors: Int? = nil,
    spareInstancesPerGroup: Int = 0, headroom: Headroom = 0,
    spotShareLimit: Double? = nil, router: RouterAssumption = .sharedQueue, robust: Bool = false
  ) {
    self.servingModes = servingModes
    self.tensorDegrees = tensorDegrees
    self.pipelineDegrees = pipelineDegrees
    self.dataDegrees = dataDegrees
    self.expertDegrees = expertDegrees
    self.contextDegrees = contextDegrees
    self.equalTensorDegrees = equalTensorDegrees
    self.maximumDevicesPerInstance = maximumDevicesPerInstance
    self.maximumBatch = maximumBatch
    self.chunkTokens = chunkTokens
    self.prefillStepTokens = prefillStepTokens
    self.budgetUSDPerHour = budgetUSDPerHour
    self.powerCapWatts = powerCapWatts
    self.deviceLimits = deviceLimits
    self.vendorShares = vendorShares
    self.minimumVendors = minimumVendors
    self.spareInstancesPerGroup = spareInstancesPerGroup
    self.headroom = headroom
    self.spotShareLimit = spotShareLimit
    self.router = router
    self.robust = robust
  }
}

/// Extra capacity above the load, as a fraction of it: 0.2 keeps 20 % more instances busy-capable than needed.
public struct Headroom: Sendable, Hashable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public var prefill: Double
  public var decode: Double
  public var aggregated: Double

  public init(prefill: Double, decode: Double, aggregated: Double) {
    self.prefill = prefill
    self.decode = decode
    self.aggregated = aggregated
  }

  /// The same fraction for every phase.
  public init(_ value: Double) { self.init(prefill: value, decode: value, aggregated: value) }

  public init(floatLiteral value: Double) { self.init(value) }

  public init(integerLiteral value: Int) { self.init(Double(value)) }

  public subscript(phase: Phase) -> Double {
    switch phase {
    case .prefill: prefill
    case .decode: decode
    case .aggregated: aggregated
    }
  }
}

extension Policy {
  /// Attention-data-parallel degrees considered where a policy names none.
  public static let usualDataDegrees = [1, 8]
  /// Further ones, of wide expert parallelism, for models that are served so: those of published deployments.
  public static let wideDataDegrees = [16, 32, 48, 64, 72, 144, 320]

  /// Token budgets that a plan chooses from where the policy names none [tokens].
  public static let automaticChunkTokens = [512, 1024, 2048, 4096, 8192, 16_384]
  /// The budget that is assumed where nobody says: of plans from before they stated it.
  public static let usualChunkTokens = 2048
  /// The budget of a prefill step that vLLM, SGLang and TensorRT-LLM start with [tokens].
  public static let usualPrefillStepTokens = 8192
}

/// Whether prefill and decode run on separate instances.
public enum ServingMode: String, Sendable, CaseIterable, Hashable {
  case disaggregated, aggregated
}

/// At most `maximumDevices` may be held in any period in the pools together, the current fleet included.
public struct DeviceLimit: Sendable, Hashable {
  /// Ids of the pools, in the order given; at least one, none twice.
  public var poolIDs: [String]
  public var maximumDevices: Int

  public init(poolIDs: [String], maximumDevices: Int) {
    self.poolIDs = poolIDs
    self.maximumDevices = maximumDevices
  }
}

/// At most `share` of the measure may come from `vendor` (or from any single vendor).
public struct VendorShareLimit: Sendable, Hashable {
  /// What the share is measured in.
  public enum Measure: String, Sendable, CaseIterable, Hashable {
    /// Cost of held devices.
    case spend
    /// Held devices.
    case devices
    /// Served requests; prefill and decode count one half each.
    case capacity
  }

  /// `nil` = every vendor by itself.
  public var vendor: String?
  /// 0...1.
  public var share: Double
  public var measure: Measure

  public init(vendor: String? = nil, share: Double, measure: Measure = .spend) {
    self.vendor = vendor
    self.share = share
    self.measure = measure
  }
}

/// Which queue the waiting-time formula describes.
public enum RouterAssumption: String, Sendable, CaseIterable, Hashable {
  /// One queue in front of all instances of a group (or join-the-shortest-queue, which comes close): Erlang-C.
  case sharedQueue = "shared_queue"
  /// Requests are split at random; every instance has a queue of its own: M/G/1.
  case randomSplit = "random_split"
}
