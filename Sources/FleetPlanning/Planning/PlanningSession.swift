import FleetOptimization
import FleetServing
import Foundation

/// One problem on its way to a plan.
struct PlanningSession: Sendable {
  let planner: Planner
  let problem: PlanningProblem
  /// What earlier rounds took away from configurations that did not keep their promise.
  let adjustments: LoadAdjustments
  /// The candidates of the problem where they are known from another with the same ones; they are enumerated otherwise.
  var known: CandidateSet?
  /// What is left out of the program.
  var scope = ProgramScope()

  /// A plan, and what the check outside the solver says of it.
  struct Answer: Sendable {
    var plan: Plan
    var findings: [PlanCheck.Finding]
    /// Instances per request/s with headroom, by group and class: the rows that the plan was made with.
    var loads: [String: [String: Double]]
  }

  /// Longest time a baseline may take in any case [s].
  static let baselineSeconds = 20.0

  /// - Throws: As `Planner.plan(_:)`.
  func run() throws(PlannerFailure) -> Answer {
    let start = ContinuousClock.now
    let set = candidates(from: start)
    var full = ProgramData(problem: problem, set: set, scope: scope)
    full.candidates = full.candidates.filter(scope.admits)
    guard set.isComplete else { return unsized(full) }
    var data = full
    data.candidates = Dominance.reduce(full.candidates)
    let program = Program(data)
    let baselines = planner.solvesBaselines ? Baseline.all(for: data) : []
    let nominal =
      planner.solvesBaselines
      ? PriceOfRobustness.nominalProgram(of: problem, constants: planner.constants, adjustments: adjustments) : nil
    var solves = try solveAll(program, baselines, nominal, from: start)
    var joint = solves.removeFirst()
    let nominalSolve = nominal == nil ? nil : solves.removeLast()

    // A restricted program can end with a better plan only when the joint one was cut short: take it over, with the
    // bound of the joint one.
    var planned = program
    if joint.status == .feasible || joint.status == .unsolved,
      let better = zip(baselines, solves).filter({ $0.1.solution != nil })
        .min(by: { ($0.1.objective ?? .infinity) < ($1.1.objective ?? .infinity) }),
      (better.1.objective ?? .infinity) < (joint.objective ?? .infinity)
    {
      planned = program.restricted(to: better.0.scope)
      joint.solution = better.1.solution
      joint.objective = better.1.objective
    }
    if case .failed(let text) = joint.termination { throw .solver(text) }

    var plan = PlanBuilder(program: planned, constants: planner.constants).plan(of: joint)
    plan.provenance = provenance(program, full: full, joint)
    plan.rejected = RejectionSummary.alternatives(set, program: planned, solve: joint)
    plan.baselines = BaselineReport.results(baselines, solves, program: program)
    if problem.policy.robust {
      plan.robustness = PlanRobustness(
        nominal: nominal.flatMap { program in nominalSolve.map { PriceOfRobustness.result(program, $0) } })
    }
    if joint.status == .infeasible, planner.explainsConflicts {
      plan.conflict = ConflictSearch(session: self, program: program.withoutReach, set: set).report()
    }
    if joint.status == .unsolved {
      plan.unsolvedReason = "no plan was found within the limits (\(joint.statusText))"
    }
    var check = PlanCheck(problem: problem, constants: planner.constants)
    check.latencyTolerance = planner.latencyTolerance
    return Answer(
      plan: plan, findings: joint.solution == nil ? [] : check.findings(of: plan), loads: planned.data.loads(of: plan))
  }

  /// What is said when a limit was reached before every configuration was sized: what has been found might not be the
  /// best, nor is there a bound.
  private func unsized(_ data: ProgramData) -> Answer {
    var plan = Plan(
      problemName: problem.name, status: .unsolved, objectiveName: (problem.objectives.first ?? .cost).rawValue,
      objective: nil, bound: nil,
      provenance: PlanProvenance(
        inputHash: problem.inputHash, catalogHash: planner.catalogHash, version: FleetplanVersion.current,
        solver: "GLPK \(GLPKSolver.version)", solverStatus: "not started", rows: 0, columns: 0, integerColumns: 0,
        candidates: data.candidates.count, reducedCandidates: data.candidates.count,
        latencyModel: planner.latencyModelText))
    let limit = planner.cancellation?.isCancelled == true ? "it was stopped" : "the time limit was reached"
    plan.unsolvedReason =
      "\(limit) while configurations were sized; fewer degrees in the policy (tp, pp, dp, ep) leave fewer of them"
    return Answer(plan: plan, findings: [], loads: [:])
  }

