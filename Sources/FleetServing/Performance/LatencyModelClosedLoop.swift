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
  ///
  ///     TPOT = t_d + φ·(b − 1)/output·Δ
  ///     TTFT = t_d + Δ + K_D·t_d + T_k·input + f·(b − 1)/2·Δ + (c − b)/b·(output·TPOT + t_d + Δ)
  ///
  /// `K_D` is the wait of a synchronised benchmark, `f` the share of the prompts that arrive together, `f_w` when all answers
  /// have one length. The last term is the wait for memory: by Little's law `c − b` requests wait while `b` are served in
  /// `output·TPOT + t_d + Δ`. Open-loop queueing must not use this function.
  ///
  /// - Parameters:
  ///   - concurrency: Requests in the system, c.
  ///   - equalLengths: Whether all answers have one length.
  ///   - maximumBatch: Most sequences that run at the same time; by default as many as fit into memory.
  public func closedLoop(
    _ configuration: InstanceConfiguration, concurrency: Double, inputTokens: Double, outputTokens: Double,
    equalLengths: Bool = false, maximumBatch: Double? = nil
  ) -> ClosedLoopPrediction {
    let instance = instance(configuration)
    let context = inputTokens + outputTokens / 2
    let batch = closedLoopBatch(
      configuration, concurrency: concurrency, inputTokens: inputTokens, outputTokens: outputTokens,
      maximumBatch: maximumBatch)
    let decode = instance.decodeStep(batch: batch, contextTokens: context).totalSeconds
    let mixed = instance.mixedStep(
      batch: batch, contextTokens: context, prefillTokens: inputTokens, prefillContextTokens: inputTokens / 2
    ).totalSeconds
    let added = max(0, mixed - decode)
    let fit = instance.fit
    let together = equalLengths ? fit.backend.waveShare : fit.backend.burstShare
    let tpot = decode + fit.shared.interferenceShare * (batch - 1) / max(outputTokens, 1) * added
    let ttft =
      mixed + fit.backend.closedLoopWaitSteps * decode + fit.shared.promptTokenSeconds * inputTokens
      + together * (batch - 1) / 2 * added
      + max(0, concurrency - batch) / batch * (outputTokens * tpot + mixed)
    return ClosedLoopPrediction(
      ttftSeconds: ttft
        * instance.correction.closedLoopTTFTFactor(concurrency: concurrency, inputTokens: inputTokens),
      tpotSeconds: tpot)
  }

  /// Running sequences of a closed loop: `min(c, b_max)`, at least 1. A running sequence holds its prompt and, on average
  /// over its life, half of its answer; engines stop admitting some way before the cache is full, hence three quarters.
  public func closedLoopBatch(
    _ configuration: InstanceConfiguration, concurrency: Double, inputTokens: Double, outputTokens: Double,
    maximumBatch: Double? = nil
  ) -> Double {
    let fitting =
      maximumBatch
      ?? MemoryFootprint(configuration, constants: constants).sequences(ofTokens: inputTokens + 0.75 * outputTokens)
    return max(1, min(concurrency, fitting))
  }
}
