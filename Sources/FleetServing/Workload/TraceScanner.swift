/// Reads the lines of a trace from parts of its text.
struct TraceScanner {
  private(set) var nanoseconds: [Int64] = []
  private(set) var inputTokens: [Int32] = []
  private(set) var outputTokens: [Int32] = []
  private(set) var emptyLengths = 0
  private(set) var faults: [String] = []

  private let rows: ClosedRange<Int>
  private var reader: TraceRowReader?
  /// The beginning of a line that the last part cut off.
  private var rest: [UInt8] = []
  private var line = 0
  private var row = 0
  private var isOver = false

  private static let faultLimit = 20
  private static let lineLimit = 1 << 16

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
    guard let reader else { return readHeader(text) }
    if text.isEmpty { return }
    row += 1
    if row < rows.lowerBound { return }
    if row > rows.upperBound {
      isOver = true
      return
    }
    readRow(text, reader)
  }

  private mutating func readHeader(_ text: UnsafeBufferPointer<UInt8>) {
    do throws(TraceFaults) {
      reader = try TraceRowReader(header: text)
    } catch {
      for message in error.messages { fault(message) }
      isOver = true
    }
  }

  private mutating func readRow(_ text: UnsafeBufferPointer<UInt8>, _ reader: TraceRowReader) {
    var messages: [String] = []
    let row = reader.read(text, faults: &messages)
    for message in messages { fault(message) }
    guard let row else { return }
    if let last = nanoseconds.last, row.nanoseconds < last {
      fault("the timestamp is earlier than that of the row before; sort the file by TIMESTAMP")
      return
    }
    if row.inputTokens == 0 { emptyLengths += 1 }
    if row.outputTokens == 0 { emptyLengths += 1 }
    nanoseconds.append(row.nanoseconds)
    inputTokens.append(max(row.inputTokens, 1))
    outputTokens.append(max(row.outputTokens, 1))
  }

  private mutating func fault(_ message: String, on place: Int? = nil) {
    faults.append("line \(place ?? line): \(message)")
    if faults.count >= Self.faultLimit { isOver = true }
  }
}
