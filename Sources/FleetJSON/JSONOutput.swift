/// A JSON value to be written. Equal values give equal bytes: keys are sorted and numbers have one spelling.
public indirect enum JSONOutput: Hashable, Sendable {
  case object([String: JSONOutput])
  case array([JSONOutput])
  case string(String)
  /// A number; NaN and infinities, which JSON does not have, are written as `null`.
  case number(Double)
  /// A number by its digits, which must be a JSON number: for values that a `Double` would round.
  case decimal(String)
  case integer(Int)
  case bool(Bool)
  case null

  /// The value as a JSON text that ends with a line feed.
  ///
  /// Numbers are the shortest that read back as the same `Double`, whole ones without a fraction. Keys are sorted by their
  /// Unicode scalars.
  /// - Parameter pretty: Indents by two spaces with one member or element a line; otherwise everything is on one line.
  public func encoded(pretty: Bool = true) -> String {
    var text: [UInt8] = []
    write(to: &text, indentation: pretty ? 0 : nil)
    text.append(0x0A)
    return String(decoding: text, as: UTF8.self)
  }

  private func write(to text: inout [UInt8], indentation: Int?) {
    switch self {
    case .object(let members):
      let sorted = members.sorted { $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars) }
      Self.writeList(sorted, open: "{", close: "}", to: &text, indentation: indentation) { member, text, inner in
        Self.write(member.key, to: &text)
        text.append(contentsOf: (inner == nil ? ":" : ": ").utf8)
        member.value.write(to: &text, indentation: inner)
      }
    case .array(let elements):
      Self.writeList(elements, open: "[", close: "]", to: &text, indentation: indentation) { element, text, inner in
        element.write(to: &text, indentation: inner)
      }
    case .string(let string): Self.write(string, to: &text)
    case .number(let number): text.append(contentsOf: numberText(number).utf8)
    case .decimal(let digits): text.append(contentsOf: digits.utf8)
    case .integer(let integer): text.append(contentsOf: String(integer).utf8)
    case .bool(let flag): text.append(contentsOf: (flag ? "true" : "false").utf8)
    case .null: text.append(contentsOf: "null".utf8)
    }
  }

  private static func writeList<Item>(
    _ items: [Item], open: Unicode.Scalar, close: Unicode.Scalar, to text: inout [UInt8], indentation: Int?,
    _ writeItem: (Item, inout [UInt8], Int?) -> Void
  ) {
    text.append(UInt8(ascii: open))
    let inner = indentation.map { $0 + 2 }
    for (position, item) in items.enumerated() {
      if position > 0 { text.append(UInt8(ascii: ",")) }
      startLine(in: &text, indentation: inner)
      writeItem(item, &text, inner)
    }
    if !items.isEmpty { startLine(in: &text, indentation: indentation) }
    text.append(UInt8(ascii: close))
  }

  private static func startLine(in text: inout [UInt8], indentation: Int?) {
    guard let indentation else { return }
    text.append(0x0A)
    text.append(contentsOf: repeatElement(0x20, count: indentation))
  }

  private static func write(_ string: String, to text: inout [UInt8]) {
    text.append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""): text.append(contentsOf: "\\\"".utf8)
      case UInt8(ascii: "\\"): text.append(contentsOf: "\\\\".utf8)
      case 0x0A: text.append(contentsOf: "\\n".utf8)
      case 0x0D: text.append(contentsOf: "\\r".utf8)
      case 0x09: text.append(contentsOf: "\\t".utf8)
      case 0..<0x20:
        text.append(contentsOf: (byte < 0x10 ? "\\u000" : "\\u00").utf8)
        text.append(contentsOf: String(byte, radix: 16).utf8)
      default: text.append(byte)
      }
    }
    text.append(UInt8(ascii: "\""))
  }
}

/// The shortest text that reads back as `number`, whole numbers without `.0`; `null` when it is not finite.
func numberText(_ number: Double) -> String {
  if !number.isFinite { return "null" }
  let text = number.description
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

extension JSONOutput {
  /// A value that was read, to be written again. Whole numbers within `Int` become `.integer`.
  public init(_ node: JSONNode) {
    switch node.value {
    case .object(let members):
      self = .object(Dictionary(members.map { ($0.key, JSONOutput($0.node)) }) { first, _ in first })
    case .array(let elements): self = .array(elements.map { JSONOutput($0) })
    case .string(let text): self = .string(text)
    case .number(let number, let literal):
      if let integer = Int(literal), literal != "-0" { self = .integer(integer) } else { self = .number(number) }
    case .bool(let flag): self = .bool(flag)
    case .null: self = .null
    }
  }

  /// The value, or `null` for nil.
  public init(_ number: Double?) { self = number.map { .number($0) } ?? .null }
  /// The value, or `null` for nil.
  public init(_ integer: Int?) { self = integer.map { .integer($0) } ?? .null }
  /// The value, or `null` for nil.
  public init(_ string: String?) { self = string.map { .string($0) } ?? .null }
}

extension JSONOutput: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(nilLiteral: ()) { self = .null }
  public init(arrayLiteral elements: JSONOutput...) { self = .array(elements) }
  /// Traps when a key is written twice.
  public init(dictionaryLiteral elements: (String, JSONOutput)...) {
    self = .object(Dictionary(uniqueKeysWithValues: elements))
  }
}
