import FleetPlan

/// What the process tells its caller. Thrown by a command that has said everything else already.
enum ExitStatus: Int32, Error {
  case done = 0
  /// Faults in files, arguments or output paths.
  case badInput = 2
  /// Proven that no plan obeys all rules.
  case infeasible = 3
  /// Neither a plan nor a proof within the limits.
  case unsolved = 4
  /// The solver failed, or its plan did not pass the check outside it.
  case solverFailure = 5
  /// A replay misses an objective.
  case missed = 6
  /// A batch was ended with jobs left, or some of its jobs were cancelled.
  case interrupted = 7

  init(_ status: PlanStatus) {
    switch status {
    case .optimal, .feasible: self = .done
    case .infeasible: self = .infeasible
    case .unsolved: self = .unsolved
    }
  }

  /// Ends the command when there is something to tell.
  func throwUnlessDone() throws {
    if self != .done { throw self }
  }
}
