/// Numbers with units as people read them: three significant digits or so, thousands separated by commas.
package enum Quantity {
  /// What stands where a value is not known.
  package static let unknown = "–"

  /// Stands between a number and its unit, so that no line ends there.
  package static let space = "\u{A0}"

  /// `value` with `decimals` digits after the point, rounded half away from zero; `−` for negative values.
  package static func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return unknown }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (abs(value) * scale).rounded()
    guard scaled < 9e15 else { return value.description }
    var digits = String(Int(scaled))
    while digits.count <= decimals { digits = "0" + digits }
    let sign = value < 0 && scaled > 0 ? "−" : ""
    let whole = grouped(String(digits.dropLast(decimals)))
    return sign + whole + (decimals > 0 ? "." + digits.suffix(decimals) : "")
  }

  /// `value` with at least `digits` significant digits, no fraction from 10^(digits−1) on and no trailing zeros.
  package static func significant(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite else { return unknown }
    let size = abs(value)
    guard size > 0 else { return "0" }
    var decimals = digits - 1
    var limit = 1.0
    while size >= limit * 10, decimals > 0 {
      limit *= 10
      decimals -= 1
    }
    var small = size
    while small < 1, decimals < 12 {
      small *= 10
      decimals += 1
    }
    return trimmed(fixed(value, decimals: decimals))
  }

  package static func count(_ number: Int) -> String {
    (number < 0 ? "−" : "") + grouped(String(number.magnitude))
  }

  /// `1 device`, `5 devices`.
  package static func count(_ number: Int, _ noun: String) -> String {
    count(number) + space + noun + (number == 1 ? "" : "s")
  }

  /// `$38.40`, `$12,345`, `$0.0042`.
  package static func usd(_ value: Double) -> String {
    let size = abs(value)
    let digits: String
    if size >= 10_000 {
      digits = fixed(size, decimals: 0)
    } else if size >= 0.1 || size == 0 {
      digits = fixed(size, decimals: 2)
    } else {
      digits = significant(size)
    }
    return (value < 0 ? "−$" : "$") + digits
  }

  /// `$28,032`, `$99.50`: without cents from 100 on.
  package static func roundUSD(_ value: Double) -> String {
    abs(value) < 100 ? usd(value) : (value < 0 ? "−$" : "$") + fixed(abs(value), decimals: 0)
  }

  /// `$38.40/h`
  package static func usdPerHour(_ value: Double) -> String { usd(value) + "/h" }

  /// `4.2 ms`, `312 ms`, `1.24 s`.
  package static func time(_ seconds: Double) -> String {
    let milliseconds = seconds * 1000
    let size = abs(milliseconds)
    if size < 0.995 { return trimmed(fixed(milliseconds, decimals: 2)) + space + "ms" }
    if size < 99.95 { return fixed(milliseconds, decimals: 1) + space + "ms" }
    if size < 999.5 { return fixed(milliseconds, decimals: 0) + space + "ms" }
    return fixed(seconds, decimals: size < 9_995 ? 2 : size < 99_950 ? 1 : 0) + space + "s"
  }

  /// A fraction: `31 %`, `1.2 %`, `0.03 %`.
  package static func percent(_ fraction: Double) -> String {
    let percent = fraction * 100
    let size = abs(percent)
    let decimals = size >= 9.95 ? 0 : size >= 0.095 ? 1 : 3
    return trimmed(fixed(percent, decimals: decimals)) + space + "%"
  }

  /// A difference as a fraction, with its sign: `+31 %`, `−4.5 %`, `0 %`.
  package static func signedPercent(_ fraction: Double) -> String {
    let text = percent(fraction)
    return fraction > 0 && text != "0\(space)%" ? "+" + text : text
  }

  /// `24`, `0.35`, `1,234`: a number of requests per second without its unit.
  package static func rate(_ perSecond: Double) -> String { significant(perSecond) }

  /// `24 req/s`, or `21.3 of 24 req/s` where part of it is not served.
  package static func served(_ served: Double, of offered: Double) -> String {
    isPartial(served, of: offered) ? "\(rate(served)) of \(rate(offered))\(space)req/s" : "\(rate(served))\(space)req/s"
  }

  /// Whether a visible part is not served.
  package static func isPartial(_ served: Double, of offered: Double, tolerance: Double = 1e-6) -> Bool {
    served < offered * (1 - tolerance)
  }

  /// `700 W`, `7.7 kW`, `1.2 MW`.
  package static func watts(_ watts: Double) -> String {
    if abs(watts) < 1_000 { return fixed(watts, decimals: 0) + space + "W" }
    if abs(watts) < 1_000_000 { return significant(watts / 1_000) + space + "kW" }
    return significant(watts / 1_000_000) + space + "MW"
  }

  /// `95` for 0.95, `99.9` for 0.999.
  package static func percentile(_ quantile: Double) -> String { trimmed(fixed(quantile * 100, decimals: 3)) }

  /// Counts by period: `3` when all are equal, `5/2/0` for up to four periods, else from the least to the most: `0–5`.
  package static func byPeriod(_ counts: [Int]) -> String {
    guard let least = counts.min(), let most = counts.max() else { return "0" }
    if least == most { return count(most) }
    return counts.count <= 4 ? counts.map { count($0) }.joined(separator: "/") : "\(count(least))–\(count(most))"
  }

  /// Without zeros at the end of a fraction.
  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var text = text
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text == "−0" ? "0" : text
  }

  private static func grouped(_ digits: String) -> String {
    var result = ""
    for (offset, digit) in digits.enumerated() {
      if offset > 0, (digits.count - offset) % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return result
  }
}
