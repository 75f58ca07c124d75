/// Why a solve ended.
public enum Termination: Sendable, Hashable {
  /// The solution is proven optimal, within `SolverOptions.exactGap`.
  case optimal
  /// The solution is proven within the gap that the options ask for.
  case gapReached
  /// No point satisfies the rows and bounds.
  case infeasible
  /// The objective can fall without limit.
  case unbounded
  case timeLimit
  case nodeLimit
  case cancelled
  /// The solver gave up; the text says why.
  case failed(String)
}

/// A feasible point, checked outside the solver.
public struct Solution: Sendable, Hashable {
  /// One value per variable, by index; integer variables hold whole numbers exactly.
  public let values: [Double]
  /// The objective recomputed from the values.
  public let objective: Double

  public subscript(_ variable: Variable) -> Double { values[variable.index] }

  /// The value of an integer variable.
  public func count(_ variable: Variable) -> Int { Int(values[variable.index].rounded()) }

  public func value(of expression: LinearExpression) -> Double { expression.value(at: values) }
}

/// What a solve did.
public struct SolveStatistics: Sendable, Hashable {
  public var rows = 0
  public var columns = 0
  public var integerColumns = 0
  /// Subproblems of branch and bound.
  public var nodes = 0
  /// Cutting planes added.
  public var cuts = 0
  /// Objective of the linear relaxation before and after the cuts at the root.
  public var relaxationBound: Double?
  public var rootBound: Double?
  /// Wall-clock seconds of the solve.
  public var seconds: Double = 0

  public init() {}
}

/// The answer to `GLPKSolver.solve(_:)`.
///
/// Read `solution` together with `termination`: a limit may be met with a solution or without one.
public struct Outcome: Sendable {
  public let termination: Termination
  public let solution: Solution?
  /// Proven lower bound on the objective, where one is known.
  public let bound: Double?
  /// GLPK's own words and codes.
  public let statusText: String
  public let statistics: SolveStatistics

  /// (objective − bound) / |objective|, where both are known.
  public var gap: Double? { relativeGap(objective: solution?.objective, bound: bound) }

  /// Whether the solution is proven as good as was asked for.
  public var isProven: Bool { termination == .optimal || termination == .gapReached }
}
