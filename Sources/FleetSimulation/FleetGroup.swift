import FleetServing

/// A group of a plan as the simulator runs it.
public struct FleetGroup: Sendable {
  public var id: String
  public var phase: Phase
  public var modelID: String
  public var poolID: String
  /// Instances per period of the problem.
  public var instancesByPeriod: [Int]
  public var devicesPerInstance: Int
  /// Largest number of running sequences of an instance; prompts in one step of a prefill instance.
  public var maximumBatch: Int
  /// Token budget of a step of a data-parallel rank; `nil` = that of the policy.
  public var chunkTokens: Int?
  /// Positions in the problem of the classes that may be sent here, ascending.
  public var classIndices: [Int]
  /// KV-cache capacity of one instance [bytes].
  public var kvCapacityBytes: Double { memory.capacityBytes }
  /// Tokens of long sequences that fit on one instance; 0 for a cache that does not grow.
  public var kvCapacityTokens: Double {
    memory.blockBytes > 0 ? memory.capacityBytes / memory.blockBytes * Double(memory.blockTokens) : 0
  }

  /// `nil` in tests with laws of their own.
  var configuration: InstanceConfiguration?
  var law: StepLaw
  var memory: KVMemory

  var recorded: RecordedGroup {
    RecordedGroup(
      id: id, phase: phase, instances: instancesByPeriod.max() ?? 0, maximumBatch: maximumBatch,
      kvCapacityTokens: phase == .prefill ? 0 : kvCapacityTokens, classIndices: classIndices)
  }
}

/// Traffic of one class between two groups in one period.
public struct FleetRoute: Sendable, Hashable {
  public var classIndex: Int
  public var periodIndex: Int
  /// Positions of groups; equal for an aggregated group.
  public var from: Int
  public var to: Int
  public var ratePerSecond: Double
}

/// All KV transfers from one pool to another.
public struct FleetLink: Sendable, Hashable {
  public var prefillPoolID: String
  public var decodePoolID: String
  /// What all transfers may use together [bytes/s], efficiency included; `nil` = not a limit.
  public var bytesPerSecond: Double?
}
