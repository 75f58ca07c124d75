/// A variable `v ≥ 0` of a row to round, and what it stands for.
struct RoundingItem {
  enum Meaning {
    /// `v = x − origin`
    case above
    /// `v = origin − x`
    case below
    /// `v = factor·x[link] − x`
    case link
    /// The slack at position `column` of the base.
    case slack
  }

  var column: Int
  var meaning: Meaning
  var origin: Double
  var coefficient: Double
  /// Value at the point.
  var value: Double
  /// Upper bound of `v`.
  var range: Double
  var link = -1
  var factor = 0.0
}

/// A row `Σ c·n + Σ d·t ≤ side` in variables `≥ 0`: whole `n`, and those continuous `t` whose coefficient is negative. The
/// others may be dropped, which only weakens the row.
struct RoundingForm {
  var integers: [RoundingItem] = []
  private(set) var continuous: [RoundingItem] = []
  var side = 0.0

  private static let smallestFraction = 0.01
  private static let largestFraction = 0.98
  private static let mostDivisors = 10
  private static let mostTurns = 8

  mutating func clear(side newSide: Double) {
    integers.removeAll(keepingCapacity: true)
    continuous.removeAll(keepingCapacity: true)
    side = newSide
  }

  mutating func addContinuous(_ item: RoundingItem) {
    if item.coefficient < 0 { continuous.append(item) }
  }

  static func rounded(_ value: Double, _ fraction: Double, _ factor: Double) -> Double {
    let floor = value.rounded(.down)
    return floor + max(0, value - floor - fraction) * factor
  }

  /// The divisor whose rounding is violated most, having turned integer variables around where that helps; `nil` where none is
  /// violated.
  mutating func bestDivisor() -> (delta: Double, efficacy: Double)? {
    var divisors: [Double] = []
    for item in integers where item.value > 1e-6 && item.value < item.range - 1e-6 {
      let divisor = item.coefficient.magnitude
      if divisor > 1e-7, !divisors.contains(where: { ($0 - divisor).magnitude < 1e-9 * divisor }) {
        divisors.append(divisor)
        if divisors.count >= Self.mostDivisors { break }
      }
    }
    var best: (delta: Double, efficacy: Double)?
    for divisor in divisors {
      if let found = efficacy(divisor), found > best?.efficacy ?? 1e-6 { best = (divisor, found) }
    }
    guard let first = best else { return nil }
    for part in [2.0, 4, 8] {
      if let found = efficacy(first.delta / part), found > best?.efficacy ?? 0 { best = (first.delta / part, found) }
    }
    var turns = 0
    for position in integers.indices where turns < Self.mostTurns {
      let item = integers[position]
      guard item.range.isFinite, item.value > 1e-6, item.value < item.range - 1e-6, let current = best else { continue }
      turns += 1
      turn(position)
      if let found = efficacy(current.delta), found > current.efficacy + 1e-9 {
        best = (current.delta, found)
      } else {
        turn(position)
      }
    }
    return best
  }

  /// Efficacy of the rounding by `delta` in the space of the items; `nil` for a fraction out of range.
  private func efficacy(_ delta: Double) -> Double? {
    let inverse = 1 / delta
    let scaled = side * inverse
    let floor = scaled.rounded(.down)
    let fraction = scaled - floor
    guard fraction >= Self.smallestFraction, fraction <= Self.largestFraction, floor.magnitude < 1e8 else { return nil }
    var violation = -floor
    var norm = 0.0
    let factor = 1 / (1 - fraction)
    for item in integers {
      let rounded = Self.rounded(item.coefficient * inverse, fraction, factor)
      violation += rounded * item.value
      norm += rounded * rounded
    }
    for item in continuous {
      let value = item.coefficient * inverse * factor
      violation += value * item.value
      norm += value * value
    }
    return norm > 0 ? violation / norm.squareRoot() : nil
  }

  /// Measures an integer item from its other bound.
  private mutating func turn(_ position: Int) {
    var item = integers[position]
    side -= item.coefficient * item.range
    item.coefficient = -item.coefficient
    item.value = item.range - item.value
    item.origin += item.meaning == .above ? item.range : -item.range
    item.meaning = item.meaning == .above ? .below : .above
    integers[position] = item
  }
}
