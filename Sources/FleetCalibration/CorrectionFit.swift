import FleetServing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Estimates what the physics leaves: deviations of groups, and profiles of single configurations.
enum CorrectionFit {
  /// `constants` with corrections estimated from `rows` added to those that it has.
  ///
  /// - Parameter isUpdate: Whether the rows are probes that add to constants fitted on others.
  static func corrected(
    _ constants: LatencyConstants, _ rows: [CalibrationRow], isUpdate: Bool
  ) -> LatencyConstants {
    var result = constants
    let levels = isUpdate ? GroupEffects.levelsOfProbes : GroupEffects.levels
    let measured = Set(rows.map { LatencyScope($0.configuration) })
    result.corrections.profiles.removeAll { measured.contains($0.scope) }
    // Steps first: closed-loop TTFT is predicted from corrected steps.
    add(.decode, from: rows, levels, to: &result)
    add(.prefill, from: rows, levels, to: &result)
    add(.closedLoopTTFT, from: rows, levels, to: &result)
    result.corrections.effects = merged(result.corrections.effects)
    result.corrections.profiles.sort { $0.scope.sortKey.lexicographicallyPrecedes($1.scope.sortKey) }
    return result
  }

  /// `constants` with the rows of profiled configurations added to their profiles; nothing else moves.
  static func merged(_ constants: LatencyConstants, _ rows: [CalibrationRow]) -> LatencyConstants {
    guard !rows.isEmpty else { return constants }
    var result = constants
    for quantity in [Quantity.decode, .prefill, .closedLoopTTFT] {
      // Residuals of the model without profiles, as those of the points that are there already.
      var plain = LatencyModel(constants: result)
      if quantity != .closedLoopTTFT { plain.constants.corrections.profiles = [] }
      if quantity == .closedLoopTTFT {
        for index in plain.constants.corrections.profiles.indices {
          plain.constants.corrections.profiles[index].closedLoopTTFT = ResidualTable()
        }
      }
      for sample in samples(quantity, rows, plain) {
        let scope = LatencyScope(sample.configuration)
        guard let index = result.corrections.profiles.firstIndex(where: { $0.scope == scope }) else { continue }
        let point = ResidualTable.Point(
          first: sample.first, second: sample.second,
          logResidual: min(max(sample.log, -quantity.clip), quantity.clip))
        let known = result.corrections.profiles[index][keyPath: quantity.table].points
        result.corrections.profiles[index][keyPath: quantity.table] = ResidualTable(
          points: (known + [point]).sorted { ($0.second, $0.first) < ($1.second, $1.first) })
      }
    }
    return result
  }

  private enum Quantity {
    case decode, prefill, closedLoopTTFT

    var deviation: WritableKeyPath<LatencyDeviation, Double> {
      switch self {
      case .decode: \.decode
      case .prefill: \.prefill
      case .closedLoopTTFT: \.closedLoopTTFT
      }
    }

    /// The noise of a row and the largest deviation that is believed: a TTFT depends on how a benchmark was run.
    var noise: Double { self == .closedLoopTTFT ? 0.35 : 0.09 }
    var clip: Double { self == .closedLoopTTFT ? 0.7 : 1 }

    var table: WritableKeyPath<LatencyProfile, ResidualTable> {
      switch self {
      case .decode: \.decode
      case .prefill: \.prefill
      case .closedLoopTTFT: \.closedLoopTTFT
      }
    }
  }

  private struct Sample {
    var configuration: InstanceConfiguration
    var log: Double
    var first: Double
    var second: Double
  }

