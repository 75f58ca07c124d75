/// A prefill instance at work.
struct PrefillInstance: Sendable {
  let group: Int
  /// Position in its group.
  let number: Int
  /// Outages that it is in: its own, its nodes'.
  var outages = 0
  var isBusy = false
  var generation: UInt32 = 0
  /// Prompts that wait for this instance alone.
  var queue = SlotList()
  /// Prompt tokens in `queue` and in service.
  var tokens = 0
  /// Prompts in the step under way, when they end with it.
  var current = SlotList()
  var stepStart = 0.0
  /// When the step under way lets the next prompts in.
  var freeAt = 0.0
  var stepTokens = 0
  /// Prompts in service: more than those of a step where a pipeline has let the next one in.
  var inService = 0

  init(group: Int, number: Int) {
    self.group = group
    self.number = number
  }

  var isUp: Bool { outages == 0 }
}

/// A decode or aggregated instance at work: continuous batching in steps.
///
/// Running sequences get one token in every step, so that a step costs the same whatever the batch: when sequences end is
/// kept in a heap by step number, and when they need another block as a count for each remainder of their length.
struct StepInstance: Sendable {
  let group: Int
  let number: Int
  /// Where its part of the shared arrays begins: ends of sequences, block remainders, classes.
  let endsBase: Int
  let remaindersBase: Int
  let classesBase: Int
  var outages = 0
  var isBusy = false
  var generation: UInt32 = 0
  /// Steps ended.
  var steps = 0
  /// Running sequences, and the tokens that they hold in the cache.
  var batch = 0
  var context = 0
  /// Blocks taken by running and admitted sequences, and what else they take [bytes].
  var blocks = 0
  var fixedBytes = 0
  /// Not admitted yet; admitted with prompt tokens left; running in order of admission.
  var waiting = SlotList()
  var prompts = SlotList()
  var running = SlotList()
  /// Prompt tokens of waiting and admitted requests still to process, as far as they are known.
  var promptTokens = 0
  /// Requests on their way here, and their prompt tokens.
  var inbound = 0
  var inboundTokens = 0
  var stepStart = 0.0
  var stepPromptTokens = 0

  init(group: Int, number: Int, endsBase: Int, remaindersBase: Int, classesBase: Int) {
    self.group = group
    self.number = number
    self.endsBase = endsBase
    self.remaindersBase = remaindersBase
    self.classesBase = classesBase
  }

  var isUp: Bool { outages == 0 }
  /// Requests here or on their way.
  var sequences: Int { batch + prompts.count + waiting.count + inbound }
}

/// A group at work.
struct GroupState: Sendable {
  let isPrefill: Bool
  /// Whether prompts wait in one queue for all instances.
  let isPooled: Bool
  /// Position of its first instance among the prefill instances or among the others, and how many there are.
  let first: Int
  let count: Int
  let maximumBatch: Int
  /// Token budget of a step of one data-parallel rank, and how many of them there are.
  let chunkTokens: Int
  let ranks: Int
  let classIndices: [Int]
  let memory: KVMemory
  /// Tokens of cache that take as much as one byte.
  let tokensPerByte: Double
  /// Instances that the current period has, and how many of them are up.
  var active = 0
  var available = 0
  /// Prompts that wait for any instance, and their tokens.
  var queue = SlotList()
  var queuedTokens = 0
  /// Requests that wait anywhere in the group.
  var waiting = 0
}
