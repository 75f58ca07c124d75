import FleetPlan

/// One instance to predict; what is `nil` is chosen.
struct PredictionQuestion {
  var model: LanguageModel
  var accelerator: Accelerator
  var tensor: Int?
  var pipeline = 1
  var data = 1
  var expert = 1
  var weightPrecision: Precision?
  var kvPrecision: Precision?
  var backend: String?
  var inputTokens = 1024
  var outputTokens = 256
  /// Running sequences for which the decode step is predicted; empty for powers of four up to what fits.
  var batches: [Int] = []
  var ttft: LatencyObjective?
  var tpot: LatencyObjective?

  /// The configuration meant; the smallest tensor-parallel degree that holds one request where none is given.
  func configuration(constants: LatencyConstants) -> InstanceConfiguration {
    let latency = LatencyModel(constants: constants)
    let degrees = tensor.map { [$0] } ?? accelerator.tensorParallelDegrees.sorted()
    let all = degrees.map { configuration(tensor: $0) }
    let runnable = all.filter { latency.unsupportedReason($0) == nil }
    let length = Double(inputTokens + outputTokens)
    let fitting = runnable.first { MemoryFootprint($0, constants: constants).sequences(ofTokens: length) >= 1 }
    return fitting ?? runnable.last ?? all.first ?? configuration(tensor: 1)
  }

  private func configuration(tensor: Int) -> InstanceConfiguration {
    let weights =
      weightPrecision
      ?? ([model.nativePrecision, .bf16, .fp16] + accelerator.weightPrecisions)
      .first { accelerator.holdsWeights(in: $0) } ?? model.nativePrecision
    let stored = accelerator.kvLayout.precisions
    let cache = kvPrecision ?? (stored.contains(.bf16) ? .bf16 : stored.first ?? .bf16)
    return InstanceConfiguration(
      model: model, accelerator: accelerator,
      strategy: ParallelStrategy(tensor: tensor, pipeline: pipeline, expert: expert, data: data),
      weightPrecision: weights, kvPrecision: cache, backend: backend ?? accelerator.backends.first ?? "")
  }
}

/// What one instance does: memory, times, and the load it carries by itself.
struct Prediction {
  /// A decode step at one batch.
  struct Step {
    var batch: Int
    var time: StepTime
    /// Time of the same step at the rates of the datasheet ÷ predicted time.
    var limitShare: Double
  }

  /// The load that one instance carries in one phase, or why it carries none.
  struct Capacity {
    var phase: Phase
    /// Requests/s; `nil` when the objectives cannot be met.
    var ratePerSecond: Double?
    /// Batch to configure.
    var maximumBatch: Int?
    /// What limits it, in words.
    var limit: String
  }

  let question: PredictionQuestion
  let configuration: InstanceConfiguration
  let evidence: LatencyEvidence
  /// Errors of decode steps and of prompts; `nil` when they are not known.
  let tpotError: LatencyError?
  let prefillError: LatencyError?
  let memory: MemoryFootprint
  /// Why the instance cannot run or hold one request; everything below is empty then.
  let fault: String?
  /// Largest number of sequences of the asked length that the cache holds; `nil` = no limit.
  let batchInMemory: Int?
  /// Largest number of sequences at which a decode step keeps the TPOT objective.
  var batchWithinTPOT: Int?
  var steps: [Step] = []
  var prefill: StepTime?
  /// Share of the physical limit that the prompt reaches.
  var prefillLimitShare = 0.0
  /// Part of TTFT outside the devices [s].
  var promptHandlingSeconds = 0.0
  /// Prompts/s of an instance that only prefills and never idles.
  var prefillRatePerSecond: Double?
  var capacities: [Capacity] = []

  init(_ question: PredictionQuestion, constants: LatencyConstants) {
    self.question = question
    configuration = question.configuration(constants: constants)
    let latency = LatencyModel(constants: constants)
    evidence = latency.evidence(for: configuration)
    tpotError = latency.error(for: configuration, .tpot)
    prefillError = latency.error(for: configuration, .prefill)
    memory = MemoryFootprint(configuration, constants: constants)
    let length = Double(question.inputTokens + question.outputTokens)
    let held = memory.sequences(ofTokens: length)
    batchInMemory = held < 1e9 ? Int(held) : nil
    var fault = latency.unsupportedReason(configuration) ?? memory.shortfallText
    if fault == nil, held < 1 {
      fault =
        "one request of \(Quantity.count(Int(length))) tokens needs \(Figures.bytes(memory.kvBytes(sequenceTokens: length))) "
        + "of KV cache, and \(Figures.bytes(memory.kvCapacityBytes)) are left"
    }
    self.fault = fault
    if fault == nil { predict(latency, length: length) }
  }

