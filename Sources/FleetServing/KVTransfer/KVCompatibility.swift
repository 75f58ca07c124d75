/// What has to happen to a KV cache on its way from a prefill to a decode instance.
public enum KVConversion: Sendable, Hashable {
  /// Axes within a block are transposed.
  case layout(from: String, to: String)
  /// Tokens are regrouped into blocks of another size.
  case blockSize(from: Int, to: Int)
  /// Elements are cast.
  case precision(from: Precision, to: Precision)
  /// Heads are split over another number of devices.
  case tensorDegree(from: Int, to: Int)

  /// One phrase, for example `block size 16 → 128`.
  public var text: String {
    switch self {
    case .layout(let from, let to): "layout \(from) → \(to)"
    case .blockSize(let from, let to): "block size \(from) → \(to)"
    case .precision(let from, let to): "precision \(from.rawValue) → \(to.rawValue)"
    case .tensorDegree(let from, let to): "TP \(from) → \(to)"
    }
  }

  /// Whether the decode device reads and writes the cache once more for it. Heads are re-split by addressing alone.
  var needsPass: Bool {
    switch self {
    case .layout, .blockSize, .precision: true
    case .tensorDegree: false
    }
  }
}

/// Whether a decode instance can continue from the KV cache of a prefill instance.
public enum KVCompatibility: Sendable, Hashable {
  /// After these conversions, in order; none when the bytes can be used as they come.
  case compatible(conversions: [KVConversion])
  case incompatible(reason: String)

  public var isCompatible: Bool {
    switch self {
    case .compatible: true
    case .incompatible: false
    }
  }

  /// Checks two stored forms of the same model's cache.
  ///
  /// | difference | rule |
  /// |---|---|
  /// | layout | transposed |
  /// | block size | regrouped when one is a multiple of the other; else incompatible |
  /// | precision | cast between 16-bit formats, and between them and fp8 or int8; other pairs are incompatible |
  /// | heads per device | re-split when one is a multiple of the other; else incompatible |
  ///
  /// A latent cache has no heads to split: every device of the decode instance takes it whole.
  public static func check(from source: KVLayout, to target: KVLayout) -> KVCompatibility {
    var conversions: [KVConversion] = []
    if source.layout != target.layout { conversions.append(.layout(from: source.layout, to: target.layout)) }
    if source.blockSizeTokens != target.blockSizeTokens {
      guard isMultiple(source.blockSizeTokens, target.blockSizeTokens) else {
        return .incompatible(
          reason: "block sizes \(source.blockSizeTokens) and \(target.blockSizeTokens): neither divides the other")
      }
      conversions.append(.blockSize(from: source.blockSizeTokens, to: target.blockSizeTokens))
    }
    if source.precision != target.precision {
      guard castExists(from: source.precision, to: target.precision) else {
        return .incompatible(
          reason: "no cast of a KV cache from \(source.precision.rawValue) to \(target.precision.rawValue)")
      }
      conversions.append(.precision(from: source.precision, to: target.precision))
    }
    guard source.kvHeads == target.kvHeads else {
      return .incompatible(reason: "caches of \(source.kvHeads) and of \(target.kvHeads) KV heads")
    }
    let held = (source.kvHeadsPerDevice, target.kvHeadsPerDevice)
    if held.0 != held.1 {
      guard isMultiple(held.0, held.1) else {
        return .incompatible(
          reason: "TP\(source.tensorDegree) and TP\(target.tensorDegree) hold \(held.0) and \(held.1) KV heads per "
            + "device: neither divides the other")
      }
      conversions.append(.tensorDegree(from: source.tensorDegree, to: target.tensorDegree))
    }
    return .compatible(conversions: conversions)
  }

  /// Checks two configurations, in the layouts they agree on (`KVLayout.agreed(from:to:)`).
  public static func check(
    from prefill: InstanceConfiguration, to decode: InstanceConfiguration
  ) -> KVCompatibility {
    guard prefill.model.id == decode.model.id else {
      return .incompatible(reason: "caches of \(prefill.model.id) and \(decode.model.id)")
    }
    guard let layouts = KVLayout.agreed(from: prefill, to: decode) else {
      return .incompatible(reason: "the KV layout of an accelerator is not stated")
    }
    return check(from: layouts.from, to: layouts.to)
  }

  private static func isMultiple(_ first: Int, _ second: Int) -> Bool {
    let (small, large) = (min(first, second), max(first, second))
    return small > 0 && large % small == 0
  }

  /// Between 16-bit formats, and between them and 8-bit ones, a scale per head or tensor suffices. 4-bit caches and
  /// fp8 ↔ int8 would need requantisation, for which serving stacks have no transfer path.
  private static func castExists(from source: Precision, to target: Precision) -> Bool {
    let wide: Set<Precision> = [.bf16, .fp16]
    let castable: Set<Precision> = [.bf16, .fp16, .fp8, .int8]
    return castable.contains(source) && castable.contains(target) && (wide.contains(source) || wide.contains(target))
  }
}
