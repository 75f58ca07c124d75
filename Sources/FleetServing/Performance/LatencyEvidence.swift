/// How well founded the prediction of a configuration is.
public enum LatencyEvidence: Sendable, Hashable {
  /// This very configuration was measured at so many operating points.
  case profiled(rows: Int)
  /// The model was measured on this family under this backend, in other configurations.
  case modelMeasured(rows: Int)
  /// Family and backend were fitted together on so many measurements of other models.
  case measured(rows: Int)
  /// The family was fitted, under other backends.
  case calibratedFamily(rows: Int)
  /// No measurement of the family: the constants fitted on all measurements together are assumed to hold.
  case assumed
  /// Only so many measurements of a single other model on the family: too few to tell the model's part from the family's.
  case oneModel(rows: Int)
  /// No measurement of experts spread over nodes, whatever was measured inside one: the exchange of tokens between nodes
  /// follows from datasheets and published kernels.
  case assumedAcrossNodes

  public var grade: LatencyGrade {
    switch self {
    case .profiled: .profiled
    case .modelMeasured: .modelMeasured
    case .measured: .calibrated
    case .calibratedFamily: .familyCalibrated
    case .assumed, .oneModel, .assumedAcrossNodes: .assumed
    }
  }

  public var kind: ProvenanceKind {
    switch self {
    case .profiled, .modelMeasured, .measured, .calibratedFamily: .measured
    case .assumed, .oneModel, .assumedAcrossNodes: .assumed
    }
  }

  /// One phrase for plans and reports.
  public func text(family: String, backend: String) -> String {
    switch self {
    case .profiled(let rows): "measured: this configuration at \(rows) operating points"
    case .modelMeasured(let rows):
      "calibrated on \(rows) measurements of this model on \(family) under \(backend), none of this configuration"
    case .measured(let rows): "calibrated on \(rows) measurements of other models on \(family) under \(backend)"
    case .calibratedFamily(let rows): "calibrated on \(rows) measurements of \(family), none under \(backend)"
    case .oneModel(let rows): "assumed: \(rows) measurements of one other model on \(family), none of more models"
    case .assumedAcrossNodes: "assumed: no measurement of experts spread over nodes"
    case .assumed: "assumed: no measurement of \(family); constants fitted on other families"
    }
  }
}

extension LatencyConstants {
  /// How well founded the constants of an accelerator family under a backend are, whatever the model.
  public func evidence(family: String, backend: String) -> LatencyEvidence {
    let ofFamily = coverage.filter { $0.family == family }
    guard !ofFamily.isEmpty else { return .assumed }
    let both = ofFamily.filter { $0.backend == backend }
    func rows(_ entries: [Coverage]) -> Int { entries.reduce(0) { $0 + $1.rows } }
    // An entry that names no model stands for several.
    func models(_ entries: [Coverage]) -> Int {
      Set(entries.compactMap(\.model)).count + entries.count { $0.model == nil } * 2
    }
    if models(both) > 1 { return .measured(rows: rows(both)) }
    return models(ofFamily) > 1 ? .calibratedFamily(rows: rows(ofFamily)) : .oneModel(rows: rows(ofFamily))
  }
}

extension LatencyModel {
  /// How well founded the prediction of a configuration is.
  public func evidence(for configuration: InstanceConfiguration) -> LatencyEvidence {
    let family = configuration.accelerator.family
    if let profile = constants.corrections.correction(for: configuration).profile {
      return .profiled(rows: profile.rows)
    }
    let strategy = configuration.strategy
    if strategy.expert > 1, strategy.devicesPerStage > max(configuration.accelerator.scaleUpDomainDevices, 1) {
      return .assumedAcrossNodes
    }
    let rows = constants.coverage.filter {
      $0.family == family && $0.backend == configuration.backend && $0.model == configuration.model.id
    }.reduce(0) { $0 + $1.rows }
    return rows > 0
      ? .modelMeasured(rows: rows) : constants.evidence(family: family, backend: configuration.backend)
  }

  /// How far measurements of such configurations were from predictions that had not seen them; `nil` when the constants
  /// carry no errors.
  public func error(for configuration: InstanceConfiguration, _ quantity: LatencyQuantity) -> LatencyError? {
    constants.errors.error(evidence(for: configuration).grade, quantity)
  }

  /// The same at one operating point: far from the points of its profile a configuration is known no better than others of its
  /// model.
  ///
  /// - Parameter load: Running sequences for TPOT, requests in the system for the TTFT of a loop.
  public func error(
    for configuration: InstanceConfiguration, _ quantity: LatencyQuantity, load: Double
  ) -> LatencyError? {
    guard let error = error(for: configuration, quantity),
      let profile = constants.corrections.correction(for: configuration).profile,
      let wide = constants.errors.error(.modelMeasured, quantity)
    else { return self.error(for: configuration, quantity) }
    switch quantity {
    case .tpot: return error.blended(share: profile.decode.nearness(to: load), with: wide)
    case .ttft: return error.blended(share: profile.closedLoopTTFT.nearness(to: load), with: wide)
    case .prefill: return error
    }
  }
}
