/// How one attention layer projects and caches keys and values.
public enum Attention: Sendable, Hashable {
  /// Grouped-query attention; multi-head attention is the case `kvHeads == queryHeads`.
  case gqa(GroupedQueryAttention)
  /// Multi-head latent attention: one compressed vector per token, shared by all heads.
  case mla(LatentAttention)
}

extension Attention {
  /// Number of query heads.
  public var queryHeads: Int {
    switch self {
    case .gqa(let attention): attention.queryHeads
    case .mla(let attention): attention.queryHeads
    }
  }

  /// Number of key-value heads that tensor parallelism can spread: 1 for latent attention, whose cache every rank
  /// holds in full.
  public var kvHeads: Int {
    switch self {
    case .gqa(let attention): attention.kvHeads
    case .mla: 1
    }
  }

  /// Width of one query-key product per head when keys are expanded, as in prefill.
  public var queryKeyHeadDim: Int {
    switch self {
    case .gqa(let attention): attention.headDim
    case .mla(let attention): attention.qkNopeHeadDim + attention.qkRopeHeadDim
    }
  }

  /// Width of one value per head when values are expanded, as in prefill.
  public var valueHeadDim: Int {
    switch self {
    case .gqa(let attention): attention.valueHeadDim
    case .mla(let attention): attention.vHeadDim
    }
  }

  /// Whether the cache is one latent vector, which tensor parallelism replicates on every rank.
  public var isLatent: Bool {
    switch self {
    case .gqa: false
    case .mla: true
    }
  }

  /// Cached elements per token in one layer.
  ///
  /// Grouped: `kvHeads · (headDim + valueHeadDim)`. Latent: `kvLoraRank + qkRopeHeadDim` (512 + 64 = 576 in
  /// DeepSeek-V3, DeepSeek-V2 technical report, section 2.1).
  public var kvElementsPerToken: Int {
    switch self {
    case .gqa(let attention): attention.kvHeads * (attention.headDim + attention.valueHeadDim)
    case .mla(let attention): attention.kvLoraRank + attention.qkRopeHeadDim
    }
  }

  /// Weights of the projections of one layer. Biases and norms, below 0.1 % of any model here, are left out.
  ///
  /// Grouped: query `h·H·d` (twice with an output gate), key `h·K·d`, value `h·K·v` (none where keys serve as values),
  /// output `H·v·h`. Latent: query down and up `h·r + r·H·(n + p)` or direct `h·H·(n + p)`, key-value down
  /// `h·(c + p)`, up `c·H·(n + v)`, output `H·v·h`, with `r` the query rank, `c` the key-value rank, `n` and `p` the
  /// head widths without and with position.
  public func parameters(hiddenSize h: Int) -> Int {
    switch self {
    case .gqa(let a):
      let query = h * a.queryHeads * a.headDim * (a.outputGate ? 2 : 1)
      let key = h * a.kvHeads * a.headDim
      let value = a.keysServeAsValues ? 0 : h * a.kvHeads * a.valueHeadDim
      return query + key + value + a.queryHeads * a.valueHeadDim * h
    case .mla(let a):
      let queryWidth = a.queryHeads * (a.qkNopeHeadDim + a.qkRopeHeadDim)
      let query = a.qLoraRank.map { h * $0 + $0 * queryWidth } ?? h * queryWidth
      let down = h * (a.kvLoraRank + a.qkRopeHeadDim)
      let up = a.kvLoraRank * a.queryHeads * (a.qkNopeHeadDim + a.vHeadDim)
      return query + down + up + a.queryHeads * a.vHeadDim * h
    }
  }
}

/// Sizes of grouped-query attention in one layer.
public struct GroupedQueryAttention: Sendable, Hashable {
  public var queryHeads: Int
  public var kvHeads: Int
  /// Width of one query and key head.
  public var headDim: Int
  /// Width of one value head; equal to `headDim` in most models.
  public var valueHeadDim: Int
  /// Whether the query projection also yields a gate of its own width for the output (Qwen3.5).
  public var outputGate: Bool
  /// Whether the layer has no value projection and uses the projected keys (Gemma 4, full layers). Both are cached.
  public var keysServeAsValues: Bool

  /// - Parameter valueHeadDim: `nil` for `headDim`.
  public init(
    queryHeads: Int, kvHeads: Int, headDim: Int, valueHeadDim: Int? = nil, outputGate: Bool = false,
    keysServeAsValues: Bool = false
  ) {
    self.queryHeads = queryHeads
    self.kvHeads = kvHeads
    self.headDim = headDim
    self.valueHeadDim = valueHeadDim ?? headDim
    self.outputGate = outputGate
    self.keysServeAsValues = keysServeAsValues
  }
}

/// Sizes of multi-head latent attention in one layer (DeepSeek-V2 technical report, section 2.1).
public struct LatentAttention: Sendable, Hashable {
  public var queryHeads: Int
  /// Width of the compressed key-value vector.
  public var kvLoraRank: Int
  /// Width of the part of a key that carries the position, shared by all heads.
  public var qkRopeHeadDim: Int
  /// Width per head of the part of a key without position.
  public var qkNopeHeadDim: Int
  /// Width of one value head.
  public var vHeadDim: Int
  /// Width of the compressed query, or `nil` where queries are projected directly.
  public var qLoraRank: Int?

  public init(
    queryHeads: Int, kvLoraRank: Int, qkRopeHeadDim: Int, qkNopeHeadDim: Int, vHeadDim: Int, qLoraRank: Int?
  ) {
    self.queryHeads = queryHeads
    self.kvLoraRank = kvLoraRank
    self.qkRopeHeadDim = qkRopeHeadDim
    self.qkNopeHeadDim = qkNopeHeadDim
    self.vHeadDim = vHeadDim
    self.qLoraRank = qLoraRank
  }
}
