/// Prompts of one class on an aggregated instance with chunked prefill.
struct ChunkedPrompts: Sendable {
  /// E[X]: time that one prompt adds to the steps of the instance [s].
  var addedSeconds: Double
  /// E[X²].
  var squaredAddedSeconds: Double
  /// Steps with chunks, as service times of a queue of prompts.
  var service: ServiceTimes

  /// A prompt of `I` tokens takes ⌈I/chunk⌉ mixed steps. Full chunks attend to `full·chunk/2` tokens on average, the
  /// last one to everything before it and half of itself. X is the sum of those steps less as many plain decode steps.
  ///
  /// In the queue a prompt occupies X and, of the decode steps it shares, only the share `I/chunk` that its chunks fill,
  /// because the scheduler packs the next prompt into the rest. An arrival first waits for the running step, at most
  /// one plain step here.
  ///
  /// - Parameters:
  ///   - batches: running batches, the largest first; X is the longest over them, plain steps are those of the first.
  init(_ steps: some StepTimes, _ lengths: LengthDistribution, chunkTokens: Int, batches: [Double], context: Double) {
    let plain = batches.map { steps.decode(batch: max($0, 1), context: context) }
    let chunk = Double(chunkTokens)
    func added(_ full: Double, _ rest: Double, _ index: Int) -> Double {
      var total = 0.0
      if full > 0 {
        total = steps.mixed(
          batch: batches[index], context: context, prefill: chunk, prefillContext: full * chunk / 2)
        total = full * (total - plain[index])
      }
      if rest > 0 {
        total +=
          steps.mixed(
            batch: batches[index], context: context, prefill: rest, prefillContext: full * chunk + rest / 2)
          - plain[index]
      }
      return max(total, 0)
    }
    var addedByInput: [Double] = []
    service = ServiceTimes.overInputs(lengths) { input in
      let full = (input / chunk).rounded(.down)
      let rest = input - full * chunk
      let longest = batches.indices.reduce(0) { max($0, added(full, rest, $1)) }
      addedByInput.append(longest)
      let count = rest > 0 ? full + 1 : full
      return (
        longest + plain[0] * input / chunk, longest + plain[0] * (count + 1) + steps.promptHandling(inputTokens: input)
      )
    }
    addedSeconds = zip(service.points, addedByInput).reduce(0) { $0 + $1.0.weight * $1.1 }
    squaredAddedSeconds = zip(service.points, addedByInput).reduce(0) { $0 + $1.0.weight * $1.1 * $1.1 }
  }
}

/// Time per output token of requests whose steps are lengthened by other requests' prompts.
///
/// A plain step takes t_dec; prompts take the share u of the time. Requests that arrived while this one waited and was
/// prefilled (W seconds in all) are processed during its first steps, so the prompts that fall into its O steps are
/// those of O·t + W seconds: O·t = O·t_dec + u·(O·t + W), or t = (t_dec + u·W/O)/(1 − u) on average. The variance per
/// token is λE[X²]·(t + W/O)/O from the number of prompts, (u·σ_W/O)² from W and ((t_dec(b_q) − t_dec(b))/z)² from the
/// batch, all over (1 − u)² because time that prompts add lets further requests in. The part above t_dec is taken as a
/// Gamma variable. No step is longer than one with a full chunk, which bounds every time per token.
struct AggregatedTPOT {
  var plainStep: Double
  var plainStepAtQuantile: Double
  /// u.
  var prefillShare: Double
  /// λ·E[X²] over all prompts [s].
  var promptVarianceRate: Double
  /// Step with a full chunk at the quantile batch [s].
  var longestStep: Double
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
    return min(margin * (plainStep + above), max(longestStep, plainStepAtQuantile))
  }
}

extension StepTimes {
  /// Step with a full chunk at the far end of the longest prompt [s].
  func longestMixed(_ lengths: [LengthDistribution], chunkTokens: Int, batch: Double, context: Double) -> Double {
    let chunk = Double(chunkTokens)
    let longest = lengths.reduce(1) { $1.points.reduce($0) { max($0, $1.inputTokens) } }
    return mixed(
      batch: batch, context: context, prefill: chunk, prefillContext: max(longest - chunk / 2, longest / 2))
  }
}
