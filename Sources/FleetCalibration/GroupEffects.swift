import FleetServing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Best linear unbiased prediction of the deviations of nested groups: each group's deviation has a normal prior around 0, so
/// that a group with few rows is believed little.
enum GroupEffects {
  /// One level of groups and the standard deviation of its prior.
  struct Level {
    let spread: Double
    let scope: @Sendable (InstanceConfiguration) -> LatencyScope
  }

  /// Levels that lower the error of left-out rows (docs/accuracy.md): a model in one precision under a backend, and a model on an
  /// accelerator under a backend. The deviation of one configuration is estimated with them, but kept in its profile. None
  /// reaches beyond one model: what a family has in common under a backend would be learnt from the models at hand and be wrong
  /// for others.
  static let levels = [
    Level(spread: 0.1) {
      LatencyScope(backend: $0.backend, model: $0.model.id, weightPrecision: $0.weightPrecision)
    },
    Level(spread: 0.1) {
      LatencyScope(accelerator: $0.accelerator.id, backend: $0.backend, model: $0.model.id)
    },
    Level(spread: 0.1) { LatencyScope($0) },
  ]

  /// Probes that add to constants fitted on others say first what an accelerator under a backend has in common. They
  /// must not move predictions of other accelerators.
  static let levelsOfProbes = [
    Level(spread: 0.15) { LatencyScope(accelerator: $0.accelerator.id, backend: $0.backend) },
    Level(spread: 0.12) {
      LatencyScope(accelerator: $0.accelerator.id, backend: $0.backend, model: $0.model.id)
    },
    Level(spread: 0.08) { LatencyScope($0) },
  ]

  /// Deviation by scope, `ln(measured/predicted)`.
  ///
  /// - Parameters:
  ///   - errors: Configuration and ln(measured/predicted) of every row.
  ///   - noise: Standard deviation of a row around its configuration.
  static func estimated(
    _ errors: [(configuration: InstanceConfiguration, log: Double)], levels: [Level], noise: Double
  ) -> [LatencyScope: Double] {
    guard !errors.isEmpty else { return [:] }
    var columns: [LatencyScope: Int] = [:]
    var spreads: [Double] = []
    let memberships = errors.map { error in
      levels.map { level -> Int in
        let scope = level.scope(error.configuration)
        if let known = columns[scope] { return known }
        columns[scope] = spreads.count
        spreads.append(level.spread)
        return spreads.count - 1
      }
    }
    // Two passes with Huber weights: outliers must not move a group.
    var weights = [Double](repeating: 1, count: errors.count)
    var solution = [Double](repeating: 0, count: spreads.count)
    for _ in 0..<3 {
      var system = LeastSquares(columns: spreads.count)
      system.reserve(rows: errors.count + spreads.count)
      for (index, error) in errors.enumerated() {
        var row = [Double](repeating: 0, count: spreads.count)
        let factor = weights[index].squareRoot() / noise
        for column in memberships[index] { row[column] = factor }
        system.add(row, equals: factor * error.log)
      }
      for (column, spread) in spreads.enumerated() { system.add(column: column, factor: 1 / spread, equals: 0) }
      solution = system.solved() ?? solution
      for (index, error) in errors.enumerated() {
        let rest = error.log - memberships[index].reduce(0) { $0 + solution[$1] }
        weights[index] = min(1, 2 * noise / max(abs(rest), 1e-9))
      }
    }
    return columns.mapValues { solution[$0] }
  }
}
