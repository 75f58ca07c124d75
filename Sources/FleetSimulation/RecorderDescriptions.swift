import FleetServing

/// What the statistics need to know of a request class.
public struct RecordedClass: Sendable, Hashable {
  public var id: String
  public var objective: ServiceLevelObjective

  public init(id: String, objective: ServiceLevelObjective) {
    self.id = id
    self.objective = objective
  }
}

/// What the statistics need to know of a group of instances.
public struct RecordedGroup: Sendable, Hashable {
  public var id: String
  public var phase: Phase
  /// Instances in service when nothing has failed.
  public var instances: Int
  /// Largest number of sequences in a step of one instance.
  public var maximumBatch: Int
  /// Tokens whose KV cache fits on one instance; 0 where memory is not simulated.
  public var kvCapacityTokens: Double
  /// Positions of the classes that may be sent here.
  public var classIndices: [Int]

  public init(
    id: String, phase: Phase, instances: Int, maximumBatch: Int, kvCapacityTokens: Double, classIndices: [Int]
  ) {
    self.id = id
    self.phase = phase
    self.instances = instances
    self.maximumBatch = maximumBatch
    self.kvCapacityTokens = kvCapacityTokens
    self.classIndices = classIndices
  }
}

/// What the statistics need to know of a KV link.
public struct RecordedLink: Sendable, Hashable {
  public var id: String
  /// Transfers that may run side by side at full speed; utilization is relative to them.
  public var channels: Int

  public init(id: String, channels: Int = 1) {
    self.id = id
    self.channels = channels
  }
}
