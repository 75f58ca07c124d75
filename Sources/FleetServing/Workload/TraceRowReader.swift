/// One row of a trace.
package struct TraceRow: Sendable {
  /// Time of arrival [ns], from an origin of the file's own.
  package var nanoseconds: Int64
  package var inputTokens: Int32
  package var outputTokens: Int32

  package init(nanoseconds: Int64, inputTokens: Int32, outputTokens: Int32) {
    self.nanoseconds = nanoseconds
    self.inputTokens = inputTokens
    self.outputTokens = outputTokens
  }
}

/// Reads the rows of a trace in CSV: finds the columns `TIMESTAMP`, `ContextTokens` and `GeneratedTokens` in the header, and
/// their values in each row.
package struct TraceRowReader: Sendable {
  private var time: Int
  private var input: Int
  private var output: Int
  private var last: Int

  /// - Parameter header: First line, without its line end.
  /// - Throws: Which columns are missing.
  package init(header: UnsafeBufferPointer<UInt8>) throws(TraceFaults) {
    let names = header.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { name in
      String(decoding: name, as: UTF8.self).lowercased()
    }
    let wanted = ["TIMESTAMP", "ContextTokens", "GeneratedTokens"]
    let found = wanted.map { names.firstIndex(of: $0.lowercased()) }
    guard let time = found[0], let input = found[1], let output = found[2] else {
      let missing = zip(wanted, found).filter { $0.1 == nil }.map(\.0).joined(separator: ", ")
      throw TraceFaults(
        messages: ["expected a header with the columns \(wanted.joined(separator: ", ")); missing: \(missing)"])
    }
    self.time = time
    self.input = input
    self.output = output
    last = max(time, input, output)
  }

  /// The values of one row, lengths of 0 as they stand; `nil` after at least one fault.
  /// - Parameter faults: Gets every fault of the row, without its line.
  package func read(_ text: UnsafeBufferPointer<UInt8>, faults: inout [String]) -> TraceRow? {
    var nanoseconds: Int64?
    var inputTokens: Int32?
    var outputTokens: Int32?
    var start = 0
    var column = 0
    while column <= last, start <= text.count {
      var end = start
      while end < text.count, text[end] != UInt8(ascii: ",") { end += 1 }
      let field = UnsafeBufferPointer(rebasing: text[start..<end])
      if column == time {
        nanoseconds = traceNanoseconds(field)
        if nanoseconds == nil {
          faults.append(Self.wrong(field, "a timestamp such as 2023-11-16 18:15:46.6805900, or seconds"))
        }
      } else if column == input || column == output {
        let tokens = tokenCount(field)
        if tokens == nil { faults.append(Self.wrong(field, "a whole number of tokens up to 100000000")) }
        if column == input { inputTokens = tokens } else { outputTokens = tokens }
      }
      column += 1
      start = end + 1
    }
    if column <= last { faults.append("expected at least \(last + 1) columns, found \(column)") }
    guard let nanoseconds, let inputTokens, let outputTokens else { return nil }
    return TraceRow(nanoseconds: nanoseconds, inputTokens: inputTokens, outputTokens: outputTokens)
  }

  private static func wrong(_ field: UnsafeBufferPointer<UInt8>, _ expected: String) -> String {
    let shown = String(decoding: field.prefix(40), as: UTF8.self).unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control ? "?" : String(scalar)
    }
    return "expected \(expected), found \"\(shown.joined())\""
  }
}

/// 0 to 100,000,000, in digits.
private func tokenCount(_ field: UnsafeBufferPointer<UInt8>) -> Int32? {
  if field.isEmpty || field.count > 9 { return nil }
  var value: Int32 = 0
  for byte in field {
    guard byte >= 0x30, byte <= 0x39 else { return nil }
    value = value * 10 + Int32(byte - 0x30)
  }
  return value <= 100_000_000 ? value : nil
}
