/// A column of a `Model`: its position, counted from 0.
///
/// A variable means something only together with the model that made it.
public struct Variable: Hashable, Sendable {
  public let index: Int

  init(index: Int) { self.index = index }
}

/// Which values a variable may take between its bounds.
public enum VariableKind: Sendable, Hashable {
  /// Every real number.
  case continuous
  /// Whole numbers only.
  case integer
}

/// One variable with its coefficient.
public struct Term: Sendable, Hashable {
  public var variable: Variable
  public var coefficient: Double

  public init(_ variable: Variable, _ coefficient: Double) {
    self.variable = variable
    self.coefficient = coefficient
  }
}
