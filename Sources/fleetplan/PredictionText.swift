import FleetPlan

/// A prediction as people read it.
enum PredictionText {
  static func render(_ prediction: Prediction, style: TextStyle) -> String {
    var page = Page(style: style)
    let configuration = prediction.configuration
    let devices = "\(configuration.devices) × \(configuration.accelerator.name)"
    page.paragraph(
      "\(configuration.model.name) on \(devices), \(configuration.strategy), \(configuration.weightPrecision.rawValue) "
        + "weights, \(configuration.kvPrecision.rawValue) KV cache, \(configuration.backend)", ink: .bold)
    let evidence = prediction.evidence.text(
      family: configuration.accelerator.family, backend: configuration.backend)
    let lines = ["Constants: \(evidence)", "90 % of measurements: \(bands(of: prediction))"]
    page.block(lines.flatMap { TextStyle.wrap(style.spell($0), width: style.width) }.map { style.paint($0, .dim) })
    memory(prediction, on: &page)
    if let fault = prediction.fault {
      page.paragraph("It cannot run: \(fault)", ink: .red)
      return page.finished
    }
    steps(prediction, on: &page)
    prefill(prediction, on: &page)
    capacity(prediction, on: &page)
    return page.finished
  }

  /// How far measurements of such configurations were from predictions that had not seen them.
  private static func bands(of prediction: Prediction) -> String {
    let known = [("decode steps", prediction.tpotError), ("prompts", prediction.prefillError)].compactMap {
      name, error in error.map { "\(name) \(ErrorBand($0).text) of the prediction" }
    }
    return known.isEmpty ? "not known, for these constants carry no errors" : known.joined(separator: ", ")
  }

  // MARK: Memory

  private static func memory(_ prediction: Prediction, on page: inout Page) {
    let style = page.style
    let memory = prediction.memory
    let capacity = prediction.configuration.accelerator.memoryBytes
    let used = memory.weightBytesPerDevice + memory.overheadBytesPerDevice
    let cache = max(0, memory.usableBytesPerDevice - used)
    let bar = MemoryBar(
      capacity: capacity, weights: memory.weightBytesPerDevice, overhead: memory.overheadBytesPerDevice, cache: cache)
    let signs = style.unicode ? MemoryBar.blocks : MemoryBar.letters
    var lines = [style.paint(style.spell("Memory of one device, \(Figures.memory(capacity))"), .bold)]
    lines.append("  " + bar.text(width: min(72, style.width - 4), signs: signs))
    let parts = [
      "\(signs.weights) weights \(Figures.bytes(memory.weightBytesPerDevice))",
      "\(signs.overhead) activations and buffers \(Figures.bytes(memory.overheadBytesPerDevice))",
      "\(signs.cache) KV cache \(Figures.bytes(cache))",
      "\(signs.spare) not used \(Figures.bytes(max(0, capacity - max(used, memory.usableBytesPerDevice))))",
    ]
    lines += TextStyle.wrap(style.spell(parts.joined(separator: " · ")), width: style.width - 2).map { "  " + $0 }
    if memory.kvCapacityBytes > 0 {
      let length = prediction.question.inputTokens + prediction.question.outputTokens
      let sequences = prediction.batchInMemory.map { Figures.roughCount(Double($0)) } ?? "no limit of"
      let text =
        "KV cache of the instance: \(Figures.bytes(memory.kvCapacityBytes)) = "
        + "\(Figures.roughCount(memory.kvCapacityTokens)) tokens = \(sequences) sequences of "
        + "\(Quantity.count(length)) tokens"
      lines += TextStyle.wrap(style.spell(text), width: style.width - 2).map { "  " + $0 }
    }
    page.block(lines)
  }

  // MARK: Times

  private static let timeColumns: [ReportTable.Column] = [
    .init("total", .right), .init("GEMM", .right), .init("attention", .right), .init("communication", .right),
    .init("overhead", .right), .init("bound by", rank: 1), .init("of limit", .right),
  ]

  /// Columns of times; the band is that of the total.
  private static func timeColumns(_ error: LatencyError?) -> [ReportTable.Column] {
    error == nil ? timeColumns : [timeColumns[0], .init("90 % band", .right)] + timeColumns.dropFirst()
  }

  private static func cells(_ time: StepTime, _ error: LatencyError?, limitShare: Double) -> [ReportTable.Cell] {
    let total = time.totalSeconds
    let band = error.map { error in
      "\(Quantity.time(total * error.lowRatio))\(Quantity.space)–\(Quantity.space)\(Quantity.time(total * error.highRatio))"
    }
    return [.init(Quantity.time(total), .strong)] + (band.map { [.init($0)] } ?? []) + [
      .init(Quantity.time(time.gemmSeconds)),
      .init(Quantity.time(time.attentionSeconds)), .init(Quantity.time(time.communicationSeconds)),
      .init(Quantity.time(time.overheadSeconds)), .init(time.isMemoryBound ? "memory" : "arithmetic"),
      .init(Quantity.percent(limitShare)),
    ]
  }

