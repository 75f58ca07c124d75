import FleetJSON

/// The records of a CSV text (RFC 4180), as ranges of its bytes.
///
/// Fields are separated by commas and records by LF or CR LF; a field in double quotes may hold commas, line feeds and doubled
/// quotes. A UTF-8 byte order mark is skipped. Quotes inside plain fields, text after a closing quote, a quote that is never
/// closed, lone carriage returns, zero bytes and invalid UTF-8 are faults.
struct CSVRecords: Sendable {
  /// One field: the bytes between its separators, quotes excluded.
  struct Field: Sendable {
    var start: Int32
    var end: Int32
    var isQuoted: Bool
    /// Whether it holds doubled quotes.
    var isEscaped: Bool
  }

  /// The whole text, byte order mark included.
  let bytes: [UInt8]
  /// The fields of all records, one record behind the other.
  private(set) var fields: [Field] = []
  /// Position in `fields` of the first field of each record, and the number of all fields at the end.
  private(set) var starts: [Int32] = [0]
  /// Line on which each record starts, from 1.
  private(set) var lines: [Int32] = []

  static let maximumBytes = 256 << 20

  /// - Parameter faults: Receives what is wrong; records that were read before stay.
  init(_ bytes: [UInt8], faults: FaultCollector) {
    self.bytes = bytes
    if bytes.count > Self.maximumBytes {
      faults.add(Fault(path: "", message: "expected at most \(Self.maximumBytes) bytes, found \(bytes.count)"))
      return
    }
    if let place = firstInvalidByte(bytes) {
      faults.add(placed(at: place, "expected UTF-8, found other bytes", hint: "save the file as UTF-8"))
      return
    }
    if let place = bytes.firstIndex(of: 0) {
      faults.add(placed(at: place, "expected text, found a zero byte", hint: "save the file as UTF-8"))
      return
    }
    bytes.withUnsafeBufferPointer { scan($0, faults) }
  }

  var count: Int { lines.count }

  /// The fields of a record.
  func fields(ofRecord record: Int) -> ArraySlice<Field> {
    fields[Int(starts[record])..<Int(starts[record + 1])]
  }

  /// Whether a record is an empty line.
  func isBlank(_ record: Int) -> Bool {
    let own = fields(ofRecord: record)
    guard own.count == 1, let field = own.first else { return own.isEmpty }
    return field.start == field.end && !field.isQuoted
  }

  /// The content of a field, doubled quotes undone.
  func text(of field: Field) -> String {
    let content = bytes[Int(field.start)..<Int(field.end)]
    if !field.isEscaped { return String(decoding: content, as: UTF8.self) }
    var plain: [UInt8] = []
    plain.reserveCapacity(content.count)
    var wasQuote = false
    for byte in content {
      let isQuote = byte == UInt8(ascii: "\"")
      if isQuote, wasQuote {
        wasQuote = false
        continue
      }
      plain.append(byte)
      wasQuote = isQuote
    }
    return String(decoding: plain, as: UTF8.self)
  }

  /// The bytes of a field as they stand in the text, quotes included.
  func raw(_ field: Field) -> ArraySlice<UInt8> {
    field.isQuoted ? bytes[Int(field.start) - 1..<Int(field.end) + 1] : bytes[Int(field.start)..<Int(field.end)]
  }

  /// A fault at a byte of the text, with its line and column.
  func placed(at position: Int, path: String = "", _ message: String, hint: String? = nil) -> Fault {
    var line = 1
    var lineStart = bytes.starts(with: byteOrderMark) ? byteOrderMark.count : 0
    for index in 0..<min(position, bytes.count) where bytes[index] == UInt8(ascii: "\n") {
      line += 1
      lineStart = index + 1
    }
    return Fault(
      path: path, line: line, column: scalars(from: lineStart, to: position) + 1, message: message, hint: hint)
  }

  /// A fault at a field of a record.
  func placed(_ field: Field, ofRecord record: Int, path: String, _ message: String, hint: String?) -> Fault {
    let position = Int(field.start) - (field.isQuoted ? 1 : 0)
    let own = fields(ofRecord: record)
    let recordStart = own.first.map { Int($0.start) - ($0.isQuoted ? 1 : 0) } ?? position
    var line = Int(lines[record])
    var lineStart = recordStart
    for index in recordStart..<position where bytes[index] == UInt8(ascii: "\n") {
      line += 1
      lineStart = index + 1
    }
    return Fault(
      path: path, line: line, column: scalars(from: lineStart, to: position) + 1, message: message, hint: hint)
  }

