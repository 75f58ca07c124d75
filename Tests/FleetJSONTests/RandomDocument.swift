import FleetJSON

/// Random JSON values over the whole range of what can be written.
struct RandomDocument {
  var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func value(depth: Int = 5) -> JSONOutput {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return .integer(integer())
    case 3: return .number(number())
    case 4, 5: return .string(string())
    case 6: return .array((0..<Int.random(in: 0..<6, using: &generator)).map { _ in value(depth: depth - 1) })
    default:
      var members: [String: JSONOutput] = [:]
      for _ in 0..<Int.random(in: 0..<16, using: &generator) { members[string()] = value(depth: depth - 1) }
      return .object(members)
    }
  }

  private mutating func integer() -> Int {
    let all = Int.random(in: Int.min...Int.max, using: &generator)
    return all >> Int.random(in: 0..<63, using: &generator)
  }

  /// Any finite bit pattern, a decimal of a few digits, or an edge of the format.
  private mutating func number() -> Double {
    switch Int.random(in: 0..<4, using: &generator) {
    case 0:
      let number = Double(bitPattern: generator.next())
      return number.isFinite ? number : 0.5
    case 1: return Double(Int.random(in: -99_999...99_999, using: &generator)) / 1000
    case 2:
      let edges = [
        -0.0, 0, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, 0x1p53, 1e22, 1e23,
      ]
      return edges.randomElement(using: &generator) ?? 0
    default: return Double.random(in: -1...1, using: &generator)
    }
  }

  private mutating func string() -> String {
    let alphabet: [Unicode.Scalar] = [
      "a", "b", "z", "0", " ", "\"", "\\", "/", "\n", "\t", "\u{0}", "\u{1F}", "\u{7F}", "é", "\u{301}", "€",
      "\u{2028}",
      "\u{FFFD}", "\u{FFFF}", "😀", "\u{10FFFF}",
    ]
    var text = ""
    for _ in 0..<Int.random(in: 0..<12, using: &generator) {
      text.unicodeScalars.append(alphabet.randomElement(using: &generator) ?? "a")
    }
    return text
  }
}

/// A random change of a byte string: bytes replaced, removed, inserted, repeated or cut off.
func mutated(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
  var bytes = bytes
  let marks = Array("{}[]\",:\\/ue+-.0123456789 \n".utf8) + [0x00, 0x80, 0xC3, 0xED, 0xF0, 0xFF]
  for _ in 0..<Int.random(in: 1...4, using: &generator) {
    let position = Int.random(in: 0...bytes.count, using: &generator)
    let mark = marks.randomElement(using: &generator) ?? 0
    switch Int.random(in: 0..<5, using: &generator) {
    case 0 where position < bytes.count: bytes[position] = mark
    case 1 where position < bytes.count: bytes.remove(at: position)
    case 2: bytes.insert(mark, at: position)
    case 3: bytes.insert(contentsOf: bytes[..<position].suffix(8), at: position)
    default: bytes.removeSubrange(position...)
    }
  }
  return bytes
}
