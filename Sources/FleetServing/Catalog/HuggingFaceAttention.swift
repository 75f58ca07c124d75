import FleetJSON

/// What one layer does with the context.
enum HuggingFaceLayerKind: Hashable {
  case full, sliding, linear

  /// Reads one entry of `layer_types`.
  init?(decoding reader: JSONReader) {
    guard let word = reader.string("the type of a layer") else { return nil }
    switch word {
    case "full_attention", "attention", "deepseek_sparse_attention": self = .full
    case "sliding_attention", "chunked_attention": self = .sliding
    case "linear_attention": self = .linear
    default:
      reader.fault(
        "the layer type \"\(word)\" is not supported",
        hint: "supported: full_attention, sliding_attention, chunked_attention, linear_attention")
      return nil
    }
  }
}

extension HuggingFaceFamily {
  /// The kind of every layer.
  func layerKinds(of fields: HuggingFaceFields, layers: Int) -> [HuggingFaceLayerKind]? {
    func exceptEvery(_ period: Int?, _ other: HuggingFaceLayerKind) -> [HuggingFaceLayerKind]? {
      period.map { period in (1...layers).map { $0 % period == 0 ? .full : other } }
    }
    func listed() -> [HuggingFaceLayerKind]? {
      fields.perLayer("layer_types", layers: layers) { HuggingFaceLayerKind(decoding: $0) }
    }

    switch self.layers {
    case .full: return Array(repeating: .full, count: layers)
    case .windowEverywhere:
      return Array(repeating: fields.has("sliding_window") ? .sliding : .full, count: layers)
    case .windowAfter:
      if !fields.bool("use_sliding_window", default: false) { return Array(repeating: .full, count: layers) }
      if fields.has("layer_types") { return listed() }
      guard let first = fields.integer("max_window_layers", in: .closed(0, 1000)) else { return nil }
      return (0..<layers).map { $0 >= first ? .sliding : .full }
    case .slidingExceptEvery(let period, let key):
      if fields.has("layer_types") { return listed() }
      return exceptEvery(
        fields.integer(key, "_\(key)", in: SizeRange.layers, classDefault: period), .sliding)
    case .linearExceptEvery(let period):
      if fields.has("layer_types") { return listed() }
      return exceptEvery(
        fields.integer("full_attention_interval", in: SizeRange.layers, classDefault: period), .linear)
    case .chunked:
      if fields.has("layer_types") { return listed() }
      if let flags = fields.text.optional("no_rope_layers"), flags.array()?.isEmpty == false {
        return fields.perLayer("no_rope_layers", layers: layers) {
          $0.integer(in: .closed(0, 1)).map { $0 == 1 ? .sliding : .full }
        }
      }
      return exceptEvery(
        fields.integer("no_rope_layer_interval", in: SizeRange.layers, classDefault: 4), .sliding)
    case .hybridPattern:
      return fields.perLayer("hybrid_layer_pattern", layers: layers) {
        $0.integer(in: .closed(0, 1)).map { $0 == 1 ? .sliding : .full }
      }
    case .layerTypes: return listed()
    }
  }

  /// Tokens in the window of the sliding layers; the chunk of chunked attention.
  func windowTokens(of fields: HuggingFaceFields) -> Int? {
    if case .chunked = layers {
      return fields.integer("attention_chunk_size", in: SizeRange.context, classDefault: 8192)
    }
    return fields.integer("sliding_window", "sliding_window_size", in: SizeRange.context)
  }

  /// Heads of the full and of the sliding layers.
  func attention(of fields: HuggingFaceFields, hiddenSize: Int?) -> (full: Attention, sliding: Attention)? {
    if fields.has("kv_lora_rank") { return latentAttention(of: fields).map { (.mla($0), .mla($0)) } }
    let queryHeads = headCount(fields, "num_attention_heads", "n_head")
    let sharedHeads = fields.present(["num_key_value_heads", "num_attention_groups"])
    let kvHeads =
      if let sharedHeads { sharedHeads.integer(in: SizeRange.heads) } else {
        defaults["num_key_value_heads"].flatMap {
          fields.integer("num_key_value_heads", in: SizeRange.heads, classDefault: $0)
        } ?? queryHeads
      }
    let headDim = headDim(of: fields, hiddenSize: hiddenSize, queryHeads: queryHeads)
    let valueHeadDim = fields.optionalInteger("v_head_dim", in: SizeRange.headDim)
    guard let queryHeads, let kvHeads, let headDim else { return nil }
    let gate = fields.bool("attn_output_gate", default: gatedByDefault)
    let heads = GroupedQueryAttention(
      queryHeads: queryHeads, kvHeads: kvHeads, headDim: headDim, valueHeadDim: valueHeadDim, outputGate: gate)
    guard let full = globalHeads(of: fields, instead: heads), let sliding = slidingHeads(of: fields, instead: heads)
    else { return nil }
    return (.gqa(full), .gqa(sliding))
  }

