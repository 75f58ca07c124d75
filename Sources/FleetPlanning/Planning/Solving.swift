import FleetOptimization
import FleetServing

/// One solve of a program through all its objectives, in order.
struct ProgramSolve: Sendable {
  var termination: Termination
  var solution: Solution?
  /// Value and proven bound of the first objective.
  var objective: Double?
  var bound: Double?
  var statusText: String
  var statistics: SolveStatistics

  /// Tolerance by which an earlier objective may give way to the next, relative to its size: rounding, not a trade.
  static let tieTolerance = 1e-7

  var status: PlanStatus {
    switch termination {
    case .optimal: return solution == nil ? .unsolved : .optimal
    case .gapReached, .timeLimit, .nodeLimit, .cancelled: return solution == nil ? .unsolved : .feasible
    case .infeasible: return .infeasible
    case .unbounded, .failed: return .unsolved
    }
  }

  /// Solves the first objective to the wanted gap, then each further one with the earlier ones held.
  init(_ program: Program, objectives: [PlanObjective], options: SolverOptions) throws(ModelError) {
    var options = options
    let first = try GLPKSolver(options: options).solve(program.model)
    termination = first.termination
    solution = first.solution
    objective = first.solution?.objective
    bound = first.bound
    statusText = first.statusText
    statistics = first.statistics
    if termination == .infeasible {
      bound = nil
      return
    }
    guard first.termination == .optimal || first.termination == .gapReached else { return }

    var current = program
    for (earlier, next) in zip(objectives, objectives.dropFirst()) {
      guard let held = solution else { return }
      let value = held.value(of: earlier.expression(program.data, program.variables))
      current = current.following(
        next, keeping: earlier, at: value, tolerance: Self.tieTolerance * max(1, abs(value)))
      if let limit = options.timeLimitSeconds { options.timeLimitSeconds = max(0.1, limit - statistics.seconds) }
      options.initialSolution = held.values
      let outcome = try GLPKSolver(options: options).solve(current.model)
      statistics.seconds += outcome.statistics.seconds
      statistics.nodes += outcome.statistics.nodes
      guard let refined = outcome.solution else { return }
      solution = refined
    }
  }
}

extension PlanningProblem {
  /// The objectives in force: ties of anything but cost are broken by cost, or plans would waste money.
  var effectiveObjectives: [PlanObjective] {
    var unique: [PlanObjective] = []
    for objective in objectives.isEmpty ? [.cost] : objectives where !unique.contains(objective) {
      unique.append(objective)
    }
    return unique.contains(.cost) ? unique : unique + [.cost]
  }
}
