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
  /// E[Σ kv]: cache bytes summed over the steps of a request.
  var byteSteps: Double
  /// E[Σ kv²].
  var squaredByteSteps: Double
  /// E[1/O].
  var meanInverseSteps: Double

  /// Mean context of a sequence of this class in a running batch [tokens].
  var context: Double { contextSteps / steps }

  init(_ steps: some StepTimes, _ lengths: LengthDistribution) {
    var (sumSteps, sumContext, sumBytes, sumSquares, sumInverse) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for point in lengths.points {
      let (input, output, weight) = (point.inputTokens, point.outputTokens, point.weight)
      sumSteps += weight * output
      sumContext += weight * output * (input + output / 2)
      sumInverse += weight / output
      // Simpson's rule over the life of the request: exact for a cache that grows linearly.
      let first = steps.kvBytes(sequenceTokens: input)
      let middle = steps.kvBytes(sequenceTokens: input + output / 2)
      let last = steps.kvBytes(sequenceTokens: input + output)
      sumBytes += weight * output * (first + 4 * middle + last) / 6
      sumSquares += weight * output * (first * first + 4 * middle * middle + last * last) / 6
    }
    self.steps = sumSteps
    contextSteps = sumContext
    byteSteps = sumBytes
    squaredByteSteps = sumSquares
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

  /// Adds an exact knot. Returns whether it moved the curve there by more than `tolerance` (relative).
  mutating func refine(at batch: Double, tolerance: Double) -> Bool {
    guard batch > 1, batch < maximumBatch, let upper = batches.firstIndex(where: { $0 >= batch }) else { return false }
    let near = tolerance * batch
    if batches[upper] - batch < near || batch - batches[upper - 1] < near { return false }
    let before = self(batch)
    let exact = evaluate(batch)
    batches.insert(batch, at: upper)
    seconds.insert(exact, at: upper)
    return abs(exact - before) > tolerance * exact
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
}

/// How the running batch of an instance fluctuates around its mean.
///
/// With Poisson arrivals and no waiting room needed, the number in service of a system in which every request stays
/// for (its steps) × (step time) is Poisson (M/G/∞). Because the step time itself rises with the batch, a deviation
/// decays slower: linearising the step time as t ∝ b^η multiplies the variance by 1/(1 − η), with
/// η = d ln t/d ln b, taken here as the secant between the mean and the quantile.
enum BatchFluctuation {
  /// Elasticities above this would mean a saturated instance, where no stationary batch exists.
  static let largestElasticity = 0.95

  static func elasticity(from batch: Double, _ step: Double, to upper: Double, _ upperStep: Double) -> Double {
    guard upper > batch * (1 + 1e-9), step > 0, batch > 0 else { return 0 }
    return min(max(log(upperStep / step) / log(upper / batch), 0), largestElasticity)
  }

  /// Solves q = b + z·√(b/((1 − η(b, q))·free)) for q.
  ///
  /// - Parameter free: share of time left by prompts on an aggregated instance; 1 on a decode instance.
  static func quantile(mean batch: Double, z: Double, free: Double = 1, step: (Double) -> Double)
    -> (batch: Double, elasticity: Double)
  {
    let base = step(batch)
    let spread = z * (batch / free).squareRoot()
    var upper = batch + spread
    var slope = 0.0
    for _ in 0..<4 {
      slope = elasticity(from: batch, base, to: upper, step(upper))
      upper = batch + spread / (1 - slope).squareRoot()
    }
    return (upper, slope)
  }

  /// Solves q = b + z·√(b/(1 − η(b, q))) for b.
  static func mean(quantile upper: Double, z: Double, step: (Double) -> Double) -> (batch: Double, elasticity: Double) {
    let upperStep = step(upper)
    var slope = 0.0
    var batch = upper
    for _ in 0..<5 {
      let spread = z / (1 - slope).squareRoot()
      let root = ((spread * spread + 4 * upper).squareRoot() - spread) / 2
      batch = root * root
      slope = elasticity(from: batch, step(batch), to: upper, upperStep)
    }
    return (batch, slope)
  }
}
