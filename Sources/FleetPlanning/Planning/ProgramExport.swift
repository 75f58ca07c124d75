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
    self.init(Program(data))
  }

  init(_ program: Program) { self.program = program }

  /// Free MPS, minimisation, with integer markers.
  public func mps() -> String { MPSWriter().text(program.model) }

  /// CPLEX LP format, minimisation.
  public func lp() -> String { LPWriter().text(program.model) }

  /// GNU MathProg: a program text with this program's data, one file for `glpsol -m`.
  ///
  /// - Parameter programText: The text of models/program/planning.mod; an `end` statement at its end is left out.
  public func mathProg(programText: String) -> String {
    var lines = programText.split(separator: "\n", omittingEmptySubsequences: false)
    if let last = lines.lastIndex(where: { $0.contains { !$0.isWhitespace } }),
      lines[last].filter({ !$0.isWhitespace }) == "end;"
    {
      lines.removeSubrange(last...)
    }
    return lines.joined(separator: "\n") + "\n" + MathProgData(program.data).text()
  }

  public var rows: Int { program.model.rows.count }
  public var columns: Int { program.model.variables.count }
}