  private mutating func predict(_ latency: LatencyModel, length: Double) {
    let instance = latency.instance(configuration)
    let input = Double(question.inputTokens)
    // A sequence holds its prompt and, on average over its life, half of its answer.
    let context = input + Double(question.outputTokens) / 2
    func step(_ batch: Int) -> StepTime { instance.decodeStep(batch: Double(batch), contextTokens: context) }

    let most = min(batchInMemory ?? Self.largestBatch, Self.largestBatch)
    let batches = question.batches.isEmpty ? Self.batches(upTo: most) : question.batches
    let limit = instance.atPhysicalLimit
    steps = batches.map { batch in
      let time = step(batch)
      let least = limit.decodeStep(batch: Double(batch), contextTokens: context).totalSeconds
      return Step(batch: batch, time: time, limitShare: least / time.totalSeconds)
    }
    if let tpot = question.tpot {
      batchWithinTPOT = Self.largest(upTo: most) { step($0).totalSeconds <= tpot.seconds }
    }
    let prompt = instance.prefill(inputTokens: input)
    prefill = prompt
    prefillLimitShare = limit.prefill(inputTokens: input).totalSeconds / prompt.totalSeconds
    promptHandlingSeconds = latency.promptHandlingSeconds(configuration, inputTokens: input)
    let occupancy = instance.prefillOccupancySeconds(inputTokens: input)
    prefillRatePerSecond = occupancy > 0 ? 1 / occupancy : nil
    capacities = Self.capacities(
      configuration, question, serving: ServingModel(latency: latency))
  }

  /// Most sequences that a backend is taken to run together, as in plans.
  static let largestBatch = ServingAssumptions().maximumBatch

  /// 1, 4, 16, … and `most`.
  static func batches(upTo most: Int) -> [Int] {
    var batches: [Int] = []
    var batch = 1
    while batch < most {
      batches.append(batch)
      batch *= 4
    }
    return batches + [max(most, 1)]
  }

  /// The largest number for which a condition holds that fails for all larger ones; 0 when it holds for none.
  static func largest(upTo most: Int, where holds: (Int) -> Bool) -> Int {
    var (low, high) = (0, most)
    while low < high {
      let middle = (low + high + 1) / 2
      if holds(middle) { low = middle } else { high = middle - 1 }
    }
    return low
  }

  private static func capacities(
    _ configuration: InstanceConfiguration, _ question: PredictionQuestion, serving: ServingModel
  ) -> [Capacity] {
    let lengths = LengthDistribution(
      inputTokens: Double(question.inputTokens), outputTokens: Double(question.outputTokens))
    let admitted = [AdmittedClass(id: "these requests", lengths: lengths, ttft: question.ttft, tpot: question.tpot)]
    var capacities: [Capacity] = []
    switch serving.prefillEnvelope(configuration, admitted: admitted, servers: 1) {
    case .rejected(let reason): capacities.append(Capacity(phase: .prefill, limit: reason))
    case .serves(let envelope):
      capacities.append(
        Capacity(
          phase: .prefill, ratePerSecond: rate(envelope.loads), maximumBatch: envelope.maximumBatch,
          limit: "busy at most \(Quantity.percent(envelope.utilizationCap)) of the time"))
    }
    switch serving.decodeEnvelope(configuration, admitted: admitted) {
    case .rejected(let reason): capacities.append(Capacity(phase: .decode, limit: reason))
    case .serves(let envelope):
      capacities.append(
        Capacity(
          phase: .decode, ratePerSecond: rate(envelope.loads), maximumBatch: envelope.quantileBatch,
          limit: text(of: envelope.bindingLimit)))
    }
    switch serving.aggregatedEnvelope(configuration, admitted: admitted, servers: 1) {
    case .rejected(let reason): capacities.append(Capacity(phase: .aggregated, limit: reason))
    case .serves(let envelope):
      capacities.append(
        Capacity(
          phase: .aggregated, ratePerSecond: rate(envelope.loads), maximumBatch: envelope.maximumBatch,
          limit: "prompts in chunks of \(Quantity.count(envelope.chunkTokens)) tokens"))
    }
    return capacities
  }

  private static func rate(_ loads: [Double]) -> Double? {
    guard let load = loads.first, load > 0 else { return nil }
    return 1 / load
  }

  private static func text(of limit: DecodeEnvelope.Limit) -> String {
    switch limit {
    case .tpot: "the TPOT objective"
    case .memory: "memory for the KV cache"
    case .batch: "the largest batch of \(Quantity.count(largestBatch))"
    }
  }
}
