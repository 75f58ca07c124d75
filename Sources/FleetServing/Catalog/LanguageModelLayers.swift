/// Layers whose queries see only the last `windowTokens` tokens, and whose cache stops growing there.
///
/// Chunked local attention (Llama 4) is described by its chunk, the upper bound of what such a layer reads.
public struct SlidingWindowLayers: Sendable, Hashable {
  public var layers: Int
  public var windowTokens: Int
  /// Head counts and widths of these layers; equal to those of the full layers in most models.
  public var attention: Attention

  public init(layers: Int, windowTokens: Int, attention: Attention) {
    self.layers = layers
    self.windowTokens = windowTokens
    self.attention = attention
  }
}

/// Gated delta-rule layers (Qwen3.5): a state of constant size per sequence instead of a cache that grows.
public struct LinearAttentionLayers: Sendable, Hashable {
  public var layers: Int
  public var keyHeads: Int
  public var valueHeads: Int
  public var keyHeadDim: Int
  public var valueHeadDim: Int
  /// Width in tokens of the causal convolution in front of the recurrence.
  public var convolutionKernel: Int

  public init(
    layers: Int, keyHeads: Int, valueHeads: Int, keyHeadDim: Int, valueHeadDim: Int, convolutionKernel: Int
  ) {
    self.layers = layers
    self.keyHeads = keyHeads
    self.valueHeads = valueHeads
    self.keyHeadDim = keyHeadDim
    self.valueHeadDim = valueHeadDim
    self.convolutionKernel = convolutionKernel
  }
}

extension LinearAttentionLayers {
  /// Width of the convolved query, key and value: `2·keyHeads·keyHeadDim + valueHeads·valueHeadDim`.
  public var convolutionWidth: Int { 2 * keyHeads * keyHeadDim + valueHeads * valueHeadDim }

  /// Weights of one layer: query, key and value `h·c`, output gate and output `2·h·V·v`, two gates per value head
  /// `2·h·V`, and the convolution `c·kernel`, with `c` the convolution width.
  public func parameters(hiddenSize h: Int) -> Int {
    let valueWidth = valueHeads * valueHeadDim
    return h * convolutionWidth + 2 * h * valueWidth + 2 * h * valueHeads + convolutionWidth * convolutionKernel
  }

  /// Bytes of state of one sequence in one layer: the recurrent state `V·k·v` in FP32 (`mamba_ssm_dtype` of the
  /// published configurations) and the last `kernel − 1` convolution inputs in 2-byte elements.
  public var stateBytesPerSequence: Int {
    4 * valueHeads * keyHeadDim * valueHeadDim + 2 * convolutionWidth * (convolutionKernel - 1)
  }
}

/// Selection of the tokens that a full-attention layer reads: a light indexer scores all cached tokens, and each query
/// attends to the best ones only (DeepSeek Sparse Attention, MiniMax Sparse Attention).
public struct SparseAttention: Sendable, Hashable {
  /// Full-attention layers that select.
  public var layers: Int
  /// Those among them that have an indexer of their own; the others reuse the selection of the layer before (GLM-5.2).
  public var indexerLayers: Int
  /// Most tokens that one query attends to.
  public var selectedTokens: Int
  /// Indexer query heads.
  public var indexHeads: Int
  /// Width of one indexer head and of the single indexer key per token.
  public var indexHeadDim: Int
  /// Bytes of the indexer key of one token in one layer, whatever the precision of the cache: 132 for 128 FP8 elements
  /// and an FP32 scale (DeepSeek-V3.2), 256 for 128 bf16 elements.
  public var indexKeyBytesPerToken: Int

  /// - Parameter indexerLayers: `nil` for `layers`.
  public init(
    layers: Int, indexerLayers: Int? = nil, selectedTokens: Int, indexHeads: Int, indexHeadDim: Int,
    indexKeyBytesPerToken: Int
  ) {
    self.layers = layers
    self.indexerLayers = indexerLayers ?? layers
    self.selectedTokens = selectedTokens
    self.indexHeads = indexHeads
    self.indexHeadDim = indexHeadDim
    self.indexKeyBytesPerToken = indexKeyBytesPerToken
  }

  /// Weights of one indexer: queries `r·H·d` from the compressed query of width `r` (or from the hidden state), one key
  /// `h·d`, and one weight per head `h·H`.
  public func parameters(hiddenSize h: Int, queryInputSize r: Int) -> Int {
    r * indexHeads * indexHeadDim + h * indexHeadDim + h * indexHeads
  }
}

/// Feed-forward layers that every token passes.
public struct DenseFeedForward: Sendable, Hashable {
  public var layers: Int
  public var intermediateSize: Int
  /// Three matrices (gate, up, down) when gated, two (up, down) when not, as in OPT and BLOOM.
  public var gated: Bool

  public init(layers: Int, intermediateSize: Int, gated: Bool = true) {
    self.layers = layers
    self.intermediateSize = intermediateSize
    self.gated = gated
  }

  /// Weights of one layer: `3·h·f` gated, `2·h·f` not.
  public func parameters(hiddenSize: Int) -> Int { (gated ? 3 : 2) * hiddenSize * intermediateSize }
}

/// Layers with routed experts. Every expert is a gated feed-forward block.
public struct MixtureOfExperts: Sendable, Hashable {
  public var layers: Int
  /// Routed experts per layer.
  public var experts: Int
  /// Routed experts that one token passes in one layer.
  public var expertsPerToken: Int
  public var expertIntermediateSize: Int
  /// Summed width of what every token passes beside its routed experts; 0 if none.
  public var sharedExpertIntermediateSize: Int
  /// Groups of experts from which the router chooses those of a token; `nil` where it may choose any. Groups are laid on
  /// nodes, so that a token goes to no more nodes than that.
  public var expertGroupsPerToken: Int?

  public init(
    layers: Int, experts: Int, expertsPerToken: Int, expertIntermediateSize: Int, sharedExpertIntermediateSize: Int = 0,
    expertGroupsPerToken: Int? = nil
  ) {
    self.expertGroupsPerToken = expertGroupsPerToken
    self.layers = layers
    self.experts = experts
    self.expertsPerToken = expertsPerToken
    self.expertIntermediateSize = expertIntermediateSize
    self.sharedExpertIntermediateSize = sharedExpertIntermediateSize
  }

  /// Weights of one routed expert in one layer: `3·h·f`.
  public func expertParameters(hiddenSize: Int) -> Int { 3 * hiddenSize * expertIntermediateSize }

  /// Weights of the shared experts of one layer: `3·h·f_shared`.
  public func sharedParameters(hiddenSize: Int) -> Int { 3 * hiddenSize * sharedExpertIntermediateSize }
}
