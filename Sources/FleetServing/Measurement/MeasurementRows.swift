import FleetJSON

/// The state of reading one table.
struct MeasurementRows {
  let table: CSVTable
  let context: MeasurementContext
  let faults: FaultCollector
  let positions: [String: Int]

  init(_ table: CSVTable, context: MeasurementContext, faults: FaultCollector) {
    self.table = table
    self.context = context
    self.faults = faults
    positions = Dictionary(table.columns.enumerated().map { ($1, $0) }) { first, _ in first }
  }

  // MARK: Columns

  func checkColumns() {
    let known = MeasurementTable.columns
    for (index, name) in table.columns.enumerated()
    where !known.contains(name) && !MeasurementTable.isPredicted(name) && !MeasurementTable.isCarried(name) {
      let unused = known.filter { positions[$0] == nil }
      let near = nearest(name, among: unused) ?? nearest(name, among: known)
      let hint =
        Self.notes[name.lowercased()].map { "write \($0)" } ?? near.map { "did you mean \(shown($0))?" }
        ?? "columns of your own are named id, …_id or x_…; known columns: \(known.joined(separator: ", "))"
      faults.add(table.fault(column: index, "unknown column \(shown(name))", hint: hint))
    }
    let needed: [(name: String, isKnown: Bool)] = [
      ("system", context.system != nil), ("backend", context.backend != nil), ("model", context.model != nil),
      ("weights", context.weights != nil), ("isl", context.inputTokens != nil), ("osl", context.outputTokens != nil),
      ("conc", context.concurrency != nil),
    ]
    for column in needed where positions[column.name] == nil && !column.isKnown { missing(column.name) }
    if positions["n_gpu"] == nil, positions["tp"] == nil, context.devices == nil, context.tensor == nil {
      missing("n_gpu")
    }
  }

  private func missing(_ column: String) {
    faults.add(Fault(path: "header", line: 1, message: "missing column \(shown(column))"))
  }

  /// What is often written instead of a column.
  private static let notes = [
    "ttft": "ttft_ms, in milliseconds", "ttft_s": "ttft_ms, in milliseconds", "tpot": "tpot_ms, in milliseconds",
    "tpot_s": "tpot_ms, in milliseconds", "itl": "tpot_ms, in milliseconds", "itl_ms": "tpot_ms",
    "concurrency": "conc", "max_concurrency": "conc", "batch": "conc", "input_tokens": "isl", "output_tokens": "osl",
    "accelerator": "system", "gpu": "system", "hardware": "system", "precision": "weights", "quantization": "weights",
    "engine": "backend", "framework": "backend", "gpus": "n_gpu", "devices": "n_gpu", "num_gpus": "n_gpu",
    "license": "licence",
  ]

  // MARK: Rows

  func measurement(_ row: Int) -> Measurement? {
    let published = published(row)
    let kind = kind(row, published)
    let system = text(row, "system", context.system)
    let backend = text(row, "backend", context.backend)
    let model = text(row, "model", context.model)
    let weights = text(row, "weights", context.weights)
    let input = needed(row, "isl", MeasurementLimits.tokens, "tokens", context.inputTokens)
    let outputRange = kind == .step ? MeasurementLimits.stepOutputTokens : MeasurementLimits.tokens
    let output = needed(row, "osl", outputRange, "tokens", context.outputTokens)
    let ratio = number(row, "len_ratio", MeasurementLimits.lengthRatio)
    // Of published rates of prompts nobody says how many were processed together.
    let concurrency = needed(
      row, "conc", MeasurementLimits.concurrency, "requests",
      context.concurrency ?? (published?.phase == .prefill ? 1 : nil))
    let data = ranks(row, "dp") ?? context.data ?? 1
    let expert = ranks(row, "ep") ?? context.expert ?? 1
    var tensor = degree(row, "tp") ?? context.tensor
    var devices = degree(row, "n_gpu") ?? context.devices
    let prefill = workers(row, "p")
    let decode = workers(row, "d")
    let ttft = latency(row, "ttft_ms", MeasurementLimits.ttftMilliseconds)
    let tpot = latency(row, "tpot_ms", MeasurementLimits.tpotMilliseconds)
    let harness = harness(row)
    if kind == .disaggregated { tensor = tensor ?? 1 }
    if devices == nil, kind != .disaggregated { devices = tensor.map { $0 * data } }
    if tensor == nil { tensor = devices.flatMap { $0 % data == 0 ? $0 / data : nil } }
    if devices == nil || tensor == nil { recordNoDevices(row) }
    guard let kind, let system, let backend, let model, let weights, let input, let output, let concurrency, let tensor,
      let devices
    else { return nil }
    return Measurement(
      kind: kind, system: system, backend: backend, model: model, weights: weights,
      speculation: optionalText(row, "spec") ?? "none", inputTokens: input, outputTokens: output,
      lengthRatio: ratio ?? 1, concurrency: concurrency, devices: devices, tensor: tensor, data: data, expert: expert,
      prefill: prefill, decode: decode, ttftSeconds: ttft, tpotSeconds: tpot, flags: flags(row),
      dataset: optionalText(row, "dataset") ?? "", harness: harness, published: published,
      origin: Measurement.Origin(file: table.source, line: table.line(ofRow: row)))
  }

  /// Without devices a row means nothing; where the column is missing altogether its one fault says so.
  private func recordNoDevices(_ row: Int) {
    guard let column = positions["n_gpu"] ?? positions["tp"], table.isEmpty(row: row, column: column) else { return }
    faults.add(
      table.fault(row: row, column: column, "expected the devices of the deployment in n_gpu or tp, found nothing"))
  }

  private func kind(_ row: Int, _ published: PublishedThroughput?) -> Measurement.Kind? {
    guard let name = optionalText(row, "kind") else { return published?.phase.kind ?? context.kind ?? .aggregated }
    if let kind = Measurement.Kind(rawValue: name) {
      if let phase = published?.phase, (kind == .step) != (phase.kind == .step) {
        fault(row, "kind", "\(shown(name)) is no kind of the phase \(shown(phase.rawValue))")
      }
      return kind
    }
    let kinds = Measurement.Kind.allCases.map(\.rawValue)
    fault(
      row, "kind", "expected \(kinds.joined(separator: ", ")), found \(shown(name))",
      hint: nearest(name, among: kinds).map { "did you mean \(shown($0))?" })
    return nil
  }

  private func workers(_ row: Int, _ phase: String) -> Measurement.Workers? {
    let count = degree(row, "\(phase)_n", MeasurementLimits.devicesOrNone)
    let devices = degree(row, "\(phase)_gpu", MeasurementLimits.devicesOrNone)
    let data = ranks(row, "\(phase)_dp")
    let expert = ranks(row, "\(phase)_ep")
    guard let count, let devices else { return nil }
    return Measurement.Workers(count: count, devices: devices, data: data ?? 1, expert: expert ?? 1)
  }

  private func flags(_ row: Int) -> [String] {
    guard let text = optionalText(row, "flags") else { return [] }
    return text.split { ";|, ".contains($0) }.map(String.init)
  }
}
