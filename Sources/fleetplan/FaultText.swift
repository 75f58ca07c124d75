import FleetJSON

/// Faults as people read them: `file:line:column: path: message`, the source line with a caret, and the hint.
struct FaultText {
  var color = false
  /// Columns of the terminal.
  var width = 100
  /// Lines of an input by line number, for the excerpts; by default read again from the file.
  var sourceLines: (_ source: String, _ numbers: Set<Int>) -> [Int: String] = SourceLines.read

  func text(of faults: Faults, asWarnings: Bool = false) -> String {
    let lines = sourceLines(faults.source, Set(faults.all.compactMap(\.line)))
    return faults.all.map { fault in
      let source = fault.line.flatMap { lines[$0] }
      return text(of: fault, source: faults.source, line: source, asWarning: asWarnings)
    }.joined()
  }

  func error(_ message: String) -> String { paint("error:", "1;31") + " \(printable(message))\n" }

  func note(_ message: String) -> String { "\(printable(message))\n" }

  func hint(_ hint: String) -> String { "  " + paint("hint:", "36") + " \(printable(hint))\n" }

  private func text(of fault: Fault, source: String, line: String?, asWarning: Bool) -> String {
    var place = printable(source)
    if let line = fault.line { place += ":\(line)" }
    if fault.line != nil, let column = fault.column { place += ":\(column)" }
    var text = paint(place.isEmpty ? "input:" : place + ":", "1") + " "
    if asWarning { text += paint("warning:", "33") + " " }
    if !fault.path.isEmpty { text += printable(fault.path) + ": " }
    text += printable(fault.message) + "\n"
    if let line, let number = fault.line, let column = fault.column {
      text += excerpt(of: line, number: number, column: column)
    }
    if let hint = fault.hint { text += self.hint(hint) }
    return text
  }

  /// The line and a caret under the column; of a long line the part around it.
  func excerpt(of line: String, number: Int, column: Int) -> String {
    let label = String(number)
    let margin = String(repeating: " ", count: label.count)
    let room = max(20, width - label.count - 6)
    let scalars = line.unicodeScalars.map { $0 == "\t" ? " " : $0 }
    guard column >= 1, column <= scalars.count + 1 else { return "" }
    var first = 0
    if scalars.count > room { first = max(0, min(column - 1 - room / 2, scalars.count - room)) }
    let shown = scalars[first..<min(scalars.count, first + room)]
    var text = ""
    for scalar in shown { text += safe(scalar) }
    let before = shown.prefix(column - 1 - first).reduce(0) { $0 + safe($1).count }
    let opening = first > 0 ? "…" : " "
    let closing = first + room < scalars.count ? "…" : ""
    return "  \(label) |\(opening)\(text)\(closing)\n"
      + "  \(margin) | " + String(repeating: " ", count: before) + paint("^", "1;31") + "\n"
  }

  /// One scalar as one column: a mark that would join its neighbour or steer the terminal is replaced.
  private func safe(_ scalar: Unicode.Scalar) -> String {
    let text = String(Character(scalar))
    if scalar.isASCII { return printable(text) }
    switch scalar.properties.generalCategory {
    case .control, .format, .nonspacingMark, .enclosingMark, .spacingMark, .lineSeparator, .paragraphSeparator,
      .unassigned, .privateUse, .surrogate:
      return "\u{FFFD}"
    default: return text
    }
  }

  private func paint(_ text: String, _ parameters: String) -> String {
    color ? "\u{1B}[\(parameters)m\(text)\u{1B}[0m" : text
  }
}

/// Lines of input files for excerpts.
enum SourceLines {
  /// The wanted lines of the file, without their ends; empty when it cannot be read again, as a pipe cannot.
  static func read(_ source: String, _ numbers: Set<Int>) -> [Int: String] {
    guard !numbers.isEmpty, Terminal.isRegularFile(source), let bytes = try? InputFile.read(path: source) else {
      return [:]
    }
    return lines(of: bytes, numbers)
  }

  /// Lines end with LF, as the JSON reader counts them.
  static func lines(of bytes: [UInt8], _ numbers: Set<Int>) -> [Int: String] {
    guard let last = numbers.max() else { return [:] }
    var found: [Int: String] = [:]
    var number = 1
    var start = 0
    while number <= last, start <= bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      if numbers.contains(number) {
        let line = bytes[start..<end]
        found[number] = String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
      }
      number += 1
      start = end + 1
    }
    return found
  }
}
