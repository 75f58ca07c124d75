/// A sum of terms and a constant: `Σ coefficient·variable + constant`.
///
/// Terms may repeat a variable while the expression is built; `terms` gives them merged.
public struct LinearExpression: Sendable {
  private(set) var unmergedTerms: [Term]
  public var constant: Double

  public init(constant: Double = 0) {
    unmergedTerms = []
    self.constant = constant
  }

  public init(_ variable: Variable, coefficient: Double = 1) {
    unmergedTerms = [Term(variable, coefficient)]
    constant = 0
  }

  public init(_ terms: some Sequence<Term>, constant: Double = 0) {
    unmergedTerms = Array(terms)
    self.constant = constant
  }

  /// Each variable once, in the order of the columns, without zero coefficients. Coefficients that are not finite are kept, so
  /// that `Model.faults()` can name them.
  public var terms: [Term] {
    var merged: [Term] = []
    merged.reserveCapacity(unmergedTerms.count)
    for term in unmergedTerms.sorted(by: { $0.variable.index < $1.variable.index }) {
      if let last = merged.last, last.variable == term.variable {
        merged[merged.count - 1].coefficient += term.coefficient
      } else {
        merged.append(term)
      }
    }
    merged.removeAll { $0.coefficient == 0 }
    return merged
  }

  /// The coefficient of one variable, 0 where it does not occur.
  public func coefficient(of variable: Variable) -> Double {
    unmergedTerms.reduce(0) { $1.variable == variable ? $0 + $1.coefficient : $0 }
  }

  /// The value of the expression where variable `j` takes `values[j]`.
  public func value(at values: [Double]) -> Double {
    unmergedTerms.reduce(constant) { $0 + $1.coefficient * values[$1.variable.index] }
  }

  /// Adds `coefficient·variable`.
  public mutating func add(_ variable: Variable, coefficient: Double = 1) {
    unmergedTerms.append(Term(variable, coefficient))
  }

  /// Adds `factor·other`.
  public mutating func add(_ other: LinearExpression, factor: Double = 1) {
    if factor == 1 {
      unmergedTerms.append(contentsOf: other.unmergedTerms)
    } else {
      unmergedTerms.append(contentsOf: other.unmergedTerms.lazy.map { Term($0.variable, factor * $0.coefficient) })
    }
    constant += factor * other.constant
  }

  /// The sum of all expressions, 0 for none.
  public static func sum(_ expressions: some Sequence<LinearExpression>) -> LinearExpression {
    var result = LinearExpression()
    for expression in expressions { result.add(expression) }
    return result
  }

  /// The sum of all variables, 0 for none.
  public static func sum(_ variables: some Sequence<Variable>) -> LinearExpression {
    LinearExpression(variables.lazy.map { Term($0, 1) })
  }

  func scaled(by factor: Double) -> LinearExpression {
    var result = LinearExpression()
    result.add(self, factor: factor)
    return result
  }

  /// The relation `range.lowerBound ≤ self ≤ range.upperBound`.
  public func within(_ range: ClosedRange<Double>) -> Relation {
    Relation(lower: range.lowerBound, self, upper: range.upperBound)
  }
}
