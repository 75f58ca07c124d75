extension LatencyModel {
  /// Predicts what a measurement measured.
  ///
  /// - `step`: TTFT is the time of one prompt on an idle instance and TPOT the decode step at a batch of `concurrency` with a
  ///   mean context of `input + output/2`. The rows of Splitwise time all prompts of the batch together.
  /// - `agg_serving`, `disagg_serving`: means of a closed loop.
  ///
  /// Lengths are means; see `Measurement.meanInputTokens`. Measurements with a date are predicted for software of that date.
  public func predict(_ resolved: ResolvedMeasurement) -> ClosedLoopPrediction {
    LatencyModel(constants: constants, softwareMonth: resolved.measurement.harness.monthsSince2024 ?? softwareMonth)
      .predictDated(resolved)
  }

  private func predictDated(_ resolved: ResolvedMeasurement) -> ClosedLoopPrediction {
    let measurement = resolved.measurement
    let harness = ClosedLoopHarness(measurement.harness)
    let input = measurement.meanInputTokens
    let output = measurement.meanOutputTokens
    switch resolved.deployment {
    case .instance(let configuration) where measurement.kind == .step:
      let instance = instance(configuration)
      let prompts = measurement.promptsTogether
      let prefill =
        prompts == 1
        ? instance.prefill(inputTokens: input)
        : instance.mixedStep(
          batch: 0, contextTokens: 0, prefillTokens: input * prompts, prefillContextTokens: input / 2)
      let decode = instance.decodeStep(batch: measurement.concurrency, contextTokens: input + output / 2)
      return ClosedLoopPrediction(ttftSeconds: prefill.totalSeconds, tpotSeconds: decode.totalSeconds)
    case .instance(let configuration):
      return closedLoop(
        configuration, concurrency: measurement.concurrency, inputTokens: input, outputTokens: output,
        equalLengths: measurement.lengthRatio > 0.95, harness: harness)
    case .disaggregated(let prefill, let decode):
      return closedLoopDisaggregated(
        prefill: prefill.configuration, prefillInstances: prefill.instances, decode: decode.configuration,
        decodeInstances: decode.instances, concurrency: measurement.concurrency, inputTokens: input,
        outputTokens: output, harness: harness)
    }
  }

  /// Running sequences of the instance that generates the tokens of a measurement; those of a step are its concurrency.
  public func decodeBatch(_ resolved: ResolvedMeasurement) -> Double {
    let row = resolved.measurement
    guard row.kind != .step else { return max(row.concurrency, 1) }
    return closedLoopBatch(
      resolved.deployment.decodingConfiguration, concurrency: row.concurrency, inputTokens: row.meanInputTokens,
      outputTokens: row.meanOutputTokens)
  }

  /// Why a measured deployment cannot run the lengths that were measured; `nil` when nothing speaks against it.
  public func unsupportedReason(_ resolved: ResolvedMeasurement) -> String? {
    let measurement = resolved.measurement
    let tokens = measurement.meanInputTokens + measurement.meanOutputTokens
    switch resolved.deployment {
    case .instance(let configuration): return fault(of: configuration, holding: tokens)
    case .disaggregated(let prefill, let decode):
      if let fault = fault(of: prefill.configuration, holding: measurement.meanInputTokens) {
        return "prefill: \(fault)"
      }
      return fault(of: decode.configuration, holding: tokens).map { "decode: \($0)" }
    }
  }

  private func fault(of configuration: InstanceConfiguration, holding tokens: Double) -> String? {
    if let reason = unsupportedReason(configuration) { return reason }
    let memory = MemoryFootprint(configuration, constants: constants)
    if let shortfall = memory.shortfallText { return "does not fit memory: \(shortfall)" }
    return memory.sequences(ofTokens: tokens) < 1
      ? "does not fit memory: the cache does not hold one request of \(Int(tokens.rounded(.up))) tokens" : nil
  }
}

extension Measurement {
  /// Prompts that a row of kind `step` times together: all of the batch in Splitwise's measurements, else one.
  var promptsTogether: Double { backend == "splitwise" ? concurrency : 1 }
}
