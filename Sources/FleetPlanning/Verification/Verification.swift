import FleetServing
import FleetSimulation

/// A plan that was replayed, with the replay of each period.
public struct VerifiedPlan: Sendable {
  /// The plan; `plan.verification` sums the replay up, and is `nil` when there is no plan to replay.
  public var plan: Plan
  /// The plan before anything was tightened: what `solve` gives.
  public var untightened: Plan
  /// Periods with traffic, in order; empty without a plan, or when nothing of it can be simulated.
  public var periods: [PlanReplay.PeriodResult]
}

extension Planner {
  /// Plans a problem and replays the plan with its own traffic. Where a class misses an objective the configurations that
  /// it ran on lose capacity, and the problem is solved again, until the promise holds or `maximumRounds` plans were
  /// made.
  ///
  /// Deterministic: the same problem and options give the same plan. The baselines of a plan that was tightened are those
  /// of the tightened problem, so that none can be better than the plan.
  /// - Throws: As `solve`.
  public func verified(
    _ problem: PlanningProblem, options: ReplayOptions = ReplayOptions()
  ) throws(PlannerFailure) -> VerifiedPlan {
    var planner = self
    var adjustments = adjustments
    let first = try planner.answer(to: problem, adjusting: &adjustments)
    guard first.plan.hasSolution else { return VerifiedPlan(plan: first.plan, untightened: first.plan, periods: []) }
    var current = try Round(first, adjustments, problem, self, options)
    var rounds = 1
    var note: String?
    planner.solvesBaselines = false
    planner.explainsConflicts = false
    while !current.holds {
      if rounds == options.maximumRounds {
        note = "objectives are still missed after \(rounds) plan\(rounds == 1 ? "" : "s")"
        break
      }
      let misses = current.replay?.misses ?? []
      if misses.isEmpty {
        note = "what misses an objective runs on measured capacity tables, which are taken as they are"
        break
      }
      var tightened = current.adjustments
      tightened.tighten(current.answer, misses, problem)
      let next = try planner.answer(to: problem, adjusting: &tightened)
      guard next.plan.hasSolution else {
        note = "with less capacity per instance there is no plan (\(next.plan.status.rawValue))"
        break
      }
      current = try Round(next, tightened, problem, self, options)
      rounds += 1
    }
    var plan = current.answer.plan
    if rounds > 1, solvesBaselines { plan.takeContext(of: try context(problem, current.adjustments)) }
    plan.verification = current.summary(rounds: rounds, options, costBefore: first.plan.costUSDPerHour, note: note)
    return VerifiedPlan(plan: plan, untightened: first.plan, periods: current.replay?.periods ?? [])
  }

  /// The tightened problem with its baselines.
  private func context(
    _ problem: PlanningProblem, _ adjustments: LoadAdjustments
  ) throws(PlannerFailure) -> Plan {
    var adjustments = adjustments
    return try answer(to: problem, adjusting: &adjustments).plan
  }

  /// A plan and its replay.
  private struct Round {
    var answer: PlanningSession.Answer
    var adjustments: LoadAdjustments
    /// `nil` when all groups are measured tables.
    var replay: PlanReplay?

    init(
      _ answer: PlanningSession.Answer, _ adjustments: LoadAdjustments, _ problem: PlanningProblem, _ planner: Planner,
      _ options: ReplayOptions
    ) throws(PlannerFailure) {
      self.answer = answer
      self.adjustments = adjustments
      do throws(SimulationFaults) {
        replay = try PlanReplay(answer.plan, of: problem, constants: planner.constants, options: options)
      } catch {
        let isMeasured = answer.plan.groups.allSatisfy { $0.capacitySource != "latency model" }
        if !isMeasured { throw .simulation(error.messages) }
      }
    }

    var holds: Bool { replay?.holds ?? true }

    func summary(rounds: Int, _ options: ReplayOptions, costBefore: Double?, note: String?) -> PlanVerification {
      replay?.summary(
        rounds: rounds, options: options, costBefore: costBefore, adjustments: adjustments, note: note)
        ?? PlanVerification(
          holds: nil, rounds: rounds, seed: options.seed, requests: 0, simulatedSeconds: 0,
          costBeforeUSDPerHour: costBefore, costAfterUSDPerHour: answer.plan.costUSDPerHour,
          notReplayed: answer.plan.groups.map(\.id), note: note)
    }
  }
}

extension Plan {
  fileprivate var hasSolution: Bool { status == .optimal || status == .feasible }

  /// What surrounds a plan: baselines, and the price of robustness.
  fileprivate mutating func takeContext(of other: Plan) {
    baselines = other.baselines
    robustness = other.robustness
  }
}
