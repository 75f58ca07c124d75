/// Changes of unit by a power of ten that lose nothing: the decimal point of the written number moves, no product is
/// rounded. So 0.0421 s is written `42.1` ms, and every value comes back as the same `Double`.
extension JSONOutput {
  /// `number` · 10^`places`, written from the shortest text of `number`; `null` when it is not finite.
  public static func number(_ number: Double, shiftedBy places: Int) -> JSONOutput {
    guard let decimal = Decimal(number.description) else { return .null }
    return .decimal(decimal.shifted(by: places).text)
  }

  /// A time in seconds, written in milliseconds; `null` for nil.
  public static func milliseconds(_ seconds: Double?) -> JSONOutput {
    seconds.map { .number($0, shiftedBy: 3) } ?? .null
  }
}

extension JSONReader {
  /// A finite number · 10^`places`: what `JSONOutput.number(_:shiftedBy:)` wrote is read with the opposite sign.
  /// - Parameter range: The numbers accepted, in the unit of the file.
  public func number(
    _ what: String? = nil, unit: String? = nil, in range: NumberRange = .any, shiftedBy places: Int
  ) -> Double? {
    guard let number = number(what, unit: unit, in: range), case .number(_, let literal) = node.value else {
      return nil
    }
    if let decimal = Decimal(literal), let exact = Double(decimal.shifted(by: places).text), exact.isFinite {
      return exact
    }
    expected("a number that stays finite in the program's own unit")
    return number.isFinite ? nil : number
  }
}

/// Digits with a decimal exponent: ±0.d₁d₂… · 10^exponent.
private struct Decimal {
  var isNegative: Bool
  /// Digits without leading or trailing zeros; empty for zero.
  var digits: Substring
  var exponent: Int

  /// Reads what JSON and Swift write for finite numbers; nil for anything else.
  init?(_ literal: String) {
    var rest = Substring(literal)
    isNegative = rest.first == "-"
    if isNegative { rest = rest.dropFirst() }
    let parts = rest.split(whereSeparator: { $0 == "e" || $0 == "E" })
    guard (1...2).contains(parts.count), let power = parts.count == 2 ? Int(parts[1]) : 0, abs(power) < 1 << 20 else {
      return nil
    }
    let halves = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(halves.count), let whole = halves.first, halves.allSatisfy({ $0.allSatisfy(\.isDigit) })
    else { return nil }
    let all = whole + (halves.count == 2 ? halves[1] : "")
    let leading = all.prefix { $0 == "0" }.count
    digits = Substring(all).dropFirst(leading)
    while digits.last == "0" { digits = digits.dropLast() }
    exponent = digits.isEmpty ? 0 : whole.count + power - leading
  }

  func shifted(by places: Int) -> Decimal {
    var result = self
    if !digits.isEmpty { result.exponent += places }
    return result
  }

  /// A JSON number: plain between 10⁻⁷ and 10²¹, else with an exponent.
  var text: String {
    let sign = isNegative ? "-" : ""
    guard let first = digits.first else { return sign + "0" }
    switch exponent {
    case -6...0: return sign + "0." + String(repeating: "0", count: -exponent) + digits
    case 1...21:
      if digits.count <= exponent { return sign + digits + String(repeating: "0", count: exponent - digits.count) }
      return sign + digits.prefix(exponent) + "." + digits.dropFirst(exponent)
    default:
      let fraction = digits.dropFirst()
      return sign + String(first) + (fraction.isEmpty ? "" : "." + fraction) + "e\(exponent - 1)"
    }
  }
}

extension Character {
  fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
}