  private static func steps(_ prediction: Prediction, on page: inout Page) {
    let context = prediction.question.inputTokens + prediction.question.outputTokens / 2
    var table = ReportTable(
      "Decode step at a mean context of \(Quantity.count(context)) tokens",
      columns: [.init("Batch", .right)] + timeColumns(prediction.tpotError) + [.init("tokens/s", .right)],
      note: (batchNote(prediction).map { $0 + "; " } ?? "") + limitNote)
    for step in prediction.steps {
      let rate = Double(step.batch) / step.time.totalSeconds
      table.add(
        [.init(Quantity.count(step.batch))] + cells(step.time, prediction.tpotError, limitShare: step.limitShare) + [
          .init(Figures.roughCount(rate))
        ]
      )
    }
    page.table(table)
  }

  private static let limitNote = "of limit: time at the full rates of the datasheet ÷ predicted time"

  private static func batchNote(_ prediction: Prediction) -> String? {
    var parts: [String] = []
    if let tpot = prediction.question.tpot, let batch = prediction.batchWithinTPOT {
      let limit = Quantity.time(tpot.seconds)
      parts.append(
        batch == 0
          ? "no batch keeps a step within \(limit)"
          : "a step stays within \(limit) up to a batch of \(Quantity.count(batch))")
    }
    if let most = prediction.batchInMemory, let shown = prediction.steps.map(\.batch).max(), shown > most {
      parts.append("memory holds \(Quantity.count(most)) sequences of this length")
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  private static func prefill(_ prediction: Prediction, on page: inout Page) {
    guard let time = prediction.prefill else { return }
    let handling = Quantity.time(prediction.promptHandlingSeconds)
    var table = ReportTable(
      "Prefill of one prompt",
      columns: [.init("Prompt", .right)] + timeColumns(prediction.prefillError) + [.init("prompts/s", .right)],
      note: "TTFT without a queue: \(Quantity.time(time.totalSeconds + prediction.promptHandlingSeconds)), of which "
        + "\(handling) outside the devices")
    table.add(
      [.init(Quantity.count(prediction.question.inputTokens))]
        + cells(time, prediction.prefillError, limitShare: prediction.prefillLimitShare)
        + [.init(prediction.prefillRatePerSecond.map(Quantity.rate) ?? Quantity.unknown)])
    page.table(table)
  }

  // MARK: Capacity

  private static func capacity(_ prediction: Prediction, on page: inout Page) {
    let question = prediction.question
    let objectives = [("TTFT", question.ttft), ("TPOT", question.tpot)].compactMap { name, objective in
      objective.map { "\(name) ≤ \(Quantity.time($0.seconds)) at p\(Quantity.percentile($0.percentile))" }
    }
    let within = objectives.isEmpty ? "without latency objectives" : objectives.joined(separator: ", ")
    var table = ReportTable(
      "Capacity of one instance under random arrivals, \(within)",
      columns: [
        .init("Phase"), .init("req/s", .right), .init("req/s per device", .right, rank: 1), .init("max batch", .right),
        .init("Limit", wraps: true),
      ], note: "\(Quantity.count(question.inputTokens)) tokens in, \(Quantity.count(question.outputTokens)) out")
    for capacity in prediction.capacities {
      let devices = Double(prediction.configuration.devices)
      table.add([
        .init(capacity.phase.rawValue),
        .init(capacity.ratePerSecond.map(Quantity.rate) ?? "none", capacity.ratePerSecond == nil ? .bad : .strong),
        .init(capacity.ratePerSecond.map { Quantity.rate($0 / devices) } ?? Quantity.unknown),
        .init(capacity.maximumBatch.map { Quantity.count($0) } ?? Quantity.unknown), .init(capacity.limit),
      ])
    }
    page.table(table)
  }
}

/// Device memory as a bar of characters.
struct MemoryBar {
  /// One character for each use.
  struct Signs {
    var weights, overhead, cache, spare: Character
  }

  static let blocks = Signs(weights: "█", overhead: "▓", cache: "▒", spare: "░")
  static let letters = Signs(weights: "W", overhead: "o", cache: "k", spare: ".")

  /// Bytes.
  var capacity, weights, overhead, cache: Double

  /// `width` characters; weights that do not fit end with `>`.
  func text(width: Int, signs: Signs) -> String {
    let ends = [weights, weights + overhead, weights + overhead + cache].map { bytes in
      min(width, Int((min(bytes / capacity, 1) * Double(width)).rounded()))
    }
    var text = String(repeating: signs.weights, count: ends[0])
    text += String(repeating: signs.overhead, count: ends[1] - ends[0])
    text += String(repeating: signs.cache, count: ends[2] - ends[1])
    text += String(repeating: signs.spare, count: width - ends[2])
    return weights + overhead > capacity ? text + ">" : text
  }
}
