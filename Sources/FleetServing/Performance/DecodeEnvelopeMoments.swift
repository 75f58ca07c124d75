#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the decode of a class asks of an instance, per request.
struct DecodeDemand: Sendable {
  /// E[O]: steps of a request.
  var steps: Double
  /// E[Σ context]: tokens in the cache summed over the steps of a request, E[O·(I + O/2)].
  var contextSteps: Double
  /// E[Σ context²].
  var squaredContextSteps: Double
  /// E[Σ kv]: cache bytes summed over the steps of a request.
  var byteSteps: Double
  /// E[Σ kv²].
  var squaredByteSteps: Double
  /// E[1/O].
  var meanInverseSteps: Double

  /// Mean context of a sequence of this class in a running batch [tokens].
  var context: Double { contextSteps / steps }

  /// Time per token of a decode instance ÷ step time: a sequence waits half a step before its first one.
  var stepsPerToken: Double { 1 + meanInverseSteps / 2 }

  init(_ steps: some StepTimes, _ lengths: LengthDistribution) {
    var (sumSteps, sumContext, sumSquaredContext) = (0.0, 0.0, 0.0)
    var (sumBytes, sumSquaredBytes, sumInverse) = (0.0, 0.0, 0.0)
    for point in lengths.points {
      let (input, output, weight) = (point.inputTokens, point.outputTokens, point.weight)
      sumSteps += weight * output
      sumContext += weight * output * (input + output / 2)
      sumSquaredContext += weight * output * (input * input + input * output + output * output / 3)
      sumInverse += weight / output
      // Simpson's rule over the life of the request: exact for a cache that grows linearly.
      let first = steps.kvBytes(sequenceTokens: input)
      let middle = steps.kvBytes(sequenceTokens: input + output / 2)
      let last = steps.kvBytes(sequenceTokens: input + output)
      sumBytes += weight * output * (first + 4 * middle + last) / 6
      sumSquaredBytes += weight * output * (first * first + 4 * middle * middle + last * last) / 6
    }
    self.steps = sumSteps
    contextSteps = sumContext
    squaredContextSteps = sumSquaredContext
    byteSteps = sumBytes
    squaredByteSteps = sumSquaredBytes
    meanInverseSteps = sumInverse
  }
}

/// Step time as a function of the batch at one context, from few evaluations of the latency model.
///
/// Linear between knots: the model is nearly piecewise linear in the batch. Solvers add exact knots where they look
/// and ask again, so that results are exact where they matter.
struct StepCurve {
  private var batches: [Double]
  private var seconds: [Double]
  private let evaluate: (Double) -> Double

  init(upTo maximumBatch: Double, _ evaluate: @escaping (Double) -> Double) {
    self.evaluate = evaluate
    batches = [1]
    while let last = batches.last, last * 4 < maximumBatch { batches.append(last * 4) }
    if maximumBatch > 1 { batches.append(maximumBatch) }
    seconds = batches.map(evaluate)
  }

  var maximumBatch: Double { batches[batches.count - 1] }

  /// A batch below one still runs steps of one sequence.
  func callAsFunction(_ batch: Double) -> Double {
    guard batch > 1 else { return seconds[0] }
    guard let upper = batches.firstIndex(where: { $0 >= batch }) else { return seconds[seconds.count - 1] }
    let share = (batch - batches[upper - 1]) / (batches[upper] - batches[upper - 1])
    return seconds[upper - 1] + share * (seconds[upper] - seconds[upper - 1])
  }

  /// Adds an exact knot, unless there is one nearby.
  mutating func refine(at batch: Double) {
    guard batch > 1, batch < maximumBatch, let upper = batches.firstIndex(where: { $0 >= batch }) else { return }
    let near = 5e-4 * batch
    if batches[upper] - batch < near || batch - batches[upper - 1] < near { return }
    batches.insert(batch, at: upper)
    seconds.insert(evaluate(batch), at: upper)
  }

  /// Largest batch whose step does not exceed the limit; `nil` when not even one sequence does.
  func largestBatch(within limit: Double) -> Double? {
    guard seconds[0] <= limit else { return nil }
    for upper in batches.indices.dropFirst() where seconds[upper] > limit {
      let share = (limit - seconds[upper - 1]) / (seconds[upper] - seconds[upper - 1])
      return batches[upper - 1] + share * (batches[upper] - batches[upper - 1])
    }
    return maximumBatch
  }

  /// Largest batch, up to the maximum, whose step does not exceed the limit; 0 when not even one sequence does.
  static func largestBatch(within limit: Double, maximum: Double, _ step: (Double) -> Double) -> Double {
    if step(maximum) <= limit { return maximum }
    if step(1) > limit { return 0 }
    var (low, high) = (1.0, maximum)
    while high > low * 1.001 {
      let middle = (low * high).squareRoot()
      if step(middle) <= limit { low = middle } else { high = middle }
    }
    return low
  }
}
