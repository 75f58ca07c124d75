/// How much one branch-and-cut search may do.
struct SearchSettings {
  var relativeGap: Double
  var feasibilityTolerance: Double
  var nodeLimit: Int?
  /// Limit on the simplex steps of a sub-search.
  var iterationLimit: Int?
  /// Objective of a solution that is known elsewhere: only better ones count.
  var knownObjective: Double = .infinity
  /// Step between the objectives of all solutions, where the parent of this search knows it.
  var step: Double?
  /// Rounds of cuts at the root.
  var cutRounds = 40
  /// 0 for the search that the caller asked for; a sub-search of a heuristic has 1 more than its parent.
  var depth = 0
  /// How often the root was reduced and started again.
  var restarts = 0

  init(_ options: SolverOptions) {
    relativeGap = options.relativeGap
    feasibilityTolerance = options.feasibilityTolerance
    nodeLimit = options.nodeLimit
  }
}

/// The best solution of a search, and the objective that a better one has to stay below.
struct Incumbent {
  private(set) var values: [Double]?
  /// Of `values`, or of the solution known elsewhere.
  private(set) var objective: Double
  /// Step between objectives, 0 where there is none.
  let step: Double
  let relativeGap: Double

  init(step: Double, relativeGap: Double, knownObjective: Double) {
    self.step = step
    self.relativeGap = relativeGap
    objective = knownObjective
  }

  mutating func improve(_ newValues: [Double], _ newObjective: Double) -> Bool {
    guard newObjective < objective else { return false }
    values = newValues
    objective = newObjective
    return true
  }

  /// Subproblems whose bound lies above this are not worth a look: what is in them is no better than the incumbent by a whole step
  /// or by the gap that is asked for.
  var cutoff: Double {
    guard objective.isFinite else { return .infinity }
    return objective - max(usefulStep * 0.99, max(relativeGap, SolverOptions.exactGap) * objective.magnitude)
  }

  /// The lower bound that stands when everything at or below the cutoff has been searched.
  var provenBound: Double {
    guard objective.isFinite else { return .infinity }
    let gap = max(relativeGap, SolverOptions.exactGap) * objective.magnitude
    return usefulStep * 0.99 >= gap || relativeGap <= SolverOptions.exactGap ? objective : objective - gap
  }

  private var usefulStep: Double { step > Granule.smallestUsefulPart * objective.magnitude ? step : 0 }
}
