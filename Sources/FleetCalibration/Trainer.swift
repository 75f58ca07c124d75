import FleetServing

/// Makes constants from rows: the fit, then deviations and profiles, then what was fitted on how many rows.
struct Trainer {
  /// Memory, transfer and, when updating, everything else comes from here.
  let base: LatencyConstants
  /// What published kernel measurements say of families without rows.
  let priors: LatencyPriors?
  /// A fit of all rows to start from.
  var warm: ConstantsFit?

  /// Constants from the priors and rows alone.
  func trained(on rows: [CalibrationRow]) -> LatencyConstants {
    corrected(fit(rows), rows)
  }

  /// The fit without deviations and profiles.
  func fit(_ rows: [CalibrationRow]) -> ConstantsFit {
    var weighted = rows
    weighted.balance()
    var empty = base
    empty.families = [:]
    empty.backends = [:]
    empty.corrections = .none
    empty.errors = LatencyErrors()
    empty.coverage = []
    let parameters = FitParameters(
      families: Self.names(rows, \.family), backends: Self.names(rows, \.backend),
      servedBackends: Set(rows.filter { $0.measurement.kind != .step }.map(\.backend)),
      expectations: FamilyExpectations(otherVendors: Self.otherVendors(rows), priors: priors), base: empty)
    return ConstantsFit(
      weighted, parameters: parameters, start: warm.map { parameters.start(from: $0.parameters, $0.vector) })
  }

  func corrected(_ fit: ConstantsFit, _ rows: [CalibrationRow]) -> LatencyConstants {
    var constants = fit.constants
    if let priors, let reference = constants.families[priors.reference] {
      for family in priors.families.keys where constants.families[family] == nil {
        constants.families[family] = priors.hardware(
          family: family, reference: reference, others: constants.otherFamily)
      }
    }
    constants.coverage = Self.coverage(rows)
    return CorrectionFit.corrected(constants, rows, isUpdate: false)
  }

  /// Known constants, moved by further rows of families and backends that have enough of them. Rows of configurations that
  /// are profiled already move nothing: they join the points of the profile.
  func updated(_ constants: LatencyConstants, with rows: [CalibrationRow]) -> LatencyConstants {
    let profiled = Set(constants.corrections.profiles.filter(\.isTrusted).map(\.scope))
    let known = rows.filter {
      $0.measurement.kind != .disaggregated && profiled.contains(LatencyScope($0.configuration))
    }
    let fresh = rows.filter {
      $0.measurement.kind == .disaggregated || !profiled.contains(LatencyScope($0.configuration))
    }
    let merged = CorrectionFit.merged(constants, known)
    return fresh.isEmpty ? withCoverage(merged, rows) : withCoverage(moved(merged, by: fresh), rows)
  }

  private func moved(_ constants: LatencyConstants, by rows: [CalibrationRow]) -> LatencyConstants {
    let enough = LatencyProfile.fewestProbes
    let families = Self.names(rows, \.family).filter { name in rows.filter { $0.family == name }.count >= enough }
    let backends = Self.names(rows, \.backend).filter { name in rows.filter { $0.backend == name }.count >= enough }
    // A backend that many rows of other hardware agree on is not moved by a few.
    let unknownBackends = backends.filter { constants.backends[$0] == nil }
    let parameters = FitParameters(updating: constants, families: families, backends: unknownBackends)
    var weighted = rows
    weighted.balance()
    let result = parameters.count == 0 ? constants : ConstantsFit(weighted, parameters: parameters).constants
    return CorrectionFit.corrected(result, rows, isUpdate: true)
  }

  private func withCoverage(_ constants: LatencyConstants, _ rows: [CalibrationRow]) -> LatencyConstants {
    let enough = LatencyProfile.fewestProbes
    let families = Self.names(rows, \.family).filter { name in rows.filter { $0.family == name }.count >= enough }
    var result = constants
    result.coverage = Self.merged(constants.coverage + Self.coverage(rows.filter { families.contains($0.family) }))
    return result
  }

  private static func names(_ rows: [CalibrationRow], _ name: (CalibrationRow) -> String) -> [String] {
    Set(rows.map(name)).sorted()
  }

  /// Families of other vendors than the one with most rows.
  private static func otherVendors(_ rows: [CalibrationRow]) -> Set<String> {
    let counts = rows.reduce(into: [String: Int]()) { $0[$1.configuration.accelerator.vendor, default: 0] += 1 }
    let main = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    return Set(rows.filter { $0.configuration.accelerator.vendor != main }.map(\.family))
  }

  private static func coverage(_ rows: [CalibrationRow]) -> [LatencyConstants.Coverage] {
    merged(
      rows.map {
        LatencyConstants.Coverage(family: $0.family, backend: $0.backend, model: $0.configuration.model.id, rows: 1)
      })
  }

  private static func merged(_ entries: [LatencyConstants.Coverage]) -> [LatencyConstants.Coverage] {
    var counts: [[String]: Int] = [:]
    for entry in entries { counts[[entry.family, entry.backend, entry.model ?? ""], default: 0] += entry.rows }
    return counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, rows in
      LatencyConstants.Coverage(family: key[0], backend: key[1], model: key[2].isEmpty ? nil : key[2], rows: rows)
    }
  }
}
