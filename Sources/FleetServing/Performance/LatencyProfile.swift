#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// e to the power of `exponent`.
func exponential(_ exponent: Double) -> Double { exp(exponent) }

/// Measured deviations of one configuration from the latency model: the table that the model is multiplied with.
public struct LatencyProfile: Sendable, Hashable {
  /// Accelerator, backend, model, precision and strategy; all of them stated.
  public var scope: LatencyScope
  /// By running sequences and mean context [tokens].
  public var decode: ResidualTable
  /// By prompt length [tokens], twice.
  public var prefill: ResidualTable
  /// By concurrency and prompt length [tokens].
  public var closedLoopTTFT: ResidualTable

  public init(
    scope: LatencyScope, decode: ResidualTable = ResidualTable(), prefill: ResidualTable = ResidualTable(),
    closedLoopTTFT: ResidualTable = ResidualTable()
  ) {
    self.scope = scope
    self.decode = decode
    self.prefill = prefill
    self.closedLoopTTFT = closedLoopTTFT
  }

  /// Fewest measurements before a table is used.
  public static let fewestProbes = 5

  /// Measurements in the largest table.
  public var rows: Int { max(decode.points.count, prefill.points.count, closedLoopTTFT.points.count) }

  /// Whether there are enough measurements to be used.
  public var isTrusted: Bool { rows >= Self.fewestProbes }
}

/// Measured log-residuals at points of two positive coordinates, and their interpolation.
///
/// `r(x) = m + Σ w_i·(r_i − m)/(Σ w_i + κ)` with `w_i = exp(−Σ_k (ln x_k − ln x_ik)²/2h_k²)`, and the shrunk mean
/// `m = Σ r_i/(n + κ_m)`: near a measurement its value, between them their weighted mean, far from all of them the mean of the
/// configuration, and towards 0 where measurements are few. `h`, `κ` and `κ_m` were chosen by cross-validation
/// (`docs/accuracy.md`).
public struct ResidualTable: Sendable, Hashable {
  /// One measurement.
  public struct Point: Sendable, Hashable {
    /// First coordinate, > 0.
    public var first: Double
    /// Second coordinate, > 0.
    public var second: Double
    /// ln(measured/predicted).
    public var logResidual: Double

    public init(first: Double, second: Double, logResidual: Double) {
      self.first = first
      self.second = second
      self.logResidual = logResidual
    }
  }

  public let points: [Point]
  /// Natural logarithms of the coordinates.
  private let logarithms: [(first: Double, second: Double)]
  /// The mean, shrunk towards 0.
  public let mean: Double

  public init(points: [Point] = []) {
    self.points = points
    logarithms = points.map { (log($0.first), log($0.second)) }
    mean = points.reduce(0) { $0 + $1.logResidual } / (Double(points.count) + Self.meanShrinkage)
  }

  public static func == (left: ResidualTable, right: ResidualTable) -> Bool { left.points == right.points }

  public func hash(into hasher: inout Hasher) { hasher.combine(points) }

  /// Widths of the kernel in natural logarithms of the coordinates (h).
  static let bandwidth = (first: 0.6, second: 1.0)
  /// Weight of the mean of the configuration against near measurements (κ).
  static let localShrinkage = 0.05
  /// Weight of 0 against the measurements, in measurements (κ_m).
  static let meanShrinkage = 1.0

  /// Deviation interpolated over both coordinates; 0 without measurements.
  public func deviation(at first: Double, _ second: Double) -> Double {
    interpolated { at in
      let x = (log(max(first, 1)) - at.first) / Self.bandwidth.first
      let y = (log(max(second, 1)) - at.second) / Self.bandwidth.second
      return x * x + y * y
    }
  }

  /// Deviation interpolated over the first coordinate alone; 0 without measurements.
  public func deviation(at first: Double) -> Double {
    let first = log(max(first, 1))
    return interpolated { at in
      let x = (first - at.first) / Self.bandwidth.first
      return x * x
    }
  }

  /// How much the measurements near a first coordinate say of it, 0...1: `Σ w/(Σ w + ½)`.
  func nearness(to first: Double) -> Double {
    let first = log(max(first, 1))
    let weights = logarithms.reduce(0) { sum, at in
      let x = (first - at.first) / Self.bandwidth.first
      return sum + exponential(-x * x / 2)
    }
    return weights / (weights + 0.5)
  }

  private func interpolated(_ squaredDistance: ((first: Double, second: Double)) -> Double) -> Double {
    guard !points.isEmpty else { return 0 }
    var weights = 0.0
    var sum = 0.0
    for (point, at) in zip(points, logarithms) {
      let weight = exponential(-squaredDistance(at) / 2)
      weights += weight
      sum += weight * (point.logResidual - mean)
    }
    return mean + sum / (weights + Self.localShrinkage)
  }
}
