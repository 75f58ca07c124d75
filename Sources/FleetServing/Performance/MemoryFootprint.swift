/// How the memory of one instance is used: weights, overhead, and what is left for the KV cache.
///
/// `free = u·capacity − W − O` per device of the fullest stage; the instance then stores
/// `n·free·L/(pp·⌈L/pp⌉)/r` bytes of cache counted once, with `r` the copies that tensor parallelism makes of the cache of a
/// full-attention layer. Data ranks hold different sequences, so they add up.
public struct MemoryFootprint: Sendable {
  public let configuration: InstanceConfiguration
  /// Weights on one device of the fullest stage [bytes] (W), with replicated parts counted on every device.
  public let weightBytesPerDevice: Double
  /// Activations, graphs and buffers [bytes] (O).
  public let overheadBytesPerDevice: Double
  /// What a backend may fill [bytes]: u · capacity.
  public let usableBytesPerDevice: Double
  /// What all sequences of the instance may hold together [bytes], counted as `kvBytes(sequenceTokens:)` counts; 0 when
  /// the weights do not fit.
  public let kvCapacityBytes: Double

  private let usableShare: Double
  private let replication: Double

  /// - Parameter overheadBytesPerDevice: Overrides the backend's O [bytes].
  public init(
    _ configuration: InstanceConfiguration, constants: LatencyConstants, overheadBytesPerDevice: Double? = nil
  ) {
    self.configuration = configuration
    let model = configuration.model
    let strategy = configuration.strategy
    usableShare = constants.memory.usableShare
    usableBytesPerDevice = usableShare * configuration.accelerator.memoryBytes
    self.overheadBytesPerDevice =
      overheadBytesPerDevice ?? constants.memory.overheadBytes(backend: configuration.backend)
    let stages = max(strategy.pipeline, 1)
    let stageShare = PipelineParallel.slowestStageShare(layers: model.layers, stages: stages)
    weightBytesPerDevice = model.weightBytesPerDevice(strategy, in: configuration.weightPrecision, share: stageShare)

    replication = model.attention.kvReplication(tensor: strategy.tensor)
    let free = max(0, usableBytesPerDevice - weightBytesPerDevice - self.overheadBytesPerDevice)
    kvCapacityBytes = Double(strategy.devicesPerStage * max(strategy.context, 1)) * free / stageShare / replication
  }

  /// Cache and state of one sequence of `sequenceTokens` tokens [bytes], as `kvCapacityBytes` counts them.
  ///
  /// Sliding windows are capped. Layers that tensor parallelism replicates more or less often than full-attention layers
  /// count in proportion.
  public func kvBytes(sequenceTokens: Double) -> Double {
    configuration.model.storedKVBytes(
      tokens: max(sequenceTokens, 0), in: configuration.kvPrecision, tensor: configuration.strategy.tensor)
      / replication
  }

  /// Tokens that fit in all sequences together when sequences are long: windows and states are not counted.
  ///
  /// Infinite for a model whose cache does not grow.
  public var kvCapacityTokens: Double {
    let far = 2 * max(Double(configuration.model.slidingWindow?.windowTokens ?? 0), 1)
    let perToken = (kvBytes(sequenceTokens: 2 * far) - kvBytes(sequenceTokens: far)) / far
    return perToken > 0 ? kvCapacityBytes / perToken : .infinity
  }

  /// Sequences of `sequenceTokens` tokens that fit at the same time.
  public func sequences(ofTokens sequenceTokens: Double) -> Double {
    let bytes = kvBytes(sequenceTokens: sequenceTokens)
    return bytes > 0 ? kvCapacityBytes / bytes : .infinity
  }

  /// Why the weights leave no room, with the numbers; `nil` when they fit.
  public var shortfallText: String? {
    guard weightBytesPerDevice + overheadBytesPerDevice >= usableBytesPerDevice else { return nil }
    let devices = configuration.devices
    let count = Double(devices)
    let capacity = configuration.accelerator.memoryBytes
    return "weights \(gigabytes(weightBytesPerDevice * count)) GB exceed \(devices) × \(gigabytes(capacity)) GB × "
      + "\(decimalText(usableShare, 2)) − \(devices) × \(gigabytes(overheadBytesPerDevice)) GB"
  }
}

