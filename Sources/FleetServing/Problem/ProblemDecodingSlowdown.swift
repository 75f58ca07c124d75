import FleetJSON

/// Objectives stated as a slowdown: multiples of the latencies of a lone request of the class's mean lengths on a reference
/// instance. They become limits in seconds while the problem is read.
extension ProblemReading {
  /// The idle latencies that the slowdowns of a class refer to.
  struct IdleReference {
    var configuration: InstanceConfiguration
    var latency: IdleLatency

    var text: String {
      "\(configuration.accelerator.id) (\(configuration.strategy), \(configuration.weightPrecision.rawValue), "
        + "\(configuration.backend))"
    }
  }

  static let slowdownKeys = ["ttft_slowdown", "tpot_slowdown", "e2e_slowdown"]

  /// The reference of a class's objectives; `nil` without slowdowns, and after a fault.
  ///
  /// - Parameters:
  ///   - model: `nil` when the model is at fault.
  ///   - lengths: `nil` when the lengths are at fault.
  func idleReference(_ slo: JSONObject, model: ServedModel?, lengths: LengthDistribution?) -> IdleReference? {
    let asked = Self.slowdownKeys.filter { slo.optional($0) != nil }
    for key in asked {
      let limit = key.replacing("_slowdown", with: "_ms")
      if slo.optional(limit) != nil {
        slo.fault(key, "\(limit) and \(key) exclude each other", hint: "remove one of them")
      }
    }
    guard !asked.isEmpty else {
      if slo.optional("reference") != nil {
        slo.fault("reference", "reference belongs to \(Self.slowdownKeys.joined(separator: ", "))")
      }
      return nil
    }
    guard let reader = slo.required("reference", "the instance that slowdowns refer to"),
      let entry = reader.object("an instance", .idleReference)
    else { return nil }
    let before = reader.faults.faults.count
    let (accelerator, poolBackend) = referenceAccelerator(entry)
    let degrees = ["tp", "pp", "ep", "dp"].map { key in
      entry.optional(key).map { $0.integer(in: .closed(1, 1024)) ?? 1 }
    }
    let weights = entry.optional("precision").map { $0.precision() ?? .bf16 }
    let cache = entry.optional("kv_precision").map { $0.precision() ?? .bf16 }
    let backend = entry.optionalString("backend")
    guard reader.faults.faults.count == before, let accelerator, let model, let lengths else { return nil }
    guard let architecture = model.architecture, let usual = model.weightPrecisions.first,
      let usualCache = model.kvPrecisions.first
    else {
      reader.fault("\"\(model.id)\" is measured_only, so that the time of a lone request is not known")
      return nil
    }
    let latency = LatencyModel(constants: catalog.latencyConstants)
    let (input, output) = (lengths.meanInputTokens, lengths.meanOutputTokens)
    var reason = "\(accelerator.id) has no tensor-parallel degree"
    for tensor in degrees[0].map({ [$0] }) ?? accelerator.tensorParallelDegrees.sorted() {
      let configuration = InstanceConfiguration(
        model: architecture, accelerator: accelerator,
        strategy: ParallelStrategy(
          tensor: tensor, pipeline: degrees[1] ?? 1, expert: degrees[2] ?? 1, data: degrees[3] ?? 1),
        weightPrecision: weights ?? usual, kvPrecision: cache ?? usualCache,
        backend: backend ?? poolBackend ?? accelerator.backends.first ?? "vllm")
      let memory = MemoryFootprint(configuration, constants: catalog.latencyConstants)
      if let fault = latency.unsupportedReason(configuration) ?? memory.shortfallText {
        reason = fault
      } else if memory.sequences(ofTokens: input + output) < 1 {
        reason = "one request does not fit beside the weights"
      } else {
        return IdleReference(
          configuration: configuration,
          latency: latency.idle(configuration, inputTokens: input, outputTokens: output))
      }
    }
    reader.fault("the reference cannot serve \(model.id): \(reason)", hint: "give tp, precision or another accelerator")
    return nil
  }

  /// An accelerator of the problem by its id, with its backend, else one of the catalog.
  private func referenceAccelerator(_ entry: JSONObject) -> (accelerator: Accelerator?, backend: String?) {
    guard let reader = entry.required("accelerator", "the id of an accelerator"),
      let name = reader.string("the id of an accelerator")
    else { return (nil, nil) }
    if let pool = pools[name] {
      if pool.measuredOnly {
        reader.fault("\"\(name)\" is measured_only, so that the time of a lone request is not known")
        return (nil, nil)
      }
      return (pool.accelerator, pool.backend)
    }
    if let found = catalog.accelerator(name) { return (found, nil) }
    if !pools.contains(name), !pools.hasNamelessEntries {
      let near = catalog.nearestAccelerator(to: name).map { "did you mean \"\($0)\"?" }
      reader.fault(
        "\"\(name)\" is neither an accelerator of the problem nor one of the catalog",
        hint: near ?? "known: " + pools.ids.prefix(12).joined(separator: ", "))
    }
    return (nil, nil)
  }

  /// A factor with percentile 95, or an object with both, as a limit in seconds.
  func slowdown(
    _ slo: JSONObject, _ key: String, _ idle: KeyPath<IdleLatency, Double>, of reference: IdleReference?
  ) -> LatencyObjective? {
    guard let reader = slo.optional(key) else { return nil }
    var percentile: Double? = 95
    let factorReader: JSONReader?
    if reader.isNumber {
      factorReader = reader
    } else {
      guard let object = reader.object("a factor, or an object with factor and percentile", .slowdownObjective) else {
        return nil
      }
      percentile = object.optional("percentile").map { self.percentile($0) } ?? 95
      factorReader = object.required("factor", "a factor")
    }
    guard let factor = factorReader?.number("a factor", in: .closed(0.01, 1e6)), let percentile, let reference else {
      return nil
    }
    let alone = reference.latency[keyPath: idle]
    warn(
      reader,
      "\(tokens(factor)) times the \(Wording.milliseconds(alone)) of a lone request on \(reference.text) are a limit of "
        + Wording.milliseconds(factor * alone))
    return LatencyObjective(seconds: factor * alone, percentile: percentile / 100)
  }
}
