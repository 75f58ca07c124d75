/// What the model predicts for a published rate, or why it cannot.
public struct PredictedThroughput: Sendable, Hashable {
  /// Tokens/s of one instance, of the tokens that the phase of the row names; `nil` where `reason` says why.
  public var tokensPerSecond: Double?
  /// 90 % band of the prediction [tokens/s]; `nil` when the constants carry no errors.
  public var band: ClosedRange<Double>?
  /// What the prediction rests on.
  public var grade: LatencyGrade?
  /// The names of the row as the catalog knows them.
  public var configuration: InstanceConfiguration?
  /// Why nothing is predicted; `nil` when all is well.
  public var reason: String?

  public init(
    tokensPerSecond: Double? = nil, band: ClosedRange<Double>? = nil, grade: LatencyGrade? = nil,
    configuration: InstanceConfiguration? = nil, reason: String? = nil
  ) {
    self.tokensPerSecond = tokensPerSecond
    self.band = band
    self.grade = grade
    self.configuration = configuration
    self.reason = reason
  }
}

extension LatencyModel {
  /// The rate at saturation of the instance that a row describes [tokens/s], with mean prompts of `i` and answers of `o`
  /// tokens:
  ///
  /// - a closed loop of `c` requests, output tokens by Little's law: `c·o/(TTFT + (o − 1)·TPOT)`, whose TTFT holds the wait of
  ///   requests that do not fit into memory;
  /// - prefill, input tokens: `i/t` of the time `t` for which one prompt occupies an instance at capacity, with as many prompts
  ///   in a step as fit into its token budget;
  /// - decode, output tokens: `c/t_d(c, i + o/2)`, the decode step of a batch of `c` in the middle of its answers.
  ///
  /// Rows of disaggregated deployments and rows without a published phase count as closed loops.
  public func predictedThroughput(_ resolved: ResolvedMeasurement) -> Double {
    let row = resolved.measurement
    let input = row.meanInputTokens
    let output = row.meanOutputTokens
    switch (row.published?.phase ?? .closedLoop, resolved.deployment) {
    case (.prefill, .instance(let configuration)):
      let budget = row.harness.chunkTokens ?? constants.engine(configuration.backend).chunkTokens
      return input / instance(configuration).prefillOccupancySeconds(inputTokens: input, stepTokens: budget)
    case (.decode, .instance(let configuration)):
      let batch = row.concurrency
      return batch / decodeStep(configuration, batch: batch, contextTokens: input + output / 2).totalSeconds
    default:
      let loop = predict(resolved)
      return row.concurrency * output / (loop.ttftSeconds + max(0, output - 1) * loop.tpotSeconds)
    }
  }

  /// Finds the names of a row with a published rate in a catalog and predicts that rate with its 90 % band: that of the bare
  /// prompt for prefill, else that of TPOT, turned from times into rates. A row that cannot be predicted has a reason.
  public func predictedThroughput(_ row: Measurement, in catalog: Catalog) -> PredictedThroughput {
    let resolved: ResolvedMeasurement
    do throws(UnresolvedMeasurement) {
      resolved = try row.resolved(in: catalog)
    } catch {
      return PredictedThroughput(reason: error.reason)
    }
    let configuration = resolved.deployment.decodingConfiguration
    // Somebody ran it, so that only a loop, whose batch follows from the memory, asks whether it fits.
    let isLoop = (row.published?.phase ?? .closedLoop) == .closedLoop
    if let reason = isLoop ? unsupportedReason(resolved) : unsupportedReason(configuration) {
      return PredictedThroughput(configuration: configuration, reason: reason)
    }
    let rate = predictedThroughput(resolved)
    let error = error(for: configuration, row.published?.phase == .prefill ? .prefill : .tpot)
    return PredictedThroughput(
      tokensPerSecond: rate,
      band: error.map { rate / max($0.lowRatio, $0.highRatio)...rate / min($0.lowRatio, $0.highRatio) },
      grade: evidence(for: configuration).grade, configuration: configuration)
  }
}
