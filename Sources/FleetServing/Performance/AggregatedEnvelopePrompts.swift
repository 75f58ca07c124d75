#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Prompts of one class on an aggregated instance with chunked prefill.
///
/// **Sharing.** With Poisson arrivals of `λ` prompts per second, `x` per step on average, a step that has any has `n = x/p`
/// of them, `p` the share of such steps: of those that follow a plain step of `t` seconds `1 − e^(−λt)` have prompts, of
/// those that follow a step with prompts more, because it is longer; `p` is the fixed point of both. They share what a step with prompts costs whatever its size; what grows with tokens is each one's own. So a
/// prompt of `I` tokens that fits into the budget `C` adds
///
///     X = Δ(0⁺)/n + I/m · (Δ(m) − Δ(0⁺))     m = min(C, I + (n − 1)·E[I]),  Δ(T) = t_mixed(T) − t_dec
///
/// A longer prompt takes ⌊I/C⌋ full steps, and what is left of it shares a step with the next prompt when there is one:
/// with the probability x·E[I]/C that steps are busy with prompts.
struct ChunkedPrompts: Sendable {
  /// A batch, and the prompts that arrive per step beside it.
  struct Place: Sendable {
    var batch: Double
    var promptsPerStep: Double
  }

  /// E[X]: time that one prompt adds to the steps of the instance [s].
  var addedSeconds: Double
  /// E[X²].
  var squaredAddedSeconds: Double
  /// Steps with chunks, as service times of a queue of prompts.
  var service: ServiceTimes

  /// In the queue a prompt occupies X and, of the decode steps it shares, only the share `I/C` that its chunks fill,
  /// because the scheduler packs the next prompt into the rest. An arrival first waits for the running step, at most
  /// one plain step here, and gets its first token with the step that it shares with `mateTokens` of others.
  ///
  /// - Parameters:
  ///   - places: the largest batch first; X is the longest over them, plain steps are those of the first.
  ///   - mateTokens: prompt tokens of others in the step of a prompt, for its own latency; at least those of its class.
  init(
    _ steps: some StepTimes, _ lengths: LengthDistribution, budget: StepBudget, places: [Place], context: Double,
    mateTokens: Double = 0
  ) {
    let fills = places.map {
      Fill(steps, budget: budget, place: $0, context: context, meanTokens: lengths.meanInputTokens)
    }
    // More prompts arrive during a long step with prompts than during a plain one.
    let sized = lengths.mean { $0.inputTokens * $0.inputTokens } / max(lengths.meanInputTokens, 1)
    let stretch = 1 + fills[0].step(steps, min(sized, fills[0].room), after: 0) / fills[0].plain
    let mates = stretch * max(mateTokens, fills[0].arriving)
    let plain = fills[0].plain
    let room = fills[0].room
    var addedByInput: [Double] = []
    service = ServiceTimes.overInputs(lengths) { input in
      let longest = fills.reduce(0) { max($0, $1.added(steps, input)) }
      addedByInput.append(longest)
      let full = (input / room).rounded(.down)
      let rest = input - full * room
      var own = full > 0 ? full * fills[0].step(steps, room, after: 0.5 * (full - 1) * room) : 0
      if rest > 0 { own += fills[0].step(steps, min(room, rest + mates), after: full * room) }
      // A single prompt fills the steps of one rank only.
      let count = max(rest > 0 ? full + 1 : full, (input / budget.chunkTokens).rounded(.up))
      let handling = steps.promptHandling(inputTokens: input)
      let latency = max(own, longest) + plain * (count + 1) + handling
      // A prompt that finds the instance idle is not hidden behind anything.
      return (longest + plain * input / room, max(latency, steps.prefill(inputTokens: input).latency))
    }
    addedSeconds = zip(service.points, addedByInput).reduce(0) { $0 + $1.0.weight * $1.1 }
    squaredAddedSeconds = zip(service.points, addedByInput).reduce(0) { $0 + $1.0.weight * $1.1 * $1.1 }
  }
}

/// How prompts of one class fill the steps beside one batch.
private struct Fill {
  let batch: Double
  let context: Double
  /// Plain decode step [s], and prompt tokens that a step has room for.
  let plain: Double
  let room: Double
  /// Prompts in a step that has any; their tokens beside one's own; share of steps that are busy with prompts.
  let together: Double
  let mates: Double
  /// Prompt tokens that arrive per step.
  let arriving: Double
  let busy: Double
  /// Δ(0⁺): what a step with prompts costs whatever its size [s].
  let start: Double

