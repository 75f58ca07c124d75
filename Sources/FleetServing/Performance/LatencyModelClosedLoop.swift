/// Mean latencies of a closed loop, in which a fixed number of clients send their next request when one is finished: what
/// public benchmarks report.
public struct ClosedLoopPrediction: Sendable, Hashable {
  /// Mean time to first token [s].
  public var ttftSeconds: Double
  /// Mean time per output token after the first [s].
  public var tpotSeconds: Double

  public init(ttftSeconds: Double, tpotSeconds: Double) {
    self.ttftSeconds = ttftSeconds
    self.tpotSeconds = tpotSeconds
  }
}

extension LatencyModel {
  /// Predicts a closed-loop benchmark of one aggregated instance.
  ///
  /// With `b = min(c, b_max)`, `t_d` the decode step and `Δ` what one prompt adds to it, at the mean context
  /// `input + output/2`:
  /// `TPOT = t_d + φ·(b − 1)/output·Δ` and `TTFT = t_d + Δ + K_D·t_d + T_k·input + f·(c − 1)/2·Δ`.
  ///
  /// `K_D` is the wait of a synchronised benchmark; open-loop queueing must not use this function.
  ///
  /// - Parameters:
  ///   - concurrency: Requests in the system, c.
  ///   - maximumBatch: Most sequences that run at the same time; by default as many as fit into memory.
  public func closedLoop(
    _ configuration: InstanceConfiguration, concurrency: Double, inputTokens: Double, outputTokens: Double,
    maximumBatch: Double? = nil
  ) -> ClosedLoopPrediction {
    let instance = instance(configuration)
    let context = inputTokens + outputTokens / 2
    let fitting =
      maximumBatch
      ?? MemoryFootprint(configuration, constants: constants).sequences(ofTokens: inputTokens + outputTokens)
    let batch = max(1, min(concurrency, fitting))
    let decode = instance.decodeStep(batch: batch, contextTokens: context).totalSeconds
    let mixed = instance.mixedStep(
      batch: batch, contextTokens: context, prefillTokens: inputTokens, prefillContextTokens: inputTokens / 2
    ).totalSeconds
    let added = max(0, mixed - decode)
    let fit = instance.fit
    let ttft =
      mixed + fit.backend.closedLoopWaitSteps * decode + fit.shared.promptTokenSeconds * inputTokens
      + fit.shared.burstShare * max(concurrency - 1, 0) / 2 * added
    return ClosedLoopPrediction(
      ttftSeconds: ttft
        * instance.correction.closedLoopTTFTFactor(concurrency: concurrency, inputTokens: inputTokens),
      tpotSeconds: decode + fit.shared.interferenceShare * (batch - 1) / max(outputTokens, 1) * added)
  }
}