extension LanguageModel {
  /// Cache and state of one sequence on all devices of its tensor-parallel group together [bytes], copies counted.
  ///
  /// KV heads are copied where there are fewer than devices; a latent cache and the keys of sparse-attention indexers
  /// lie on every device; states of linear layers are split.
  func storedKVBytes(tokens: Double, in precision: Precision, tensor: Int) -> Double {
    let full = Double(fullAttentionLayers * attention.kvElementsPerToken) * precision.kvBytesPerElement
    let index = max(0, kvBytesPerToken(in: precision) - full)
    var bytes = tokens * (full * attention.kvReplication(tensor: tensor) + index * Double(tensor))
    if let slidingWindow {
      bytes +=
        min(tokens, Double(slidingWindow.windowTokens)) * slidingKVBytesPerToken(in: precision)
        * slidingWindow.attention.kvReplication(tensor: tensor)
    }
    return bytes + Double(stateBytesPerSequence)
  }

  /// Weights on one device of a stage that holds `share` of the layers [bytes].
  ///
  /// Experts are spread over all devices of the stage, with redundant copies where they do not divide; everything else is split over tensor-parallel devices and repeated on
  /// every data rank. Keys and values of fewer heads than devices, and the down-projections of latent attention, are
  /// repeated on every device of a tensor-parallel group. The embedding lies in the first stage and the head in the
  /// last one; the larger of them counts when there are several stages.
  func weightBytesPerDevice(_ strategy: ParallelStrategy, in precision: Precision, share: Double) -> Double {
    let tensor = Double(strategy.tensor)
    let experts =
      weightBytes(of: .routedExperts, in: precision) / Double(strategy.devicesPerStage) * redundancy(strategy.expert)
    let repeated = replicatedParameters(tensor: strategy.tensor) * bytesPerWeight(of: .attention, in: precision)
    let router = weightBytes(of: .router, in: precision)
    let split = weightBytes(of: .attention, in: precision) + weightBytes(of: .feedForward, in: precision)
    let layers = experts + router + (split - repeated) / tensor + repeated
    let embedding = weightBytes(of: .embedding, in: precision)
    let head = weightBytes(of: .head, in: precision)
    // A tied table serves both ends: with several stages each end holds a copy of it.
    let ends = share < 1 ? max(embedding, head) : embedding + head
    return layers * share + ends / tensor
  }

  /// Experts stored ÷ experts: every expert-parallel rank has the same number of places, `⌈E/ep⌉`, and those beyond `E` hold
  /// further copies (redundant experts).
  private func redundancy(_ ranks: Int) -> Double {
    guard let experts = mixtureOfExperts?.experts, experts > 0, ranks > 1 else { return 1 }
    return Double((experts + ranks - 1) / ranks * ranks) / Double(experts)
  }

  /// Attention weights that every device of a tensor-parallel group holds in full. A part that is repeated on some but
  /// not all devices counts with its share.
  private func replicatedParameters(tensor: Int) -> Double {
    var sum = Double(fullAttentionLayers) * attention.replicatedParameters(hiddenSize: hiddenSize, tensor: tensor)
    if let slidingWindow {
      sum +=
        Double(slidingWindow.layers)
        * slidingWindow.attention.replicatedParameters(hiddenSize: hiddenSize, tensor: tensor)
    }
    return sum
  }
}

extension Attention {
  /// Weights of one layer that a device holds beyond its even part, expressed as weights held in full by every device:
  /// `x/kv = x/tp + y·(1 − 1/tp)` gives `y = x·(tp/kv − 1)/(tp − 1)` for keys and values `x` of `kv < tp` heads.
  fileprivate func replicatedParameters(hiddenSize h: Int, tensor: Int) -> Double {
    switch self {
    case .gqa(let a):
      guard tensor > a.kvHeads, a.kvHeads > 0 else { return 0 }
      let keysAndValues = h * a.kvHeads * (a.headDim + (a.keysServeAsValues ? 0 : a.valueHeadDim))
      return Double(keysAndValues) * (Double(tensor) / Double(a.kvHeads) - 1) / Double(tensor - 1)
    case .mla(let a):
      return Double(h * (a.kvLoraRank + a.qkRopeHeadDim + (a.qLoraRank ?? 0)))
    }
  }
}

private func gigabytes(_ bytes: Double) -> String { decimalText(bytes / 1e9, 1) }

/// A number with a fixed count of decimals, without trailing zeros.
private func decimalText(_ value: Double, _ decimals: Int) -> String {
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  let rounded = (value * scale).rounded() / scale
  return Int64(exactly: rounded).map(String.init) ?? String(rounded)
}
