/// Measurements by configuration, and of each configuration by lengths and deployment.
struct LoopGroups {
  /// What a capacity table is about.
  struct Key: Hashable {
    var phase: Phase
    var model: String
    var accelerator: String
    var backend: String
    var precision: Precision
    var strategy: ParallelStrategy
    /// Speculative decoding; empty for none.
    var speculation: String
    /// The program that predicted the rates; empty for measured ones.
    var predictedBy = ""

    /// `llama-3.1-70b-h100-sxm-vllm-fp8-tp4`, with the phase of disaggregated instances.
    var identifier: String {
      let parts = [
        model, accelerator, backend, precision.rawValue, strategy.slug, speculation,
        predictedBy.lowercased(), phase == .aggregated ? "" : phase.rawValue,
      ]
      return LoopGroups.identifier(parts.filter { !$0.isEmpty }.joined(separator: "-"))
    }
  }

  /// Loops that differ in their size only.
  struct Loop: Hashable, Comparable {
    /// Mean lengths [tokens].
    var inputTokens: Double
    var outputTokens: Double
    /// Instances of each phase; 1 and 0 of an aggregated instance.
    var prefillInstances = 1
    var decodeInstances = 0
    /// The other phase's strategy, where there is one.
    var partner = ""

    /// Corner of the bucket [tokens]: the mean lengths, in whole tokens.
    var inputCorner: Double { max(1, inputTokens.rounded(.down)) }
    var outputCorner: Double { max(1, outputTokens.rounded(.down)) }

    static func < (left: Loop, right: Loop) -> Bool {
      (left.inputTokens, left.outputTokens, left.prefillInstances, left.decodeInstances, left.partner)
        < (right.inputTokens, right.outputTokens, right.prefillInstances, right.decodeInstances, right.partner)
    }
  }

  private let catalog: Catalog
  private(set) var points: [Key: [Loop: [LoopCurve.Point]]] = [:]
  /// Names that the catalog does not know, each with a word about it.
  private(set) var unknownNames: [String] = []

  init(catalog: Catalog) {
    self.catalog = catalog
  }

  /// Adds what a measurement says of the rate of a configuration.
  /// - Returns: Why it says nothing; `nil` when it was added.
  mutating func add(_ measurement: Measurement) -> String? {
    if measurement.flags.contains("failed_requests") { return "requests of the benchmark failed" }
    if measurement.flags.contains("ttft_warmup_outlier") { return "the benchmark was not warm (ttft_warmup_outlier)" }
    if measurement.flags.contains("context_parallel") { return "context parallelism is not modelled" }
    if measurement.flags.contains("mixed_deployment") {
      return "its prefill and decode instances differ in accelerator, backend or precision"
    }
    guard let precision = Precision(spelling: measurement.weights) else {
      return "unknown precision \"\(measurement.weights)\""
    }
    let accelerator = name(
      measurement.system, "accelerator", catalog.accelerator(measurement.system)?.id,
      near: catalog.nearestAccelerator(to: measurement.system))
    let model = name(
      measurement.model, "model", catalog.model(measurement.model)?.id,
      near: catalog.nearestModel(to: measurement.model))
    let isPlain = ["none", "assumed_none", ""].contains(measurement.speculation.lowercased())
    let key = Key(
      phase: .aggregated, model: model, accelerator: accelerator, backend: measurement.backend, precision: precision,
      strategy: ParallelStrategy(
        tensor: measurement.tensor, pipeline: measurement.pipeline, expert: measurement.expert, data: measurement.data),
      speculation: isPlain ? "" : measurement.speculation, predictedBy: measurement.predictedBy ?? "")
    if measurement.kind != .disaggregated, key.strategy.devices != measurement.devices {
      return "TP\(measurement.tensor) × DP\(measurement.data) are \(key.strategy.devices) devices, not "
        + "\(measurement.devices)"
    }
    return switch measurement.kind {
    case .step: addStep(measurement, key)
    case .aggregated: addInstance(measurement, key)
    case .disaggregated: addPools(measurement, key)
    }
  }

  private mutating func name(_ spelled: String, _ what: String, _ known: String?, near: String?) -> String {
    if let known { return known }
    let id = Self.identifier(spelled)
    let hint = near.map { "; did you mean \"\($0)\"?" } ?? ""
    let word = "the catalog has no \(what) \"\(spelled)\": the tables name it \"\(id)\"\(hint)"
    if !unknownNames.contains(word) { unknownNames.append(word) }
    return id
  }

