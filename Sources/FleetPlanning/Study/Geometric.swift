import Foundation

/// Values in equal ratios.
enum Geometric {
  /// Value number `step` (counted from 0) of `steps` + 1 values from `low` to `high`; the ends are met exactly, and so is 1 in
  /// the middle of two reciprocal ends.
  static func value(from low: Double, to high: Double, _ step: Int, of steps: Int) -> Double {
    if step <= 0 { return low }
    if step >= steps { return high }
    if 2 * step == steps { return (low * high).squareRoot() }
    return low * pow(high / low, Double(step) / Double(steps))
  }

  /// About `count` factors in nearly equal ratios from the lower end of a range through 1 to its upper end; 1 and both ends are
  /// among them.
  static func factors(_ range: ClosedRange<Double>, count: Int) -> [Double] {
    guard count > 0 else { return [] }
    guard range.lowerBound < 1, range.upperBound > 1, count > 2 else { return [1] }
    let below = -log(range.lowerBound)
    let above = log(range.upperBound)
    let steps = count - 1
    let lower = min(max(1, Int((Double(steps) * below / (below + above)).rounded())), steps - 1)
    let upper = steps - lower
    return (0..<lower).map { value(from: range.lowerBound, to: 1, $0, of: lower) }
      + (0...upper).map { value(from: 1, to: range.upperBound, $0, of: upper) }
  }
}
