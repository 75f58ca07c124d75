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
  /// With `b = min(c, b_max)`, `t_d` the decode step, `t_m(p)` the step with `p` prompts in it and `t_p` the step of one
  /// prompt alone, at the mean context `input + output/2`, and `x = φ·(b − 1)/output` prompts per step and `y = f·(b − 1)/2` prompts
  /// ahead of one's own:
  ///
  ///     TPOT = (1 − x)·t_d + x·t_m(1)   for x ≤ 1, else t_m(x)
  ///     TTFT = t_m(1) + K_D·t_d + T_k·input + min(y, K_D)·(t_m(1) − t_d) + max(0, y − K_D)·t_p + (c − b)/b·(output·TPOT + t_m(1))
  ///
  /// `K_D` is the wait of a synchronised benchmark, `f` the share of the prompts that arrive together, `f_w` when all answers
  /// have one length. The last term is the wait for memory: by Little's law `c − b` requests wait while `b` are served in
  /// `output·TPOT + t_m(1)`. Prompts ahead cost what they add to a step while the wait `K_D` covers the steps, and a
  /// step of their own beyond: so faster hardware never lengthens the loop. Open-loop queueing must not use this function.
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
    func step(batch: Double, prompts: Double) -> Double {
      instance.mixedStep(
        batch: batch, contextTokens: context, prefillTokens: prompts * inputTokens,
        prefillContextTokens: inputTokens / 2
      ).totalSeconds
    }
    let mixed = step(batch: batch, prompts: 1)
    let fit = instance.fit
    let together = equalLengths ? fit.backend.waveShare : fit.backend.burstShare
    let prompts = fit.shared.interferenceShare * (batch - 1) / max(outputTokens, 1)
    let tpot = prompts <= 1 ? (1 - prompts) * decode + prompts * mixed : step(batch: batch, prompts: prompts)
    let wait = fit.backend.closedLoopWaitSteps
    let ahead = together * (batch - 1) / 2
    let ttft =
      mixed + wait * decode + fit.shared.promptTokenSeconds * inputTokens
      + min(ahead, wait) * (mixed - decode) + max(0, ahead - wait) * step(batch: 0, prompts: 1)
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
