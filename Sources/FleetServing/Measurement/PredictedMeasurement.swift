/// What the model predicts for a measurement, or why it cannot.
public struct PredictedMeasurement: Sendable, Hashable {
  /// A predicted mean and its 90 % band [s].
  public struct Value: Sendable, Hashable {
    public var seconds: Double
    /// 90 % of measurements lie within; `nil` when the constants carry no errors.
    public var band: ClosedRange<Double>?

    public init(seconds: Double, band: ClosedRange<Double>? = nil) {
      self.seconds = seconds
      self.band = band
    }
  }

  /// Mean time to first token; for a `step` the time of a bare prompt.
  public var ttft: Value?
  /// Mean time per output token after the first; `nil` also for a benchmark whose answers have one token.
  public var tpot: Value?
  /// Why nothing is predicted; `nil` when all is well.
  public var reason: String?

  public init(ttft: Value?, tpot: Value?, reason: String? = nil) {
    self.ttft = ttft
    self.tpot = tpot
    self.reason = reason
  }
}

extension LatencyModel {
  /// Finds the names of a measurement in a catalog and predicts what it measured. A row that cannot be predicted (an unknown
  /// name, a strategy that is not supported, weights that do not fit, speculative decoding) has a reason instead.
  public func predicted(_ measurement: Measurement, in catalog: Catalog) -> PredictedMeasurement {
    let resolved: ResolvedMeasurement
    do throws(UnresolvedMeasurement) {
      resolved = try measurement.resolved(in: catalog)
    } catch {
      return PredictedMeasurement(ttft: nil, tpot: nil, reason: error.reason)
    }
    if let reason = unsupportedReason(resolved) { return PredictedMeasurement(ttft: nil, tpot: nil, reason: reason) }
    let prediction = predict(resolved)
    let isStep = measurement.kind == .step
    let ttft = value(prediction.ttftSeconds, error(of: resolved, isStep ? .prefill : .ttft))
    guard isStep || measurement.meanOutputTokens > 1 else { return PredictedMeasurement(ttft: ttft, tpot: nil) }
    return PredictedMeasurement(ttft: ttft, tpot: value(prediction.tpotSeconds, error(of: resolved, .tpot)))
  }

  /// How far predictions of such a measurement were from it; `nil` when the constants carry no errors.
  public func error(of resolved: ResolvedMeasurement, _ quantity: LatencyQuantity) -> LatencyError? {
    switch resolved.deployment {
    case .disaggregated: constants.errors.error(.disaggregated, quantity)
    case .instance(let configuration):
      error(
        for: configuration, quantity,
        load: quantity == .tpot ? decodeBatch(resolved) : resolved.measurement.concurrency)
    }
  }

  private func value(_ seconds: Double, _ error: LatencyError?) -> PredictedMeasurement.Value {
    PredictedMeasurement.Value(
      seconds: seconds,
      band: error.map { seconds * min($0.lowRatio, $0.highRatio)...seconds * max($0.lowRatio, $0.highRatio) })
  }
}

extension MeasuredDeployment {
  /// Computes the prompts: it decides over the TTFT.
  public var prefillingConfiguration: InstanceConfiguration {
    switch self {
    case .instance(let configuration): configuration
    case .disaggregated(let prefill, _): prefill.configuration
    }
  }
}