  /// The candidates of the problem; sizing them counts towards the time limit.
  private func candidates(from start: ContinuousClock.Instant) -> CandidateSet {
    guard var set = known else {
      var enumeration = CandidateEnumeration(problem: problem, constants: planner.constants)
      enumeration.limit = EnumerationLimit(
        deadline: options.timeLimitSeconds.map { start + .seconds($0) }, cancellation: planner.cancellation)
      return enumeration.enumerate(adjustments)
    }
    set.candidates = adjustments.applied(to: set.candidates, of: problem)
    return set
  }

  /// Solves the joint program, the baselines and the nominal program of a robust problem, two at a time, the latter as
  /// thoroughly as the joint one; results are in this order.
  private func solveAll(
    _ program: Program, _ baselines: [Baseline], _ nominal: Program?, from start: ContinuousClock.Instant
  ) throws(PlannerFailure) -> [ProgramSolve] {
    let count = 1 + baselines.count + (nominal == nil ? 0 : 1)
    let slots = Slots<Result<ProgramSolve, ModelError>>(count: count)
    let objectives = problem.effectiveObjectives
    let spent = (ContinuousClock.now - start) / .seconds(1)
    DispatchQueue.concurrentPerform(iterations: count) { index in
      var options = self.options
      options.timeLimitSeconds = options.timeLimitSeconds.map { max(0.1, $0 - spent) }
      var target = program
      if index > baselines.count, let nominal {
        target = nominal
        options.progress = nil
      } else if index > 0 {
        target = program.restricted(to: baselines[index - 1].scope)
        options.progress = nil
        options.nodeLimit = min(options.nodeLimit ?? planner.baselineNodes, planner.baselineNodes)
        options.timeLimitSeconds = min(options.timeLimitSeconds ?? Self.baselineSeconds, Self.baselineSeconds)
      } else if !planner.starts.isEmpty {
        options.initialSolution = WarmStart(program).values(from: planner.starts)
      }
      do throws(ModelError) {
        slots.set(
          .success(try ProgramSolve(target, objectives: objectives, options: options)), at: index)
      } catch {
        slots.set(.failure(error), at: index)
      }
    }
    var solves: [ProgramSolve] = []
    for result in slots.values {
      switch result {
      case .success(let solve): solves.append(solve)
      case .failure(let error): throw .program(error.faults)
      }
    }
    return solves
  }

  var options: SolverOptions {
    var options = SolverOptions()
    options.strategy = .staged
    options.timeLimitSeconds = planner.timeLimitSeconds ?? problem.limits.timeSeconds
    options.relativeGap = max(SolverOptions.exactGap, planner.relativeGap ?? problem.limits.relativeGap)
    options.nodeLimit = problem.limits.nodes
    options.progress = planner.progress
    options.cancellation = planner.cancellation
    return options
  }

  private func provenance(_ program: Program, full: ProgramData, _ joint: ProgramSolve) -> PlanProvenance {
    PlanProvenance(
      inputHash: problem.inputHash, catalogHash: planner.catalogHash, version: FleetplanVersion.current,
      solver: "GLPK \(GLPKSolver.version)", solverStatus: joint.statusText, rows: joint.statistics.rows,
      columns: joint.statistics.columns, integerColumns: joint.statistics.integerColumns,
      candidates: full.candidates.count, reducedCandidates: program.data.candidates.count,
      latencyModel: planner.latencyModelText
        + (problem.policy.robust ? ", every time at the bad end of its 90 % band" : ""))
  }
}

/// Version of fleetplan, written into plans.
public enum FleetplanVersion {
  public static let current = "0.1.0"
}

extension ProgramData {
  /// Loads with headroom of the groups of a plan, by group and class.
  fileprivate func loads(of plan: Plan) -> [String: [String: Double]] {
    let used = Set(plan.groups.map(\.id))
    var result: [String: [String: Double]] = [:]
    for candidate in candidates where used.contains(candidate.id) {
      for entry in candidate.loads {
        result[candidate.id, default: [:]][problem.classes[entry.classIndex].id] = load(entry, of: candidate)
      }
    }
    return result
  }
}

extension Program {
  /// The same program with counts of instances that no stock, budget or power cap bounds, to ask how much more of them
  /// it would take.
  var withoutReach: Program {
    var data = data
    data.scope.keepsLimits = false
    return Program(data)
  }

  /// The same problem with fewer candidates, pools or tiers.
  func restricted(to scope: ProgramScope) -> Program {
    var data = data
    data.scope = scope
    data.candidates = data.candidates.filter(scope.admits)
    return Program(data)
  }
}
