extension LatencyModel {
  /// Why a configuration cannot run, or `nil` when nothing speaks against it. Memory is `MemoryFootprint`'s matter.
  public func unsupportedReason(_ configuration: InstanceConfiguration) -> String? {
    precisionFault(configuration) ?? strategyFault(configuration)
  }

  private func precisionFault(_ configuration: InstanceConfiguration) -> String? {
    let accelerator = configuration.accelerator
    let weights = configuration.weightPrecision
    guard accelerator.wideFlops > 1 else { return "\(accelerator.id) states no 16-bit arithmetic rate" }
    guard accelerator.holdsWeights(in: weights) else {
      return "\(weights.rawValue) weights are not supported on \(accelerator.id)"
    }
    if weights == .fp8, accelerator.denseFlops[.fp8] == nil {
      return "\(accelerator.id) states no fp8 arithmetic rate"
    }
    if weights == .int8, accelerator.denseFlops[.int8] == nil {
      return "\(accelerator.id) states no int8 arithmetic rate"
    }
    guard accelerator.storesKV(in: configuration.kvPrecision) else {
      return "\(configuration.kvPrecision.rawValue) KV caches are not supported on \(accelerator.id)"
    }
    return nil
  }

  private func strategyFault(_ configuration: InstanceConfiguration) -> String? {
    let strategy = configuration.strategy
    let accelerator = configuration.accelerator
    let model = configuration.model
    let tensor = strategy.tensor
    guard tensor >= 1, strategy.pipeline >= 1, strategy.expert >= 1, strategy.data >= 1 else {
      return "parallel degrees must be at least 1"
    }
    let domain = max(accelerator.scaleUpDomainDevices, 1)
    if tensor != accelerator.tensorDegreeOverTwoNodes {
      guard accelerator.tensorParallelDegrees.contains(tensor) else {
        return "TP\(tensor) is not supported on \(accelerator.id)"
      }
      guard tensor <= domain else {
        return "TP\(tensor) exceeds the scale-up domain of \(domain) devices of \(accelerator.id)"
      }
    }
    if tensor > 1, accelerator.scaleUpBytesPerSecond <= 0, accelerator.scaleOutBytesPerSecond <= 0 {
      return "\(accelerator.id) states no link between devices"
    }
    for attention in [model.attention, model.slidingWindow?.attention].compactMap(\.self) {
      let heads = attention.queryHeads
      guard heads % tensor == 0 else { return "\(heads) attention heads do not divide by TP\(tensor)" }
      let kvHeads = attention.kvHeads
      guard kvHeads % tensor == 0 || tensor % kvHeads == 0 else {
        return "\(kvHeads) KV heads and TP\(tensor): neither divides the other"
      }
    }
    if let linear = model.linearAttention, linear.valueHeads % tensor != 0 {
      return "\(linear.valueHeads) linear-attention heads do not divide by TP\(tensor)"
    }
    guard model.layers >= strategy.pipeline else {
      return "PP\(strategy.pipeline) exceeds the \(model.layers) layers of \(model.id)"
    }
    return contextFault(strategy, model, accelerator) ?? expertFault(strategy, model)
  }

  private func expertFault(_ strategy: ParallelStrategy, _ model: LanguageModel) -> String? {
    guard let mixture = model.mixtureOfExperts else {
      if strategy.expert > 1 { return "EP\(strategy.expert): \(model.id) has no routed experts" }
      return strategy.data > 1 ? "DP\(strategy.data): \(model.id) has no routed experts to share" : nil
    }
    guard strategy.devicesPerStage % strategy.expert == 0 else {
      return "EP\(strategy.expert) does not divide the \(strategy.devicesPerStage) devices of a stage"
    }
    // Experts that do not divide are filled up with redundant copies; a device without an expert would be of no use.
    guard strategy.expert <= 2 * mixture.experts else {
      return "EP\(strategy.expert) leaves devices without one of the \(mixture.experts) experts of \(model.id)"
    }
    // Experts that are not spread are split along their width, which must leave whole columns for every device.
    let split = strategy.devicesPerStage / strategy.expert
    guard mixture.expertIntermediateSize % split == 0 else {
      return "experts of width \(mixture.expertIntermediateSize) do not divide over \(split) devices"
    }
    return nil
  }
}

extension Accelerator {
  /// Tensor degree of two whole scale-up domains joined by the network, which engines run for models that one node does not
  /// hold; `nil` where a domain is no tensor degree itself or there is no network. Considered when a policy names it.
  public var tensorDegreeOverTwoNodes: Int? {
    let domain = max(scaleUpDomainDevices, 1)
    guard tensorParallelDegrees.contains(domain), domain > 1, scaleOutBytesPerSecond > 0 else { return nil }
    return 2 * domain
  }
}
