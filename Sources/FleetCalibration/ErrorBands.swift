import FleetServing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Error bands by grade and quantity, from left-out rows.
///
/// Errors of one model on one family go together, so that a band rests on as many independent observations as there are such
/// groups, however many rows they have. A group counts as the square root of its rows, as in the fit, and the distance of the edges from the median is multiplied
/// with the ratio of Student's 95th percentile with one degree of freedom less than groups to that of the normal distribution:
/// few groups make a wide band.
enum ErrorBands {
  /// Fewest left-out rows from which a band is computed.
  static let fewestRows = 20

  static func table(_ predictions: [LeftOutPrediction]) -> LatencyErrors {
    var table: [LatencyErrors.Key: LatencyError] = [:]
    for quantity in LatencyQuantity.allCases {
      var widest = (low: 1.0, high: 1.0)
      for grade in LatencyGrade.allCases {
        let members = predictions.filter {
          $0.split != .fiveProbes && $0.grade == grade && $0.quantity == quantity
        }
        guard members.count >= fewestRows, let statistics = AccuracyStatistics(logErrors: members.map(\.logError))
        else { continue }
        var edges = edges(members)
        if grade != .disaggregated {
          // A worse founded prediction is not taken to be surer.
          widest = (min(widest.low, edges.low), max(widest.high, edges.high))
          edges = widest
        }
        table[LatencyErrors.Key(grade, quantity)] = LatencyError(
          lowRatio: edges.low, highRatio: edges.high, medianAPE: statistics.medianAPE, meanAPE: statistics.meanAPE,
          rows: members.count)
      }
    }
    return LatencyErrors(table)
  }

  /// Measured ÷ predicted at both edges of the band; 1 lies between them.
  private static func edges(_ members: [LeftOutPrediction]) -> (low: Double, high: Double) {
    struct Group: Hashable { var model: String, family: String }
    func group(_ member: LeftOutPrediction) -> Group {
      Group(model: member.row.configuration.model.id, family: member.row.family)
    }
    let counts = members.reduce(into: [Group: Int]()) { $0[group($1), default: 0] += 1 }
    let weighted = members.map { (log: -$0.logError, weight: 1 / Double(counts[group($0)] ?? 1).squareRoot()) }
      .sorted { ($0.log, $0.weight) < ($1.log, $1.weight) }
    let middle = weightedQuantile(weighted, 0.5)
    // Deployments of one model differ in connectors and recipes as models do otherwise.
    let isDisaggregated = members.allSatisfy { $0.grade == .disaggregated }
    let factor = isDisaggregated ? 1 : studentFactor(groups: counts.count)
    let low = middle + factor * (weightedQuantile(weighted, 0.05) - middle)
    let high = middle + factor * (weightedQuantile(weighted, 0.95) - middle)
    return (min(exp(low), 1), max(exp(high), 1))
  }

  /// Smallest value below which the share of the weight lies.
  private static func weightedQuantile(_ sorted: [(log: Double, weight: Double)], _ share: Double) -> Double {
    let total = sorted.reduce(0) { $0 + $1.weight }
    var reached = 0.0
    for entry in sorted {
      reached += entry.weight
      if reached >= share * total - 1e-12 { return entry.log }
    }
    return sorted.last?.log ?? 0
  }

  /// Student's 95th percentile with `groups − 1` degrees of freedom ÷ 1.645, by the expansion of Fisher and Cornish (1960):
  /// `t = z + (z³ + z)/4ν + (5z⁵ + 16z³ + 3z)/96ν²`. At least two degrees of freedom, at most a factor of 1.75.
  static func studentFactor(groups: Int) -> Double {
    let z = 1.6449
    let freedom = Double(max(groups - 1, 2))
    let (z3, z5) = (z * z * z, z * z * z * z * z)
    let t = z + (z3 + z) / (4 * freedom) + (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom * freedom)
    return min(t / z, 1.75)
  }

  /// Share of left-out rows inside bands that were computed without their fold, in all and by grade.
  static func coverage(
    _ predictions: [LeftOutPrediction], _ quantity: LatencyQuantity, grade: LatencyGrade? = nil
  ) -> (share: Double, rows: Int)? {
    var inside = 0
    var count = 0
    let relevant = predictions.filter { $0.quantity == quantity && $0.split != .fiveProbes }
    struct Key: Hashable { var split: AccuracySplit, fold: Int }
    for (key, left) in Dictionary(grouping: relevant, by: { Key(split: $0.split, fold: $0.fold) }) {
      let asked = left.filter { grade == nil || $0.grade == grade }
      if asked.isEmpty { continue }
      let others = table(relevant.filter { $0.split != key.split || $0.fold != key.fold })
      for prediction in asked {
        guard let error = others.error(prediction.grade, quantity) else { continue }
        let ratio = exp(-prediction.logError)
        count += 1
        if ratio >= error.lowRatio && ratio <= error.highRatio { inside += 1 }
      }
    }
    return count > 0 ? (Double(inside) / Double(count), count) : nil
  }
}
