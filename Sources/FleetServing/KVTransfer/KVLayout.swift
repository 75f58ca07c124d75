/// How one instance stores the KV cache of a sequence.
public struct KVLayout: Sendable, Hashable {
  /// Order of the axes within a block: `NHD` (token, head, width) or `HND` (head, token, width).
  public var layout: String
  /// Tokens in one block.
  public var blockSizeTokens: Int
  public var precision: Precision
  /// Devices that the heads of one sequence are split over.
  public var tensorDegree: Int
  /// KV heads of the model; 1 for a latent cache, which every device holds whole.
  public var kvHeads: Int

  public init(layout: String, blockSizeTokens: Int, precision: Precision, tensorDegree: Int, kvHeads: Int) {
    self.layout = layout
    self.blockSizeTokens = blockSizeTokens
    self.precision = precision
    self.tensorDegree = tensorDegree
    self.kvHeads = kvHeads
  }

  /// KV heads on one device: `max(kvHeads/tensorDegree, 1)`.
  public var kvHeadsPerDevice: Int { max(kvHeads / max(tensorDegree, 1), 1) }
}

extension KVLayout {
  /// The layouts in which a prefill and a decode instance exchange caches, chosen so that they agree where both
  /// accelerators allow it.
  ///
  /// Layout: one that both support, head-first where heads must be split anew, because a share of the heads of a block is
  /// then contiguous; else the native one of each. Block size: the decode side's native one if the prefill side supports
  /// it, else the reverse, else the first common one, else the native one of each. An operator has to configure the
  /// instances accordingly.
  /// - Returns: `nil` when an accelerator states no layout or no block size.
  public static func agreed(
    from prefill: InstanceConfiguration, to decode: InstanceConfiguration
  ) -> (from: KVLayout, to: KVLayout)? {
    let source = prefill.accelerator.kvLayout
    let target = decode.accelerator.kvLayout
    guard let sourceLayout = source.layouts.first, let targetLayout = target.layouts.first,
      let sourceBlock = source.blockSizesTokens.first, let targetBlock = target.blockSizesTokens.first
    else { return nil }
    var from = KVLayout(
      layout: sourceLayout, blockSizeTokens: sourceBlock, precision: prefill.kvPrecision,
      tensorDegree: prefill.strategy.tensor, kvHeads: prefill.model.attention.kvHeads)
    var to = KVLayout(
      layout: targetLayout, blockSizeTokens: targetBlock, precision: decode.kvPrecision,
      tensorDegree: decode.strategy.tensor, kvHeads: decode.model.attention.kvHeads)

    let common = target.layouts.filter { source.layouts.contains($0) }
    let splitsHeads = from.kvHeadsPerDevice != to.kvHeadsPerDevice
    let headFirst = splitsHeads ? common.first { $0 == "HND" } : nil
    if let layout = headFirst ?? common.first {
      from.layout = layout
      to.layout = layout
    }
    let blocks = target.blockSizesTokens.filter { source.blockSizesTokens.contains($0) }
    if let block = blocks.contains(sourceBlock) && !blocks.contains(targetBlock) ? sourceBlock : blocks.first {
      from.blockSizeTokens = block
      to.blockSizeTokens = block
    }
    return (from, to)
  }
}
