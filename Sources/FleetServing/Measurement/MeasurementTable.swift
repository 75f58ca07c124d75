import FleetJSON

/// Measurements in one CSV table: a row each, columns in any order.
///
/// Columns, with the units that their names state:
///
/// | column | |
/// |---|---|
/// | `kind` | `step`, `agg_serving` (when the column is missing) or `disagg_serving` |
/// | `system`, `backend`, `model`, `weights` | accelerator, serving backend, language model, precision of the weights |
/// | `spec` | speculative decoding: `none` or what was used |
/// | `isl`, `osl` | stated lengths of prompt and answer [tokens] |
/// | `len_ratio` | lengths are uniform on this share of the stated ones to the stated ones; 1 when missing |
/// | `conc` | requests in the system; the batch of a `step` |
/// | `n_gpu`, `tp`, `dp`, `ep` | devices and parallel degrees; of `n_gpu` and `tp` one may be missing |
/// | `p_n`, `p_gpu`, `p_dp`, `p_ep`, `d_n`, … | workers of each phase, their devices and degrees |
/// | `ttft_ms`, `tpot_ms` | what was measured, where it was |
/// | `dataset`, `flags` | collection and remarks |
///
/// `licence`, `vendor`, `backend_version`, `date`, `stat` and `n_rep` are known and not used; columns that predictions add
/// (`predicted_…`, `status`) are passed over.
public struct MeasurementTable: Sendable {
  public let table: CSVTable
  /// One measurement for each row of the table.
  public let measurements: [Measurement]

  /// The columns in the order in which they are usually written.
  public static let columns =
    [
      "dataset", "licence", "kind", "system", "vendor", "backend", "backend_version", "date", "model", "weights",
      "spec",
    ]
    + ["isl", "osl", "len_ratio", "conc", "n_gpu", "tp", "dp", "ep"]
    + ["p_n", "p_gpu", "p_dp", "p_ep", "d_n", "d_gpu", "d_dp", "d_ep", "ttft_ms", "tpot_ms", "stat", "n_rep", "flags"]

  /// Whether a column holds what a prediction adds.
  public static func isPredicted(_ column: String) -> Bool { column == "status" || column.hasPrefix("predicted_") }

  /// Reads all rows.
  /// - Parameter context: Fills fields that are empty and columns that are missing.
  /// - Throws: Every fault: unknown and missing columns, values that are no numbers, out of range or in another unit.
  public init(_ table: CSVTable, context: MeasurementContext = MeasurementContext()) throws(Faults) {
    let faults = FaultCollector(source: table.source)
    let reading = MeasurementRows(table, context: context, faults: faults)
    reading.checkColumns()
    var measurements: [Measurement] = []
    measurements.reserveCapacity(table.rowCount)
    for row in 0..<table.rowCount {
      if let measurement = reading.measurement(row) { measurements.append(measurement) }
    }
    try faults.throwIfAny()
    self.table = table
    self.measurements = measurements
  }
}

