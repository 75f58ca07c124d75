import FleetJSON

extension LatencyConstants {
  /// The content of `latency/constants.json`, without profiles, which have files of their own.
  public func encoded() -> JSONOutput {
    [
      "format": .string(Self.format),
      "families": .object(families.mapValues { $0.encoded() }),
      "backends": .object(backends.mapValues { $0.encoded() }),
      "other_backend": otherBackend.encoded(),
      "other_family": otherFamily.encoded(),
      "shared": [
        "operand_flops_per_byte": .rounded(shared.operandIntensity),
        "expert_flops_per_byte": .rounded(shared.expertIntensity),
        "expert_intensity_tokens": .rounded(shared.expertIntensityTokens),
        "expert_serial_share": .rounded(shared.expertSerialShare),
        "expert_memory_factor": .rounded(shared.expertMemoryFactor),
        "native_four_bit_memory_factor": .rounded(shared.nativeFourBitMemoryFactor),
        "activation_bytes": .rounded(shared.activationTraffic),
        "expert_layer_overhead": .rounded(shared.expertLayerOverhead),
        "latent_layer_overhead": .rounded(shared.latentLayerOverhead),
        "linear_layer_overhead": .rounded(shared.linearLayerOverhead),
        "prompt_overhead_tokens": .rounded(shared.promptOverheadTokens),
        "prompt_token_s": .rounded(shared.promptTokenSeconds),
        "monthly_speedup": .rounded(shared.monthlySpeedup), "first_wave_share": .rounded(shared.firstWaveShare),
      ],
      "engines": .object(engines.mapValues { $0.encoded() }),
      "other_engine": otherEngine.encoded(),
      "software_months_since_2024": .rounded(softwareMonth),
      "memory": [
        "usable_share": .number(memory.usableShare),
        "overhead_bytes_per_device": .number(memory.overheadBytesPerDevice),
        "overhead_bytes_by_backend": .object(memory.overheadBytesByBackend.mapValues { .number($0) }),
      ],
      "kv_transfer": [
        "fixed_s": .number(transfer.fixedSeconds), "link_efficiency": .number(transfer.linkEfficiency),
        "conversion_memory_efficiency": .number(transfer.conversionMemoryEfficiency),
        "descriptor_s": .number(transfer.descriptorSeconds),
      ],
      "effects": .array(corrections.effects.map { $0.encoded() }),
      "errors": errors.encoded(),
      "coverage": .array(
        coverage.map { entry in
          var members: [String: JSONOutput] = [
            "family": .string(entry.family), "backend": .string(entry.backend), "rows": .integer(entry.rows),
          ]
          if let model = entry.model { members["model"] = .string(model) }
          return .object(members)
        }),
      "sources": provenance.encodedSources(), "provenance": provenance.encodedEntries(),
    ]
  }
}

extension LatencyConstants.Hardware {
  fileprivate func encoded() -> JSONOutput {
    [
      "compute_efficiency": .rounded(computeEfficiency), "memory_efficiency": .rounded(memoryEfficiency),
      "kv_read_efficiency": .rounded(kvReadEfficiency), "attention_efficiency": .rounded(attentionEfficiency),
      "link_efficiency": .rounded(linkEfficiency), "collective_latency_s": .rounded(collectiveLatencySeconds),
      "overhead_factor": .rounded(overheadFactor), "expert_overhead_factor": .rounded(expertOverheadFactor),
    ]
  }
}

extension LatencyConstants.Backend {
  fileprivate func encoded() -> JSONOutput {
    [
      "decode_layer_s": .rounded(decodeLayerSeconds), "prefill_layer_s": .rounded(prefillLayerSeconds),
      "sequence_s": .rounded(sequenceSeconds), "step_s": .rounded(stepSeconds),
      "closed_loop_wait_steps": .rounded(closedLoopWaitSteps), "burst_share": .rounded(burstShare),
      "wave_share": .rounded(waveShare), "request_s": .rounded(requestSeconds),
      "remote_wait_steps": .rounded(remoteWaitSteps), "remote_request_s": .rounded(remoteRequestSeconds),
    ]
  }
}

extension ServingEngine {
  fileprivate func encoded() -> JSONOutput {
    [
      "reserved_answer_share": .rounded(reservedAnswerShare), "chunk_tokens": .rounded(chunkTokens),
      "dispatch_bytes": .rounded(dispatchBytes), "combine_bytes": .rounded(combineBytes),
      "exchange_efficiency": .rounded(exchangeEfficiency), "exchange_overlap": .rounded(exchangeOverlap),
      "host_overlap": .rounded(hostOverlap),
    ]
  }
}
