import FleetServing
import Foundation

/// Solves the programs of a study, each as the planner would, and keeps count of them.
///
/// Everything but the counts is constant, so programs may be solved on several threads at once.
final class StudySolver: @unchecked Sendable {
  /// One program: a problem, and what is left out of it.
  struct Case: Sendable {
    var problem: PlanningProblem
    var scope = ProgramScope()
    /// The candidates, where they are known from a problem with the same ones.
    var candidates: CandidateSet?
    var adjustments: LoadAdjustments

    func restricted(to scope: ProgramScope) -> Case {
      var other = self
      other.scope = scope
      return other
    }
  }

  /// What came out; `plan` is unsolved where a limit of the study or a failure kept it from being solved.
  struct Answer: Sendable {
    var plan: Plan
    /// Those of the case with what the check outside the solver added.
    var adjustments: LoadAdjustments

    var cost: Double? { plan.status == .optimal || plan.status == .feasible ? plan.costUSDPerHour : nil }
    /// An infeasible program is a proven answer, too.
    var isProven: Bool { plan.status == .optimal || plan.status == .infeasible }
  }

  let problem: PlanningProblem
  let options: StudyOptions
  let planner: Planner
  private let base: CandidateSet
  private let begun = ContinuousClock.now
  private let deadline: ContinuousClock.Instant
  private let progress: (@Sendable (StudyProgress) -> Void)?
  private let lock = NSLock()
  private var count = Count()
  private var part = "optimum"

  /// How the programs ended.
  struct Count: Sendable {
    var solved = 0
    /// Ended at a limit: a plan without a proof, or nothing.
    var unproven = 0
    /// Not begun, because the time of the study was up.
    var skipped = 0
    /// Words of the programs that failed.
    var failures: [String] = []
  }

  init(
    _ problem: PlanningProblem, planner: Planner, options: StudyOptions,
    progress: (@Sendable (StudyProgress) -> Void)? = nil
  ) {
    var planner = planner
    planner.solvesBaselines = false
    planner.explainsConflicts = false
    planner.progress = nil
    // What is said here rests on proofs; the limit on subproblems takes the place of a gap.
    planner.relativeGap = 0
    planner.timeLimitSeconds = min(planner.timeLimitSeconds ?? options.secondsPerSolve, options.secondsPerSolve)
    var problem = problem
    problem.limits.nodes = min(problem.limits.nodes ?? options.nodesPerSolve, options.nodesPerSolve)
    self.problem = problem
    self.planner = planner
    self.options = options
    self.progress = progress
    deadline = begun + .seconds(options.totalSeconds)
    base = CandidateEnumeration(problem: problem, constants: planner.constants).enumerate()
  }

  var counts: Count {
    lock.lock()
    defer { lock.unlock() }
    return count
  }

  private var isTimeUp: Bool { ContinuousClock.now >= deadline || isCancelled }

  var isCancelled: Bool { planner.cancellation?.isCancelled ?? false }

  /// Whether there is no time to begin something more; that it is left out is kept in mind.
  func mustStop() -> Bool {
    guard isTimeUp else { return false }
    record { $0.skipped += 1 }
    return true
  }

  // MARK: Cases

  /// The studied problem itself, with what its own plan had to take away.
  func original(_ adjustments: LoadAdjustments? = nil) -> Case {
    Case(problem: problem, candidates: base, adjustments: adjustments ?? planner.adjustments)
  }

  /// The problem with one thing changed. Where that leaves the candidates as they are, so do the adjustments.
  func varied(_ variation: ProblemVariation, _ adjustments: LoadAdjustments) -> Case {
    if variation.keepsCandidates {
      return Case(problem: problem.varied(variation), candidates: base, adjustments: adjustments)
    }
    return Case(problem: problem.varied(variation), adjustments: planner.adjustments)
  }

  /// The case with its candidates enumerated, for several solves with different scopes.
  func enumerated(_ one: Case) -> Case {
    guard one.candidates == nil, !isTimeUp else { return one }
    var known = one
    known.candidates = CandidateEnumeration(problem: one.problem, constants: planner.constants).enumerate()
    return known
  }

  // MARK: Solving

  func solve(_ one: Case, start: Plan?...) -> Answer { solve(one, starts: start.compactMap { $0 }) }

  /// - Parameter starts: Plans of neighbouring problems; the best one that fits is where the search begins.
  func solve(_ one: Case, starts: [Plan]) -> Answer {
    if mustStop() { return unsolved(one, "not reached within the time of the study") }
    var planner = planner
    planner.starts = starts.filter { !$0.groups.isEmpty }
    var adjustments = one.adjustments
    do throws(PlannerFailure) {
      let answer = try planner.answer(
        to: one.problem, adjusting: &adjustments, known: one.candidates, scope: one.scope)
      let isProven = answer.plan.status == .optimal || answer.plan.status == .infeasible
      record {
        $0.solved += 1
        if !isProven { $0.unproven += 1 }
      }
      return Answer(plan: answer.plan, adjustments: adjustments)
    } catch {
      record {
        $0.solved += 1
        $0.failures.append(error.description)
      }
      return unsolved(one, error.description)
    }
  }

  private func unsolved(_ one: Case, _ reason: String) -> Answer {
    let plan = Plan(
      problemName: one.problem.name, status: .unsolved, objectiveName: PlanObjective.cost.rawValue,
      unsolvedReason: reason, provenance: PlanProvenance())
    return Answer(plan: plan, adjustments: one.adjustments)
  }

  private func record(_ change: (inout Count) -> Void) {
    lock.lock()
    change(&count)
    let now = StudyProgress(part: part, solves: count.solved, seconds: (ContinuousClock.now - begun) / .seconds(1))
    lock.unlock()
    progress?(now)
  }

  /// Names what is studied from here on, for those who watch.
  func begin(_ part: String) {
    lock.lock()
    defer { lock.unlock() }
    self.part = part
  }

  // MARK: Parallel work

  /// Results of `work` for 0 ..< count, several at a time, in this order.
  func concurrently<T: Sendable>(_ count: Int, _ work: @Sendable (Int) -> T) -> [T] {
    withoutActuallyEscaping(work) { work in
      let slots = Slots<T>(count: count)
      DispatchQueue.concurrentPerform(iterations: count) { slots.set(work($0), at: $0) }
      return slots.values
    }
  }
}

extension StudySolver.Case {
  /// The problem with some pools alone.
  func keepingPools(where test: (AcceleratorPool) -> Bool) -> StudySolver.Case {
    restricted(to: ProgramScope(pools: Set(problem.pools.indices.filter { test(problem.pools[$0]) })))
  }

  /// Aggregated instances alone.
  var withoutDisaggregation: StudySolver.Case { restricted(to: ProgramScope(phases: [.aggregated])) }
}