/// The state of reading one table.
private struct MeasurementRows {
  let table: CSVTable
  let context: MeasurementContext
  let faults: FaultCollector
  private let positions: [String: Int]

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
    where !known.contains(name) && !MeasurementTable.isPredicted(name) {
      let unused = known.filter { positions[$0] == nil }
      let near = nearest(name, among: unused) ?? nearest(name, among: known)
      let hint =
        Self.notes[name.lowercased()].map { "write \($0)" } ?? near.map { "did you mean \(shown($0))?" }
        ?? "known columns: \(known.joined(separator: ", "))"
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
    let kind = kind(row)
    let system = text(row, "system", context.system)
    let backend = text(row, "backend", context.backend)
    let model = text(row, "model", context.model)
    let weights = text(row, "weights", context.weights)
    let input = needed(row, "isl", MeasurementLimits.tokens, "tokens", context.inputTokens)
    let outputRange = kind == .step ? MeasurementLimits.stepOutputTokens : MeasurementLimits.tokens
    let output = needed(row, "osl", outputRange, "tokens", context.outputTokens)
    let ratio = number(row, "len_ratio", MeasurementLimits.lengthRatio)
    let concurrency = needed(row, "conc", MeasurementLimits.concurrency, "requests", context.concurrency)
    let data = ranks(row, "dp") ?? context.data ?? 1
    let expert = ranks(row, "ep") ?? context.expert ?? 1
    var tensor = degree(row, "tp") ?? context.tensor
    var devices = degree(row, "n_gpu") ?? context.devices
    let prefill = workers(row, "p")
    let decode = workers(row, "d")
    let ttft = latency(row, "ttft_ms", MeasurementLimits.ttftMilliseconds)
    let tpot = latency(row, "tpot_ms", MeasurementLimits.tpotMilliseconds)
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
      dataset: optionalText(row, "dataset") ?? "",
      origin: Measurement.Origin(file: table.source, line: table.line(ofRow: row)))
  }

  /// Without devices a row means nothing; where the column is missing altogether its one fault says so.
  private func recordNoDevices(_ row: Int) {
    guard let column = positions["n_gpu"] ?? positions["tp"], table.isEmpty(row: row, column: column) else { return }
    faults.add(
      table.fault(row: row, column: column, "expected the devices of the deployment in n_gpu or tp, found nothing"))
  }

  private func kind(_ row: Int) -> Measurement.Kind? {
    guard let name = optionalText(row, "kind") else { return context.kind ?? .aggregated }
    if let kind = Measurement.Kind(rawValue: name) { return kind }
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

  // MARK: Fields

  /// The text of a field; `nil` when it is empty or there is no such column.
  private func optionalText(_ row: Int, _ column: String) -> String? {
    guard let position = positions[column] else { return nil }
    let text = table.text(row: row, column: position).trimmed
    return text.isEmpty ? nil : text
  }

  private func text(_ row: Int, _ column: String, _ otherwise: String?) -> String? {
    if let text = optionalText(row, column) ?? otherwise { return text }
    fault(row, column, "expected a name, found nothing")
    return nil
  }

  /// A field with a number; `nil` when it is empty, and with a fault when it is no such number.
  private func number(
    _ row: Int, _ column: String, _ range: NumberRange, _ unit: String? = nil, hint: (Double) -> String? = { _ in nil }
  ) -> Double? {
    guard let text = optionalText(row, column) else { return nil }
    let number = plainNumber(text)
    if let number, range.contains(number) { return number }
    let what = "a number" + (unit.map { " of \($0)" } ?? "")
    fault(row, column, "expected \(what) \(range), found \(shown(text))", hint: number.flatMap(hint))
    return nil
  }

  private func needed(
    _ row: Int, _ column: String, _ range: NumberRange, _ unit: String, _ otherwise: Double?
  ) -> Double? {
    if optionalText(row, column) != nil { return number(row, column, range, unit) }
    if otherwise == nil { fault(row, column, "expected a number of \(unit) \(range), found nothing") }
    return otherwise
  }

  private func latency(_ row: Int, _ column: String, _ range: NumberRange) -> Double? {
    number(row, column, range, "ms") { MeasurementLimits.unitHint(milliseconds: $0, in: range) }.map { $0 / 1000 }
  }

  /// A whole number of devices, also written `4.0`.
  private func degree(_ row: Int, _ column: String, _ range: NumberRange = MeasurementLimits.devices) -> Int? {
    guard let text = optionalText(row, column) else { return nil }
    if let number = plainNumber(text), range.contains(number), let whole = Int(exactly: number) { return whole }
    fault(row, column, "expected a whole number \(range), found \(shown(text))")
    return nil
  }

  /// A degree of data or expert parallelism; 0 and 1 both say that there is none.
  private func ranks(_ row: Int, _ column: String) -> Int? {
    degree(row, column, MeasurementLimits.devicesOrNone).map { max($0, 1) }
  }

  private func fault(_ row: Int, _ column: String, _ message: String, hint: String? = nil) {
    guard let position = positions[column] else { return }
    faults.add(table.fault(row: row, column: position, message, hint: hint))
  }
}

/// A number in decimal digits, with fraction and exponent; not `nan`, `inf`, `0x10` or `1,024`.
func plainNumber(_ text: String) -> Double? {
  let isPlain = text.utf8.allSatisfy { byte in
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.eE".utf8.contains(byte)
  }
  guard isPlain, let number = Double(text), number.isFinite else { return nil }
  return number
}
