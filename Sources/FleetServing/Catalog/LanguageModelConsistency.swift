import FleetJSON

/// Ranges of the sizes of a model.
///
/// Far beyond any model, and small enough that no product of sizes overflows a 64-bit integer: the largest,
/// layers · experts · 3 · hidden · expert width, stays below 4·10¹⁸.
enum SizeRange {
  static let layers = NumberRange.closed(1, 1000)
  static let hidden = NumberRange.closed(1, 131_072)
  static let intermediate = NumberRange.closed(1, 1_048_576)
  static let intermediateOrNone = NumberRange.closed(0, 1_048_576)
  static let experts = NumberRange.closed(1, 8192)
  static let heads = NumberRange.closed(1, 4096)
  static let headDim = NumberRange.closed(1, 4096)
  static let rank = NumberRange.closed(1, 131_072)
  static let vocabulary = NumberRange.closed(1, 10_000_000)
  static let context = NumberRange.closed(1, 1_000_000_000)
  static let kernel = NumberRange.closed(1, 1024)
}

/// One way in which the sizes of a model contradict each other.
struct SizeContradiction: Hashable {
  /// Key of the architecture object that is at fault.
  var key: String
  var message: String
}

extension LanguageModel {
  /// Every contradiction between the sizes; empty for a model that can exist.
  var contradictions: [SizeContradiction] {
    var found: [SizeContradiction] = []
    func require(_ holds: Bool, _ key: String, _ message: @autoclosure () -> String) {
      if !holds { found.append(SizeContradiction(key: key, message: message())) }
    }

    let capped = slidingWindowLayers + linearAttentionLayers
    require(
      capped <= layers, slidingWindow == nil ? "linear_attention" : "sliding_window",
      "\(capped) sliding-window and linear layers exceed the \(layers) layers")
    for (key, attention) in [("attention", attention), ("sliding_window", slidingWindow?.attention)] {
      guard case .gqa(let heads)? = attention else { continue }
      require(
        heads.queryHeads % heads.kvHeads == 0, key,
        "\(heads.queryHeads) query heads cannot share \(heads.kvHeads) key-value heads evenly")
    }
    if let sparseAttention {
      require(
        sparseAttention.layers <= max(fullAttentionLayers, 0), "sparse_attention",
        "\(sparseAttention.layers) sparse layers exceed the \(fullAttentionLayers) full-attention layers")
      require(
        sparseAttention.indexerLayers <= sparseAttention.layers, "sparse_attention",
        "\(sparseAttention.indexerLayers) indexers exceed the \(sparseAttention.layers) sparse layers")
    }
    let dense = denseFeedForward?.layers ?? 0
    let routed = mixtureOfExperts?.layers ?? 0
    require(
      dense + routed == layers, mixtureOfExperts == nil ? "dense_ffn" : "moe",
      "\(dense) dense and \(routed) mixture-of-experts layers are not the \(layers) layers")
    if let mixtureOfExperts {
      require(
        mixtureOfExperts.expertsPerToken <= mixtureOfExperts.experts, "moe",
        "\(mixtureOfExperts.expertsPerToken) experts per token exceed the \(mixtureOfExperts.experts) experts")
    }
    return found
  }
}
