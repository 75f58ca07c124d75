import FleetJSON

extension LanguageModel {
  /// Value of `format` in catalog files.
  public static let format = "fleetplan-llm/1"

  /// Reads a catalog file (`models/llms/ID.json`).
  /// - Returns: `nil` after recording every fault: unknown, missing and wrong keys, sizes that contradict each other, and
  ///   numbers without provenance.
  public init?(decoding reader: JSONReader) {
    guard
      let object = reader.object(
        "a language model",
        keys: [
          "format", "id", "name", "aliases", "architecture", "native_precision", "native_quantization",
          "native_bytes_per_weight", "sources", "provenance",
        ])
    else { return nil }
    let format = object.string("format", "\"\(Self.format)\"")
    if let format, format != Self.format { object.fault("format", "expected \"\(Self.format)\", found \"\(format)\"") }
    let id = object.string("id")
    let name = object.string("name")
    let aliases = object.optional("aliases").map { $0.array("an array of names")?.allOrNil { $0.string() } } ?? []
    let provenance = ProvenanceTable(decoding: object)
    let model = object.required("architecture", "an object with the sizes of the model").flatMap {
      LanguageModel(architecture: $0, id: id ?? "", name: name ?? "", settings: object)
    }
    guard var model, format == Self.format, id != nil, name != nil, let aliases, let provenance else { return nil }
    model.aliases = aliases
    model.provenance = provenance
    provenance.recordUncoveredNumbers(in: object)
    self = model
  }

  /// Reads the `architecture` object of a catalog file or of a model written out in a problem.
  /// - Parameters:
  ///   - reader: The architecture object.
  ///   - settings: The object around it, from which `native_precision` (bf16 where absent), `native_quantization` and
  ///     `native_bytes_per_weight` are read; `nil` for the defaults.
  /// - Returns: `nil` after recording every fault.
  public init?(architecture reader: JSONReader, id: String, name: String, settings: JSONObject? = nil) {
    guard let object = reader.object("the sizes of a model", keys: Self.architectureKeys) else { return nil }
    let layers = object.integer("layers", in: SizeRange.layers)
    let hiddenSize = object.integer("hidden_size", in: SizeRange.hidden)
    let vocabularySize = object.integer("vocabulary_size", in: SizeRange.vocabulary)
    let tiedEmbeddings = object.bool("tied_embeddings", default: false)
    let maximumContextTokens = object.integer("maximum_context_tokens", in: SizeRange.context)
    let attention = object.required("attention", "the heads of an attention layer").flatMap { Attention(decoding: $0) }
    let slidingWindow = Optionally(object, "sliding_window") { SlidingWindowLayers(decoding: $0, full: attention) }
    let linearAttention = Optionally(object, "linear_attention") { LinearAttentionLayers(decoding: $0) }
    let sparseAttention = Optionally(object, "sparse_attention") { SparseAttention(decoding: $0) }
    let dense = Optionally(object, "dense_ffn") { DenseFeedForward(decoding: $0) }
    let experts = Optionally(object, "moe") { MixtureOfExperts(decoding: $0) }
    let precision = settings?.choice("native_precision", of: Precision.self, default: .bf16) ?? .bf16
    let quantization =
      settings?.choice("native_quantization", of: QuantizedMatrices.self, default: .linear) ?? .linear
    let bytes = settings?.optionalNumber("native_bytes_per_weight", unit: "bytes", in: .above(0, upTo: 4))

    guard let layers, let hiddenSize, let vocabularySize, let maximumContextTokens, let attention,
      slidingWindow.isRight, linearAttention.isRight, sparseAttention.isRight, dense.isRight, experts.isRight
    else { return nil }
    self.init(
      id: id, name: name, layers: layers, hiddenSize: hiddenSize, vocabularySize: vocabularySize,
      tiedEmbeddings: tiedEmbeddings, maximumContextTokens: maximumContextTokens, attention: attention,
      slidingWindow: slidingWindow.value, linearAttention: linearAttention.value,
      sparseAttention: sparseAttention.value, denseFeedForward: dense.value, mixtureOfExperts: experts.value,
      nativePrecision: precision, nativeQuantization: quantization, nativeBytesPerWeight: bytes)
    let contradictions = contradictions
    for contradiction in contradictions { object.fault(contradiction.key, contradiction.message) }
    if !contradictions.isEmpty { return nil }
  }

