#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Quantiles of a length, continued to a whole distribution.
///
/// Between two given quantiles, and beyond the outer ones with the slope of the nearest pair, the logarithm of the length
/// is linear in the normal score of the fraction: a lognormal distribution piece by piece, exact for lognormal lengths.
public struct QuantileFunction: Sendable {
  /// A given quantile: the share `fraction` of requests is no longer than `tokens`.
  public struct Knot: Sendable, Hashable {
    /// Inside 0...1.
    public var fraction: Double
    public var tokens: Double

    public init(fraction: Double, tokens: Double) {
      self.fraction = fraction
      self.tokens = tokens
    }
  }

  /// A range of fractions with the mean length of its requests.
  public struct Bin: Sendable, Hashable {
    public var tokens: Double
    public var weight: Double
    /// Whether the bin reaches above the highest given quantile, so that its length is an extrapolation.
    public var isExtrapolated: Bool
  }

  private let scores: [Double]
  private let logarithms: [Double]
  private let lastFraction: Double
  private let minimum: Double
  private let maximum: Double

  /// - Parameters:
  ///   - knots: Two or more, fractions ascending, tokens not descending.
  ///   - minimum: Shortest length [tokens], at least 1.
  ///   - maximum: Longest length [tokens].
  public init(knots: [Knot], minimum: Double = 1, maximum: Double) {
    precondition(knots.count >= 2 && minimum >= 1 && maximum >= minimum)
    scores = knots.map { normalScore($0.fraction) }
    logarithms = knots.map { log($0.tokens) }
    lastFraction = knots[knots.count - 1].fraction
    self.minimum = minimum
    self.maximum = maximum
  }

  /// The length [tokens] that the share `fraction`, inside 0...1, does not exceed.
  public func tokens(at fraction: Double) -> Double {
    let score = normalScore(fraction)
    let upper = min(max(scores.firstIndex { $0 >= score } ?? scores.count - 1, 1), scores.count - 1)
    let slope = (logarithms[upper] - logarithms[upper - 1]) / (scores[upper] - scores[upper - 1])
    let logarithm = logarithms[upper - 1] + slope * (score - scores[upper - 1])
    return min(max(exp(min(logarithm, 60)), minimum), maximum)
  }

  /// Edges of `bins`: finer towards the long requests, which decide percentiles.
  static let edges = [0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.99, 1]

  /// Eight bins with the mean length of each, taken at 16 evenly spaced fractions.
  public func bins() -> [Bin] {
    zip(Self.edges, Self.edges.dropFirst()).map { low, high in
      let samples = 16
      let sum = (0..<samples).reduce(0.0) { sum, step in
        sum + tokens(at: low + (high - low) * (Double(step) + 0.5) / Double(samples))
      }
      return Bin(tokens: sum / Double(samples), weight: high - low, isExtrapolated: high > lastFraction)
    }
  }
}

/// Φ⁻¹: the standard normal quantile, by bisection of `Φ(z) = erfc(−z/√2) / 2`.
func normalScore(_ fraction: Double) -> Double {
  var low = -12.0
  var high = 12.0
  for _ in 0..<64 {
    let middle = (low + high) / 2
    if erfc(-middle / 2.0.squareRoot()) / 2 < fraction { low = middle } else { high = middle }
  }
  return (low + high) / 2
}
