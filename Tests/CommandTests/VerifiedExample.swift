import FleetPlan
import Testing

/// A verified plan of an example, and what must hold for it.
struct VerifiedExample {
  /// Short replays, so that unoptimised code is done in time; what they cannot decide goes on for longer.
  static let options = ReplayOptions(seed: 1, requests: 2_000)

  var plan: Plan
  var problem: PlanningProblem
  var catalog: Catalog

  /// Every class attains its percentiles, also with other requests of the same traffic.
  func expectPromisesKept() throws {
    guard let verification = plan.verification else {
      #expect(plan.status == .infeasible)
      return
    }
    #expect(verification.holds != false, "\(verification.note ?? "")")
    #expect(verification.classes.allSatisfy { $0.holds })
    #expect(PlanCheck(problem: problem, constants: catalog.latencyConstants).faults(of: plan) == [])
    let isMeasured = plan.groups.allSatisfy { $0.capacitySource != "latency model" }
    #expect(verification.classes.isEmpty == isMeasured)
    #expect(verification.notReplayed.isEmpty == !isMeasured)
    if isMeasured { return }

    // Other requests of the same traffic: attained, as far as so many requests can tell.
    var other = Self.options
    other.seed = 2
    let replay = try PlanReplay(
      plan, of: problem, constants: catalog.latencyConstants, options: other)
    for entry in replay.periods.flatMap(\.result.classes) where entry.offered > 0 {
      for objective in [entry.ttftObjective, entry.tpotObjective, entry.endToEndObjective].compactMap(\.self) {
        let percentile = objective.objective.percentile
        let deviation = (percentile * (1 - percentile) / Double(entry.offered)).squareRoot()
        let doubt = max(objective.attainmentHalfWidth ?? 0, 3 * deviation)
        #expect(objective.attainment + doubt >= percentile, "\(entry.id)")
      }
    }
  }
}
