/// Reads the lines of a trace from parts of its text.
struct TraceScanner {
  private(set) var nanoseconds: [Int64] = []
  private(set) var inputTokens: [Int32] = []
  private(set) var outputTokens: [Int32] = []
  private(set) var emptyLengths = 0
  private(set) var faults: [String] = []

  private let rows: ClosedRange<Int>
  private var columns: Columns?
  /// The beginning of a line that the last part cut off.
  private var rest: [UInt8] = []
  private var line = 0
  private var row = 0
  private var isOver = false

  private static let faultLimit = 20
  private static let lineLimit = 1 << 16

  /// Positions of the three columns.
  private struct Columns {
    var time: Int
    var input: Int
    var output: Int
    var last: Int
  }

  init(rows: ClosedRange<Int>) {
    self.rows = rows
  }

  /// Reads the lines that end in `part`; the rest waits for the next one.
  mutating func scan(_ part: UnsafeBufferPointer<UInt8>) {
    var start = 0
    while !isOver, let end = part[start...].firstIndex(of: 0x0A) {
      if rest.isEmpty {
        read(UnsafeBufferPointer(rebasing: part[start..<end]))
      } else {
        let whole = rest + part[start..<end]
        rest.removeAll(keepingCapacity: true)
        whole.withUnsafeBufferPointer { read($0) }
      }
      start = end + 1
    }
    if isOver { return }
    if rest.count + part.count - start > Self.lineLimit {
      fault("the line is longer than \(Self.lineLimit) bytes", on: line + 1)
      isOver = true
      return
    }
    rest += part[start...]
  }

  /// Reads a last line without a line feed and reports what is missing.
  mutating func finish() {
    if !isOver, !rest.isEmpty {
      let whole = rest
      whole.withUnsafeBufferPointer { read($0) }
    }
    if line == 0 {
      faults.append("the file is empty")
    } else if faults.isEmpty, nanoseconds.isEmpty {
      faults.append(row == 0 ? "there are no rows" : "there are only \(row) rows")
    }
  }

  private mutating func read(_ text: UnsafeBufferPointer<UInt8>) {
    line += 1
    var text = text
    if text.last == 0x0D { text = UnsafeBufferPointer(rebasing: text.dropLast()) }
    guard let columns else { return readHeader(text) }
    if text.isEmpty { return }
    row += 1
    if row < rows.lowerBound { return }
    if row > rows.upperBound {
      isOver = true
      return
    }
    readRow(text, columns)
  }

  private mutating func readHeader(_ text: UnsafeBufferPointer<UInt8>) {
    let names = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { name in
      String(decoding: name, as: UTF8.self).lowercased()
    }
    let wanted = ["TIMESTAMP", "ContextTokens", "GeneratedTokens"]
    let found = wanted.map { names.firstIndex(of: $0.lowercased()) }
    if let time = found[0], let input = found[1], let output = found[2] {
      columns = Columns(time: time, input: input, output: output, last: max(time, input, output))
    } else {
      let missing = zip(wanted, found).filter { $0.1 == nil }.map(\.0).joined(separator: ", ")
      fault("expected a header with the columns \(wanted.joined(separator: ", ")); missing: \(missing)")
      isOver = true
    }
  }

  private mutating func readRow(_ text: UnsafeBufferPointer<UInt8>, _ columns: Columns) {
    var time: Int64?
    var input: Int32?
    var output: Int32?
    var start = 0
    var column = 0
    while column <= columns.last, start <= text.count {
      var end = start
      while end < text.count, text[end] != UInt8(ascii: ",") { end += 1 }
      let field = UnsafeBufferPointer(rebasing: text[start..<end])
      if column == columns.time {
        time = traceNanoseconds(field)
        if time == nil { wrong(field, "a timestamp such as 2023-11-16 18:15:46.6805900, or seconds") }
      } else if column == columns.input || column == columns.output {
        let tokens = tokenCount(field)
        if tokens == nil { wrong(field, "a whole number of tokens up to 100000000") }
        if column == columns.input { input = tokens } else { output = tokens }
      }
      column += 1
      start = end + 1
    }
    if column <= columns.last {
      fault("expected at least \(columns.last + 1) columns, found \(column)")
    }
    guard let time, let input, let output else { return }
    if let last = nanoseconds.last, time < last {
      fault("the timestamp is earlier than that of the row before; sort the file by TIMESTAMP")
      return
    }
    if input == 0 { emptyLengths += 1 }
    if output == 0 { emptyLengths += 1 }
    nanoseconds.append(time)
    inputTokens.append(max(input, 1))
    outputTokens.append(max(output, 1))
  }

  private mutating func wrong(_ field: UnsafeBufferPointer<UInt8>, _ expected: String) {
    let shown = String(decoding: field.prefix(40), as: UTF8.self).unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control ? "?" : String(scalar)
    }
    fault("expected \(expected), found \"\(shown.joined())\"")
  }

  private mutating func fault(_ message: String, on place: Int? = nil) {
    faults.append("line \(place ?? line): \(message)")
    if faults.count >= Self.faultLimit { isOver = true }
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
