/// Numbers and the words `true`, `false` and `null`.
extension JSONScanner {
  /// `true`, `false` or `null`.
  mutating func word() throws(ScanStopped) -> JSONNode.Value {
    let word = wordHere
    let value: JSONNode.Value
    switch word {
    case "true": value = .bool(true)
    case "false": value = .bool(false)
    case "null": value = .null
    default:
      let isCutOff = !word.isEmpty && index + word.utf8.count == end
      if isCutOff, ["true", "false", "null"].contains(where: { $0.hasPrefix(word) }) {
        index = end
        throw containers.isEmpty ? stop("the file ends inside the word \(quoted(word))") : endOfFile()
      }
      throw unexpected("a JSON value")
    }
    index += word.utf8.count
    return value
  }

  /// A number: its digits are checked against the grammar, then rounded correctly to `Double`.
  mutating func number() throws(ScanStopped) -> JSONNode.Value {
    let start = index
    let startColumn = column
    let isNegative = bytes[index] == UInt8(ascii: "-")
    if isNegative { index += 1 }
    // The significant digits as one integer, exact while there are at most 18 of them.
    var significand: UInt64 = 0
    var digits = 0
    let integerStart = index
    try scanDigits(into: &significand, count: &digits, startColumn: startColumn, after: "the minus sign")
    if index - integerStart > 1, bytes[integerStart] == UInt8(ascii: "0") {
      throw stop(
        "expected a number without leading zeros, found \(literal(from: start))", column: startColumn,
        hint: "remove the leading zeros")
    }
    var exponent = 0
    if index < end, bytes[index] == UInt8(ascii: ".") {
      index += 1
      let fractionStart = index
      try scanDigits(into: &significand, count: &digits, startColumn: startColumn, after: "the decimal point")
      exponent = fractionStart - index
    }
    if index < end, bytes[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      var sign = 1
      if index < end, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
        if bytes[index] == UInt8(ascii: "-") { sign = -1 }
        index += 1
      }
      var written: UInt64 = 0
      var writtenDigits = 0
      try scanDigits(into: &written, count: &writtenDigits, startColumn: startColumn, after: "the exponent sign")
      // Beyond 18 digits the exponent is out of reach of the exact path whatever its value.
      exponent += sign * (writtenDigits > 18 ? 1_000_000 : Int(min(written, 1_000_000)))
    }
    let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<index]), as: UTF8.self)
    if digits <= 18, let exact = exactValue(significand, exponent: exponent) {
      return .number(isNegative ? -exact : exact, literal: text)
    }
    guard let rounded = Double(text), rounded.isFinite else {
      record(
        "expected a number within ±1.8e308, found \(literal(from: start))", column: startColumn,
        hint: "the number overflows a 64-bit float")
      return .number(0, literal: text)
    }
    return .number(rounded, literal: text)
  }

  /// At least one digit, gathered into `significand` while it is exact.
  @inline(__always)
  private mutating func scanDigits(
    into significand: inout UInt64, count: inout Int, startColumn: Int, after part: String
  ) throws(ScanStopped) {
    let first = index
    while index < end {
      let digit = bytes[index] &- UInt8(ascii: "0")
      if digit > 9 { break }
      if count < 18 { significand = significand &* 10 &+ UInt64(digit) }
      if significand != 0 || count > 0 { count += 1 }
      index += 1
    }
    if index > first { return }
    if index >= end { throw containers.isEmpty ? stop("the file ends inside a number") : endOfFile() }
    throw unexpected("a digit after \(part)")
  }

  /// `significand · 10^exponent` where one correctly rounded operation on exact operands yields it: the significand is at
  /// most 2^53 and the power of ten at most 10^22, the largest that `Double` holds exactly. Otherwise nil.
  @inline(__always)
  private func exactValue(_ significand: UInt64, exponent: Int) -> Double? {
    if significand == 0 { return 0 }
    guard significand <= 1 << 53, (-22...22).contains(exponent) else { return nil }
    let value = Double(significand)
    return exponent < 0 ? value / powersOfTen[-exponent] : value * powersOfTen[exponent]
  }

  private func literal(from start: Int) -> String {
    let shown = bytes[start..<min(index, start + 40)]
    return String(decoding: UnsafeBufferPointer(rebasing: shown), as: UTF8.self) + (index > start + 40 ? "…" : "")
  }
}

/// 10^0 … 10^22, all exact in `Double`.
private let powersOfTen: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
]
