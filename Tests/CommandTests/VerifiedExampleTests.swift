import FleetPlan
import Testing

/// Plans of `examples/` keep their promises when they are replayed with their own traffic.
@Suite struct VerifiedExampleTests {
  /// Short replays, so that unoptimised code is done in time; what they cannot decide goes on for longer.
  private static let options = ReplayOptions(seed: 1, requests: 2_000)

  @Test(arguments: Example.all)
  func aVerifiedPlanAttainsItsPercentiles(_ example: Example) throws {
    let catalog = try Catalog(contentsOf: Example.repository.appending(path: "models").path)
    let problem = try PlanningProblem(
      contentsOf: example.folder.appending(path: "problem.json").path, catalog: catalog)
    var planner = Planner(catalog: catalog)
    planner.solvesBaselines = false
    planner.explainsConflicts = false
    let verified = try planner.verified(problem, options: Self.options)
    guard let verification = verified.plan.verification else {
      #expect(verified.plan.status == .infeasible)
      return
    }
    #expect(verification.holds, "\(verification.note ?? "")")
    #expect(verification.classes.allSatisfy { $0.holds })
    #expect(PlanCheck(problem: problem, constants: catalog.latencyConstants).faults(of: verified.plan) == [])
    let isMeasured = verified.plan.groups.allSatisfy { $0.capacitySource != "latency model" }
    #expect(verification.classes.isEmpty == isMeasured)
    #expect(verification.notReplayed.isEmpty == !isMeasured)
    if isMeasured { return }

    // Other requests of the same traffic: attained, as far as so many requests can tell.
    var other = Self.options
    other.seed = 2
    let replay = try PlanReplay(
      verified.plan, of: problem, constants: catalog.latencyConstants, options: other)
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
