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

/// Error bands by grade and quantity, from left-out rows.
enum ErrorBands {
  /// Fewest left-out rows from which a band is computed.
  static let fewestRows = 20

  static func table(_ predictions: [LeftOutPrediction]) -> LatencyErrors {
    var table: [LatencyErrors.Key: LatencyError] = [:]
    for quantity in LatencyQuantity.allCases {
      var widest = (low: 1.0, high: 1.0)
      for grade in LatencyGrade.allCases {
        let errors = predictions.filter {
          $0.split != .fiveProbes && $0.grade == grade && $0.quantity == quantity
        }.map(\.logError)
        guard errors.count >= fewestRows, let statistics = AccuracyStatistics(logErrors: errors) else { continue }
        // Measured over predicted. With n rows the 5th percentile of the next one is the (n + 1)·0.05-th of them.
        let ratios = errors.map { exp(-$0) }.sorted()
        let edge = 0.05 * Double(errors.count + 1) - 1
        let share = max(0, edge / Double(errors.count - 1))
        // A worse founded prediction is not taken to be surer.
        widest.low = min(widest.low, quantile(ratios, share))
        widest.high = max(widest.high, quantile(ratios, 1 - share))
        table[LatencyErrors.Key(grade, quantity)] = LatencyError(
          lowRatio: widest.low, highRatio: widest.high, medianAPE: statistics.medianAPE, meanAPE: statistics.meanAPE,
          rows: errors.count)
      }
    }
    return LatencyErrors(table)
  }

  /// Share of left-out rows inside bands that were computed without their fold.
  static func coverage(_ predictions: [LeftOutPrediction], _ quantity: LatencyQuantity) -> (share: Double, rows: Int)? {
    var inside = 0
    var count = 0
    let relevant = predictions.filter { $0.quantity == quantity && $0.split != .fiveProbes }
    struct Key: Hashable { var split: AccuracySplit, fold: Int }
    for (key, left) in Dictionary(grouping: relevant, by: { Key(split: $0.split, fold: $0.fold) }) {
      let others = table(relevant.filter { $0.split != key.split || $0.fold != key.fold })
      for prediction in left {
        guard let error = others.error(prediction.grade, quantity) else { continue }
        let ratio = exp(-prediction.logError)
        count += 1
        if ratio >= error.lowRatio && ratio <= error.highRatio { inside += 1 }
      }
    }
    return count > 0 ? (Double(inside) / Double(count), count) : nil
  }
}
