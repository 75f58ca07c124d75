import FleetJSON

extension LatencyConstants {
  /// Value of `format` in the constants file.
  public static let format = "fleetplan-latency-constants/1"

  /// Reads `latency/constants.json` of a catalog folder.
  /// - Throws: Every fault of the file: unknown, missing and wrong keys, numbers out of range or without provenance.
  public init(contentsOf directory: String) throws(Faults) {
    try self.init(contentsOfFile: "\(directory)/latency/constants.json")
  }

  /// Reads a constants file.
  /// - Throws: Every fault of the file.
  public init(contentsOfFile path: String) throws(Faults) {
    self = try JSONParser.decode(contentsOf: path) { LatencyConstants(decoding: $0) }
  }

  /// - Returns: `nil` after recording every fault.
  public init?(decoding reader: JSONReader) {
    let keys = [
      "format", "families", "backends", "other_backend", "engines", "other_engine", "shared", "other_family", "memory",
      "kv_transfer", "software_months_since_2024", "effects", "errors", "coverage", "sources", "provenance",
    ]
    guard let object = reader.object("latency constants", keys: keys) else { return nil }
    let format = object.string("format", "\"\(Self.format)\"")
    if let format, format != Self.format { object.fault("format", "expected \"\(Self.format)\", found \"\(format)\"") }
    let families = object.dictionary("families", "efficiencies by accelerator family")?
      .values { Hardware(decoding: $0) }
    let backends = object.dictionary("backends", "overheads by serving backend")?.values { Backend(decoding: $0) }
    let otherBackend = object.required("other_backend", "overheads")?.decoded { Backend(decoding: $0) }
    let shared = object.required("shared", "shared factors")?.decoded { Shared(decoding: $0) }
    let engines = object.dictionary("engines", "behaviour by serving backend")?.values { ServingEngine(decoding: $0) }
    let otherEngine = object.required("other_engine", "behaviour of an engine")?.decoded { ServingEngine(decoding: $0) }
    let software = object.number("software_months_since_2024", in: .closed(0, 240))
    let otherFamily = object.required("other_family", "efficiencies")?.decoded { Hardware(decoding: $0) }
    let memory = object.required("memory", "memory constants")?.decoded { Memory(decoding: $0) }
    let transfer = object.required("kv_transfer", "transfer constants")?.decoded { Transfer(decoding: $0) }
    let effects = (object.optionalArray("effects", "deviations of groups") ?? []).allOrNil {
      LatencyEffect(decoding: $0)
    }
    let errors = object.optional("errors").map { LatencyErrors(decoding: $0) } ?? LatencyErrors()
    let coverage = object.array("coverage", "rows by family and backend")?.allOrNil { Coverage(decoding: $0) }
    let provenance = ProvenanceTable(decoding: object)
    guard let families, let backends, let otherBackend, let shared, let engines, let otherEngine, let software,
      let otherFamily, let memory, let transfer, let effects, let errors, let coverage, let provenance,
      format == Self.format
    else { return nil }
    provenance.recordUncoveredNumbers(in: object)
    self.init(
      families: families, backends: backends, otherBackend: otherBackend, shared: shared, engines: engines,
      otherEngine: otherEngine, softwareMonth: software, otherFamily: otherFamily, memory: memory, transfer: transfer,
      corrections: LatencyCorrections(effects: effects), errors: errors, coverage: coverage, provenance: provenance)
  }
}

extension JSONReader {
  fileprivate func decoded<Value>(_ body: (JSONReader) -> Value?) -> Value? { body(self) }

  /// An object of required numbers, one for each key with its unit and range, in order.
  fileprivate func figures(
    _ what: String, _ table: KeyValuePairs<String, (unit: String?, range: NumberRange)>
  ) -> [Double]? {
    guard let object = object(what, keys: table.map(\.key)) else { return nil }
    let values = table.map { object.number($0.key, unit: $0.value.unit, in: $0.value.range) }
    let known = values.compactMap(\.self)
    return known.count == values.count ? known : nil
  }
}

extension JSONObject {
  /// Decodes every member; `nil` when any of them gave `nil`.
  fileprivate func values<Value>(_ body: (JSONReader) -> Value?) -> [String: Value]? {
    var result: [String: Value] = [:]
    for (key, reader) in entries { result[key] = body(reader) }
    return result.count == entries.count ? result : nil
  }
}

/// Ranges that catch slips of units, such as microseconds for seconds.
private enum Range {
  static let efficiency: (unit: String?, range: NumberRange) = (nil, .above(0, upTo: 4))
  static let overhead: (unit: String?, range: NumberRange) = (nil, .closed(0, 20))
  static let share: (unit: String?, range: NumberRange) = (nil, .closed(0, 1))
  static let intensity: (unit: String?, range: NumberRange) = ("FLOP/byte", .above(0, upTo: 1e6))
  static let tokens: (unit: String?, range: NumberRange) = ("tokens", .closed(0, 1e6))
  static let seconds: (unit: String?, range: NumberRange) = ("s", .closed(0, 0.1))
}

extension LatencyConstants.Hardware {
  fileprivate init?(decoding reader: JSONReader) {
    guard
      let values = reader.figures(
        "the efficiencies of a family",
        [
          "compute_efficiency": Range.efficiency, "memory_efficiency": Range.efficiency,
          "kv_read_efficiency": Range.efficiency, "attention_efficiency": Range.efficiency,
          "link_efficiency": Range.efficiency, "collective_latency_s": Range.seconds,
          "overhead_factor": Range.overhead, "expert_overhead_factor": Range.overhead,
        ])
    else { return nil }
    self.init(
      computeEfficiency: values[0], memoryEfficiency: values[1], kvReadEfficiency: values[2],
      attentionEfficiency: values[3], linkEfficiency: values[4], collectiveLatencySeconds: values[5],
      overheadFactor: values[6], expertOverheadFactor: values[7])
  }
}

