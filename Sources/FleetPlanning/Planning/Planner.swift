import FleetOptimization
import FleetServing

/// Plans a fleet: which accelerators prefill, decode or serve aggregated, how, and how many of them.
///
/// ```swift
/// var planner = Planner(constants: catalog.latencyConstants)
/// planner.timeLimitSeconds = 60
/// switch try planner.plan(problem) {
/// case .optimal(let plan), .feasible(let plan): print(plan.costUSDPerHour ?? 0)
/// case .infeasible(let plan): print(plan.conflict?.summary ?? "")
/// case .unsolved(let plan): print(plan.unsolvedReason ?? "")
/// }
/// ```
public struct Planner: Sendable {
  /// Constants of the latency model.
  public var constants: LatencyConstants
  /// Written into the plan's provenance.
  public var catalogHash: String
  /// Overrides the problem's time limit [s].
  public var timeLimitSeconds: Double?
  /// Overrides the problem's relative gap; 0 asks for a proof of optimality.
  public var relativeGap: Double?
  /// Whether other ways of planning are solved beside the joint program.
  public var solvesBaselines = true
  /// Subproblems after which one of them is stated with its gap instead of a proof. A count, not a time, so that the same
  /// problem gives the same plan on every machine.
  public var baselineNodes = 1000
  /// Whether an infeasible problem is searched for the smallest repairs.
  public var explainsConflicts = true
  /// Capacity taken away from configurations, for example because a replay missed an objective on them.
  public var adjustments = LoadAdjustments()
  /// Relative tolerance by which a latency may be over its objective in the check outside the solver.
  var latencyTolerance = PlanCheck.defaultLatencyTolerance
  /// A plan of the same or a neighbouring problem to start from. What can be taken over of it is tried first; a plan that does
  /// not fit is ignored. The optimum is the same with and without it.
  public var start: Plan? {
    get { starts.first }
    set { starts = newValue.map { [$0] } ?? [] }
  }
  /// Several plans to start from, of which the best is taken.
  var starts: [Plan] = []
  /// Called a few times per second while the joint program is solved, on the solver's thread.
  public var progress: (@Sendable (SolveProgress) -> Void)?
  /// Ends the search early; the best plan found so far is returned.
  public var cancellation: Cancellation?

  public init(constants: LatencyConstants, catalogHash: String = "") {
    self.constants = constants
    self.catalogHash = catalogHash
  }

  /// A planner with the latency constants and the identity of a catalog.
  public init(catalog: Catalog) {
    self.init(constants: catalog.latencyConstants, catalogHash: catalog.hash)
  }

  /// What the latency model rests on, for the plan's provenance.
  var latencyModelText: String {
    let rows = constants.coverage.reduce(0) { $0 + $1.rows }
    return "physics with constants fitted on \(rows) measurements"
  }

  /// Plans a problem; see `PlanningAnswer` for the four answers.
  ///
  /// - Throws: `PlannerFailure` when the program is malformed, the solver fails, or the plan does not survive the check
  ///   outside the solver.
  public func plan(_ problem: PlanningProblem) throws(PlannerFailure) -> PlanningAnswer {
    let plan = try solve(problem)
    switch plan.status {
    case .optimal: return .optimal(plan)
    case .feasible: return .feasible(plan)
    case .infeasible: return .infeasible(plan)
    case .unsolved: return .unsolved(plan)
    }
  }

  /// The plan with its status, whatever the answer is.
  ///
  /// Linear loads hold for every mix up to the curvature of step times. Where the predictions at a plan's own rates exceed
  /// an objective all the same, the configurations concerned are tightened and the problem is solved again.
  public func solve(_ problem: PlanningProblem) throws(PlannerFailure) -> Plan {
    var adjustments = adjustments
    return try answer(to: problem, adjusting: &adjustments).plan
  }

  /// A plan that passed the check, with the adjustments that it took.
  ///
  /// - Parameters:
  ///   - known: The candidates of the problem before adjustments, where they are known.
  ///   - scope: What is left out of the program.
  func answer(
    to problem: PlanningProblem, adjusting adjustments: inout LoadAdjustments, known: CandidateSet? = nil,
    scope: ProgramScope = ProgramScope()
  ) throws(PlannerFailure) -> PlanningSession.Answer {
    var refused: [String] = []
    for round in 1... {
      let session = PlanningSession(
        planner: self, problem: problem, adjustments: adjustments, known: known, scope: scope)
      let answer = try session.run()
      // A tightened program without a plan says nothing of the problem itself.
      if round > 1, answer.plan.groups.isEmpty { throw .check(refused) }
      if answer.findings.isEmpty { return answer }
      let misses = answer.findings.compactMap(\.miss)
      guard misses.count == answer.findings.count, round < Self.checkRounds else {
        throw .check(answer.findings.map(\.text))
      }
      refused = answer.findings.map(\.text)
      adjustments.tighten(answer, misses, problem)
    }
    preconditionFailure("the loop ends by returning or throwing")
  }

  /// Solves after which a plan that exceeds an objective is refused.
  static let checkRounds = 8
}

/// The four different answers to a planning problem; each carries the plan with all that is known.
public enum PlanningAnswer: Sendable {
  /// Proven to be the best.
  case optimal(Plan)
  /// A plan that obeys every rule, with a stated gap to the proven bound.
  case feasible(Plan)
  /// No plan obeys all rules; `plan.conflict` says why and what would repair it.
  case infeasible(Plan)
  /// Neither a plan nor a proof within the limits; `plan.unsolvedReason` says why.
  case unsolved(Plan)
}

/// Something went wrong that is no answer.
public enum PlannerFailure: Error, Sendable, CustomStringConvertible {
  /// The program could not be stated: every fault of the model.
  case program([String])
  /// The plan could not be replayed: why.
  case simulation([String])
  /// GLPK failed; its own words.
  case solver(String)
  /// The plan contradicts the problem when it is recomputed outside the solver.
  case check([String])

  public var description: String {
    switch self {
    case .program(let faults): "the program could not be stated: " + faults.joined(separator: "; ")
    case .solver(let text): "the solver failed: \(text)"
    case .simulation(let faults): "the plan could not be replayed: " + faults.joined(separator: "; ")
    case .check(let faults): "the plan did not pass the check outside the solver: " + faults.joined(separator: "; ")
    }
  }
}
