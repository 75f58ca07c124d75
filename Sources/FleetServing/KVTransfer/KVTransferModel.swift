/// Predicted transfer of the KV cache of one prompt.
public struct KVTransferEstimate: Sendable, Hashable {
  /// Bytes on the wire.
  public var bytes: Double
  /// Bandwidth that the transfer reaches on the wire [bytes/s], efficiency included.
  public var bytesPerSecond: Double
  /// Fixed time and time on the wire [s].
  public var wireSeconds: Double
  /// Passes over the cache on the decode side and additional descriptors [s].
  public var conversionSeconds: Double
  /// Additional time where host memory on the way is narrower than the link [s].
  public var stagingSeconds: Double
  /// What a request waits for beyond its prefill when layers are sent as they are finished [s].
  public var visibleSeconds: Double
  public var conversions: [KVConversion]

  public init(
    bytes: Double, bytesPerSecond: Double, wireSeconds: Double, conversionSeconds: Double, stagingSeconds: Double,
    visibleSeconds: Double, conversions: [KVConversion]
  ) {
    self.bytes = bytes
    self.bytesPerSecond = bytesPerSecond
    self.wireSeconds = wireSeconds
    self.conversionSeconds = conversionSeconds
    self.stagingSeconds = stagingSeconds
    self.visibleSeconds = visibleSeconds
    self.conversions = conversions
  }

  /// Time of the transfer when nothing overlaps [s].
  public var totalSeconds: Double { wireSeconds + conversionSeconds + stagingSeconds }
}

/// Predicts the transfer of KV caches from prefill to decode instances.
public struct KVTransferModel: Sendable {
  public var constants: LatencyConstants

  public init(constants: LatencyConstants) {
    self.constants = constants
  }

  /// Transfer of the cache of one prompt between two idle instances.
  ///
  /// - wire: `t_0 + bytes/(e·min(Σ link_prefill, Σ link_decode))`, each sum over the devices that hold one sequence
  /// (`tp·pp`), and not above the total of the link. Bytes are those that the decode devices store together, in the
  /// precision of the prefill side: a head or latent vector that several devices keep is sent to each of them.
  /// - conversion: one pass of `(bytes in + bytes out)/(e_c·Σ HBM_decode)` for each of layout, block size and precision,
  /// and `t_desc` per descriptor beyond those of equal block sizes and heads, counted on one decode device.
  /// - staging: what the slower of the two host connections adds, copies and link working at the same time.
  /// - visible: `t_0 + max(t_kv − t_prefill, t_kv/L)` with `t_kv` the sum of the above without `t_0`.
  ///
  /// - Parameters:
  ///   - tokens: Tokens of the prompt.
  ///   - link: The network between the pools, `nil` for the devices' own figures.
  ///   - prefillSeconds: Time of the prefill during which finished layers can already be sent; 0 for no overlap.
  /// - Returns: `nil` when the instances cannot exchange caches; `KVCompatibility` says why.
  public func estimate(
    from prefill: InstanceConfiguration, to decode: InstanceConfiguration, tokens: Double, link: PoolLink? = nil,
    prefillSeconds: Double = 0
  ) -> KVTransferEstimate? {
    guard case .compatible(let conversions) = KVCompatibility.check(from: prefill, to: decode),
      let layouts = KVLayout.agreed(from: prefill, to: decode)
    else { return nil }
    let tokens = max(tokens, 0)
    let model = decode.model
    let tensor = decode.strategy.tensor
    let bytes = model.storedKVBytes(tokens: tokens, in: prefill.kvPrecision, tensor: tensor)
    let converted = model.storedKVBytes(tokens: tokens, in: decode.kvPrecision, tensor: tensor)

    let fixed = link?.latencySeconds ?? constants.transfer.fixedSeconds
    let bandwidth = wireBandwidth(from: prefill, to: decode, link: link)
    let moving = bytes / bandwidth
    var staging = 0.0
    if link?.hostStaged == true {
      let host = min(prefill.hostBandwidth, decode.hostBandwidth) * constants.transfer.linkEfficiency
      staging = max(0, bytes / max(host, 1) - moving)
    }
    let memory = Double(decode.devicesPerSequence) * decode.accelerator.memoryBandwidthBytesPerSecond
    let passes = Double(conversions.filter(\.needsPass).count)
    let conversion =
      passes * (bytes + converted) / (constants.transfer.conversionMemoryEfficiency * memory)
      + additionalDescriptors(layouts, tokens: tokens, decode: decode) * constants.transfer.descriptorSeconds

    let exposed = moving + staging + conversion
    let layers = Double(max(model.layers, 1))
    return KVTransferEstimate(
      bytes: bytes, bytesPerSecond: bandwidth, wireSeconds: fixed + moving, conversionSeconds: conversion,
      stagingSeconds: staging,
      visibleSeconds: fixed + max(exposed - max(prefillSeconds, 0), exposed / layers), conversions: conversions)
  }