  /// The stated rate, else that by Little's law: `c/(TTFT + (o − 1)·TPOT)`. Answers of one token have no TPOT.
  private func rate(_ measurement: Measurement) -> (value: Double?, fault: String) {
    if let rate = measurement.ratePerSecond { return (rate, "") }
    guard let ttft = measurement.ttftSeconds else { return (nil, "no TTFT was measured") }
    let further = measurement.meanOutputTokens - 1
    if further <= 0 { return (measurement.concurrency / ttft, "") }
    guard let tpot = measurement.tpotSeconds else { return (nil, "no TPOT was measured") }
    return (measurement.concurrency / (ttft + further * tpot), "")
  }

  private mutating func addInstance(_ measurement: Measurement, _ key: Key) -> String? {
    let (rate, fault) = rate(measurement)
    guard let rate else { return fault }
    points[key, default: [:]][loop(measurement), default: []].append(
      LoopCurve.Point(
        concurrency: measurement.concurrency, ratePerSecond: rate, ttftSeconds: measurement.ttftSeconds,
        tpotSeconds: measurement.meanOutputTokens > 1 ? measurement.tpotSeconds : nil))
    return nil
  }

  /// A bare prompt is a loop of one client; a decode step is that of a batch that is always full.
  private mutating func addStep(_ measurement: Measurement, _ key: Key) -> String? {
    let further = measurement.meanOutputTokens - 1
    if measurement.ttftSeconds == nil, measurement.tpotSeconds == nil || further <= 0 {
      return "answers of one token give no decode rate"
    }
    var key = key
    if let ttft = measurement.ttftSeconds {
      key.phase = .prefill
      let prompts = measurement.promptsTogether
      points[key, default: [:]][loop(measurement), default: []].append(
        LoopCurve.Point(concurrency: prompts, ratePerSecond: prompts / ttft, ttftSeconds: ttft, tpotSeconds: nil))
    }
    if let tpot = measurement.tpotSeconds, further > 0 {
      key.phase = .decode
      points[key, default: [:]][loop(measurement), default: []].append(
        LoopCurve.Point(
          concurrency: measurement.concurrency, ratePerSecond: measurement.concurrency / (further * tpot),
          ttftSeconds: nil, tpotSeconds: tpot))
    }
    return nil
  }

  /// Each of `n` instances of a phase sustained an `n`-th of the rate.
  private mutating func addPools(_ measurement: Measurement, _ key: Key) -> String? {
    let (rate, fault) = rate(measurement)
    guard let rate else { return fault }
    guard let prefill = measurement.prefill, let decode = measurement.decode else {
      return "a disaggregated measurement needs prefill and decode workers"
    }
    let sizes: (prefill: Int, decode: Int)
    do throws(UnresolvedMeasurement) {
      sizes = try measurement.devicesPerWorker(prefill, decode)
    } catch {
      return error.reason
    }
    var strategies: [Phase: ParallelStrategy] = [:]
    for (phase, workers, size) in [(Phase.prefill, prefill, sizes.prefill), (.decode, decode, sizes.decode)] {
      guard let strategy = workers.strategy(devices: size) else {
        return "\(workers.degreesText) does not divide the \(size) devices of a worker"
      }
      strategies[phase] = strategy
    }
    var loop = loop(measurement)
    loop.prefillInstances = prefill.count
    loop.decodeInstances = decode.count
    for phase in [Phase.prefill, .decode] {
      let instances = Double(phase == .prefill ? prefill.count : decode.count)
      var key = key
      key.phase = phase
      key.strategy = strategies[phase] ?? key.strategy
      loop.partner = strategies[phase == .prefill ? .decode : .prefill]?.slug ?? ""
      points[key, default: [:]][loop, default: []].append(
        LoopCurve.Point(
          concurrency: measurement.concurrency / instances, ratePerSecond: rate / instances,
          ttftSeconds: phase == .prefill ? measurement.ttftSeconds : nil,
          tpotSeconds: phase == .decode && measurement.meanOutputTokens > 1 ? measurement.tpotSeconds : nil))
    }
    return nil
  }

  private func loop(_ measurement: Measurement) -> Loop {
    Loop(inputTokens: measurement.meanInputTokens, outputTokens: measurement.meanOutputTokens)
  }

  /// A text as an id of the problem format: other characters become `-`, at most 100 characters.
  static func identifier(_ text: String) -> String {
    let scalars = text.unicodeScalars.map { scalar -> Character in
      let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
      return isPlain || "._-+:/".unicodeScalars.contains(scalar) ? Character(scalar) : "-"
    }
    let trimmed = scalars.drop { "._-+:/".contains($0) }.prefix(100)
    return trimmed.isEmpty ? "unnamed" : String(trimmed)
  }
}
