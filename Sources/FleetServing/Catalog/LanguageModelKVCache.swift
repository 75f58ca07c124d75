extension LanguageModel {
  /// Cached bytes that one more token adds for ever: `full layers · elements per token · bytes per element`, and the
  /// keys of the indexers of sparse attention, whose size does not depend on the precision.
  ///
  /// Sliding-window layers stop growing at their window and linear layers never grow; see
  /// `kvBytesPerSequence(contextTokens:in:)` for what a sequence really holds.
  public func kvBytesPerToken(in precision: Precision) -> Double {
    let elements = fullAttentionLayers * attention.kvElementsPerToken
    let index = sparseAttention.map { $0.indexerLayers * $0.indexKeyBytesPerToken } ?? 0
    return Double(elements) * precision.kvBytesPerElement + Double(index)
  }

  /// Cached bytes that one token takes in all sliding-window layers while it is inside the window.
  public func slidingKVBytesPerToken(in precision: Precision) -> Double {
    guard let slidingWindow else { return 0 }
    return Double(slidingWindow.layers * slidingWindow.attention.kvElementsPerToken) * precision.kvBytesPerElement
  }

  /// Bytes of recurrent state per sequence in all linear-attention layers, whatever the context.
  public var stateBytesPerSequence: Int {
    linearAttention.map { $0.layers * $0.stateBytesPerSequence } ?? 0
  }

  /// Bytes of cache and state that one sequence of `contextTokens` tokens holds:
  /// `full · s + sliding · min(s, window) + state`.
  public func kvBytesPerSequence(contextTokens: Double, in precision: Precision) -> Double {
    let inWindow = slidingWindow.map { min(contextTokens, Double($0.windowTokens)) } ?? 0
    return kvBytesPerToken(in: precision) * contextTokens + slidingKVBytesPerToken(in: precision) * inWindow
      + Double(stateBytesPerSequence)
  }
}
