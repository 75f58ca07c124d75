import FleetJSON

/// One CSV row for each request, written while the simulation runs; the columns are in docs/simulation-format.md.
///
/// The file appears when the log is closed. Write to one copy of the value only.
public struct RequestLog: Sendable {
  private var file: StreamedFile
  private var row: [UInt8] = []

  /// Names of the columns, in order.
  public static let columns = [
    "class", "outcome", "counted", "arrival_s", "prefill_start_s", "prefill_end_s", "first_token_s", "transfer_ms",
    "decode_start_s", "last_token_s", "input_tokens", "output_tokens", "cached_tokens", "prefill_group",
    "prefill_instance", "decode_group", "decode_instance", "preemptions", "ttft_ms", "tpot_ms", "end_to_end_ms",
  ]

  /// How a request ended.
  enum Outcome: String {
    case finished, rejected, failed
  }

  /// - Throws: When the file cannot be made.
  public init(path: String) throws(FileFailure) {
    file = try StreamedFile(path: path)
    file.write(Self.columns.joined(separator: ",") + "\n")
  }

  /// Puts the file in place.
  public mutating func close() throws(FileFailure) {
    try file.close()
  }

  /// - Parameter counted: Whether the request arrived in the window of the statistics.
  mutating func append(
    _ request: FinishedRequest, classID: String, prefillGroupID: String, decodeGroupID: String, counted: Bool
  ) {
    start(classID, .finished, counted: counted, arrivalSeconds: request.arrivalSeconds)
    for seconds in [request.prefillStartSeconds, request.prefillEndSeconds, request.firstTokenSeconds] {
      field(decimal: seconds)
    }
    field(decimal: request.transferSeconds * 1000)
    field(decimal: request.decodeStartSeconds)
    field(decimal: request.lastTokenSeconds)
    field(integer: Int(request.inputTokens))
    field(integer: Int(request.outputTokens))
    field(integer: Int(request.cachedTokens))
    field(text: prefillGroupID)
    field(integer: request.prefillInstance)
    field(text: decodeGroupID)
    field(integer: request.decodeInstance)
    field(integer: request.preemptions)
    field(decimal: request.ttftSeconds * 1000)
    if let tpot = request.tpotSeconds { field(decimal: tpot * 1000) } else { field(text: "") }
    field(decimal: request.endToEndSeconds * 1000)
    end()
  }

  /// A request without an answer: all further fields are empty.
  mutating func append(_ outcome: Outcome, classID: String, arrivalSeconds: Double, counted: Bool) {
    start(classID, outcome, counted: counted, arrivalSeconds: arrivalSeconds)
    for _ in 4..<Self.columns.count { field(text: "") }
    end()
  }

  private mutating func start(_ classID: String, _ outcome: Outcome, counted: Bool, arrivalSeconds: Double) {
    row.removeAll(keepingCapacity: true)
    append(quoted: classID)
    field(text: outcome.rawValue)
    field(integer: counted ? 1 : 0)
    field(decimal: arrivalSeconds)
  }

  private mutating func end() {
    row.append(0x0A)
    file.write(row)
  }

  private mutating func field(text: String) {
    row.append(UInt8(ascii: ","))
    append(quoted: text)
  }

  private mutating func field(integer: Int) {
    row.append(UInt8(ascii: ","))
    row.append(contentsOf: String(integer).utf8)
  }

  private mutating func field(decimal value: Double) {
    row.append(UInt8(ascii: ","))
    appendDecimal(value, to: &row)
  }

  private mutating func append(quoted text: String) {
    let needsQuotes = text.utf8.contains { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
    let shown =
      needsQuotes
      ? "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"" : text
    row.append(contentsOf: shown.utf8)
  }
}

/// `value` with six decimals, rounded to the nearest, trailing zeros dropped; values beyond ±9e12 in their shortest form.
func appendDecimal(_ value: Double, to text: inout [UInt8]) {
  guard abs(value) < 9e12 else {
    text.append(contentsOf: value.description.utf8)
    return
  }
  let millionths = Int64((value * 1e6).rounded())
  if millionths < 0 { text.append(UInt8(ascii: "-")) }
  let magnitude = millionths.magnitude
  text.append(contentsOf: String(magnitude / 1_000_000).utf8)
  var fraction = magnitude % 1_000_000
  if fraction == 0 { return }
  text.append(UInt8(ascii: "."))
  var unit: UInt64 = 100_000
  while fraction > 0 {
    text.append(UInt8(ascii: "0") + UInt8(fraction / unit))
    fraction %= unit
    unit /= 10
  }
}
