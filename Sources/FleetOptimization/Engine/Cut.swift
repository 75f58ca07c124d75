/// An inequality `Σ values·x ≤ upper` that every feasible point satisfies.
struct Cut {
  let columns: [Int]
  let values: [Double]
  let upper: Double
  /// Distance from the point that it was made for, in the Euclidean norm of its coefficients.
  let efficacy: Double

  func violation(at point: [Double]) -> Double {
    var sum = -upper
    for (column, value) in zip(columns, values) { sum += value * point[column] }
    return sum
  }

  /// Cosine of the angle to another cut, whose coefficients are spread in `dense`.
  func cosine(with dense: [Double], norm otherNorm: Double) -> Double {
    var sum = 0.0
    for (column, value) in zip(columns, values) { sum += value * dense[column] }
    return sum / (norm * otherNorm)
  }

  var norm: Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}
