/// A simulated figure with the uncertainty of the simulation.
public struct Estimate: Sendable, Hashable {
  public var value: Double
  /// Half the width of the 95 % confidence interval, in the unit of the value; `nil` when the run is too short to tell.
  public var halfWidth: Double?

  public init(value: Double, halfWidth: Double? = nil) {
    self.value = value
    self.halfWidth = halfWidth
  }
}

/// Observations of a stationary series with confidence intervals by batch means.
///
/// Successive observations depend on each other (requests wait in the same queue), so the spread of single observations
/// says too little. Long batches are nearly independent: their means and quantiles are treated as a normal sample
/// (Law and Kelton, Simulation Modeling and Analysis, section 9.5.3; sectioning for quantiles: Asmussen and Glynn,
/// Stochastic Simulation, III.5). The number of batches stays between 32 and 64: when there are 64, neighbours are joined
/// and batches become twice as long, so that memory does not grow with the run.
public struct BatchedStatistics: Sendable {
  public private(set) var all = QuantileSketch()
  private var batches: [QuantileSketch] = []
  private var current = QuantileSketch()
  /// Observations in a full batch.
  private var batchSize: UInt64 = 16

  /// Fewest full batches of which an interval is made.
  public static let fewestBatches = 20
  private static let mostBatches = 64

  public init() {}

  public var count: Int { Int(all.count) }

  public mutating func add(_ value: Double) {
    all.add(value)
    current.add(value)
    if current.count >= batchSize {
      batches.append(current)
      current = QuantileSketch()
      if batches.count == Self.mostBatches { joinNeighbours() }
    }
  }

  /// `nil` without observations.
  public var mean: Estimate? {
    guard count > 0 else { return nil }
    return Estimate(value: all.mean, halfWidth: halfWidth(about: nil, batches.map(\.mean)))
  }

  /// The quantile of all observations; `nil` without observations. There is an interval when the part of a batch beyond
  /// the quantile has five observations or more.
  public func quantile(_ probability: Double) -> Estimate? {
    guard let value = all.quantile(probability) else { return nil }
    guard Double(batchSize) * min(probability, 1 - probability) >= 5 else { return Estimate(value: value) }
    return Estimate(value: value, halfWidth: halfWidth(about: value, batches.compactMap { $0.quantile(probability) }))
  }

  /// Half the width of the 95 % confidence interval of the share of observations that do not exceed `limit`; `nil` when
  /// there are too few.
  public func shareHalfWidth(within limit: Double) -> Double? {
    halfWidth(about: nil, batches.map { $0.share(upTo: limit) })
  }

  private mutating func joinNeighbours() {
    batches = stride(from: 0, to: batches.count, by: 2).map { index in
      var joined = batches[index]
      joined.merge(batches[index + 1])
      return joined
    }
    batchSize *= 2
  }

  /// `t · s/√n` of the figures of batches, `s` about `center` or about their mean.
  private func halfWidth(about center: Double?, _ figures: [Double]) -> Double? {
    guard figures.count >= Self.fewestBatches else { return nil }
    let number = Double(figures.count)
    let middle = center ?? figures.reduce(0, +) / number
    let squares = figures.reduce(0) { $0 + ($1 - middle) * ($1 - middle) }
    return studentQuantile(degreesOfFreedom: number - 1) * (squares / (number * (number - 1))).squareRoot()
  }
}

/// The 0.975 quantile of Student's t, by its expansion about the normal one (Abramowitz and Stegun, 26.7.5); off by less
/// than 1e-4 from ten degrees of freedom on.
func studentQuantile(degreesOfFreedom v: Double) -> Double {
  let z = 1.959_963_984_540_054
  let z2 = z * z
  let first = (z2 + 1) * z / 4
  let second = ((5 * z2 + 16) * z2 + 3) * z / 96
  let third = (((3 * z2 + 19) * z2 + 17) * z2 - 15) * z / 384
  let fourth = ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) * z / 92_160
  return z + first / v + second / (v * v) + third / (v * v * v) + fourth / (v * v * v * v)
}