  private static func add(
    _ quantity: Quantity, from rows: [CalibrationRow], _ levels: [GroupEffects.Level],
    to constants: inout LatencyConstants
  ) {
    let samples = self.samples(quantity, rows, LatencyModel(constants: constants))
    // Bare prompts are timed for few models: deviations of groups make left-out rows worse, tables make them better.
    let levels = quantity == .prefill ? [] : levels
    let estimates = GroupEffects.estimated(
      samples.map { ($0.configuration, $0.log) }, levels: levels, noise: quantity.noise)
    var counts = samples.reduce(into: [LatencyScope: Int]()) { counts, sample in
      for level in levels { counts[level.scope(sample.configuration), default: 0] += 1 }
    }
    // Sorted, so that sums do not depend on the order of a dictionary.
    let effects = estimates.filter { $0.key.strategy == nil && (counts[$0.key] ?? 0) >= LatencyProfile.fewestProbes }
      .sorted { $0.key.sortKey.lexicographicallyPrecedes($1.key.sortKey) }
    for sample in samples where quantity == .prefill {
      counts[LatencyScope(sample.configuration), default: 0] += 1
    }
    for (scope, value) in effects {
      var deviation = LatencyDeviation()
      deviation[keyPath: quantity.deviation] = value
      constants.corrections.effects.append(LatencyEffect(scope: scope, deviation: deviation, rows: counts[scope] ?? 0))
    }
    var points: [LatencyScope: [ResidualTable.Point]] = [:]
    for sample in samples {
      let scope = LatencyScope(sample.configuration)
      guard (counts[scope] ?? 0) >= LatencyProfile.fewestProbes else { continue }
      let common = effects.reduce(0) { $1.key.covers(sample.configuration) ? $0 + $1.value : $0 }
      points[scope, default: []].append(
        ResidualTable.Point(
          first: sample.first, second: sample.second,
          logResidual: min(max(sample.log - common, -quantity.clip), quantity.clip)))
    }
    for (scope, points) in points {
      let table = ResidualTable(points: points.sorted { ($0.second, $0.first) < ($1.second, $1.first) })
      if let index = constants.corrections.profiles.firstIndex(where: { $0.scope == scope }) {
        constants.corrections.profiles[index][keyPath: quantity.table] = table
      } else {
        var profile = LatencyProfile(scope: scope)
        profile[keyPath: quantity.table] = table
        constants.corrections.profiles.append(profile)
      }
    }
  }

  /// ln(measured/predicted) with the coordinates of the tables.
  private static func samples(_ quantity: Quantity, _ rows: [CalibrationRow], _ model: LatencyModel) -> [Sample] {
    rows.compactMap { row in
      let measurement = row.measurement
      let errors = row.logErrors(model)
      let input = measurement.meanInputTokens
      func sample(_ error: Double?, _ first: Double, _ second: Double) -> Sample? {
        error.map { Sample(configuration: row.configuration, log: -$0, first: first, second: second) }
      }
      switch quantity {
      case .decode:
        // Disaggregated deployments generate on other instances than those that the closed loop is limited by.
        guard measurement.kind != .disaggregated else { return nil }
        return sample(
          errors.tpot, model.decodeBatch(row.resolved), input + measurement.meanOutputTokens / 2)
      case .prefill:
        return measurement.kind == .step ? sample(errors.ttft, input, input) : nil
      case .closedLoopTTFT:
        return measurement.kind == .aggregated ? sample(errors.ttft, measurement.concurrency, input) : nil
      }
    }
  }

  /// One effect per scope, sorted.
  private static func merged(_ effects: [LatencyEffect]) -> [LatencyEffect] {
    var byScope: [LatencyScope: LatencyEffect] = [:]
    for effect in effects {
      guard var known = byScope[effect.scope] else {
        byScope[effect.scope] = effect
        continue
      }
      known.deviation += effect.deviation
      known.rows = max(known.rows, effect.rows)
      byScope[effect.scope] = known
    }
    return byScope.values.sorted { $0.scope.sortKey.lexicographicallyPrecedes($1.scope.sortKey) }
  }
}

extension LatencyScope {
  /// Orders scopes in files.
  var sortKey: [String] {
    [
      accelerator ?? "", family ?? "", backend ?? "", model ?? "", weightPrecision?.rawValue ?? "",
      strategy?.description ?? "",
    ]
  }
}
