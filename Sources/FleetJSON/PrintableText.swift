/// `text` with control characters written as escapes, so that an input cannot steer the terminal that shows a fault.
public func printable(_ text: String) -> String {
  if text.unicodeScalars.allSatisfy({ !isControl($0) }) { return text }
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    default:
      if isControl(scalar) {
        result += "\\u" + paddedHexadecimal(scalar.value, count: 4)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }
  return result
}

/// `text` in double quotes, shortened to at most `limit` characters.
func quoted(_ text: String, limit: Int = 60) -> String {
  let shown = text.prefix(limit)
  let ellipsis = shown.endIndex == text.endIndex ? "" : "…"
  return "\"" + printable(String(shown)) + ellipsis + "\""
}

/// `"a", "b" or "c"`, shortened after `limit` names.
func listed(_ names: [String], limit: Int = 20) -> String {
  let shown = names.prefix(limit).map { quoted($0) }
  if names.count > limit { return shown.joined(separator: ", ") + ", …" }
  guard let last = shown.last, shown.count > 1 else { return shown.first ?? "" }
  return shown.dropLast().joined(separator: ", ") + " or " + last
}

/// `number` in upper-case hexadecimal with at least `count` digits.
func paddedHexadecimal(_ number: UInt32, count: Int) -> String {
  let digits = String(number, radix: 16, uppercase: true)
  return String(repeating: "0", count: max(0, count - digits.count)) + digits
}

/// Controls (C0, delete, C1) and the marks that change the direction of text.
private func isControl(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
  default: false
  }
}
