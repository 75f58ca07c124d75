/// The numbers that a key accepts, with their wording for messages. Bounds are finite.
public struct NumberRange: Hashable, Sendable, CustomStringConvertible {
  private var lower: Double?
  private var lowerIsIncluded = true
  private var upper: Double?
  private var upperIsIncluded = true

  /// Every finite number.
  public static let any = NumberRange()
  /// x > 0
  public static let positive = NumberRange.above(0)

  /// x ≥ `bound`
  public static func atLeast(_ bound: Double) -> NumberRange { NumberRange(lower: bound) }
  /// x > `bound`
  public static func above(_ bound: Double) -> NumberRange { NumberRange(lower: bound, lowerIsIncluded: false) }
  /// x ≤ `bound`
  public static func atMost(_ bound: Double) -> NumberRange { NumberRange(upper: bound) }
  /// x < `bound`
  public static func below(_ bound: Double) -> NumberRange { NumberRange(upper: bound, upperIsIncluded: false) }
  /// `lower` ≤ x ≤ `upper`
  public static func closed(_ lower: Double, _ upper: Double) -> NumberRange { NumberRange(lower: lower, upper: upper) }
  /// `lower` < x ≤ `upper`
  public static func above(_ lower: Double, upTo upper: Double) -> NumberRange {
    NumberRange(lower: lower, lowerIsIncluded: false, upper: upper)
  }
  /// `lower` ≤ x < `upper`
  public static func from(_ lower: Double, below upper: Double) -> NumberRange {
    NumberRange(lower: lower, upper: upper, upperIsIncluded: false)
  }
  /// `lower` < x < `upper`
  public static func open(_ lower: Double, _ upper: Double) -> NumberRange {
    NumberRange(lower: lower, lowerIsIncluded: false, upper: upper, upperIsIncluded: false)
  }

  private init(
    lower: Double? = nil, lowerIsIncluded: Bool = true, upper: Double? = nil, upperIsIncluded: Bool = true
  ) {
    precondition(lower?.isFinite ?? true, "the lower bound must be finite")
    precondition(upper?.isFinite ?? true, "the upper bound must be finite")
    if let lower, let upper { precondition(lower <= upper, "the lower bound must not exceed the upper one") }
    self.lower = lower
    self.lowerIsIncluded = lowerIsIncluded
    self.upper = upper
    self.upperIsIncluded = upperIsIncluded
  }

  public func contains(_ number: Double) -> Bool {
    if !number.isFinite { return false }
    if let lower, lowerIsIncluded ? number < lower : number <= lower { return false }
    if let upper, upperIsIncluded ? number > upper : number >= upper { return false }
    return true
  }

  /// `≥ 0`, `> 0`, `from 1 to 8`, `> 0 and ≤ 1`; empty for `.any`.
  public var description: String {
    if let lower, let upper, lowerIsIncluded, upperIsIncluded {
      return "from \(numberText(lower)) to \(numberText(upper))"
    }
    let first = lower.map { (lowerIsIncluded ? "≥ " : "> ") + numberText($0) }
    let second = upper.map { (upperIsIncluded ? "≤ " : "< ") + numberText($0) }
    return [first, second].compactMap { $0 }.joined(separator: " and ")
  }

  /// `what`, the unit and this range in one phrase: `a number of requests/s ≥ 0`.
  func phrase(_ what: String?, noun: String, unit: String?) -> String {
    var text = what ?? noun
    if let unit { text += (what == nil ? " of " : " in ") + unit }
    let range = description
    return range.isEmpty ? text : text + " " + range
  }
}
