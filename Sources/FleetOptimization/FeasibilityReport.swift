/// How far a point is from satisfying a model, computed from the model alone.
///
/// The residual of a row is measured against `max(1, |side|, largest |coefficient·value| in the row)`, so that rows of any
/// magnitude are judged alike; the residual of a bound against `max(1, |bound|)`; of integrality absolutely.
public struct FeasibilityReport: Sendable, Hashable {
  /// The default of every feasibility tolerance: ten times GLPK's primal tolerance (`tol_bnd` = 1e-7) on scaled rows.
  public static let defaultTolerance = 1e-6

  /// One constraint that the point misses.
  public struct Violation: Sendable, Hashable, CustomStringConvertible {
    public enum Kind: String, Sendable { case row, bound, integrality }

    public let kind: Kind
    /// Name of the row or variable.
    public let name: String
    /// By how much, in the units of the row or variable.
    public let amount: Double
    /// The same, relative as described above.
    public let residual: Double

    public var description: String { "\(kind.rawValue) \(name) missed by \(amount)" }
  }

  public let tolerance: Double
  /// Everything missed by more than the tolerance, rows first, in the order of the model.
  public let violations: [Violation]
  /// The largest residual of each kind, within tolerance or not.
  public let largestRowResidual: Double
  public let largestBoundResidual: Double
  public let largestIntegralityResidual: Double

  public var isFeasible: Bool { violations.isEmpty }

  /// Checks `values`, one per variable. A value that is not finite violates its bound by infinity.
  public init(_ model: Model, values: [Double], tolerance: Double = FeasibilityReport.defaultTolerance) {
    precondition(values.count == model.variables.count, "one value per variable")
    var violations: [Violation] = []
    var largest: [Violation.Kind: Double] = [:]
    func note(_ kind: Violation.Kind, _ name: String, _ amount: Double, scale: Double) {
      let residual = amount.isNaN ? .infinity : amount / scale
      largest[kind] = max(largest[kind] ?? 0, residual)
      if residual > tolerance {
        violations.append(Violation(kind: kind, name: name, amount: amount, residual: residual))
      }
    }
    for row in model.rows {
      var activity = 0.0
      var scale = 1.0
      for term in row.terms {
        let part = term.coefficient * values[term.variable.index]
        activity += part
        scale = max(scale, part.magnitude)
      }
      if row.lower.isFinite { scale = max(scale, row.lower.magnitude) }
      if row.upper.isFinite { scale = max(scale, row.upper.magnitude) }
      note(.row, row.name, largestExcess(of: activity, row.lower, row.upper), scale: scale)
    }
    for (variable, value) in zip(model.variables, values) {
      let bound = value < variable.lower ? variable.lower : variable.upper
      let excess = value.isFinite ? largestExcess(of: value, variable.lower, variable.upper) : .infinity
      note(.bound, variable.name, excess, scale: bound.isFinite ? max(1, bound.magnitude) : 1)
      if variable.kind == .integer {
        note(.integrality, variable.name, (value - value.rounded()).magnitude, scale: 1)
      }
    }
    self.tolerance = tolerance
    self.violations = violations
    largestRowResidual = largest[.row] ?? 0
    largestBoundResidual = largest[.bound] ?? 0
    largestIntegralityResidual = largest[.integrality] ?? 0
  }
}

/// By how much a value lies outside `lower...upper`, 0 inside.
private func largestExcess(of value: Double, _ lower: Double, _ upper: Double) -> Double {
  value.isNaN ? .nan : max(0, lower - value, value - upper)
}