  private static let architectureKeys = [
    "layers", "hidden_size", "vocabulary_size", "tied_embeddings", "maximum_context_tokens", "attention",
    "sliding_window", "linear_attention", "sparse_attention", "dense_ffn", "moe",
  ]
}

/// A part that may be absent: wrong is not the same as absent.
private struct Optionally<Part> {
  var value: Part?
  var isRight: Bool

  init(_ object: JSONObject, _ key: String, _ decode: (JSONReader) -> Part?) {
    let reader = object.optional(key)
    value = reader.flatMap(decode)
    isRight = reader == nil || value != nil
  }
}

extension Attention {
  private enum Kind: String, CaseIterable { case gqa, mla }

  /// Reads `{"kind": "gqa", …}` or `{"kind": "mla", …}`.
  init?(decoding reader: JSONReader) {
    guard let kind = reader.dictionary("the heads of an attention layer")?.choice("kind", of: Kind.self) else {
      return nil
    }
    switch kind {
    case .gqa:
      guard
        let object = reader.object(keys: [
          "kind", "query_heads", "kv_heads", "head_dim", "value_head_dim", "output_gate", "keys_serve_as_values",
        ])
      else { return nil }
      let queryHeads = object.integer("query_heads", in: SizeRange.heads)
      let kvHeads = object.integer("kv_heads", in: SizeRange.heads)
      let headDim = object.integer("head_dim", in: SizeRange.headDim)
      let valueHeadDim = object.optionalInteger("value_head_dim", in: SizeRange.headDim)
      let outputGate = object.bool("output_gate", default: false)
      let keysServeAsValues = object.bool("keys_serve_as_values", default: false)
      guard let queryHeads, let kvHeads, let headDim else { return nil }
      self = .gqa(
        GroupedQueryAttention(
          queryHeads: queryHeads, kvHeads: kvHeads, headDim: headDim, valueHeadDim: valueHeadDim,
          outputGate: outputGate, keysServeAsValues: keysServeAsValues))
    case .mla:
      guard
        let object = reader.object(keys: [
          "kind", "query_heads", "kv_lora_rank", "qk_rope_head_dim", "qk_nope_head_dim", "v_head_dim", "q_lora_rank",
        ])
      else { return nil }
      let queryHeads = object.integer("query_heads", in: SizeRange.heads)
      let kvLoraRank = object.integer("kv_lora_rank", in: SizeRange.rank)
      let rope = object.integer("qk_rope_head_dim", in: SizeRange.headDim)
      let nope = object.integer("qk_nope_head_dim", in: SizeRange.headDim)
      let value = object.integer("v_head_dim", in: SizeRange.headDim)
      let qLoraRank = object.optionalInteger("q_lora_rank", in: SizeRange.rank)
      guard let queryHeads, let kvLoraRank, let rope, let nope, let value else { return nil }
      self = .mla(
        LatentAttention(
          queryHeads: queryHeads, kvLoraRank: kvLoraRank, qkRopeHeadDim: rope, qkNopeHeadDim: nope, vHeadDim: value,
          qLoraRank: qLoraRank))
    }
  }
}

extension SlidingWindowLayers {
  /// - Parameter full: Heads of the full-attention layers, used where the object names none of its own.
  init?(decoding reader: JSONReader, full: Attention?) {
    guard let object = reader.object("the sliding-window layers", keys: ["layers", "window_tokens", "attention"]) else {
      return nil
    }
    let layers = object.integer("layers", in: SizeRange.layers)
    let windowTokens = object.integer("window_tokens", in: SizeRange.context)
    let own = object.optional("attention")
    let attention = own.map { Attention(decoding: $0) } ?? full
    guard let layers, let windowTokens, let attention else { return nil }
    self.init(layers: layers, windowTokens: windowTokens, attention: attention)
  }
}

