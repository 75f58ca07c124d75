import FleetJSON
import Foundation

/// What a place of the problem is set to.
public enum SweepEntry: Sendable, Hashable {
  case number(Double)
  /// Multiplies the number, or every number of the array, that stands in the file.
  case factor(Double)
  case word(String)
  case bool(Bool)
  /// As if the key were absent.
  case null

  /// As written on the command line; steps of a range as if each had been written.
  public var spelling: String {
    switch self {
    case .number(let number): Self.text(of: number)
    case .factor(let factor): "*" + Self.text(of: factor)
    case .word(let word): word
    case .bool(let flag): flag ? "true" : "false"
    case .null: "null"
    }
  }

  /// Shortest digits that read back as `number`.
  static func text(of number: Double) -> String {
    String(JSONOutput.number(number).encoded(pretty: false).dropLast())
  }

  /// Reads a list such as `1,2,5`, `0.5:4:0.5` (from:to:step), `1:100/7` (seven values in equal ratios), `*0.5,*1,*2`
  /// (factors on what stands in the file; also `*0.5:2/5`), `true,false`, `null` (as if absent) or words.
  /// - Parameter limit: Most values that are allowed.
  /// - Throws: One fault that names the item.
  public static func list(_ text: String, limit: Int = Sweep.maximumPoints) throws(Fault) -> [SweepEntry] {
    var entries: [SweepEntry] = []
    for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
      let item = trimmed(piece)
      if item.isEmpty {
        throw Fault(
          path: "", message: text.isEmpty ? "no values are given" : "a value is missing between commas",
          hint: "values look like 1,2,5 or 1:10:1 (from:to:step) or 1:100/7 (seven in equal ratios) or *0.5,*2")
      }
      entries += try self.entries(of: item, limit: limit - entries.count)
    }
    var seen: Set<SweepEntry> = []
    for entry in entries where !seen.insert(entry).inserted {
      throw Fault(path: "", message: "the value \(entry.spelling) is given twice")
    }
    return entries
  }

  private static func entries(of item: String, limit: Int) throws(Fault) -> [SweepEntry] {
    if item.hasPrefix("*") {
      let numbers = try numbers(of: trimmed(item.dropFirst()), in: item, limit: limit)
      guard let numbers else {
        throw Fault(path: "", message: "expected a number after *, found \"\(item.prefix(40))\"")
      }
      return numbers.map { .factor($0) }
    }
    if let numbers = try numbers(of: item, in: item, limit: limit) { return numbers.map { .number($0) } }
    if limit < 1 { throw tooMany }
    switch item {
    case "true": return [.bool(true)]
    case "false": return [.bool(false)]
    case "null": return [.null]
    default: break
    }
    guard let first = item.unicodeScalars.first, first.properties.isAlphabetic || ("0"..."9").contains(first) else {
      throw Fault(path: "", message: "expected a number, a range or a word, found \"\(item.prefix(40))\"")
    }
    return [.word(item)]
  }

  /// The numbers of `2`, `1:10:1` or `1:100/7`; nil for what does not start with a number.
  private static func numbers(of text: String, in item: String, limit: Int) throws(Fault) -> [Double]? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard let start = number(parts[0]) else { return nil }
    if parts.count == 1 {
      if limit < 1 { throw tooMany }
      return [start]
    }
    let shown = "\"\(item.prefix(40))\""
    if parts.count == 2 {
      let ends = parts[1].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      guard ends.count == 2, let end = number(ends[0]), let count = Int(ends[1]) else {
        throw Fault(path: "", message: "expected from:to:step or from:to/count, found \(shown)")
      }
      if count < 2 { throw Fault(path: "", message: "expected a count of 2 or more, found \(count) in \(shown)") }
      if count > limit { throw tooMany }
      return try ratios(from: start, to: end, count: count, shown)
    }
    guard parts.count == 3, let end = number(parts[1]), let step = number(parts[2]) else {
      throw Fault(path: "", message: "expected from:to:step or from:to/count, found \(shown)")
    }
    return try steps(from: start, to: end, step: step, decimals: decimals(of: [parts[0], parts[2]]), limit, shown)
  }

  /// `from`, `from` + `step`, … up to `to`, with the decimals of `from` and `step`.
  private static func steps(
    from start: Double, to end: Double, step: Double, decimals: Int, _ limit: Int, _ shown: String
  ) throws(Fault) -> [Double] {
    if step == 0 { throw Fault(path: "", message: "the step of \(shown) is 0") }
    let span = (end - start) / step
    if span < 0 {
      throw Fault(path: "", message: "the step of \(shown) leads away from \(text(of: end))")
    }
    // A whole number of steps may come out a rounding below itself.
    let last = (span * (1 + 1e-12)).rounded(.down)
    if !(last < Double(limit)) { throw tooMany }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    return (0...Int(last)).map { index in
      let value = start + Double(index) * step
      let scaled = (value * scale).rounded()
      return abs(scaled) < 1e15 ? scaled / scale : value
    }
  }

  /// `count` values from `start` to `end`, each the same multiple of the one before; inner ones have six significant digits.
  private static func ratios(
    from start: Double, to end: Double, count: Int, _ shown: String
  ) throws(Fault) -> [Double] {
    guard start != 0, end != 0, (start > 0) == (end > 0) else {
      throw Fault(
        path: "", message: "equal ratios need two ends of one sign, other than 0, found \(shown)",
        hint: "write from:to:step for equal steps")
    }
    if start == end { throw Fault(path: "", message: "both ends of \(shown) are equal") }
    let values = (0..<count).map { index in
      switch index {
      case 0: start
      case count - 1: end
      default: rounded(start * pow(end / start, Double(index) / Double(count - 1)), digits: 6)
      }
    }
    guard values.allSatisfy(\.isFinite), Set(values).count == count else {
      throw Fault(path: "", message: "\(count) values do not fit between the ends of \(shown)")
    }
    return values
  }

  /// `value` rounded to so many significant digits.
  static func rounded(_ value: Double, digits: Int) -> Double {
    Double(String(format: "%.\(digits - 1)e", value)) ?? value
  }

  private static let tooMany = Fault(
    path: "", message: "more than \(Sweep.maximumPoints) values", hint: "take a larger step or fewer values")

  /// A number as JSON writes it, finite.
  private static func number(_ text: String) -> Double? {
    guard let first = text.utf8.first, first == UInt8(ascii: "-") || (48...57).contains(first),
      let node = try? JSONParser.parse(text: text, source: ""), case .number(let number, _) = node.value
    else { return nil }
    return number
  }

  /// Digits after the point; of numbers with an exponent as many as a `Double` has.
  private static func decimals(of texts: [String]) -> Int {
    texts.map { text in
      if text.contains("e") || text.contains("E") { return 15 }
      return text.firstIndex(of: ".").map { text.distance(from: $0, to: text.endIndex) - 1 } ?? 0
    }.max() ?? 0
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0 == " " }
    return start.lastIndex { $0 != " " }.map { String(start[...$0]) } ?? ""
  }
}
