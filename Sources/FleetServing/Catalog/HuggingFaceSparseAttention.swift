import FleetJSON

extension HuggingFaceFamily {
  /// Token selection of the full-attention layers.
  func sparseAttention(of fields: HuggingFaceFields, layers: Int) -> SparseAttention? {
    if case .miniMaxM3Experts = feedForward { return blockSparseAttention(of: fields, layers: layers) }
    let selected = fields.integer("index_topk", in: SizeRange.context)
    let heads = fields.integer("index_n_heads", in: SizeRange.heads)
    let dim = fields.integer("index_head_dim", in: SizeRange.headDim)
    let indexers = indexerLayers(of: fields, layers: layers)
    guard let selected, let heads, let dim, let indexers else { return nil }
    fields.notes.assumptions[Self.keyBytesPointer] =
      "an FP8 key and one FP32 scale per token, as in the published inference code of DeepSeek-V3.2"
    return SparseAttention(
      layers: layers, indexerLayers: indexers, selectedTokens: selected, indexHeads: heads, indexHeadDim: dim,
      indexKeyBytesPerToken: dim + 4)
  }

  /// Layers with an indexer of their own: those listed as `full`, or those of the schedule by frequency and offset.
  private func indexerLayers(of fields: HuggingFaceFields, layers: Int) -> Int? {
    if fields.has("indexer_types") {
      let types = fields.perLayer("indexer_types", layers: layers) { $0.string("full or shared") }
      return types.map { $0.count { $0 == "full" } }
    }
    if let pattern = fields.present(["index_topk_pattern"])?.string("one F or S per layer") {
      return pattern.prefix(layers).count { $0 == "F" }
    }
    let frequency = fields.present(["index_topk_freq"]).map { $0.integer(in: SizeRange.layers) } ?? 1
    let offset = fields.present(["index_skip_topk_offset"]).map { $0.integer(in: .closed(0, 1000)) } ?? 2
    guard let frequency, let offset else { return nil }
    return (0..<layers).count { max($0 - offset + 1, 0) % frequency == 0 }
  }

  private func blockSparseAttention(of fields: HuggingFaceFields, layers: Int) -> SparseAttention? {
    guard let reader = fields.text.required("sparse_attention_config", "the settings of the sparse attention"),
      let settings = reader.dictionary("the settings of the sparse attention")
    else { return nil }
    let blockTokens = settings.integer("sparse_block_size", in: SizeRange.context)
    let blocks = settings.integer("sparse_topk_blocks", in: SizeRange.kernel)
    let heads = settings.integer("sparse_num_index_heads", in: SizeRange.heads)
    let dim = settings.integer("sparse_index_dim", in: SizeRange.headDim)
    let flags = settings.integers("sparse_attention_freq", in: .closed(0, 1))
    guard let blockTokens, let blocks, let heads, let dim, let flags else { return nil }
    let selecting = flags.prefix(layers).count { $0 == 1 }
    if selecting == 0 {
      settings.fault("sparse_attention_freq", "expected at least one sparse layer")
      return nil
    }
    fields.notes.assumptions[Self.keyBytesPointer] =
      "indexer keys in bf16, the precision of the cache in public engines"
    return SparseAttention(
      layers: selecting, selectedTokens: blockTokens * blocks, indexHeads: heads, indexHeadDim: dim,
      indexKeyBytesPerToken: 2 * dim)
  }

  private static let keyBytesPointer = "/architecture/sparse_attention/index_key_bytes_per_token"
}
