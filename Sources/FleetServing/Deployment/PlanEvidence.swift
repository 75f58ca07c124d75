/// How far the predicted times of a group can be trusted.
public struct PlanEvidence: Sendable, Hashable {
  /// What the times of a group rest on, from best to worst.
  public enum Grade: String, Sendable, CaseIterable, Hashable {
    /// Its capacity was measured: no prediction is involved.
    case capacityTable = "capacity_table"
    /// See `LatencyGrade`.
    case profiled
    case modelMeasured = "model_measured"
    case calibrated
    case familyCalibrated = "family_calibrated"
    case assumed

    public init(_ grade: LatencyGrade) {
      self =
        switch grade {
        case .profiled: .profiled
        case .modelMeasured, .disaggregated: .modelMeasured
        case .calibrated: .calibrated
        case .familyCalibrated: .familyCalibrated
        case .assumed: .assumed
        }
    }
  }

  public var grade: Grade
  /// What was measured, in one phrase.
  public var text: String
  /// Bands of the time per output token and of the time of a prompt; `nil` when the error is not known, or when the phase
  /// has no such time.
  public var tpot: ErrorBand?
  public var prefill: ErrorBand?

  public init(grade: Grade, text: String, tpot: ErrorBand? = nil, prefill: ErrorBand? = nil) {
    self.grade = grade
    self.text = text
    self.tpot = tpot
    self.prefill = prefill
  }

  /// A measured capacity table.
  public static let capacityTable = PlanEvidence(
    grade: .capacityTable, text: "measured: a capacity table of this configuration")

  /// A capacity table, with where its rates are from when they were not measured.
  public init(_ table: CapacityTable) {
    self = .capacityTable
    if let source = table.source { text = "not measured: a capacity table (\(source))" }
  }

  /// Evidence and bands of a configuration in a phase: prompts for prefill, steps for decode, both for aggregated.
  public init(_ model: LatencyModel, _ configuration: InstanceConfiguration, phase: Phase) {
    let evidence = model.evidence(for: configuration)
    func band(_ quantity: LatencyQuantity) -> ErrorBand? {
      model.constants.errors.error(evidence.grade, quantity).map(ErrorBand.init)
    }
    self.init(
      grade: Grade(evidence.grade),
      text: evidence.text(family: configuration.accelerator.family, backend: configuration.backend),
      tpot: phase == .prefill ? nil : band(.tpot), prefill: phase == .decode ? nil : band(.prefill))
  }
}

/// 90 % of the measurements of such configurations, left out of the fit, lay between these multiples of the prediction.
public struct ErrorBand: Sendable, Hashable {
  public var lowRatio: Double
  public var highRatio: Double

  public init(lowRatio: Double, highRatio: Double) {
    self.lowRatio = lowRatio
    self.highRatio = highRatio
  }

  public init(_ error: LatencyError) {
    self.init(lowRatio: error.lowRatio, highRatio: error.highRatio)
  }
}

/// What a plan that is sized for the bad end of the bands says of that.
public struct PlanRobustness: Sendable, Hashable {
  /// Share of measurements within a band, 0.9.
  public var bandShare: Double
  /// The same problem without margins; `nil` when it was not solved.
  public var nominal: BaselineResult?

  public init(bandShare: Double = LatencyMargin.bandShare, nominal: BaselineResult? = nil) {
    self.bandShare = bandShare
    self.nominal = nominal
  }
}
