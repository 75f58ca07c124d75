import FleetServing
import FleetSimulation
import Testing

@testable import FleetPlanning

/// The closed loop: replay, tighten, solve again.
@Suite struct VerificationTests {
  private static func problem() throws -> PlanningProblem {
    try LoadAdjustmentTests.problem(modes: [.disaggregated], rate: 8)
  }

  @Test func aPlanThatHoldsIsLeftAsItIs() throws {
    let problem = try Self.problem()
    let planner = try LoadAdjustmentTests.planner()
    var verified = try planner.verified(problem, options: ReplayOptions(requests: 3_000)).plan
    let verification = try #require(verified.verification)
    #expect(verification.holds == true && verification.rounds == 1 && verification.tightened.isEmpty)
    #expect(verification.classes.map(\.id) == problem.classes.map(\.id))
    #expect(verification.costBeforeUSDPerHour == verification.costAfterUSDPerHour)
    verified.verification = nil
    #expect(verified == (try planner.solve(problem)))
  }

  /// Plans are made for Poisson arrivals: what comes in clumps misses objectives until capacity is added.
  @Test func clumpedArrivalsAreTightenedFor() throws {
    var problem = try Self.problem()
    // One prompt at a time: with shared steps as well the loop goes through more variants of each configuration than its
    // eight plans suffice for.
    problem.policy.prefillStepTokens = 1
    let planner = try LoadAdjustmentTests.planner()
    let options = ReplayOptions(secondsPerPeriod: 400, arrivals: .gamma(coefficientOfVariation: 4))
    let verified = try planner.verified(problem, options: options)
    let verification = try #require(verified.plan.verification)
    #expect(verification.holds == true, "\(verification.note ?? "")")
    #expect(verification.rounds > 1 && verification.rounds <= 8)
    #expect(!verification.tightened.isEmpty && verification.tightened.allSatisfy { $0.factor > 1 })
    let before = try #require(verification.costBeforeUSDPerHour)
    #expect(try #require(verified.plan.costUSDPerHour) >= before)
    #expect(before == (try planner.solve(problem)).costUSDPerHour)
    #expect(PlanCheck(problem: problem, constants: planner.constants).faults(of: verified.plan) == [])
    let again = try planner.verified(problem, options: options)
    #expect(again.plan.encoded().encoded() == verified.plan.encoded().encoded())
  }

  @Test func theLoopGivesUpAndSaysSo() throws {
    var options = ReplayOptions(secondsPerPeriod: 200, arrivals: .gamma(coefficientOfVariation: 8))
    options.maximumRounds = 1
    let verified = try LoadAdjustmentTests.planner().verified(try Self.problem(), options: options)
    let verification = try #require(verified.plan.verification)
    #expect(verification.holds == false && verification.rounds == 1)
    #expect(verification.note == "objectives are still missed after 1 plan")
    #expect(verification.classes.contains { !$0.holds })
  }

  /// Measured tables have no step times; a plan made of them alone is not replayed, and an infeasible one is no plan.
  @Test func whatCannotBeReplayedIsNamed() throws {
    let planner = try LoadAdjustmentTests.planner()
    let measured = try #require(try planner.verified(Sample.pair()).plan.verification)
    #expect(measured.classes.isEmpty && measured.notReplayed.count == 2)
    let scarce = Sample.pair { $0.pools[0].stockDevices = 0 }
    let none = try planner.verified(scarce)
    #expect(none.plan.status == .infeasible && none.plan.verification == nil && none.periods.isEmpty)
  }

  @Test func whatTwoConfigurationsNeededAllOthersTake() throws {
    let problem = try Self.problem()
    let all = try problem.fullData().candidates.filter { $0.phase == .decode }
    let distinct = all.reduce(into: [Candidate]()) { kept, candidate in
      if !kept.contains(where: { $0.configuration == candidate.configuration }) { kept.append(candidate) }
    }
    try #require(distinct.count > 2)
    var adjustments = LoadAdjustments()
    let places = distinct.map { LoadAdjustments.Place($0, problem, classIndex: $0.loads[0].classIndex) }
    adjustments.tighten(places[0], by: 1.5)
    func factor(_ candidate: Candidate) -> Double {
      adjustments.applied(to: [candidate], of: problem)[0].loads[0].load / candidate.loads[0].load
    }
    #expect(abs(factor(distinct[2]) - 1) < 1e-12)
    adjustments.tighten(places[1], by: 1.2)
    #expect(abs(factor(distinct[0]) - 1.5) < 1e-12 && abs(factor(distinct[1]) - 1.2) < 1e-12)
    let sharesClass = distinct[2].loads[0].classIndex == distinct[1].loads[0].classIndex
    #expect(abs(factor(distinct[2]) - (sharesClass ? 1.2 : 1)) < 1e-12)
  }
}
