#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Quantiles of the distributions that the waiting-time and batch formulas use.
enum Quantile {
  /// z with Φ(z) = p, for p strictly between 0 and 1.
  ///
  /// Start: Hastings' rational approximation (Abramowitz and Stegun, 26.2.23, error < 4.5e-4); two Newton steps with
  /// the exact Φ bring it to the accuracy of `erfc`.
  static func normal(_ probability: Double) -> Double {
    precondition(probability > 0 && probability < 1, "a quantile lies strictly between 0 and 1")
    let tail = min(probability, 1 - probability)
    let t = (-2 * log(tail)).squareRoot()
    let numerator = 2.515517 + t * (0.802853 + t * 0.010328)
    let denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
    var z = t - numerator / denominator
    for _ in 0..<2 {
      let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot()
      z += (erfc(z / 2.0.squareRoot()) / 2 - tail) / density
    }
    return probability < 0.5 ? -z : z
  }

  /// z of a percentile, never below 0: bounds on batch and memory do not profit from objectives below the median.
  static func upperNormal(_ percentile: Double) -> Double {
    percentile > 0.5 ? normal(min(percentile, 0.999_999)) : 0
  }

  /// Quantile of a Gamma distribution given by its mean and variance, at the percentile Φ(z).
  ///
  /// Wilson and Hilferty (1931): the cube root of a Gamma variable is nearly normal. For shapes (mean²/variance) below
  /// 0.5, where that fails, the quantile ÷ standard deviation of shape 0.5 is used; it hardly changes there.
  static func gamma(z: Double, mean: Double, variance: Double) -> Double {
    guard variance > 0 else { return max(mean, 0) }
    let shape = max(mean, 0) * max(mean, 0) / variance
    let held = max(shape, 0.5)
    let root = 1 - 1 / (9 * held) + z * (1 / (9 * held)).squareRoot()
    let quantile = max(0, root * root * root)
    return shape >= 0.5 ? mean * quantile : 0.5.squareRoot() * quantile * variance.squareRoot()
  }
}
