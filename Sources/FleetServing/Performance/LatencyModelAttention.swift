#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// `base` to the power of `exponent`, for bases in 0...1 and exponents of at least 0.
func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

/// Time of attention in all layers: `max(KV bytes/(HBM·e_kv), F/(peak16·e_at))`.
///
/// KV heads are split over tensor-parallel devices, at least one per device; a latent cache is one head, so every device
/// reads it whole. Sliding-window layers read at most their window, selecting layers at most the selected tokens and
/// all indexer keys, linear layers read and write a state of constant size.
struct AttentionTime: Sendable {
  /// One kind of layer; all values are of all its layers, per device.
  private struct Kind {
    /// Bytes of one cached token.
    var bytesPerToken: Double
    /// FLOP of one new token and one attended token when generating and in a prompt.
    var decodeFlops: Double
    var promptFlops: Double
    /// Most tokens that a query attends to.
    var reach: Double
  }

  private var kinds: [Kind] = []
  /// Bytes per sequence whatever the context: states of linear layers, read and written.
  private var bytesPerSequence = 0.0
  /// FLOP of a token whatever the context: recurrences of linear layers.
  private var flopsPerToken = 0.0
  private let bandwidth: Double
  private let rate: Double

  init(_ configuration: InstanceConfiguration, fit: LatencyConstants.Fit) {
    let model = configuration.model
    let tensor = Double(configuration.strategy.tensor)
    let kvBytes = configuration.kvPrecision.kvBytesPerElement
    bandwidth = configuration.accelerator.memoryBandwidthBytesPerSecond * fit.hardware.kvReadEfficiency
    rate = configuration.accelerator.wideFlops * fit.hardware.attentionEfficiency

    func add(layers: Int, _ attention: Attention, reach: Double) {
      guard layers > 0 else { return }
      let count = Double(layers)
      kinds.append(
        Kind(
          bytesPerToken: count * Double(attention.kvElementsPerToken) * kvBytes
            * attention.kvReplication(tensor: configuration.strategy.tensor) / tensor,
          decodeFlops: count * attention.decodeFlopsPerPair / tensor,
          promptFlops: count * attention.promptFlopsPerPair / tensor, reach: reach))
    }

    let selecting = min(model.sparseAttention?.layers ?? 0, model.fullAttentionLayers)
    add(layers: model.fullAttentionLayers - selecting, model.attention, reach: .infinity)
    if let sparse = model.sparseAttention {
      add(layers: selecting, model.attention, reach: Double(sparse.selectedTokens))
      // Indexer keys are one head, so that every device reads all of them.
      let indexBytes =
        model.kvBytesPerToken(in: configuration.kvPrecision)
        - Double(model.fullAttentionLayers * model.attention.kvElementsPerToken) * kvBytes
      let flops = Double(selecting * 2 * sparse.indexHeads * sparse.indexHeadDim) / tensor
      kinds.append(
        Kind(bytesPerToken: max(indexBytes, 0), decodeFlops: flops, promptFlops: flops, reach: .infinity))
    }
    if let sliding = model.slidingWindow {
      add(layers: sliding.layers, sliding.attention, reach: Double(sliding.windowTokens))
    }
    if let linear = model.linearAttention {
      bytesPerSequence = 2 * Double(model.stateBytesPerSequence) / tensor
      // Decay, delta update and read-out of a state of k·v per value head: three multiply-adds per element.
      flopsPerToken = Double(linear.layers * 6 * linear.valueHeads * linear.keyHeadDim * linear.valueHeadDim) / tensor
    }
  }

  func time(
    sequencesPerRank: Double, contextTokens: Double, promptTokensPerRank: Double, promptContextTokens: Double
  ) -> RooflineTime {
    var bytes = sequencesPerRank * bytesPerSequence
    var decodeFlops = sequencesPerRank * flopsPerToken
    var promptFlops = promptTokensPerRank * flopsPerToken
    for kind in kinds {
      let context = sequencesPerRank * min(contextTokens, kind.reach)
      bytes += context * kind.bytesPerToken
      decodeFlops += context * kind.decodeFlops
      promptFlops += promptTokensPerRank * min(promptContextTokens, kind.reach) * kind.promptFlops
    }
    var sum = RooflineTime(computeSeconds: decodeFlops / rate, memorySeconds: bytes / bandwidth)
    sum += RooflineTime(computeSeconds: promptFlops / rate, memorySeconds: 0)
    return sum
  }
}

extension Attention {
  /// How many copies of the cache of one sequence the devices of a tensor-parallel group hold together:
  /// `max(1, tensor/kvHeads)`, and `tensor` for a latent cache.
  public func kvReplication(tensor: Int) -> Double {
    max(1, Double(tensor) / Double(max(kvHeads, 1)))
  }

  /// FLOP for one query token and one attended token in one layer, keys and values expanded: `2·H·(d_qk + d_v)`.
  var promptFlopsPerPair: Double { Double(2 * queryHeads * (queryKeyHeadDim + valueHeadDim)) }

  /// The same when generating. Latent attention then works on the compressed vectors: `2·H·((c + p) + c)`.
  var decodeFlopsPerPair: Double {
    switch self {
    case .gqa: promptFlopsPerPair
    case .mla(let latent): Double(2 * latent.queryHeads * (2 * latent.kvLoraRank + latent.qkRopeHeadDim))
    }
  }
}
