// Arithmetic that builds linear expressions, written out for each pair of operands so that type checking stays fast.

extension LinearExpression {
  public static func + (left: consuming LinearExpression, right: LinearExpression) -> LinearExpression {
    left.add(right)
    return left
  }

  public static func + (left: consuming LinearExpression, right: Variable) -> LinearExpression {
    left.add(right)
    return left
  }

  public static func + (left: Variable, right: LinearExpression) -> LinearExpression {
    LinearExpression(left) + right
  }

  public static func + (left: consuming LinearExpression, right: Double) -> LinearExpression {
    left.constant += right
    return left
  }

  public static func + (left: Double, right: LinearExpression) -> LinearExpression {
    LinearExpression(constant: left) + right
  }

  public static func - (left: consuming LinearExpression, right: LinearExpression) -> LinearExpression {
    left.add(right, factor: -1)
    return left
  }

  public static func - (left: consuming LinearExpression, right: Variable) -> LinearExpression {
    left.add(right, coefficient: -1)
    return left
  }

  public static func - (left: Variable, right: LinearExpression) -> LinearExpression {
    LinearExpression(left) - right
  }

  public static func - (left: consuming LinearExpression, right: Double) -> LinearExpression {
    left.constant -= right
    return left
  }

  public static func - (left: Double, right: LinearExpression) -> LinearExpression {
    LinearExpression(constant: left) - right
  }

  public static prefix func - (operand: LinearExpression) -> LinearExpression { operand.scaled(by: -1) }

  public static func * (left: Double, right: LinearExpression) -> LinearExpression { right.scaled(by: left) }

  public static func * (left: LinearExpression, right: Double) -> LinearExpression { left.scaled(by: right) }

  public static func / (left: LinearExpression, right: Double) -> LinearExpression { left.scaled(by: 1 / right) }

  public static func += (left: inout LinearExpression, right: LinearExpression) { left.add(right) }

  public static func += (left: inout LinearExpression, right: Variable) { left.add(right) }

  public static func += (left: inout LinearExpression, right: Double) { left.constant += right }

  public static func -= (left: inout LinearExpression, right: LinearExpression) { left.add(right, factor: -1) }

  public static func -= (left: inout LinearExpression, right: Variable) { left.add(right, coefficient: -1) }

  public static func -= (left: inout LinearExpression, right: Double) { left.constant -= right }

  public static func *= (left: inout LinearExpression, right: Double) { left = left.scaled(by: right) }
}

extension Variable {
  public static func * (left: Double, right: Variable) -> LinearExpression {
    LinearExpression(right, coefficient: left)
  }

  public static func * (left: Variable, right: Double) -> LinearExpression {
    LinearExpression(left, coefficient: right)
  }

  public static func / (left: Variable, right: Double) -> LinearExpression {
    LinearExpression(left, coefficient: 1 / right)
  }

  public static func + (left: Variable, right: Variable) -> LinearExpression { LinearExpression(left) + right }

  public static func + (left: Variable, right: Double) -> LinearExpression { LinearExpression(left) + right }

  public static func + (left: Double, right: Variable) -> LinearExpression { LinearExpression(right) + left }

  public static func - (left: Variable, right: Variable) -> LinearExpression { LinearExpression(left) - right }

  public static func - (left: Variable, right: Double) -> LinearExpression { LinearExpression(left) - right }

  public static func - (left: Double, right: Variable) -> LinearExpression { LinearExpression(constant: left) - right }

  public static prefix func - (operand: Variable) -> LinearExpression { LinearExpression(operand, coefficient: -1) }
}