  init(_ steps: some StepTimes, budget: StepBudget, place: ChunkedPrompts.Place, context: Double, meanTokens: Double) {
    batch = max(place.batch, 1)
    self.context = context
    plain = steps.decode(batch: batch, context: context)
    room = budget.promptTokens(beside: batch)
    let perStep = max(place.promptsPerStep, 1e-9)
    // Steps with prompts are longer, and more prompts arrive during them: shares of both kinds of step, until they agree.
    let most = max(1, room / max(meanTokens, 1))
    var share = -expm1(-perStep)
    for _ in 0..<2 where perStep < most {
      let tokens = min(room, max(1, perStep / share) * meanTokens)
      let added = max(
        0, steps.mixed(batch: batch, context: context, prefill: tokens, prefillContext: meanTokens / 2) - plain)
      let perSecond = perStep / (plain + share * added)
      let (idle, again) = (exp(-perSecond * plain), exp(-perSecond * (plain + added)))
      share = max((1 - idle) / (1 - idle + again), perStep / most)
    }
    together = min(max(1, perStep / share), most)
    mates = (together - 1) * meanTokens
    arriving = perStep * meanTokens
    busy = min(1, perStep * meanTokens / room)
    start = max(
      0,
      min(
        steps.mixed(batch: batch, context: context, prefill: 1, prefillContext: 0.5) - plain,
        steps.mixed(batch: batch, context: context, prefill: room, prefillContext: 0.5) - plain))
  }

  /// Δ of a chunk whose prompt has `earlier` tokens in the cache already [s].
  func step(_ steps: some StepTimes, _ tokens: Double, after earlier: Double) -> Double {
    max(
      0, steps.mixed(batch: batch, context: context, prefill: tokens, prefillContext: earlier + tokens / 2) - plain)
  }

  /// X of a prompt of this length [s].
  func added(_ steps: some StepTimes, _ input: Double) -> Double {
    let full = (input / room).rounded(.down)
    let rest = input - full * room
    var total = full > 0 ? full * step(steps, room, after: 0.5 * (full - 1) * room) : 0
    guard rest > 0 else { return total }
    let shared = full > 0 ? rest + busy * (room - rest) : min(room, rest + mates)
    let count = full > 0 ? shared / rest : together
    // The tokens of others attend to contexts like one's own.
    let mixed =
      steps.mixed(
        batch: batch, context: context, prefill: shared, prefillContext: full * room + rest / 2) - plain
    total += start / count + rest / shared * max(0, mixed - start)
    return total
  }
}

/// Time per output token of requests whose steps are lengthened by other requests' prompts.
///
/// A plain step takes t_dec; prompts take the share u of the time. Requests that arrived while this one waited and was
/// prefilled (W seconds in all) are processed during its first steps, so the prompts that fall into its O steps are
/// those of O·t + W seconds: O·t = O·t_dec + u·(O·t + W), or t = (t_dec + u·W/O)/(1 − u) on average. The variance per
/// token is λE[X²]·(t + W/O)/O from the number of prompts, (u·σ_W/O)² from W and ((t_dec(b_q) − t_dec(b))/z)² from the
/// batch, all over (1 − u)² because time that prompts add lets further requests in. The part above t_dec is taken as a
/// Gamma variable, and carries the margin. No step is longer than one with a full chunk, which bounds every time per
/// token.
struct AggregatedTPOT {
  var plainStep: Double
  var plainStepAtQuantile: Double
  /// u.
  var prefillShare: Double
  /// λ·E[X²] over all prompts [s].
  var promptVarianceRate: Double
  /// Step with a full chunk at the quantile batch [s].
  var longestStep: Double
  /// Factor on the part above the plain step.
  var margin: Double

  /// Mean and standard deviation of arrival → first token.
  struct Sojourn {
    var mean: Double
    var deviation: Double
  }

  func quantile(z: Double, meanInverseSteps: Double, sojourn: Sojourn) -> Double {
    let free = 1 - prefillShare
    let step = (plainStep + prefillShare * sojourn.mean * meanInverseSteps) / free
    let arrivals = promptVarianceRate * (step + sojourn.mean * meanInverseSteps) * meanInverseSteps
    let lead = prefillShare * sojourn.deviation * meanInverseSteps
    let batch = z > 0 ? (plainStepAtQuantile - plainStep) / z : 0
    // Not less than the mean: near the median a quantile falls with the variance, which envelopes bound from above.
    let mean = step - plainStep
    let above = max(
      mean, Quantile.gamma(z: z, mean: mean, variance: (arrivals + lead * lead + batch * batch) / (free * free)))
    return min(plainStep + margin * above, max(longestStep, plainStepAtQuantile))
  }
}

extension StepTimes {
  /// Step with a full chunk at the far end of the longest prompt [s].
  func longestMixed(_ lengths: [LengthDistribution], budget: StepBudget, batch: Double, context: Double) -> Double {
    let chunk = budget.promptTokens(beside: batch)
    let longest = lengths.reduce(1) { $1.points.reduce($0) { max($0, $1.inputTokens) } }
    return mixed(
      batch: max(batch, 1), context: context, prefill: chunk, prefillContext: max(longest - chunk / 2, longest / 2))
  }
}
