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

  /// Quantile of a Gamma distribution given by its mean and variance.
  ///
  /// Wilson and Hilferty (1931): the cube root of a Gamma variable is nearly normal. Within 1.5 % of the exact quantile
  /// for shapes (mean²/variance) of 0.5 and more at percentiles 0.9 and above; smaller shapes are held at 0.5 by
  /// scaling the deviation, since there the quantile ÷ standard deviation hardly changes.
  static func gamma(_ percentile: Double, mean: Double, variance: Double) -> Double {
    guard mean > 0, variance > 0 else { return max(mean, 0) }
    let shape = mean * mean / variance
    let z = normal(min(max(percentile, 1e-6), 0.999_999))
    if shape < 0.5 {
      let factor = 1 - 1 / 4.5 + z * (1 / 4.5).squareRoot()
      return max(0, 0.5.squareRoot() * factor * factor * factor) * variance.squareRoot()
    }
    let root = 1 - 1 / (9 * shape) + z * (1 / (9 * shape)).squareRoot()
    return max(0, mean * root * root * root)
  }
}