  private func headCount(_ fields: HuggingFaceFields, _ key: String, _ alternative: String) -> Int? {
    if let classDefault = defaults[key] {
      return fields.integer(key, alternative, in: SizeRange.heads, classDefault: classDefault)
    }
    return fields.integer(key, alternative, in: SizeRange.heads)
  }

  private func headDim(of fields: HuggingFaceFields, hiddenSize: Int?, queryHeads: Int?) -> Int? {
    if fields.has("head_dim") || defaults["head_dim"] != nil {
      return integer(fields, "head_dim", in: SizeRange.headDim)
    }
    guard let hiddenSize, let queryHeads else { return nil }
    if hiddenSize % queryHeads != 0 {
      fields.fault("hidden_size", "no head_dim is given and \(queryHeads) heads do not divide \(hiddenSize)")
      return nil
    }
    return hiddenSize / queryHeads
  }

  /// Gemma 4 gives its full layers wider and fewer key-value heads, whose keys may serve as values.
  private func globalHeads(
    of fields: HuggingFaceFields, instead heads: GroupedQueryAttention
  ) -> GroupedQueryAttention? {
    guard modelTypes.contains("gemma4") else { return heads }
    let dim = fields.integer("global_head_dim", in: SizeRange.headDim, classDefault: 512)
    let shared = fields.bool("attention_k_eq_v", default: false)
    let own = shared ? fields.present(["num_global_key_value_heads"]) : nil
    let kvHeads = own.map { $0.integer(in: SizeRange.heads) } ?? heads.kvHeads
    guard let dim, let kvHeads else { return nil }
    return GroupedQueryAttention(
      queryHeads: heads.queryHeads, kvHeads: kvHeads, headDim: dim, keysServeAsValues: shared)
  }

  /// MiMo-V2 gives its sliding layers heads of their own under `swa_…`, Step under `attention_other_setting`.
  private func slidingHeads(
    of fields: HuggingFaceFields, instead heads: GroupedQueryAttention
  ) -> GroupedQueryAttention? {
    let object: JSONObject
    let prefix: String
    switch layers {
    case .hybridPattern: (object, prefix) = (fields.text, "swa_")
    case .layerTypes:
      guard let other = fields.text.optional("attention_other_setting") else { return heads }
      guard let settings = other.dictionary("the heads of the sliding layers") else { return nil }
      (object, prefix) = (settings, "")
    default: return heads
    }
    func number(_ key: String, _ range: NumberRange, else fallback: Int) -> Int? {
      object.optional(prefix + key).map { $0.integer(in: range) } ?? fallback
    }
    let queryHeads = number("num_attention_heads", SizeRange.heads, else: heads.queryHeads)
    let groups = number("num_attention_groups", SizeRange.heads, else: heads.kvHeads)
    let kvHeads = groups.flatMap { number("num_key_value_heads", SizeRange.heads, else: $0) }
    let headDim = number("head_dim", SizeRange.headDim, else: heads.headDim)
    let valueHeadDim = number("v_head_dim", SizeRange.headDim, else: heads.valueHeadDim)
    guard let queryHeads, let kvHeads, let headDim, let valueHeadDim else { return nil }
    return GroupedQueryAttention(
      queryHeads: queryHeads, kvHeads: kvHeads, headDim: headDim, valueHeadDim: valueHeadDim)
  }

  private func latentAttention(of fields: HuggingFaceFields) -> LatentAttention? {
    let queryHeads = fields.integer("num_attention_heads", in: SizeRange.heads)
    let kvLoraRank = fields.integer("kv_lora_rank", in: SizeRange.rank)
    let rope = fields.integer("qk_rope_head_dim", in: SizeRange.headDim)
    let nope = fields.integer("qk_nope_head_dim", in: SizeRange.headDim)
    let value = fields.integer("v_head_dim", in: SizeRange.headDim)
    let qLoraRank = fields.optionalInteger("q_lora_rank", in: SizeRange.rank)
    guard let queryHeads, let kvLoraRank, let rope, let nope, let value else { return nil }
    return LatentAttention(
      queryHeads: queryHeads, kvLoraRank: kvLoraRank, qkRopeHeadDim: rope, qkNopeHeadDim: nope, vHeadDim: value,
      qLoraRank: qLoraRank)
  }

  func linearAttention(of fields: HuggingFaceFields, layers: Int) -> LinearAttentionLayers? {
    let keyHeads = fields.integer("linear_num_key_heads", in: SizeRange.heads)
    let valueHeads = fields.integer("linear_num_value_heads", in: SizeRange.heads)
    let keyHeadDim = fields.integer("linear_key_head_dim", in: SizeRange.headDim)
    let valueHeadDim = fields.integer("linear_value_head_dim", in: SizeRange.headDim)
    let kernel = fields.integer("linear_conv_kernel_dim", in: SizeRange.kernel, classDefault: 4)
    guard let keyHeads, let valueHeads, let keyHeadDim, let valueHeadDim, let kernel else { return nil }
    return LinearAttentionLayers(
      layers: layers, keyHeads: keyHeads, valueHeads: valueHeads, keyHeadDim: keyHeadDim, valueHeadDim: valueHeadDim,
      convolutionKernel: kernel)
  }
}