  /// The visible time of `estimate` [s]; for instances that cannot exchange caches, that of the wire alone.
  func visibleSeconds(
    from prefill: InstanceConfiguration, to decode: InstanceConfiguration, tokens: Double, link: PoolLink?,
    prefillSeconds: Double
  ) -> Double {
    if let estimate = estimate(from: prefill, to: decode, tokens: tokens, link: link, prefillSeconds: prefillSeconds) {
      return estimate.visibleSeconds
    }
    let bytes = decode.model.storedKVBytes(
      tokens: max(tokens, 0), in: prefill.kvPrecision, tensor: decode.strategy.tensor)
    let moving = bytes / wireBandwidth(from: prefill, to: decode, link: link)
    return (link?.latencySeconds ?? constants.transfer.fixedSeconds)
      + max(moving - max(prefillSeconds, 0), moving / Double(max(decode.model.layers, 1)))
  }

  private func wireBandwidth(
    from prefill: InstanceConfiguration, to decode: InstanceConfiguration, link: PoolLink?
  ) -> Double {
    let source = link?.deviceBytesPerSecond ?? prefill.accelerator.scaleOutBytesPerSecond
    let target = link?.deviceBytesPerSecond ?? decode.accelerator.scaleOutBytesPerSecond
    var sum = min(Double(prefill.devicesPerSequence) * source, Double(decode.devicesPerSequence) * target)
    if let total = link?.totalBytesPerSecond { sum = min(sum, total) }
    return max(sum, 1) * constants.transfer.linkEfficiency
  }

  /// Descriptors that one decode device posts beyond those of equal block sizes and heads per device.
  ///
  /// One descriptor moves one contiguous piece: keys or values of one layer and block. The smaller block size decides how
  /// many blocks there are. When heads are split anew, a device gathers from several; a share of the heads is contiguous per
  /// block in a head-first layout and per token in a token-first one.
  private func additionalDescriptors(
    _ layouts: (from: KVLayout, to: KVLayout), tokens: Double, decode: InstanceConfiguration
  ) -> Double {
    let (from, to) = layouts
    let planes = decode.model.attention.isLatent ? 1.0 : 2.0
    let layers = Double(decode.model.layers - decode.model.linearAttentionLayers) / Double(decode.strategy.pipeline)
    var piece = Double(min(from.blockSizeTokens, to.blockSizeTokens))
    var sources = 1.0
    if from.kvHeadsPerDevice != to.kvHeadsPerDevice {
      sources = max(1, Double(to.kvHeadsPerDevice) / Double(from.kvHeadsPerDevice))
      if from.layout != "HND" || to.layout != "HND" { piece = 1 }
    }
    let needed = tokens / max(piece, 1) * sources
    let usual = tokens / Double(max(to.blockSizeTokens, 1))
    return max(0, needed - usual) * layers * planes
  }
}

extension InstanceConfiguration {
  /// Devices that hold the cache of one sequence: those of one data rank, in all pipeline stages and context groups.
  var devicesPerSequence: Int { max(strategy.tensor, 1) * max(strategy.pipeline, 1) * max(strategy.context, 1) }

  /// Bandwidth between those devices and host memory [bytes/s].
  var hostBandwidth: Double { Double(devicesPerSequence) * accelerator.hostBytesPerSecond }
}
