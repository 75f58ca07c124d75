import FleetJSON

/// How the configurations of related model types are to be read.
struct HuggingFaceFamily {
  /// Which layers see the whole context.
  enum LayerRule {
    /// All of them.
    case full
    /// None where `sliding_window` is a number, else all (Mistral, Mixtral, Phi-3).
    case windowEverywhere
    /// Those before `max_window_layers` where `use_sliding_window` is set, else all (Qwen2, Qwen3).
    case windowAfter
    /// `layer_types`; where absent, every n-th layer, with n under `key`, and a sliding window elsewhere.
    case slidingExceptEvery(Int, key: String)
    /// `layer_types`; where absent, every n-th layer, with n under `full_attention_interval`, and linear elsewhere.
    case linearExceptEvery(Int)
    /// Layers without rotary positions; chunked attention elsewhere (Llama 4).
    case chunked
    /// `hybrid_layer_pattern`, 1 for a sliding window (MiMo-V2).
    case hybridPattern
    /// `layer_types`, required (Step).
    case layerTypes
  }

  /// Which matrices follow the attention.
  enum FeedForwardRule {
    /// Gated with `intermediate_size`.
    case gated
    /// Two matrices with `ffn_dim`, or four times the hidden size (OPT, BLOOM).
    case plain
    /// Experts of `intermediate_size` in every layer (Mixtral, gpt-oss, MiniMax-M2).
    case expertsEverywhere
    /// `decoder_sparse_step`, `mlp_only_layers`, `num_experts` (Qwen).
    case qwenExperts
    /// `first_k_dense_replace` or `moe_layer_freq`, `n_routed_experts`, `n_shared_experts` (DeepSeek, Kimi, GLM, MiMo).
    case deepSeekExperts
    /// `interleave_moe_layer_step`, `intermediate_size_mlp` (Llama 4).
    case llama4Experts
    /// `moe_layer_freq`, `dense_intermediate_size`, `shared_intermediate_size` (MiniMax-M3).
    case miniMaxM3Experts
    /// `moe_layers_enum`, `moe_num_experts`, `share_expert_dim` (Step).
    case stepExperts
    /// A dense block beside the experts of every layer where `enable_moe_block` is set (Gemma 4).
    case gemma4Experts
  }

  var modelTypes: [String]
  var layers: LayerRule = .full
  var feedForward: FeedForwardRule = .gated
  /// Value of `tie_word_embeddings` where it is absent.
  var tiedByDefault = false
  /// Whether `attn_output_gate` is set where it is absent.
  var gatedByDefault = false
  /// Whether the attention selects tokens by an indexer.
  var sparse = false
  /// Defaults of the configuration class for keys that published files leave out.
  var defaults: [String: Int] = [:]

  static let all: [HuggingFaceFamily] = [
    HuggingFaceFamily(modelTypes: ["llama", "glm", "glm4"]),
    HuggingFaceFamily(modelTypes: ["mistral", "phi3", "phi4"], layers: .windowEverywhere),
    HuggingFaceFamily(modelTypes: ["mixtral"], layers: .windowEverywhere, feedForward: .expertsEverywhere),
    HuggingFaceFamily(modelTypes: ["qwen2", "qwen3", "mimo"], layers: .windowAfter),
    HuggingFaceFamily(modelTypes: ["qwen2_moe", "qwen3_moe"], layers: .windowAfter, feedForward: .qwenExperts),
    HuggingFaceFamily(
      modelTypes: ["qwen3_5", "qwen3_5_text"], layers: .linearExceptEvery(4), gatedByDefault: true),
    HuggingFaceFamily(
      modelTypes: ["qwen3_5_moe", "qwen3_5_moe_text", "qwen3_next"], layers: .linearExceptEvery(4),
      feedForward: .qwenExperts, gatedByDefault: true),
    HuggingFaceFamily(
      modelTypes: ["deepseek_v2", "deepseek_v3", "kimi_k2", "kimi_k25", "glm4_moe", "glm4_moe_lite"],
      feedForward: .deepSeekExperts),
    HuggingFaceFamily(modelTypes: ["deepseek_v32", "glm_moe_dsa"], feedForward: .deepSeekExperts, sparse: true),
    HuggingFaceFamily(
      modelTypes: ["gpt_oss"], layers: .slidingExceptEvery(2, key: "sliding_window_pattern"),
      feedForward: .expertsEverywhere),
    HuggingFaceFamily(modelTypes: ["minimax_m2"], feedForward: .expertsEverywhere),
    HuggingFaceFamily(
      modelTypes: ["minimax_m3", "minimax_m3_text", "minimax_m3_vl"], feedForward: .miniMaxM3Experts, sparse: true),
    HuggingFaceFamily(
      modelTypes: ["gemma2"], layers: .slidingExceptEvery(2, key: "sliding_window_pattern"), tiedByDefault: true,
      defaults: ["head_dim": 256]),
    HuggingFaceFamily(
      modelTypes: ["gemma3", "gemma3_text"], layers: .slidingExceptEvery(6, key: "sliding_window_pattern"),
      tiedByDefault: true,
      defaults: [
        "vocab_size": 262_208, "head_dim": 256, "num_attention_heads": 8, "num_key_value_heads": 4,
        "max_position_embeddings": 131_072,
      ]),
    HuggingFaceFamily(
      modelTypes: ["gemma4", "gemma4_text"], layers: .slidingExceptEvery(6, key: "sliding_window_pattern"),
      feedForward: .gemma4Experts, tiedByDefault: true,
      defaults: ["vocab_size": 262_144, "head_dim": 256, "max_position_embeddings": 131_072]),
    HuggingFaceFamily(modelTypes: ["llama4", "llama4_text"], layers: .chunked, feedForward: .llama4Experts),
    HuggingFaceFamily(
      modelTypes: ["mimo_v2", "mimo_v2_flash"], layers: .hybridPattern, feedForward: .deepSeekExperts),
    HuggingFaceFamily(modelTypes: ["step3p5", "step3p7"], layers: .layerTypes, feedForward: .stepExperts),
    HuggingFaceFamily(modelTypes: ["opt", "bloom"], feedForward: .plain, tiedByDefault: true),
  ]

