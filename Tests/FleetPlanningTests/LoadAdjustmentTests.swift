import FleetServing
import Testing

@testable import FleetPlanning

/// Capacity taken away from configurations, by hand and because the check outside the solver refused a plan.
@Suite struct LoadAdjustmentTests {
  /// 8B on one family, all phases allowed, two classes that ask for different things.
  static func problem(modes: Set<ServingMode> = [.aggregated], rate: Double = 20) throws -> PlanningProblem {
    let catalog = try shippedCatalog.get()
    var short = Sample.requests(rate, id: "short", ttft: 0.4, tpot: 0.04)
    short.lengths = LengthDistribution(inputTokens: 300, outputTokens: 150)
    var long = Sample.requests(rate / 4, id: "long", ttft: 3, tpot: 0.06)
    long.lengths = LengthDistribution(inputTokens: 6000, outputTokens: 300)
    var policy = Policy()
    policy.servingModes = modes
    return Sample.problem(
      models: [
        ServedModel(
          id: "m", architecture: catalog.model("llama-3.1-8b"), weightPrecisions: [.bf16], kvPrecisions: [.bf16])
      ],
      pools: [
        AcceleratorPool(
          id: "h100", accelerator: try #require(catalog.accelerator("h100-sxm")),
          tiers: [Sample.tier(.onDemand, 2.5)], backend: "vllm")
      ],
      classes: [short, long], tables: [], policy: policy)
  }

  static func planner() throws -> Planner {
    var planner = Planner(constants: try shippedCatalog.get().latencyConstants)
    planner.solvesBaselines = false
    planner.relativeGap = 0
    return planner
  }

  @Test func aTightenedConfigurationNeedsMore() throws {
    let problem = try Self.problem()
    var planner = try Self.planner()
    let before = try planner.solve(problem)
    for group in before.groups {
      for classID in group.admittedClassIDs {
        planner.adjustments.tighten(LoadAdjustments.Place(group: group, classID: classID), by: 1.5)
      }
    }
    let after = try planner.solve(problem)
    #expect(after.status == .optimal)
    #expect(try #require(after.costUSDPerHour) >= #require(before.costUSDPerHour))
    #expect(PlanCheck(problem: problem, constants: planner.constants).faults(of: after) == [])
  }

  @Test func onlyVariantsThatAdmitTheClassAreTightened() throws {
    let problem = try Self.problem()
    let all = try problem.fullData().candidates
    let chosen = try #require(all.first { $0.loads.count == 1 && $0.loads[0].classIndex == 0 } ?? all.first)
    var adjustments = LoadAdjustments()
    let place = LoadAdjustments.Place(chosen, problem, classIndex: chosen.loads[0].classIndex)
    adjustments.tighten(place, by: 1.2)
    adjustments.tighten(place, by: 1.5)
    for (before, after) in zip(all, adjustments.applied(to: all, of: problem)) {
      let admits = before.loads.contains { $0.classIndex == chosen.loads[0].classIndex }
      let isSame = before.configuration == chosen.configuration && before.phase == chosen.phase
      for (old, new) in zip(before.loads, after.loads) {
        #expect(abs(new.load / old.load - (isSame && admits ? 1.8 : 1)) < 1e-12)
      }
    }
  }

  /// The planner may be told to check more strictly than it sized: it then tightens what is refused and solves again.
  @Test(arguments: [-0.02, -0.08, -0.15])
  func aRefusedPlanIsTightenedAndSolvedAgain(tolerance: Double) throws {
    for modes in [Set([ServingMode.aggregated]), [.disaggregated]] {
      let problem = try Self.problem(modes: modes)
      var planner = try Self.planner()
      let loose = try planner.solve(problem)
      var check = PlanCheck(problem: problem, constants: planner.constants)
      check.latencyTolerance = tolerance
      planner.latencyTolerance = tolerance
      let strict = try planner.solve(problem)
      #expect(check.faults(of: strict) == [])
      #expect(try #require(strict.costUSDPerHour) >= #require(loose.costUSDPerHour))
      let again = try planner.solve(problem)
      #expect(strict.encoded().encoded() == again.encoded().encoded())
    }
  }

  @Test func whatNoCapacityMendsIsRefused() throws {
    let problem = try Self.problem()
    var planner = try Self.planner()
    planner.latencyTolerance = -0.99
    #expect(throws: PlannerFailure.self) { try planner.solve(problem) }
  }
}