  /// Unicode scalars in a range of bytes: all bytes but the continuing ones.
  private func scalars(from start: Int, to end: Int) -> Int {
    guard start < end else { return 0 }
    return bytes[start..<min(end, bytes.count)].reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
  }

  private mutating func scan(_ text: UnsafeBufferPointer<UInt8>, _ faults: FaultCollector) {
    var position = text.starts(with: byteOrderMark) ? byteOrderMark.count : 0
    var line: Int32 = 1
    while position < text.count, faults.faults.count < faults.limit {
      lines.append(line)
      repeat {
        if position < text.count, text[position] == quote {
          guard let end = scanQuoted(text, from: position, line: &line, faults) else {
            starts.append(Int32(fields.count))
            return
          }
          position = end
        } else {
          position = scanPlain(text, from: position, faults)
        }
      } while Self.skip(comma, text, &position)
      _ = Self.skip(carriageReturn, text, &position)
      _ = Self.skip(lineFeed, text, &position)
      line += 1
      starts.append(Int32(fields.count))
    }
  }

  private static func skip(_ byte: UInt8, _ text: UnsafeBufferPointer<UInt8>, _ position: inout Int) -> Bool {
    guard position < text.count, text[position] == byte else { return false }
    position += 1
    return true
  }

  /// Reads a field that starts with a quote.
  /// - Returns: The position behind it; `nil` when its quote is never closed.
  private mutating func scanQuoted(
    _ text: UnsafeBufferPointer<UInt8>, from opening: Int, line: inout Int32, _ faults: FaultCollector
  ) -> Int? {
    var field = Field(start: Int32(opening + 1), end: 0, isQuoted: true, isEscaped: false)
    var position = opening + 1
    while position < text.count {
      if text[position] == lineFeed {
        line += 1
      } else if text[position] == quote {
        guard position + 1 < text.count, text[position + 1] == quote else { break }
        field.isEscaped = true
        position += 1
      }
      position += 1
    }
    if position >= text.count {
      faults.add(placed(at: opening, "the quote that opens here is never closed"))
      return nil
    }
    field.end = Int32(position)
    fields.append(field)
    position += 1
    if position < text.count, ![comma, lineFeed, carriageReturn].contains(text[position]) {
      faults.add(
        placed(
          at: position, "expected a comma or the end of the line after a closing quote",
          hint: "a quote inside a quoted field is written twice"))
      while position < text.count, text[position] != comma, text[position] != lineFeed { position += 1 }
    }
    return position
  }

  /// Reads a field without quotes.
  /// - Returns: The position behind it.
  private mutating func scanPlain(_ text: UnsafeBufferPointer<UInt8>, from start: Int, _ faults: FaultCollector) -> Int
  {
    var position = start
    var hasQuote = false
    while position < text.count {
      let byte = text[position]
      if byte == comma || byte == lineFeed { break }
      if byte == carriageReturn {
        if position + 1 == text.count || text[position + 1] == lineFeed { break }
        faults.add(
          placed(at: position, "found a carriage return without a line feed", hint: "lines end with LF or CR LF"))
      } else if byte == quote, !hasQuote {
        hasQuote = true
        faults.add(
          placed(
            at: position, "found a quote inside a field that does not start with one",
            hint: "put the whole field in quotes and write the quote twice"))
      }
      position += 1
    }
    fields.append(Field(start: Int32(start), end: Int32(position), isQuoted: false, isEscaped: false))
    return position
  }
}

private let quote = UInt8(ascii: "\"")
private let comma = UInt8(ascii: ",")
private let lineFeed = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
private let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

/// The position of the first byte that is not part of UTF-8 text.
private func firstInvalidByte(_ bytes: [UInt8]) -> Int? {
  guard bytes.contains(where: { $0 >= 0x80 }) else { return nil }
  var parser = Unicode.UTF8.ForwardParser()
  var iterator = bytes.makeIterator()
  var position = 0
  while true {
    switch parser.parseScalar(from: &iterator) {
    case .valid(let scalar): position += scalar.count
    case .emptyInput: return nil
    case .error: return position
    }
  }
}
