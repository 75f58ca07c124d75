/// How the scanner words its faults.
extension JSONScanner {
  /// JSON pointer to the value being read.
  var path: String {
    var path = ""
    for container in containers {
      if let key = container.key {
        path += "/" + pointerEscaped(key)
      } else if let index = container.index {
        path += "/\(index)"
      }
    }
    return path
  }

  /// Records a fault that leaves the rest of the text readable; at the current byte unless a place is given.
  func record(_ message: String, line: Int? = nil, column: Int? = nil, hint: String? = nil) {
    faults.add(
      Fault(path: path, line: line ?? self.line, column: column ?? self.column, message: message, hint: hint))
  }

  /// Records a fault that ends the reading.
  func stop(_ message: String, line: Int? = nil, column: Int? = nil, hint: String? = nil) -> ScanStopped {
    record(message, line: line, column: column, hint: hint)
    return ScanStopped()
  }

  /// The text ends too early: names what is open at its end.
  func endOfFile() -> ScanStopped {
    guard let open = containers.last else { return stop("expected a JSON value, found the end of the file") }
    let kind = open.isObject ? "object" : "array"
    return stop("the file ends inside the \(kind) opened at line \(open.line), column \(open.column)")
  }

  /// A byte that the grammar does not allow here.
  func unexpected(_ expected: String) -> ScanStopped {
    if index >= end { return endOfFile() }
    return stop("expected \(expected), found \(foundHere)", hint: hintHere)
  }

  /// Neither a comma nor the closing bracket after a value.
  func unclosed(expecting bracket: UInt8) -> ScanStopped {
    guard let open = containers.last else { return endOfFile() }
    let kind = open.isObject ? "object" : "array"
    let close = Character(Unicode.Scalar(bracket))
    return unexpected("\",\" or \"\(close)\" in the \(kind) opened at line \(open.line), column \(open.column)")
  }

  /// The word, character or byte at the current place.
  var foundHere: String {
    let byte = bytes[index]
    let word = wordHere
    if !word.isEmpty { return quoted(word) }
    if byte == UInt8(ascii: "\"") { return "a double quote" }
    if byte < 0x80 { return quoted(String(Character(Unicode.Scalar(byte)))) }
    let rest = UnsafeBufferPointer(rebasing: bytes[index..<min(index + 4, end)])
    if let scalar = String(decoding: rest, as: UTF8.self).unicodeScalars.first, scalar != "\u{FFFD}" {
      if scalar.properties.isWhitespace || scalar.properties.isDefaultIgnorableCodePoint {
        return "the character U+" + paddedHexadecimal(scalar.value, count: 4)
      }
      return quoted(String(Character(scalar)))
    }
    return "the byte 0x" + paddedHexadecimal(UInt32(byte), count: 2)
  }

  /// The letters, digits and underscores at the current place, at most 40.
  var wordHere: String {
    var stop = index
    while stop < end, stop - index < 40, isWordByte(bytes[stop]) { stop += 1 }
    return String(decoding: UnsafeBufferPointer(rebasing: bytes[index..<stop]), as: UTF8.self)
  }

  private var hintHere: String? {
    switch bytes[index] {
    case UInt8(ascii: "/"), UInt8(ascii: "#"): return "JSON has no comments"
    case UInt8(ascii: "'"): return "write strings and keys in double quotes"
    case UInt8(ascii: "+"): return "write a positive number without a sign"
    case UInt8(ascii: "."): return "write a digit before the decimal point"
    case UInt8(ascii: "{"), UInt8(ascii: "["): return containers.isEmpty ? "a file holds one value" : nil
    case UInt8(ascii: "\""): return containers.isEmpty ? nil : "is a comma missing?"
    default: break
    }
    switch wordHere.lowercased() {
    case "": return nil
    case "nan", "inf", "infinity": return "JSON has only finite numbers"
    case "true", "yes", "on": return "write true"
    case "false", "no", "off": return "write false"
    case "null", "none", "nil", "undefined": return "write null"
    default: return isLetter(bytes[index]) ? "write strings and keys in double quotes" : nil
    }
  }

  private func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
  }
}

/// A key as one step of a JSON pointer (RFC 6901, section 3): `~` becomes `~0`, `/` becomes `~1`.
public func pointerEscaped(_ key: String) -> String {
  if !key.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) { return key }
  var result = ""
  for scalar in key.unicodeScalars {
    switch scalar {
    case "~": result += "~0"
    case "/": result += "~1"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
