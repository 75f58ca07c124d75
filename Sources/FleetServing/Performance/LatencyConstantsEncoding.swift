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
        "eight_bit_efficiency": .rounded(shared.eightBitEfficiency),
        "four_bit_efficiency": .rounded(shared.fourBitEfficiency),
        "expert_compute_factor": .rounded(shared.expertComputeFactor),
        "expert_memory_factor": .rounded(shared.expertMemoryFactor),
        "native_four_bit_memory_factor": .rounded(shared.nativeFourBitMemoryFactor),
        "expert_layer_overhead": .rounded(shared.expertLayerOverhead),
        "latent_layer_overhead": .rounded(shared.latentLayerOverhead),
        "linear_layer_overhead": .rounded(shared.linearLayerOverhead),
        "interference_share": .rounded(shared.interferenceShare),
        "prompt_token_s": .rounded(shared.promptTokenSeconds),
      ],
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
    ]
  }
}

extension LatencyConstants.Backend {
  fileprivate func encoded() -> JSONOutput {
    [
      "decode_layer_s": .rounded(decodeLayerSeconds), "prefill_layer_s": .rounded(prefillLayerSeconds),
      "sequence_s": .rounded(sequenceSeconds), "step_s": .rounded(stepSeconds),
      "closed_loop_wait_steps": .rounded(closedLoopWaitSteps), "burst_share": .rounded(burstShare),
      "wave_share": .rounded(waveShare),
    ]
  }
}
