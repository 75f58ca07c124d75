import FleetJSON

/// How terminal text looks.
public struct TextStyle: Sendable, Hashable {
  /// Whether ANSI colours are used.
  public var color: Bool
  /// Columns of the terminal; text is wrapped and tables leave out columns to stay within it.
  public var width: Int
  /// Whether characters beyond ASCII may be used for the program's own signs (×, →, ≥).
  public var unicode: Bool

  public init(color: Bool = false, width: Int = 100, unicode: Bool = true) {
    self.color = color
    self.width = max(width, 40)
    self.unicode = unicode
  }

  /// Select Graphic Rendition parameters (ECMA-48, 8.3.117).
  package enum Ink: String {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"
  }

  package func paint(_ text: String, _ ink: Ink?) -> String {
    guard color, let ink, !text.isEmpty else { return text }
    return "\u{1B}[\(ink.rawValue)m\(text)\u{1B}[0m"
  }

  func ink(for tone: ReportTable.Tone) -> Ink? {
    switch tone {
    case .plain: nil
    case .strong: .bold
    case .muted: .dim
    case .good: .green
    case .bad: .red
    }
  }

  /// `text` safe for a terminal: control characters escaped, the program's signs in ASCII where asked for.
  package func spell(_ text: String) -> String {
    let safe = printable(text)
    if unicode || safe.utf8.allSatisfy({ $0 < 0x80 }) { return safe }
    let signs: [Character: String] = [
      "×": "x", "→": "->", "≥": ">=", "≤": "<=", "−": "-", "–": "-", "—": "-", "…": "...", "·": "-", "•": "*",
    ]
    return safe.map { signs[$0] ?? String($0) }.joined()
  }

  /// Lines of at most `width` columns, broken at spaces; a longer word has a line of its own.
  package static func wrap(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ", omittingEmptySubsequences: true) {
      if line.isEmpty {
        line = String(word)
      } else if columns(of: line) + 1 + columns(of: word) <= width {
        line += " " + word
      } else {
        lines.append(line)
        line = String(word)
      }
    }
    if !line.isEmpty || lines.isEmpty { lines.append(line) }
    return lines
  }

  /// Terminal columns of `text`: two for East Asian wide characters and emoji (Unicode Standard Annex 11).
  package static func columns(of text: some StringProtocol) -> Int {
    text.reduce(0) { $0 + ($1.isWide ? 2 : 1) }
  }
}

extension Character {
  fileprivate var isWide: Bool {
    guard let scalar = unicodeScalars.first, scalar.value >= 0x1100 else { return false }
    return switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      true
    default: false
    }
  }
}
