#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The batch that a request shares its steps with, at a quantile:
/// `q = 1 + b + z·√(v·b/((1 − η)·free))`.
///
/// - With Poisson arrivals and no waiting for a place, the number in service is Poisson (M/G/∞) with mean b. A request
///   sees the time average of the others (arrivals see time averages) and itself, hence the 1.
/// - The step time rises with the batch, so a deviation decays slower: linearised as t ∝ b^η, the variance grows by
///   1/(1 − η), η = d ln t/d ln b, taken as the secant between b and q. Prompts on an aggregated instance, which leave
///   the share `free` of the time, act the same way.
/// - Sequences differ in context. The step at deviating contexts is that of a larger deviation of the batch:
///   v = 1 + φ²·(E[c²]/E[c]² − 1), the variance of a compound Poisson sum, with φ the part of the step's growth per
///   sequence that is due to its context.
struct BatchFluctuation: Sendable {
  /// Elasticities above this would mean a saturated instance, where no stationary batch exists.
  static let largestElasticity = 0.95

  /// z of the quantile.
  var z: Double
  /// E[c²]/E[c]² − 1 over running sequences.
  var contextVariation: Double
  /// Share of time that prompts leave.
  var free = 1.0

  struct State {
    var mean: Double
    var quantile: Double
    var elasticity: Double
  }

  /// d ln t/d ln b between two batches.
  static func elasticity(from batch: Double, _ step: Double, to upper: Double, _ upperStep: Double) -> Double {
    guard upper > batch * (1 + 1e-9), step > 0, batch > 0 else { return 0 }
    return min(max(log(upperStep / step) / log(upper / batch), 0), largestElasticity)
  }

  /// √(v/((1 − η)·free)).
  private func spread(elasticity: Double, contextShare: Double) -> Double {
    let variation = 1 + contextShare * contextShare * contextVariation
    return (variation / ((1 - elasticity) * free)).squareRoot()
  }

  /// The quantile for a given mean.
  ///
  /// - Parameters:
  ///   - contextShare: φ.
  ///   - step: step time at a batch [s].
  func quantile(mean batch: Double, contextShare: Double, step: (Double) -> Double) -> State {
    guard z > 0, batch > 0 else { return State(mean: batch, quantile: 1 + batch, elasticity: 0) }
    let base = step(batch)
    var elasticity = 0.0
    let deviation = z * batch.squareRoot()
    let narrow = 1 + batch + deviation * spread(elasticity: 0, contextShare: contextShare)
    let wide = 1 + batch + deviation * spread(elasticity: Self.largestElasticity, contextShare: contextShare)
    let upper = Self.root(between: narrow, and: wide) { upper in
      elasticity = Self.elasticity(from: batch, base, to: upper, step(upper))
      return upper - 1 - batch - deviation * spread(elasticity: elasticity, contextShare: contextShare)
    }
    return State(mean: batch, quantile: upper, elasticity: elasticity)
  }

  /// The mean that has the given quantile, at least 1.
  func mean(quantile upper: Double, contextShare: Double, step: (Double) -> Double) -> State {
    guard z > 0, upper > 1 else { return State(mean: max(upper - 1, 0), quantile: upper, elasticity: 0) }
    let upperStep = step(upper)
    var elasticity = 0.0
    let batch = Self.root(between: 0, and: upper - 1) { batch in
      elasticity = Self.elasticity(from: batch, step(batch), to: upper, upperStep)
      return 1 + batch + z * batch.squareRoot() * spread(elasticity: elasticity, contextShare: contextShare) - upper
    }
    return State(mean: batch, quantile: upper, elasticity: elasticity)
  }

  /// Root of a function that is negative on the left and positive on the right: false position with the Illinois
  /// correction (Dowell and Jarratt 1971), to a relative 1e-6. The function is last called near the root.
  static func root(between left: Double, and right: Double, _ function: (Double) -> Double) -> Double {
    var (low, high) = (left, right)
    var (below, above) = (function(low), function(high))
    if above <= 0 { return high }
    if below >= 0 {
      below = function(low)
      return low
    }
    var kept = 0
    for _ in 0..<60 {
      let guess = (low * above - high * below) / (above - below)
      let value = function(guess)
      if abs(value) <= 1e-7 * right || high - low <= 1e-6 * right { return guess }
      if value < 0 {
        (low, below) = (guess, value)
        if kept == -1 { above /= 2 }
        kept = -1
      } else {
        (high, above) = (guess, value)
        if kept == 1 { below /= 2 }
        kept = 1
      }
    }
    return (low + high) / 2
  }

  /// φ at a batch: how much of the growth of the step per sequence is due to its context, 0...1.
  ///
  /// With t = t(b, b·c): φ = (c·∂t/∂c)/(b·∂t/∂b), from a step at a quarter more context and one at half the batch.
  static func contextShare(_ steps: some StepTimes, batch: Double, context: Double) -> Double {
    let step = steps.decode(batch: batch, context: context)
    let byContext = (steps.decode(batch: batch, context: 1.25 * context) - step) / 0.25
    let half = max(batch / 2, 1)
    guard batch > half else { return byContext > 0 ? 1 : 0 }
    let byBatch = (step - steps.decode(batch: half, context: context)) * batch / (batch - half)
    guard byBatch > 0 else { return byContext > 0 ? 1 : 0 }
    return min(max(byContext / byBatch, 0), 1)
  }
}
