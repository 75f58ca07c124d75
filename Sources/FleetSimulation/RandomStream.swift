#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A seeded stream of random numbers: SplitMix64 (Steele, Lea and Flood, 2014).
public struct RandomStream: RandomNumberGenerator, Sendable, Hashable {
  private var state: UInt64

  public init(seed: UInt64) {
    state = seed
  }

  /// One of many streams of a seed; streams of different numbers start at scattered points of the sequence.
  public init(seed: UInt64, stream: Int) {
    var start = RandomStream(seed: seed)
    var scattered = RandomStream(seed: start.next() ^ (UInt64(truncatingIfNeeded: stream) &* 0xD1B5_4A32_D192_ED03))
    state = scattered.next()
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Uniform in 0..<1, a multiple of 2⁻⁵³.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// Exponential with mean 1, by inversion.
  public mutating func exponential() -> Double {
    -log(1 - uniform())
  }

  /// Standard normal, by Box and Muller's transform (the cosine half).
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * Double.pi * uniform())
  }

  /// Gamma with mean 1 and the given shape (variance 1/shape), by the method of Marsaglia and Tsang (2000).
  ///
  /// Shapes below 1 use their boost: a variable of shape + 1 times `U^(1/shape)`.
  /// - Precondition: `shape` is positive and finite.
  public mutating func gamma(shape: Double) -> Double {
    precondition(shape > 0 && shape.isFinite)
    let raised = shape < 1 ? shape + 1 : shape
    let boost = shape < 1 ? pow(1 - uniform(), 1 / shape) : 1
    let d = raised - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let root = 1 + c * x
      if root <= 0 { continue }
      let v = root * root * root
      if log(1 - uniform()) < x * x / 2 + d * (1 - v + log(v)) { return d * v * boost / shape }
    }
  }
}
