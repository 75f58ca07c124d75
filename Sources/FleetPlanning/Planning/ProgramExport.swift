import FleetOptimization
import FleetServing

/// The program of a problem as text that other solvers read.
///
/// The full program has every candidate; the reduced one, which the planner solves, only those that dominance left. Both
/// have the same optimum, which is the `objective` of the plan: always a minimisation of the problem's first objective.
public struct ProgramExport: Sendable {
  let program: Program

  /// - Parameter full: All candidates instead of those that dominance left.
  public init(problem: PlanningProblem, constants: LatencyConstants, full: Bool) {
    let set = CandidateEnumeration(problem: problem, constants: constants).enumerate()
    var data = ProgramData(problem: problem, set: set)
    if !full { data.candidates = Dominance.reduce(data.candidates) }
    program = Program(data)
  }

  /// Free MPS, minimisation, with integer markers.
  public func mps() -> String { MPSWriter().text(program.model) }

  /// CPLEX LP format, minimisation.
  public func lp() -> String { LPWriter().text(program.model) }

  public var rows: Int { program.model.rows.count }
  public var columns: Int { program.model.variables.count }
}
