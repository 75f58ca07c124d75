import FleetServing

/// KV-cache memory of one instance, in blocks.
///
/// Sequences hold whole blocks of the layers whose cache grows with every token; what does not grow (sliding windows,
/// states of linear layers) is taken for the whole sequence when it is admitted.
struct KVMemory: Sendable, Hashable {
  /// Tokens of one block: the first block size that the accelerator states.
  var blockTokens: Int
  /// Bytes of one block.
  var blockBytes: Double
  /// Bytes per sequence and token of sliding windows, up to `windowTokens`.
  var windowBytesPerToken: Double
  var windowTokens: Int
  /// Bytes per sequence of any length.
  var stateBytes: Double
  var capacityBytes: Double

  init(_ configuration: InstanceConfiguration, constants: LatencyConstants) {
    let memory = MemoryFootprint(configuration, constants: constants)
    let window = max(configuration.model.slidingWindow?.windowTokens ?? 0, 1)
    let far = Double(2 * window)
    let perToken = (memory.kvBytes(sequenceTokens: 2 * far) - memory.kvBytes(sequenceTokens: far)) / far
    blockTokens = max(configuration.accelerator.kvLayout.blockSizesTokens.first ?? 1, 1)
    blockBytes = perToken * Double(blockTokens)
    stateBytes = memory.kvBytes(sequenceTokens: 0)
    windowTokens = window
    windowBytesPerToken = max(
      0, (memory.kvBytes(sequenceTokens: Double(window)) - stateBytes) / Double(window) - perToken)
    capacityBytes = memory.kvCapacityBytes
  }

  init(blockTokens: Int, bytesPerToken: Double, capacityBytes: Double) {
    self.blockTokens = blockTokens
    blockBytes = bytesPerToken * Double(blockTokens)
    windowBytesPerToken = 0
    windowTokens = 1
    stateBytes = 0
    self.capacityBytes = capacityBytes
  }

  func blocks(tokens: Int) -> Int { (tokens + blockTokens - 1) / blockTokens }

  /// What a sequence takes beside its blocks, when it will have `tokens` at its end.
  func fixedBytes(tokens: Int) -> Int {
    Int(stateBytes + windowBytesPerToken * Double(min(tokens, windowTokens)))
  }

  func bytes(tokens: Int) -> Double {
    Double(blocks(tokens: tokens)) * blockBytes + Double(fixedBytes(tokens: tokens))
  }
}
