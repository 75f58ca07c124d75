/// Rules that a plan must obey beside demand, objectives and stock.
public struct Policy: Sendable, Hashable {
  public var servingModes: Set<ServingMode>
  /// Allowed tensor-parallel degrees; `nil` = those of each accelerator.
  public var tensorDegrees: [Int]?
  /// Allowed pipeline-parallel degrees; `nil` = 1 and 2, and 4 or 8 where the weights fit no sooner.
  public var pipelineDegrees: [Int]?
  /// Allowed attention-data-parallel degrees (mixture-of-experts models only use degrees above 1).
  public var dataDegrees: [Int]
  /// Allowed expert-parallel degrees; `nil` = 1 and every device of the instance.
  public var expertDegrees: [Int]?
  /// Largest instance [devices].
  public var maximumDevicesPerInstance: Int?
  /// Largest batch (running sequences) of a data-parallel rank of a decode or aggregated instance.
  public var maximumBatch: Int
  /// Token budget of a step of an aggregated instance, for each data-parallel rank [tokens]; `nil` = chosen for each
  /// configuration out of `automaticChunkTokens`.
  public var chunkTokens: Int?
  public var budgetUSDPerHour: Double?
  public var powerCapWatts: Double?
  public var vendorShares: [VendorShareLimit]
  /// Least number of different vendors whose devices are used.
  public var minimumVendors: Int?
  /// Idle instances kept in every group beyond what the load needs.
  public var spareInstancesPerGroup: Int
  /// Extra capacity above the load, as a fraction: 0.2 keeps 20 % more instances busy-capable than needed.
  public var headroom: Double
  /// Largest share of held devices in spot tiers, 0...1; `nil` = no limit.
  public var spotShareLimit: Double?
  /// How requests reach the instances of a prefill or aggregated group.
  public var router: RouterAssumption
  /// Whether instances are sized for the bad end of the 90 % error band of their configuration.
  public var robust: Bool

  public init(
    servingModes: Set<ServingMode> = Set(ServingMode.allCases), tensorDegrees: [Int]? = nil,
    pipelineDegrees: [Int]? = nil, dataDegrees: [Int] = [1, 8], expertDegrees: [Int]? = nil,
    maximumDevicesPerInstance: Int? = nil, maximumBatch: Int = 1024, chunkTokens: Int? = nil,
    budgetUSDPerHour: Double? = nil, powerCapWatts: Double? = nil, vendorShares: [VendorShareLimit] = [],
    minimumVendors: Int? = nil, spareInstancesPerGroup: Int = 0, headroom: Double = 0,
    spotShareLimit: Double? = nil, router: RouterAssumption = .sharedQueue, robust: Bool = false
  ) {
    self.servingModes = servingModes
    self.tensorDegrees = tensorDegrees
    self.pipelineDegrees = pipelineDegrees
    self.dataDegrees = dataDegrees
    self.expertDegrees = expertDegrees
    self.maximumDevicesPerInstance = maximumDevicesPerInstance
    self.maximumBatch = maximumBatch
    self.chunkTokens = chunkTokens
    self.budgetUSDPerHour = budgetUSDPerHour
    self.powerCapWatts = powerCapWatts
    self.vendorShares = vendorShares
    self.minimumVendors = minimumVendors
    self.spareInstancesPerGroup = spareInstancesPerGroup
    self.headroom = headroom
    self.spotShareLimit = spotShareLimit
    self.router = router
    self.robust = robust
  }
}

extension Policy {
  /// Token budgets that a plan chooses from where the policy names none [tokens].
  public static let automaticChunkTokens = [512, 1024, 2048, 4096, 8192, 16_384]
  /// The budget that is assumed where nobody says: of plans from before they stated it.
  public static let usualChunkTokens = 2048
}

/// Whether prefill and decode run on separate instances.
public enum ServingMode: String, Sendable, CaseIterable, Hashable {
  case disaggregated, aggregated
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
