import FleetJSON

/// Fields of a row, each with its fault.
extension MeasurementRows {
  /// The text of a field; `nil` when it is empty or there is no such column.
  func optionalText(_ row: Int, _ column: String) -> String? {
    guard let position = positions[column] else { return nil }
    let text = table.text(row: row, column: position).trimmed
    return text.isEmpty ? nil : text
  }

  func text(_ row: Int, _ column: String, _ otherwise: String?) -> String? {
    if let text = optionalText(row, column) ?? otherwise { return text }
    fault(row, column, "expected a name, found nothing")
    return nil
  }

  /// A field with a number; `nil` when it is empty, and with a fault when it is no such number.
  func number(
    _ row: Int, _ column: String, _ range: NumberRange, _ unit: String? = nil, hint: (Double) -> String? = { _ in nil }
  ) -> Double? {
    guard let text = optionalText(row, column) else { return nil }
    let number = plainNumber(text)
    if let number, range.contains(number) { return number }
    let what = "a number" + (unit.map { " of \($0)" } ?? "")
    fault(row, column, "expected \(what) \(range), found \(shown(text))", hint: number.flatMap(hint))
    return nil
  }

  func needed(
    _ row: Int, _ column: String, _ range: NumberRange, _ unit: String, _ otherwise: Double?
  ) -> Double? {
    if optionalText(row, column) != nil { return number(row, column, range, unit) }
    if otherwise == nil { fault(row, column, "expected a number of \(unit) \(range), found nothing") }
    return otherwise
  }

  func latency(_ row: Int, _ column: String, _ range: NumberRange) -> Double? {
    number(row, column, range, "ms") { MeasurementLimits.unitHint(milliseconds: $0, in: range) }.map { $0 / 1000 }
  }

  /// A whole number of devices, also written `4.0`.
  func degree(_ row: Int, _ column: String, _ range: NumberRange = MeasurementLimits.devices) -> Int? {
    guard let text = optionalText(row, column) else { return nil }
    if let number = plainNumber(text), range.contains(number), let whole = Int(exactly: number) { return whole }
    fault(row, column, "expected a whole number \(range), found \(shown(text))")
    return nil
  }

  /// A degree of data or expert parallelism; 0 and 1 both say that there is none.
  func ranks(_ row: Int, _ column: String) -> Int? {
    degree(row, column, MeasurementLimits.devicesOrNone).map { max($0, 1) }
  }

  func fault(_ row: Int, _ column: String, _ message: String, hint: String? = nil) {
    guard let position = positions[column] else { return }
    faults.add(table.fault(row: row, column: position, message, hint: hint))
  }
}

/// What a row says of how it was measured, and of published rates.
extension MeasurementRows {
  func harness(_ row: Int) -> MeasurementHarness {
    MeasurementHarness(
      monthsSince2024: date(row), backendVersion: optionalText(row, "backend_version"),
      waves: number(row, "waves", MeasurementLimits.waves),
      streamInterval: number(row, "stream_interval", MeasurementLimits.steps, "steps"),
      receiveInterval: number(row, "receive_interval", MeasurementLimits.steps, "steps"),
      chunkTokens: number(row, "chunk_tokens", MeasurementLimits.tokens, "tokens"), prefixCache: prefixCache(row))
  }

  private func date(_ row: Int) -> Double? {
    guard let text = optionalText(row, "date") else { return nil }
    if let months = MeasurementHarness.monthsSince2024(text) { return months }
    fault(row, "date", "expected a date yyyy-mm or yyyy-mm-dd from 2000 to 2099, found \(shown(text))")
    return nil
  }

  private func prefixCache(_ row: Int) -> MeasurementHarness.PrefixCache? {
    guard let text = optionalText(row, "prefix_cache") else { return nil }
    if let cache = MeasurementHarness.PrefixCache(spelling: text) { return cache }
    let hint = text.hasSuffix("%") ? "write a share from 0 to 1" : nil
    fault(
      row, "prefix_cache", "expected off, on or the share of hits from 0 to 1, found \(shown(text))", hint: hint)
    return nil
  }

  /// A row with a rate and no phase is a whole instance.
  func published(_ row: Int) -> PublishedThroughput? {
    let rate = number(row, "published_tok_s", MeasurementLimits.tokensPerSecond, "tokens/s")
    let phase: PublishedThroughput.Phase
    switch optionalText(row, "phase") {
    case nil:
      guard rate != nil else { return nil }
      phase = .closedLoop
    case let name?:
      guard let known = PublishedThroughput.Phase(rawValue: name) else {
        let phases = PublishedThroughput.Phase.allCases.map(\.rawValue)
        fault(
          row, "phase", "expected \(phases.joined(separator: ", ")), found \(shown(name))",
          hint: nearest(name, among: phases).map { "did you mean \(shown($0))?" })
        return nil
      }
      phase = known
    }
    return PublishedThroughput(
      phase: phase, tokensPerSecond: rate, source: optionalText(row, "source") ?? "",
      note: optionalText(row, "note") ?? "")
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
