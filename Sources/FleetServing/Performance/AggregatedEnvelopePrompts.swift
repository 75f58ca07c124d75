/// Prompts of one class on an aggregated instance with chunked prefill, at one running batch.
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
  init(_ steps: some StepTimes, _ lengths: LengthDistribution, chunkTokens: Int, batch: Double, context: Double) {
    let plain = steps.decode(batch: max(batch, 1), context: context)
    let chunk = Double(chunkTokens)
    var (sum, squares) = (0.0, 0.0)
    var points: [ServiceTimes.Point] = []
    var current = -1.0
    for point in lengths.points {
      if point.inputTokens != current {
        current = point.inputTokens
        let full = (current / chunk).rounded(.down)
        let rest = current - full * chunk
        var total = 0.0
        if full > 0 {
          total +=
            full * steps.mixed(batch: batch, context: context, prefill: chunk, prefillContext: full * chunk / 2)
        }
        if rest > 0 {
          total += steps.mixed(
            batch: batch, context: context, prefill: rest, prefillContext: full * chunk + rest / 2)
        }
        let added = max(total - plain * (rest > 0 ? full + 1 : full), 0)
        points.append(
          ServiceTimes.Point(
            occupancySeconds: added + plain * current / chunk,
            latencySeconds: plain + total + steps.promptHandling(inputTokens: current), weight: 0))
        points[points.count - 1].weight = point.weight
        sum += point.weight * added
        squares += point.weight * added * added
      } else if let last = points.indices.last {
        let added = points[last].occupancySeconds - plain * current / chunk
        points[last].weight += point.weight
        sum += point.weight * added
        squares += point.weight * added * added
      }
    }
    addedSeconds = sum
    squaredAddedSeconds = squares
    service = ServiceTimes(points: points)
  }
}

/// Time per output token of requests whose steps are lengthened by other requests' prompts.
///
/// A plain step takes t_dec; prompts take the share u of the time, so steps take t = t_dec/(1 − u) on average. Over the
/// t·O seconds of its decode, a request sees λ·t·O prompts of X seconds each, so its mean time per token has the
/// variance λt·E[X²]/O about t; 1/(1 − u)² accounts for the requests that come while prompts delay the batch. The
/// fluctuation of the batch adds ((t_dec(b_q) − t_dec(b))/(z·(1 − u)))². The part above t_dec is taken as a Gamma
/// variable. No step is longer than one with a full chunk, which bounds every time per token, and is the figure used for
/// very short outputs, where averages mean little.
struct AggregatedTPOT {
  /// Outputs shorter than this [tokens] are held to the longest step.
  static let shortOutputTokens = 8.0

  var plainStep: Double
  var plainStepAtQuantile: Double
  /// u.
  var prefillShare: Double
  /// λ·E[X²] over all prompts [s].
  var promptVarianceRate: Double
  /// Step with a full chunk at the quantile batch [s].
  var longestStep: Double
  var margin: Double

  func quantile(z: Double, meanInverseSteps: Double, meanSteps: Double) -> Double {
    if meanSteps < Self.shortOutputTokens { return max(longestStep, plainStepAtQuantile) }
    let free = 1 - prefillShare
    let step = plainStep / free
    let promptVariance = step * promptVarianceRate * meanInverseSteps / (free * free)
    let batchDeviation = z > 0 ? (plainStepAtQuantile - plainStep) / (z * free) : 0
    let above = Quantile.gamma(
      z: z, mean: step - plainStep, variance: promptVariance + batchDeviation * batchDeviation)
    return min(margin * (plainStep + above), max(longestStep, plainStepAtQuantile))
  }
}
