/// How a mixed-integer program is searched.
public enum SearchStrategy: Sendable, Hashable {
  /// Cuts, heuristics and bound tightening made for capacity planning around GLPK's simplex method and branch and bound. Exact on
  /// every program.
  case engine
  /// GLPK's own branch and bound with its default settings, for comparison.
  case plain
  /// `plain` for a limited number of nodes, then `engine`: the fastest on small programs, and no slower on large ones to speak of.
  case staged
}

/// Limits and wishes for one solve.
public struct SolverOptions: Sendable {
  /// A gap below this, relative to the objective, counts as none.
  public static let exactGap = 1e-9

  /// Wall-clock limit in seconds, for everything from the call to the answer; `nil` = none.
  public var timeLimitSeconds: Double?
  /// The search stops when (objective − bound) / |objective| is at most this.
  public var relativeGap: Double = SolverOptions.exactGap
  /// Limit on the subproblems of branch and bound; `nil` = none.
  public var nodeLimit: Int?
  /// Limit on the memory that GLPK may allocate, in MiB; `nil` = none.
  public var memoryLimitMebibytes: Int?
  /// A point to start from, one value per variable. The integer variables are rounded and kept, the continuous ones are solved
  /// again; a point that turns out infeasible is ignored.
  public var initialSolution: [Double]?
  /// Called on the thread of the solve, at most about five times a second.
  public var progress: (@Sendable (SolveProgress) -> Void)?
  /// Stops the solve from outside; the best solution so far is kept.
  public var cancellation: Cancellation?
  public var strategy: SearchStrategy = .engine
  /// How far a solution may miss a bound, a row or a whole number and still count as feasible; see `FeasibilityReport`.
  public var feasibilityTolerance: Double = FeasibilityReport.defaultTolerance

  public init() {}
}

/// Where a running solve stands.
public struct SolveProgress: Sendable, Hashable {
  /// Seconds since the call.
  public let seconds: Double
  /// What is going on, in a word or two.
  public let phase: String
  /// Objective of the best solution so far.
  public let incumbent: Double?
  /// Proven lower bound on the objective.
  public let bound: Double?
  /// Subproblems of branch and bound so far.
  public let nodes: Int

  /// (incumbent − bound) / |incumbent|, where both are known.
  public var gap: Double? { relativeGap(objective: incumbent, bound: bound) }
}

/// (objective − bound) / |objective|; 0 where they agree, infinite where the objective is 0 and the bound is not.
func relativeGap(objective: Double?, bound: Double?) -> Double? {
  guard let objective, let bound else { return nil }
  let difference = objective - bound
  return difference <= 0 ? 0 : difference / objective.magnitude
}