extension LatencyConstants.Backend {
  fileprivate init?(decoding reader: JSONReader) {
    guard
      let values = reader.figures(
        "the overheads of a backend",
        [
          "decode_layer_s": Range.seconds, "prefill_layer_s": Range.seconds, "sequence_s": Range.seconds,
          "step_s": Range.seconds, "closed_loop_wait_steps": (nil, .closed(0, 1000)),
          "burst_share": Range.share, "wave_share": Range.share, "request_s": (unit: "s", range: .closed(0, 10)),
          "remote_wait_steps": (nil, .closed(0, 1000)), "remote_request_s": (unit: "s", range: .closed(0, 10)),
        ])
    else { return nil }
    self.init(
      decodeLayerSeconds: values[0], prefillLayerSeconds: values[1], sequenceSeconds: values[2],
      stepSeconds: values[3], closedLoopWaitSteps: values[4], burstShare: values[5], waveShare: values[6],
      requestSeconds: values[7], remoteWaitSteps: values[8], remoteRequestSeconds: values[9])
  }
}

extension LatencyConstants.Shared {
  fileprivate init?(decoding reader: JSONReader) {
    guard
      let values = reader.figures(
        "shared factors",
        [
          "operand_flops_per_byte": Range.intensity, "expert_flops_per_byte": Range.intensity,
          "expert_intensity_tokens": Range.tokens, "expert_serial_share": Range.share,
          "expert_memory_factor": Range.efficiency, "native_four_bit_memory_factor": Range.efficiency,
          "activation_bytes": (unit: "bytes", range: .closed(0, 1000)), "expert_layer_overhead": Range.overhead,
          "latent_layer_overhead": Range.overhead, "linear_layer_overhead": Range.overhead,
          "prompt_overhead_tokens": Range.tokens, "prompt_token_s": Range.seconds, "monthly_speedup": Range.share,
          "first_wave_share": Range.share,
        ])
    else { return nil }
    self.init(
      operandIntensity: values[0], expertIntensity: values[1], expertIntensityTokens: values[2],
      expertSerialShare: values[3], expertMemoryFactor: values[4], nativeFourBitMemoryFactor: values[5],
      activationTraffic: values[6], expertLayerOverhead: values[7], latentLayerOverhead: values[8],
      linearLayerOverhead: values[9], promptOverheadTokens: values[10], promptTokenSeconds: values[11],
      monthlySpeedup: values[12], firstWaveShare: values[13])
  }
}

extension ServingEngine {
  fileprivate init?(decoding reader: JSONReader) {
    guard
      let values = reader.figures(
        "the behaviour of an engine",
        [
          "reserved_answer_share": Range.share, "chunk_tokens": (unit: "tokens", range: .closed(1, 1e7)),
          "dispatch_bytes": (unit: "bytes", range: .closed(0, 8)),
          "combine_bytes": (unit: "bytes", range: .closed(0, 8)),
          "exchange_efficiency": (nil, .above(0, upTo: 4)), "exchange_overlap": Range.share,
          "host_overlap": Range.share,
        ])
    else { return nil }
    self.init(
      reservedAnswerShare: values[0], chunkTokens: values[1], dispatchBytes: values[2], combineBytes: values[3],
      exchangeEfficiency: values[4], exchangeOverlap: values[5],
      hostOverlap: values[6])
  }
}

extension LatencyConstants.Memory {
  fileprivate init?(decoding reader: JSONReader) {
    let keys = ["usable_share", "overhead_bytes_per_device", "overhead_bytes_by_backend"]
    guard let object = reader.object("memory constants", keys: keys) else { return nil }
    let bytes = NumberRange.closed(0, 1e12)
    let share = object.number("usable_share", in: .above(0, upTo: 1))
    let overhead = object.number("overhead_bytes_per_device", unit: "bytes", in: bytes)
    let byBackend = object.dictionary("overhead_bytes_by_backend", "bytes by serving backend")?
      .values { $0.number(unit: "bytes", in: bytes) }
    guard let share, let overhead, let byBackend else { return nil }
    self.init(usableShare: share, overheadBytesPerDevice: overhead, overheadBytesByBackend: byBackend)
  }
}

extension LatencyConstants.Transfer {
  fileprivate init?(decoding reader: JSONReader) {
    guard
      let values = reader.figures(
        "transfer constants",
        [
          "fixed_s": Range.seconds, "link_efficiency": (nil, .above(0, upTo: 1)),
          "conversion_memory_efficiency": (nil, .above(0, upTo: 1)), "descriptor_s": Range.seconds,
        ])
    else { return nil }
    self.init(
      fixedSeconds: values[0], linkEfficiency: values[1], conversionMemoryEfficiency: values[2],
      descriptorSeconds: values[3])
  }
}

extension LatencyConstants.Coverage {
  fileprivate init?(decoding reader: JSONReader) {
    guard let object = reader.object("rows of a pair", keys: ["family", "backend", "model", "rows"]) else {
      return nil
    }
    let family = object.string("family")
    let backend = object.string("backend")
    let model = object.optionalString("model")
    let rows = object.integer("rows", in: .atLeast(1))
    guard let family, let backend, let rows else { return nil }
    self.init(family: family, backend: backend, model: model, rows: rows)
  }
}
