/// Numbers as they appear in reasons.
enum Wording {
  static func milliseconds(_ seconds: Double) -> String {
    let value = seconds * 1000
    return (value < 100 ? rounded(value, digits: 1) : tokens(value)) + " ms"
  }

  static func gigabytes(_ bytes: Double) -> String { rounded(bytes / 1e9, digits: 1) + " GB" }

  /// `0.95` → `95`, `0.999` → `99.9`.
  static func percentile(_ value: Double) -> String {
    let percent = (value * 1e6).rounded() / 1e4
    return percent == percent.rounded() ? String(Int(percent)) : "\(percent)"
  }

  /// Whole number with a comma every three digits.
  static func tokens(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    var digits = Array(String(Int(value.rounded().magnitude)))
    var position = digits.count - 3
    while position > 0 {
      digits.insert(",", at: position)
      position -= 3
    }
    return (value < 0 ? "−" : "") + String(digits)
  }

  static func rounded(_ value: Double, digits: Int) -> String {
    let scale = digits == 1 ? 10.0 : 100.0
    let scaled = (value * scale).rounded() / scale
    return scaled == scaled.rounded() ? String(Int(scaled)) : "\(scaled)"
  }
}
