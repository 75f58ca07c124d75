import FleetJSON
import FleetPlan

extension Prediction {
  /// The prediction as JSON; times in ms, sizes in bytes, as their keys say.
  func encoded() -> JSONOutput {
    let accelerator = configuration.accelerator
    return [
      "format": "fleetplan-prediction/1",
      "configuration": encodedConfiguration(),
      "evidence": [
        "kind": .string(evidence.kind.rawValue), "grade": .string(evidence.grade.rawValue),
        "text": .string(evidence.text(family: accelerator.family, backend: configuration.backend)),
        "tpot_error": tpotError?.encodedMembers() ?? .null, "prefill_error": prefillError?.encodedMembers() ?? .null,
      ],
      "fault": JSONOutput(fault),
      "memory": encodedMemory(),
      "decode_steps": .array(
        steps.map { step in
          .object(
            step.time.encodedMembers(tpotError).merging([
              "batch": .integer(step.batch), "physical_limit_share": .number(step.limitShare),
              "tokens_per_s": .number(Double(step.batch) / step.time.totalSeconds),
            ]) { first, _ in first })
        }),
      "batch_within_tpot": JSONOutput(batchWithinTPOT),
      "prefill": prefill.map { time in
        .object(
          time.encodedMembers(prefillError).merging([
            "input_tokens": .integer(question.inputTokens),
            "physical_limit_share": .number(prefillLimitShare),
            "handling_ms": .milliseconds(promptHandlingSeconds),
            "ttft_ms": .milliseconds(time.totalSeconds + promptHandlingSeconds),
            "prompts_per_s": JSONOutput(prefillRatePerSecond),
          ]) { first, _ in first })
      } ?? .null,
      "slo": ["ttft": encoded(question.ttft), "tpot": encoded(question.tpot)],
      "capacity": .array(
        capacities.map { capacity in
          [
            "phase": .string(capacity.phase.rawValue), "rate_per_s": JSONOutput(capacity.ratePerSecond),
            "max_batch": JSONOutput(capacity.maximumBatch), "limit": .string(plain(capacity.limit)),
          ]
        }),
    ]
  }

  private func encodedConfiguration() -> JSONOutput {
    let strategy = configuration.strategy
    return [
      "model": .string(configuration.model.id), "accelerator": .string(configuration.accelerator.id),
      "devices": .integer(configuration.devices), "tp": .integer(strategy.tensor), "pp": .integer(strategy.pipeline),
      "ep": .integer(strategy.expert), "dp": .integer(strategy.data),
      "precision": .string(configuration.weightPrecision.rawValue),
      "kv_precision": .string(configuration.kvPrecision.rawValue), "backend": .string(configuration.backend),
      "input_tokens": .integer(question.inputTokens), "output_tokens": .integer(question.outputTokens),
    ]
  }

  private func encodedMemory() -> JSONOutput {
    [
      "device_bytes": .number(configuration.accelerator.memoryBytes),
      "usable_bytes_per_device": .number(memory.usableBytesPerDevice),
      "weight_bytes_per_device": .number(memory.weightBytesPerDevice),
      "overhead_bytes_per_device": .number(memory.overheadBytesPerDevice),
      "kv_capacity_bytes": .number(memory.kvCapacityBytes),
      "kv_capacity_tokens": .number(memory.kvCapacityTokens.rounded(.down)),
      "sequences": JSONOutput(batchInMemory),
    ]
  }

  private func encoded(_ objective: LatencyObjective?) -> JSONOutput {
    guard let objective else { return .null }
    return [
      "limit_ms": .milliseconds(objective.seconds), "percentile": .number(objective.percentile, shiftedBy: 2),
    ]
  }

  /// Ordinary spaces in place of those that keep numbers and units together.
  private func plain(_ text: String) -> String { String(text.map { $0 == "\u{A0}" ? " " : $0 }) }
}

extension StepTime {
  fileprivate func encodedMembers(_ error: LatencyError?) -> [String: JSONOutput] {
    [
      "total_ms": .milliseconds(totalSeconds),
      "predicted_low_ms": .milliseconds(error.map { totalSeconds * $0.lowRatio }),
      "predicted_high_ms": .milliseconds(error.map { totalSeconds * $0.highRatio }),
      "gemm_ms": .milliseconds(gemmSeconds),
      "attention_ms": .milliseconds(attentionSeconds), "communication_ms": .milliseconds(communicationSeconds),
      "overhead_ms": .milliseconds(overheadSeconds), "compute_bound_share": .number(computeBoundShare),
    ]
  }
}

extension LatencyError {
  fileprivate func encodedMembers() -> JSONOutput {
    [
      "low_ratio": .number(lowRatio), "high_ratio": .number(highRatio), "median_ape": .number(medianAPE),
      "mape": .number(meanAPE), "rows": .integer(rows),
    ]
  }
}
