import FleetJSON

/// Writes HTML and SVG text. Everything that is not markup of this program goes through `escape`.
enum HTML {
  /// `text` as character data or as the value of a quoted attribute; control characters are made visible.
  static func escape(_ text: String) -> String {
    var result = ""
    for character in printable(text) {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.append(character)
      }
    }
    return result
  }

  /// An element around markup.
  static func element(_ name: String, _ attributes: [(String, String)] = [], _ content: String) -> String {
    "<\(name)\(written(attributes))>\(content)</\(name)>"
  }

  /// An element around text.
  static func text(_ name: String, _ attributes: [(String, String)] = [], _ text: String) -> String {
    element(name, attributes, escape(text))
  }

  /// An SVG element without content.
  static func empty(_ name: String, _ attributes: [(String, String)]) -> String {
    "<\(name)\(written(attributes))/>"
  }

  private static func written(_ attributes: [(String, String)]) -> String {
    attributes.map { name, value in " \(name)=\"\(escape(value))\"" }.joined()
  }

  /// A coordinate with at most two decimals.
  static func number(_ value: Double) -> String {
    let hundredths = (value * 100).rounded()
    guard hundredths.isFinite, abs(hundredths) < 1e12 else { return "0" }
    let text = (hundredths / 100).description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
