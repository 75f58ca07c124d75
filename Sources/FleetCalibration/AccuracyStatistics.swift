import FleetServing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Errors of a set of predictions.
public struct AccuracyStatistics: Sendable, Hashable {
  public var rows: Int
  /// |predicted/measured − 1|: median, mean and 90th percentile.
  public var medianAPE: Double
  public var meanAPE: Double
  public var p90APE: Double
  /// Median of predicted/measured − 1.
  public var bias: Double
  /// Share of predictions within 20 % of the measurement.
  public var within20: Double

  /// - Parameter logErrors: ln(predicted/measured); `nil` without any.
  public init?(logErrors: [Double]) {
    guard !logErrors.isEmpty else { return nil }
    let errors = logErrors.map { exp($0) - 1 }
    let absolute = errors.map { abs($0) }.sorted()
    rows = errors.count
    medianAPE = quantile(absolute, 0.5)
    meanAPE = absolute.reduce(0, +) / Double(absolute.count)
    p90APE = quantile(absolute, 0.9)
    bias = quantile(errors.sorted(), 0.5)
    within20 = Double(absolute.count { $0 <= 0.2 }) / Double(absolute.count)
  }
}

/// Quantile of sorted numbers, interpolated linearly between order statistics (type 7 of Hyndman and Fan, 1996).
func quantile(_ sorted: [Double], _ share: Double) -> Double {
  guard let last = sorted.last else { return .nan }
  let position = share * Double(sorted.count - 1)
  let index = Int(position)
  guard index + 1 < sorted.count else { return last }
  return sorted[index] + (position - Double(index)) * (sorted[index + 1] - sorted[index])
}
