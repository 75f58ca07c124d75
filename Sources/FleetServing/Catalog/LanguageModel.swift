/// A decoder-only language model: the sizes that decide its memory, its arithmetic and its KV cache.
///
/// Only the text decoder counts: vision and audio encoders and the extra layers of multi-token prediction are left out.
public struct LanguageModel: Sendable, Hashable {
  /// Stable key, as in the name of its catalog file: `llama-3.1-70b`.
  public var id: String
  /// Name for people: `Llama 3.1 70B`.
  public var name: String
  /// Other spellings that mean this model, such as Hugging Face repositories.
  public var aliases: [String]

  /// Number of decoder layers.
  public var layers: Int
  public var hiddenSize: Int
  /// Rows of the embedding table, padding included.
  public var vocabularySize: Int
  /// Whether the output projection is the embedding table.
  public var tiedEmbeddings: Bool
  /// Longest context in tokens that the model was published for.
  public var maximumContextTokens: Int

  /// Head counts and widths of the full-attention layers.
  public var attention: Attention
  public var slidingWindow: SlidingWindowLayers?
  public var linearAttention: LinearAttentionLayers?
  public var sparseAttention: SparseAttention?
  public var denseFeedForward: DenseFeedForward?
  public var mixtureOfExperts: MixtureOfExperts?

  /// Precision of the published weights.
  public var nativePrecision: Precision
  /// Which matrices the published weights hold in `nativePrecision`; the others are in bf16.
  public var nativeQuantization: QuantizedMatrices
  /// Bytes of one published weight, scales included, where they differ from `nativePrecision.bytesPerWeight`: 0.5625 for
  /// 4-bit integers in groups of 32 with a 16-bit scale (Kimi K2.5).
  public var nativeBytesPerWeight: Double?

  /// Where each number comes from.
  public var provenance: ProvenanceTable

  public init(
    id: String, name: String, aliases: [String] = [], layers: Int, hiddenSize: Int, vocabularySize: Int,
    tiedEmbeddings: Bool = false, maximumContextTokens: Int, attention: Attention,
    slidingWindow: SlidingWindowLayers? = nil, linearAttention: LinearAttentionLayers? = nil,
    sparseAttention: SparseAttention? = nil, denseFeedForward: DenseFeedForward? = nil,
    mixtureOfExperts: MixtureOfExperts? = nil, nativePrecision: Precision = .bf16,
    nativeQuantization: QuantizedMatrices = .linear, nativeBytesPerWeight: Double? = nil,
    provenance: ProvenanceTable = ProvenanceTable()
  ) {
    self.id = id
    self.name = name
    self.aliases = aliases
    self.layers = layers
    self.hiddenSize = hiddenSize
    self.vocabularySize = vocabularySize
    self.tiedEmbeddings = tiedEmbeddings
    self.maximumContextTokens = maximumContextTokens
    self.attention = attention
    self.slidingWindow = slidingWindow
    self.linearAttention = linearAttention
    self.sparseAttention = sparseAttention
    self.denseFeedForward = denseFeedForward
    self.mixtureOfExperts = mixtureOfExperts
    self.nativePrecision = nativePrecision
    self.nativeQuantization = nativeQuantization
    self.nativeBytesPerWeight = nativeBytesPerWeight
    self.provenance = provenance
  }
}

extension LanguageModel {
  /// Query heads of a full-attention layer.
  public var attentionHeads: Int { attention.queryHeads }

  /// Layers whose cache grows with every token: `layers − sliding − linear`.
  public var fullAttentionLayers: Int { layers - slidingWindowLayers - linearAttentionLayers }

  /// Layers whose cache stops growing at the window.
  public var slidingWindowLayers: Int { slidingWindow?.layers ?? 0 }

  /// Layers with a state of constant size.
  public var linearAttentionLayers: Int { linearAttention?.layers ?? 0 }

  /// Whether any layer has routed experts.
  public var isMixtureOfExperts: Bool { mixtureOfExperts != nil }

  /// Whether `text` is the id, the name or an alias of this model, regardless of case.
  public func answers(to text: String) -> Bool {
    let wanted = text.lowercased()
    return id.lowercased() == wanted || name.lowercased() == wanted || aliases.contains { $0.lowercased() == wanted }
  }
}

/// Which matrices of a checkpoint are quantised. Embedding, output head, router and norms stay in 16 bit either way.
public enum QuantizedMatrices: String, Sendable, CaseIterable, Hashable {
  /// Attention projections, feed-forward layers, shared and routed experts: the usual FP8, INT8, INT4 and FP4
  /// checkpoints.
  case linear
  /// Routed experts only, as in gpt-oss (MXFP4) and Kimi K2.5 (INT4).
  case routedExperts = "routed_experts"
}
