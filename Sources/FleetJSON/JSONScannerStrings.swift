/// Strings: plain ASCII in one step, escapes and other UTF-8 scalar by scalar.
extension JSONScanner {
  /// A string; the current byte is its opening quote.
  mutating func string() throws(ScanStopped) -> String {
    let start = index + 1
    var position = start
    while position < end {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        index = position + 1
        return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
      }
      if byte == UInt8(ascii: "\\") || byte < 0x20 || byte >= 0x80 { break }
      position += 1
    }
    return try stringWithEscapes(plainUpTo: position)
  }

  private mutating func stringWithEscapes(plainUpTo position: Int) throws(ScanStopped) -> String {
    let opening = (line: line, column: column)
    var text = Array(bytes[(index + 1)..<position])
    var hasInvalidBytes = false
    index = position
    while index < end {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\""):
        index += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard appendEscape(to: &text) else { throw endInString(opening) }
      case 0x0A, 0x0D:
        throw stop(
          "expected the string opened at line \(opening.line), column \(opening.column) to close on its line, found a line break",
          hint: "write a line break in a string as \\n")
      case 0..<0x20:
        record("expected control characters in strings to be escaped, found \(hexadecimal(byte))")
        index += 1
      case 0x20..<0x80:
        text.append(byte)
        index += 1
      default:
        let length = scalarLength()
        if length > 0 {
          text.append(contentsOf: bytes[index..<(index + length)])
          index += length
          continuationBytes += length - 1
        } else if isCutOffScalar {
          throw endInString(opening)
        } else {
          if !hasInvalidBytes {
            record("expected UTF-8, found the byte \(hexadecimal(byte))", hint: "save the file as UTF-8")
          }
          hasInvalidBytes = true
          appendReplacement(to: &text)
          index += 1
        }
      }
    }
    throw endInString(opening)
  }

  private mutating func endInString(_ opening: (line: Int, column: Int)) -> ScanStopped {
    continuationBytes += bytes[index...].count { $0 & 0xC0 == 0x80 }
    index = end
    return stop("the file ends inside the string opened at line \(opening.line), column \(opening.column)")
  }

  /// The length of the well-formed UTF-8 sequence at the current byte (Unicode 15, table 3-7), 0 when it is ill-formed.
  private func scalarLength() -> Int {
    let lead = bytes[index]
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch lead {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: length = 4
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return 0
    }
    guard index + length <= end, second.contains(bytes[index + 1]) else { return 0 }
    for offset in 2..<max(2, length) where bytes[index + offset] & 0xC0 != 0x80 { return 0 }
    return length
  }

  /// Whether the text ends inside the UTF-8 sequence at the current byte.
  private var isCutOffScalar: Bool {
    let length: Int
    switch bytes[index] {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF: length = 3
    case 0xF0...0xF4: length = 4
    default: return false
    }
    return end - index < length && bytes[(index + 1)...].allSatisfy { $0 & 0xC0 == 0x80 }
  }

  /// Reads the escape at the current backslash; false when the text ends inside it.
  private mutating func appendEscape(to text: inout [UInt8]) -> Bool {
    guard index + 1 < end else { return false }
    let letter = bytes[index + 1]
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): return appendUnicodeEscape(to: &text)
    default:
      let found = letter < 0x80 ? quoted("\\" + String(Character(Unicode.Scalar(letter)))) : hexadecimal(letter)
      record(
        "expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u, found \(found)",
        hint: "write a backslash as \\\\")
      index += 1
      return true
    }
    index += 2
    return true
  }

  /// Reads `\uXXXX`, or a surrogate pair of two of them.
  private mutating func appendUnicodeEscape(to text: inout [UInt8]) -> Bool {
    guard let unit = hexadecimalUnit(at: index + 2) else {
      if index + 6 > end, bytes[(index + 2)...].allSatisfy(isHexadecimal) { return false }
      record("expected four hexadecimal digits after \\u")
      index += 2
      return true
    }
    if let scalar = Unicode.Scalar(UInt32(unit)) {
      text.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
      index += 6
      return true
    }
    if unit < 0xDC00, index + 8 <= end, bytes[index + 6] == UInt8(ascii: "\\"), bytes[index + 7] == UInt8(ascii: "u"),
      let low = hexadecimalUnit(at: index + 8), (0xDC00...0xDFFF).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00))
    {
      text.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
      index += 12
      return true
    }
    let digits = String(decoding: UnsafeBufferPointer(rebasing: bytes[index..<(index + 6)]), as: UTF8.self)
    record("expected a surrogate pair, found the lone surrogate \(digits)")
    appendReplacement(to: &text)
    index += 6
    return true
  }

  /// The UTF-16 unit written in four hexadecimal digits, nil where there are not four.
  private func hexadecimalUnit(at start: Int) -> UInt16? {
    guard start + 4 <= end, bytes[start..<(start + 4)].allSatisfy(isHexadecimal) else { return nil }
    return UInt16(String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<(start + 4)]), as: UTF8.self), radix: 16)
  }

  private func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }

  /// U+FFFD, so that the text stays well-formed after a recorded fault.
  private func appendReplacement(to text: inout [UInt8]) {
    text.append(contentsOf: [0xEF, 0xBF, 0xBD])
  }

  private func hexadecimal(_ byte: UInt8) -> String {
    "0x" + paddedHexadecimal(UInt32(byte), count: 2)
  }
}