  init(
    modelTypes: [String], layers: LayerRule = .full, feedForward: FeedForwardRule = .gated,
    tiedByDefault: Bool = false, gatedByDefault: Bool = false, sparse: Bool = false, defaults: [String: Int] = [:]
  ) {
    self.modelTypes = modelTypes
    self.layers = layers
    self.feedForward = feedForward
    self.tiedByDefault = tiedByDefault
    self.gatedByDefault = gatedByDefault
    self.sparse = sparse
    self.defaults = defaults
  }

  /// The family of a configuration, by the `model_type` of its text decoder or else of the whole file.
  /// - Returns: `nil` after recording a fault that lists the supported types.
  init?(of fields: HuggingFaceFields) {
    guard
      let reader = fields.text.optional("model_type") ?? fields.root.required("model_type", "the type of the model"),
      let type = reader.string("the type of the model")
    else { return nil }
    let outer = fields.root.optionalString("model_type")
    for candidate in [type, outer] {
      guard let candidate, let family = Self.all.first(where: { $0.modelTypes.contains(candidate) }) else { continue }
      self = family
      return
    }
    reader.fault(
      "the model type \"\(type)\" is not supported",
      hint: "supported: \(HuggingFaceConfig.supportedModelTypes.joined(separator: ", "))")
    return nil
  }

  /// The model, or `nil` after recording every fault.
  func model(from fields: HuggingFaceFields, id: String, name: String) -> LanguageModel? {
    recordUnsupportedFeatures(of: fields)
    let hiddenSize = fields.integer("hidden_size", "n_embed", "d_model", in: SizeRange.hidden)
    let layers = fields.integer("num_hidden_layers", "n_layer", in: SizeRange.layers)
    let vocabulary = integer(fields, "vocab_size", in: SizeRange.vocabulary)
    let context = fields.present(["max_seq_len", "seq_length"]).map { $0.integer(in: SizeRange.context) }
    let maximumContext = context ?? integer(fields, "max_position_embeddings", in: SizeRange.context)
    let precision = HuggingFacePrecision.read(from: fields)
    let heads = attention(of: fields, hiddenSize: hiddenSize)
    let kinds = layers.flatMap { layerKinds(of: fields, layers: $0) }
    let blocks = feedForward(of: fields, hiddenSize: hiddenSize, layers: layers)
    guard let hiddenSize, let layers, let vocabulary, let maximumContext, let precision, let heads, let kinds,
      let blocks
    else { return nil }

    var model = LanguageModel(
      id: id, name: name, layers: layers, hiddenSize: hiddenSize, vocabularySize: vocabulary,
      tiedEmbeddings: fields.bool("tie_word_embeddings", default: tiedByDefault), maximumContextTokens: maximumContext,
      attention: heads.full, denseFeedForward: blocks.dense, mixtureOfExperts: blocks.experts,
      nativePrecision: precision.precision, nativeQuantization: precision.scope,
      nativeBytesPerWeight: precision.bytesPerWeight)
    var isRight = true
    if kinds.contains(.sliding) {
      let window = windowTokens(of: fields)
      isRight = window != nil
      // A window that no context exceeds never caps anything.
      if let window, window < maximumContext {
        model.slidingWindow = SlidingWindowLayers(
          layers: kinds.count { $0 == .sliding }, windowTokens: window, attention: heads.sliding)
      }
    }
    if kinds.contains(.linear) {
      model.linearAttention = linearAttention(of: fields, layers: kinds.count { $0 == .linear })
      isRight = isRight && model.linearAttention != nil
    }
    if sparse {
      model.sparseAttention = sparseAttention(of: fields, layers: layers)
      isRight = isRight && model.sparseAttention != nil
    }
    guard isRight else { return nil }
    let contradictions = model.contradictions
    for contradiction in contradictions { fields.text.reader.fault(contradiction.message) }
    return contradictions.isEmpty ? model : nil
  }

  /// A number under `key`, or this family's default where it has one.
  func integer(_ fields: HuggingFaceFields, _ key: String, in range: NumberRange) -> Int? {
    if let classDefault = defaults[key] { return fields.integer(key, in: range, classDefault: classDefault) }
    return fields.integer(key, in: range)
  }

  /// Faults for features that change weights or cache in ways that a `LanguageModel` does not describe.
  private func recordUnsupportedFeatures(of fields: HuggingFaceFields) {
    if modelTypes.contains("gemma4") {
      for (key, classDefault) in [("hidden_size_per_layer_input", 256), ("num_kv_shared_layers", 0)]
      where (fields.present([key])?.integer(in: .atLeast(0)) ?? classDefault) > 0 {
        fields.fault(key, "embeddings per layer and shared key-value layers are not supported (\(key) is not 0)")
      }
    }
    if let width = fields.optionalInteger("word_embed_proj_dim", in: SizeRange.hidden),
      let hidden = fields.optionalInteger("hidden_size", in: SizeRange.hidden), width != hidden
    {
      fields.fault("word_embed_proj_dim", "embeddings narrower than the hidden size are not supported")
    }
  }
}
