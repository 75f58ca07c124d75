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

/// How a closed-loop benchmark was run: what of its result is the client's and not the engine's.
public struct ClosedLoopHarness: Sendable, Hashable {
  /// Requests of the benchmark ÷ clients (W).
  public var waves: Double
  /// Token budget of a step [tokens]; `nil` for the engine's own.
  public var chunkTokens: Double?

  /// Requests per client that public benchmarks send where they do not say.
  public static let usualWaves = 10.0

  public init(waves: Double = Self.usualWaves, chunkTokens: Double? = nil) {
    self.waves = max(waves, 1)
    self.chunkTokens = chunkTokens
  }

  public init(_ harness: MeasurementHarness) {
    self.init(waves: harness.waves ?? Self.usualWaves, chunkTokens: harness.chunkTokens)
  }

  /// Share of the prompts of the other clients that lengthen a token's step (φ): all of them while requests come and go at
  /// different times, half of them in the first wave, in which all prompts come together and those before one's own
  /// delay its first token instead: `1 − 1/(2W)`.
  public var interferenceShare: Double { 1 - 1 / (2 * waves) }
}

extension LatencyModel {
  /// Predicts a closed-loop benchmark of one aggregated instance.
  ///
  /// With `b = min(c, b_max)`, `t_d` the decode step, `t_m(p)` the step with `p` prompts in it, `t_p(T)` a step of `T` prompt
  /// tokens alone, at the mean context `input + output/2`, `x = φ·(b − 1)/output` prompts per step and `y = f·(b − 1)/2` prompts
  /// ahead of one's own:
  ///
  ///     TPOT  = (1 − x)·t_d + x·t_m(1)   for x ≤ 1, else t_m(x)
  ///     first = t_p(b·input)   for b·input ≤ C, else (b·input/C + 1)/2·t_p(C)
  ///     later = t_m(1) + min(y, K_D)·(t_m(1) − t_d) + max(0, y − K_D)·t_p(input)
  ///     TTFT  = ω/W·first + (1 − ω/W)·later + K_D·t_d + T_k·input + t_r + (c − b)/b·(output·TPOT + t_m(1))
  ///
  /// In the first of `W` waves the prompts of all clients come together, the share `ω` of them before others are answered, and pass
  /// in steps of at most `C` tokens; afterwards they come as answers end. `ω` is 1 where there is one wave. `K_D` is the wait of a synchronised benchmark, `f` the share of the prompts that arrive together,
  /// `f_w` when all answers have one length. The last term is the wait for memory: by Little's law `c − b` requests wait while
  /// `b` are served in `output·TPOT + t_m(1)`. Prompts ahead cost what they add to a step while the wait `K_D` covers the steps,
  /// and a step of their own beyond: so faster hardware never lengthens the loop. Open-loop queueing must not use this
  /// function.
  ///
  /// - Parameters:
  ///   - concurrency: Requests in the system, c.
  ///   - equalLengths: Whether all answers have one length.
  ///   - harness: How the benchmark was run.
  ///   - maximumBatch: Most sequences that run at the same time; by default as many as fit into memory.
  public func closedLoop(
    _ configuration: InstanceConfiguration, concurrency: Double, inputTokens: Double, outputTokens: Double,
    equalLengths: Bool = false, harness: ClosedLoopHarness = ClosedLoopHarness(), maximumBatch: Double? = nil
  ) -> ClosedLoopPrediction {
    let instance = instance(configuration)
    let fit = instance.fit
    let context = inputTokens + outputTokens / 2
    let batch = closedLoopBatch(
      configuration, concurrency: concurrency, inputTokens: inputTokens, outputTokens: outputTokens,
      maximumBatch: maximumBatch)
    let decode = instance.decodeStep(batch: batch, contextTokens: context).totalSeconds
    func step(batch: Double, tokens: Double) -> Double {
      instance.mixedStep(
        batch: batch, contextTokens: context, prefillTokens: tokens, prefillContextTokens: inputTokens / 2
      ).totalSeconds
    }
    let mixed = step(batch: batch, tokens: inputTokens)
    let prompts = harness.interferenceShare * (batch - 1) / max(outputTokens, 1)
    let tpot =
      prompts <= 1 ? (1 - prompts) * decode + prompts * mixed : step(batch: batch, tokens: prompts * inputTokens)

    let budget = max(harness.chunkTokens ?? fit.engine.chunkTokens, 1)
    let together = batch * inputTokens
    let first = max(1, (together / budget + 1) / 2) * step(batch: 0, tokens: min(together, budget))
    let wait = fit.backend.closedLoopWaitSteps
    let ahead = (equalLengths ? fit.backend.waveShare : fit.backend.burstShare) * (batch - 1) / 2
    let later =
      mixed + min(ahead, wait) * (mixed - decode) + max(0, ahead - wait) * step(batch: 0, tokens: inputTokens)
    let share = harness.waves > 1 ? fit.shared.firstWaveShare / harness.waves : 1
    let ttft =
      share * first + (1 - share) * later + wait * decode
      + fit.shared.promptTokenSeconds * inputTokens + fit.backend.requestSeconds
      + max(0, concurrency - batch) / batch * (outputTokens * tpot + mixed)
    return ClosedLoopPrediction(
      ttftSeconds: ttft
        * instance.correction.closedLoopTTFTFactor(concurrency: concurrency, inputTokens: inputTokens),
      tpotSeconds: tpot)
  }

  /// Running sequences of a closed loop: `min(c, b_max)`, at least 1. A running sequence holds its prompt, and of its answer
  /// as much as the engine reserves when it admits a request (`ServingEngine.reservedAnswerShare`); engines that reserve less
  /// than half preempt.
  public func closedLoopBatch(
    _ configuration: InstanceConfiguration, concurrency: Double, inputTokens: Double, outputTokens: Double,
    maximumBatch: Double? = nil
  ) -> Double {
    let reserved = constants.engine(configuration.backend).reservedAnswerShare * outputTokens
    let fitting =
      maximumBatch
      ?? MemoryFootprint(configuration, constants: constants).sequences(ofTokens: inputTokens + reserved)
    return max(1, min(concurrency, fitting))
  }
}
