/// Names that a file format takes, made from a model's names in a way that can be undone.
enum FileNames {
  /// Characters of the CPLEX LP format that stand in for frequent ones that it forbids.
  private static let substitutes: [UInt8: UInt8] = [
    UInt8(ascii: "["): UInt8(ascii: "("), UInt8(ascii: "]"): UInt8(ascii: ")"), UInt8(ascii: "-"): UInt8(ascii: "~"),
    UInt8(ascii: ":"): UInt8(ascii: ";"), UInt8(ascii: "/"): UInt8(ascii: "&"),
  ]

  /// Words that the LP format reads as something else than a name, in lower case.
  private static let reservedWords: Set<String> = [
    "bin", "binaries", "binary", "bound", "bounds", "end", "free", "gen", "general", "generals", "inf", "infinity",
    "int",
    "integer", "integers", "max", "maximize", "maximise", "maximum", "min", "minimize", "minimise", "minimum", "rhs",
    "sec",
    "semi", "semi-continuous", "sos", "sos1", "sos2", "st", "st.", "s.t.", "subject", "such",
  ]

  /// A name for the LP format. Letters, digits, `_`, `.`, `,` and `@` stay; `[ ] - : /` become `( ) ~ ; &`; every other byte
  /// becomes `#` and two hexadecimal digits. A name that would be read as a number or a keyword gets a leading `!`.
  static func lp(_ name: String) -> String {
    var bytes: [UInt8] = []
    for byte in name.utf8 {
      if isPlain(byte) {
        bytes.append(byte)
      } else if let substitute = substitutes[byte] {
        bytes.append(substitute)
      } else {
        bytes.append(contentsOf: escaped(byte, mark: "#"))
      }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    let needsMark =
      text.first.map { $0.isNumber || $0 == "." || $0 == "," || $0 == "e" || $0 == "E" } ?? true
      || reservedWords.contains(text.lowercased())
    return needsMark ? "!" + text : text
  }

  /// The name that `lp` was given.
  static func fromLP(_ name: String) -> String? {
    let originals = Dictionary(uniqueKeysWithValues: substitutes.map { ($0.value, $0.key) })
    let text = name.hasPrefix("!") ? name.dropFirst() : name[...]
    return unescaped(text.utf8, mark: "#") { originals[$0] ?? $0 }
  }

  /// A name for the free MPS format: `$`, `*`, `%`, spaces, control and non-ASCII characters become `%` and two hexadecimal digits.
  static func mps(_ name: String) -> String {
    var bytes: [UInt8] = []
    for byte in name.utf8 {
      let stays =
        byte > 32 && byte < 127 && byte != UInt8(ascii: "$") && byte != UInt8(ascii: "*")
        && byte != UInt8(ascii: "%")
      if stays { bytes.append(byte) } else { bytes.append(contentsOf: escaped(byte, mark: "%")) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The name that `mps` was given.
  static func fromMPS(_ name: String) -> String? { unescaped(name.utf8, mark: "%") { $0 } }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "@"):
      true
    default: false
    }
  }

  private static func escaped(_ byte: UInt8, mark: Unicode.Scalar) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return [UInt8(ascii: mark), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }

  private static func unescaped(
    _ bytes: some Sequence<UInt8>, mark: Unicode.Scalar, _ original: (UInt8) -> UInt8
  ) -> String? {
    var result: [UInt8] = []
    var rest = Array(bytes)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: mark) else {
        result.append(original(byte))
        continue
      }
      guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
        return nil
      }
      result.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: result, as: UTF8.self)
  }
}
