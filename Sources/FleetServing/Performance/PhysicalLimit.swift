extension LatencyConstants.Fit {
  /// Datasheet rates in full, no latencies and no overheads.
  static let physicalLimit = LatencyConstants.Fit(
    hardware: LatencyConstants.Hardware(
      computeEfficiency: 1, memoryEfficiency: 1, kvReadEfficiency: 1, attentionEfficiency: 1, linkEfficiency: 1,
      collectiveLatencySeconds: 0),
    backend: LatencyConstants.Backend(
      decodeLayerSeconds: 0, prefillLayerSeconds: 0, sequenceSeconds: 0, stepSeconds: 0, closedLoopWaitSteps: 0,
      burstShare: 0, waveShare: 0),
    shared: LatencyConstants.Shared(
      expertMemoryFactor: 1, nativeFourBitMemoryFactor: 1, expertLayerOverhead: 0, latentLayerOverhead: 0,
      linearLayerOverhead: 0, promptTokenSeconds: 0),
    engine: ServingEngine(
      reservedAnswerShare: 0, chunkTokens: 8192, dispatchBytes: 1, combineBytes: 2, exchangeEfficiency: 1,
      exchangeOverlap: 1, hostOverlap: 1))
}

extension InstanceLatency {
  /// The instance as its datasheet has it: every byte at the full bandwidth, every FLOP at the full rate, nothing else.
  ///
  /// No implementation can be faster without overlapping memory, arithmetic and links, so that the ratio of this time to the
  /// predicted one is the share of the physical limit that is reached (roofline: Williams, Waterman and Patterson,
  /// CACM 2009).
  public var atPhysicalLimit: InstanceLatency { InstanceLatency(configuration, fit: .physicalLimit) }
}
