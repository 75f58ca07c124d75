/// A linear constraint `lower ≤ expression ≤ upper`; a missing side is `nil`.
///
/// The constant of the expression is moved into the sides, so `expression.constant` is always 0.
public struct Relation: Sendable {
  public let lower: Double?
  public let expression: LinearExpression
  public let upper: Double?

  public init(lower: Double? = nil, _ expression: LinearExpression, upper: Double? = nil) {
    self.lower = lower.map { $0 - expression.constant }
    self.upper = upper.map { $0 - expression.constant }
    var homogeneous = expression
    homogeneous.constant = 0
    self.expression = homogeneous
  }
}

extension LinearExpression {
  public static func <= (left: LinearExpression, right: LinearExpression) -> Relation {
    Relation(left - right, upper: 0)
  }

  public static func <= (left: LinearExpression, right: Double) -> Relation { Relation(left, upper: right) }

  public static func <= (left: LinearExpression, right: Variable) -> Relation { left <= LinearExpression(right) }

  public static func <= (left: Double, right: LinearExpression) -> Relation { Relation(lower: left, right) }

  public static func >= (left: LinearExpression, right: LinearExpression) -> Relation {
    Relation(lower: 0, left - right)
  }

  public static func >= (left: LinearExpression, right: Double) -> Relation { Relation(lower: right, left) }

  public static func >= (left: LinearExpression, right: Variable) -> Relation { left >= LinearExpression(right) }

  public static func >= (left: Double, right: LinearExpression) -> Relation { Relation(right, upper: left) }

  public static func == (left: LinearExpression, right: LinearExpression) -> Relation {
    Relation(lower: 0, left - right, upper: 0)
  }

  public static func == (left: LinearExpression, right: Double) -> Relation {
    Relation(lower: right, left, upper: right)
  }

  public static func == (left: LinearExpression, right: Variable) -> Relation { left == LinearExpression(right) }
}

extension Variable {
  public static func <= (left: Variable, right: LinearExpression) -> Relation { LinearExpression(left) <= right }

  public static func <= (left: Variable, right: Double) -> Relation { LinearExpression(left) <= right }

  public static func <= (left: Variable, right: Variable) -> Relation {
    LinearExpression(left) <= LinearExpression(right)
  }

  public static func >= (left: Variable, right: LinearExpression) -> Relation { LinearExpression(left) >= right }

  public static func >= (left: Variable, right: Double) -> Relation { LinearExpression(left) >= right }

  public static func >= (left: Variable, right: Variable) -> Relation {
    LinearExpression(left) >= LinearExpression(right)
  }

  public static func == (left: Variable, right: LinearExpression) -> Relation { LinearExpression(left) == right }

  public static func == (left: Variable, right: Double) -> Relation { LinearExpression(left) == right }
}