extension LinearAttentionLayers {
  init?(decoding reader: JSONReader) {
    guard
      let object = reader.object(
        "the linear-attention layers",
        keys: ["layers", "key_heads", "value_heads", "key_head_dim", "value_head_dim", "convolution_kernel"])
    else { return nil }
    let layers = object.integer("layers", in: SizeRange.layers)
    let keyHeads = object.integer("key_heads", in: SizeRange.heads)
    let valueHeads = object.integer("value_heads", in: SizeRange.heads)
    let keyHeadDim = object.integer("key_head_dim", in: SizeRange.headDim)
    let valueHeadDim = object.integer("value_head_dim", in: SizeRange.headDim)
    let kernel = object.integer("convolution_kernel", in: SizeRange.kernel)
    guard let layers, let keyHeads, let valueHeads, let keyHeadDim, let valueHeadDim, let kernel else { return nil }
    self.init(
      layers: layers, keyHeads: keyHeads, valueHeads: valueHeads, keyHeadDim: keyHeadDim, valueHeadDim: valueHeadDim,
      convolutionKernel: kernel)
  }
}

extension SparseAttention {
  init?(decoding reader: JSONReader) {
    guard
      let object = reader.object(
        "the sparse attention",
        keys: [
          "layers", "indexer_layers", "selected_tokens", "index_heads", "index_head_dim", "index_key_bytes_per_token",
        ])
    else { return nil }
    let layers = object.integer("layers", in: SizeRange.layers)
    let indexerLayers = object.optionalInteger("indexer_layers", in: SizeRange.layers)
    let selectedTokens = object.integer("selected_tokens", in: SizeRange.context)
    let indexHeads = object.integer("index_heads", in: SizeRange.heads)
    let indexHeadDim = object.integer("index_head_dim", in: SizeRange.headDim)
    let keyBytes = object.integer("index_key_bytes_per_token", unit: "bytes", in: SizeRange.rank)
    guard let layers, let selectedTokens, let indexHeads, let indexHeadDim, let keyBytes else { return nil }
    self.init(
      layers: layers, indexerLayers: indexerLayers, selectedTokens: selectedTokens, indexHeads: indexHeads,
      indexHeadDim: indexHeadDim, indexKeyBytesPerToken: keyBytes)
  }
}

extension DenseFeedForward {
  init?(decoding reader: JSONReader) {
    guard let object = reader.object("the dense feed-forward layers", keys: ["layers", "intermediate_size", "gated"])
    else { return nil }
    let layers = object.integer("layers", in: SizeRange.layers)
    let intermediateSize = object.integer("intermediate_size", in: SizeRange.intermediate)
    let gated = object.bool("gated", default: true)
    guard let layers, let intermediateSize else { return nil }
    self.init(layers: layers, intermediateSize: intermediateSize, gated: gated)
  }
}

extension MixtureOfExperts {
  init?(decoding reader: JSONReader) {
    guard
      let object = reader.object(
        "the mixture-of-experts layers",
        keys: [
          "layers", "experts", "experts_per_token", "expert_intermediate_size", "shared_expert_intermediate_size",
          "expert_groups_per_token",
        ])
    else { return nil }
    let layers = object.integer("layers", in: SizeRange.layers)
    let experts = object.integer("experts", in: SizeRange.experts)
    let expertsPerToken = object.integer("experts_per_token", in: SizeRange.experts)
    let width = object.integer("expert_intermediate_size", in: SizeRange.intermediate)
    let shared = object.integer("shared_expert_intermediate_size", in: SizeRange.intermediateOrNone, default: 0)
    let groups = object.optional("expert_groups_per_token")?.integer(in: SizeRange.experts)
    guard let layers, let experts, let expertsPerToken, let width else { return nil }
    self.init(
      layers: layers, experts: experts, expertsPerToken: expertsPerToken, expertIntermediateSize: width,
      sharedExpertIntermediateSize: shared, expertGroupsPerToken: groups)
  }
}
