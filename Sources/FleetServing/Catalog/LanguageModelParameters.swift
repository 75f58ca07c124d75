/// A group of weight matrices that a step reads and multiplies together.
public enum MatrixGroup: String, Sendable, CaseIterable, Hashable {
  /// Projections of full, sliding-window and linear attention, and sparse-attention indexers.
  case attention
  /// Dense feed-forward layers and shared experts: every token passes them.
  case feedForward = "feed_forward"
  /// Routed experts: a token passes `expertsPerToken` of `experts`.
  case routedExperts = "routed_experts"
  /// Projections that choose the experts.
  case router
  /// Input embedding table, empty where tied to the head: a look-up, no multiplication.
  case embedding
  /// Projection to the vocabulary.
  case head
}

extension LanguageModel {
  /// Weights stored in a group, in all layers. Norms and biases, below 0.1 %, are left out.
  ///
  /// | group | weights |
  /// |---|---|
  /// | attention | full · A_full + sliding · A_sliding + linear · A_linear + indexers · A_indexer |
  /// | feed-forward | dense layers · (3 or 2)·h·f + MoE layers · 3·h·f_shared |
  /// | routed experts | MoE layers · experts · 3·h·f_expert |
  /// | router | MoE layers · h · experts |
  /// | embedding | h · vocabulary, or 0 where tied |
  /// | head | h · vocabulary |
  public func parameters(of group: MatrixGroup) -> Int {
    switch group {
    case .attention: return attentionParameters
    case .feedForward:
      let dense = denseFeedForward.map { $0.layers * $0.parameters(hiddenSize: hiddenSize) } ?? 0
      return dense + (mixtureOfExperts.map { $0.layers * $0.sharedParameters(hiddenSize: hiddenSize) } ?? 0)
    case .routedExperts:
      return mixtureOfExperts.map { $0.layers * $0.experts * $0.expertParameters(hiddenSize: hiddenSize) } ?? 0
    case .router: return mixtureOfExperts.map { $0.layers * $0.experts * hiddenSize } ?? 0
    case .embedding: return tiedEmbeddings ? 0 : hiddenSize * vocabularySize
    case .head: return hiddenSize * vocabularySize
    }
  }

  private var attentionParameters: Int {
    var sum = fullAttentionLayers * attention.parameters(hiddenSize: hiddenSize)
    if let slidingWindow { sum += slidingWindow.layers * slidingWindow.attention.parameters(hiddenSize: hiddenSize) }
    if let linearAttention { sum += linearAttention.layers * linearAttention.parameters(hiddenSize: hiddenSize) }
    if let sparseAttention {
      sum +=
        sparseAttention.indexerLayers
        * sparseAttention.parameters(hiddenSize: hiddenSize, queryInputSize: indexerQueryInputSize)
    }
    return sum
  }

  /// Width of what the indexer projects its queries from: the compressed query where there is one.
  private var indexerQueryInputSize: Int {
    if case .mla(let latent) = attention, let rank = latent.qLoraRank { return rank }
    return hiddenSize
  }

  /// Weights of a group that one token is multiplied with.
  ///
  /// All of the group, except `expertsPerToken / experts` of the routed experts and nothing of the embedding table.
  public func activeParameters(of group: MatrixGroup) -> Int {
    switch group {
    case .attention, .feedForward, .router, .head: return parameters(of: group)
    case .embedding: return 0
    case .routedExperts:
      return mixtureOfExperts.map { $0.layers * $0.expertsPerToken * $0.expertParameters(hiddenSize: hiddenSize) } ?? 0
    }
  }

  /// All weights of the text decoder: the sum of all groups.
  public var totalParameters: Int { MatrixGroup.allCases.reduce(0) { $0 + parameters(of: $1) } }

  /// Weights that one token is multiplied with: the sum of the active parameters of all groups.
  ///
  /// The input embedding is a look-up and not counted, as in the gpt-oss model card (5.1 B of gpt-oss-120b); some
  /// published figures count it.
  public var activeParametersPerToken: Int { MatrixGroup.allCases.reduce(0) { $0 + activeParameters(of: $1) } }
}

extension LanguageModel {
  /// Bytes of one weight of a group when the model is served with weights in `precision`.
  ///
  /// Embedding, head and router stay in bf16 whatever the precision, as published quantised checkpoints leave them.
  /// Where `precision` is the native one, `nativeQuantization` says which of the other groups it covers and
  /// `nativeBytesPerWeight` what a weight takes; elsewhere it covers attention, feed-forward layers and experts.
  public func bytesPerWeight(of group: MatrixGroup, in precision: Precision) -> Double {
    let isNative = precision == nativePrecision
    let scope = isNative ? nativeQuantization : .linear
    let quantised =
      switch group {
      case .attention, .feedForward: scope == .linear
      case .routedExperts: true
      case .router, .embedding, .head: false
      }
    if !quantised { return Precision.bf16.bytesPerWeight }
    return (isNative ? nativeBytesPerWeight : nil) ?? precision.bytesPerWeight
  }

  /// Bytes of the weights of a group, scales included: `parameters(of:) · bytesPerWeight(of:in:)`.
  public func weightBytes(of group: MatrixGroup, in precision: Precision) -> Double {
    Double(parameters(of: group)) * bytesPerWeight(of: group, in: precision)
  }

  /// Bytes of all weights, scales included.
  public func weightBytes(in precision: Precision) -> Double {
    MatrixGroup.allCases.reduce(0) { $0 + weightBytes(of: $1, in: precision) }
  }
}
