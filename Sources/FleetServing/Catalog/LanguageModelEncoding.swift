import FleetJSON

extension LanguageModel {
  /// The catalog file of this model; reading it back gives an equal model.
  public func encoded() -> JSONOutput {
    var members: [String: JSONOutput] = [
      "format": .string(Self.format),
      "id": .string(id),
      "name": .string(name),
      "aliases": .array(aliases.map { .string($0) }),
      "architecture": encodedArchitecture(),
      "native_precision": .string(nativePrecision.rawValue),
      "sources": provenance.encodedSources(),
      "provenance": provenance.encodedEntries(),
    ]
    if nativeQuantization != .linear { members["native_quantization"] = .string(nativeQuantization.rawValue) }
    if let nativeBytesPerWeight { members["native_bytes_per_weight"] = .number(nativeBytesPerWeight) }
    return .object(members)
  }

  /// The `architecture` object alone; parts that a model does not have and values that equal their default are left out.
  public func encodedArchitecture() -> JSONOutput {
    var members: [String: JSONOutput] = [
      "layers": .integer(layers),
      "hidden_size": .integer(hiddenSize),
      "vocabulary_size": .integer(vocabularySize),
      "tied_embeddings": .bool(tiedEmbeddings),
      "maximum_context_tokens": .integer(maximumContextTokens),
      "attention": attention.encoded(),
    ]
    members["sliding_window"] = slidingWindow?.encoded(full: attention)
    members["linear_attention"] = linearAttention?.encoded()
    members["sparse_attention"] = sparseAttention?.encoded()
    members["dense_ffn"] = denseFeedForward?.encoded()
    members["moe"] = mixtureOfExperts?.encoded()
    return .object(members)
  }
}

extension Attention {
  func encoded() -> JSONOutput {
    switch self {
    case .gqa(let attention):
      var members: [String: JSONOutput] = [
        "kind": "gqa",
        "query_heads": .integer(attention.queryHeads),
        "kv_heads": .integer(attention.kvHeads),
        "head_dim": .integer(attention.headDim),
      ]
      if attention.valueHeadDim != attention.headDim { members["value_head_dim"] = .integer(attention.valueHeadDim) }
      if attention.outputGate { members["output_gate"] = true }
      if attention.keysServeAsValues { members["keys_serve_as_values"] = true }
      return .object(members)
    case .mla(let attention):
      var members: [String: JSONOutput] = [
        "kind": "mla",
        "query_heads": .integer(attention.queryHeads),
        "kv_lora_rank": .integer(attention.kvLoraRank),
        "qk_rope_head_dim": .integer(attention.qkRopeHeadDim),
        "qk_nope_head_dim": .integer(attention.qkNopeHeadDim),
        "v_head_dim": .integer(attention.vHeadDim),
      ]
      if let rank = attention.qLoraRank { members["q_lora_rank"] = .integer(rank) }
      return .object(members)
    }
  }
}

extension SlidingWindowLayers {
  func encoded(full: Attention) -> JSONOutput {
    var members: [String: JSONOutput] = ["layers": .integer(layers), "window_tokens": .integer(windowTokens)]
    if attention != full { members["attention"] = attention.encoded() }
    return .object(members)
  }
}

extension LinearAttentionLayers {
  func encoded() -> JSONOutput {
    [
      "layers": .integer(layers), "key_heads": .integer(keyHeads), "value_heads": .integer(valueHeads),
      "key_head_dim": .integer(keyHeadDim), "value_head_dim": .integer(valueHeadDim),
      "convolution_kernel": .integer(convolutionKernel),
    ]
  }
}

extension SparseAttention {
  func encoded() -> JSONOutput {
    var members: [String: JSONOutput] = [
      "layers": .integer(layers), "selected_tokens": .integer(selectedTokens), "index_heads": .integer(indexHeads),
      "index_head_dim": .integer(indexHeadDim), "index_key_bytes_per_token": .integer(indexKeyBytesPerToken),
    ]
    if indexerLayers != layers { members["indexer_layers"] = .integer(indexerLayers) }
    return .object(members)
  }
}

extension DenseFeedForward {
  func encoded() -> JSONOutput {
    var members: [String: JSONOutput] = [
      "layers": .integer(layers), "intermediate_size": .integer(intermediateSize),
    ]
    if !gated { members["gated"] = false }
    return .object(members)
  }
}

extension MixtureOfExperts {
  func encoded() -> JSONOutput {
    var members: [String: JSONOutput] = [
      "layers": .integer(layers), "experts": .integer(experts), "experts_per_token": .integer(expertsPerToken),
      "expert_intermediate_size": .integer(expertIntermediateSize),
    ]
    if sharedExpertIntermediateSize > 0 {
      members["shared_expert_intermediate_size"] = .integer(sharedExpertIntermediateSize)
    }
    if let expertGroupsPerToken { members["expert_groups_per_token"] = .integer(expertGroupsPerToken) }
    return .object(members)
  }
}
