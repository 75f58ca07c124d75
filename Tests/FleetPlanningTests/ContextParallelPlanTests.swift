import FleetJSON
import FleetServing
import Testing

@testable import FleetPlanning

/// Prompts that one group of devices cannot answer in time.
@Suite struct ContextParallelPlanTests {
  /// 60,000 tokens on single H100s, in six tenths of the time that one of them takes.
  private func problem(_ degrees: [Int]) throws -> PlanningProblem {
    let catalog = try shippedCatalog.get()
    let model = try #require(catalog.model("llama-3.1-8b"))
    let accelerator = try #require(catalog.accelerator("h100-sxm"))
    let alone = LatencyModel(constants: catalog.latencyConstants).prefillSeconds(
      InstanceConfiguration(
        model: model, accelerator: accelerator, strategy: ParallelStrategy(), weightPrecision: .bf16,
        kvPrecision: .bf16, backend: "vllm"), inputTokens: 60_000
    ).totalSeconds
    var requests = Sample.requests(0.05, ttft: 0.6 * alone, tpot: 0.1)
    requests.lengths = LengthDistribution(inputTokens: 60_000, outputTokens: 100)
    return Sample.problem(
      models: [ServedModel(id: "m", architecture: model, weightPrecisions: [.bf16], kvPrecisions: [.bf16])],
      pools: [
        AcceleratorPool(id: "h", accelerator: accelerator, tiers: [Sample.tier(.onDemand, 2)], backend: "vllm")
      ], classes: [requests], tables: [],
      policy: Policy(servingModes: [.disaggregated], tensorDegrees: [1], contextDegrees: degrees))
  }

  @Test func groupsAnswerLongPromptsInTime() throws {
    #expect(try problem([1]).solved().status == .infeasible)
    let problem = try problem([1, 2, 4])
    let plan = try problem.solved()
    #expect(plan.status == .optimal)
    for group in plan.groups {
      #expect((group.strategy.context > 1) == (group.phase == .prefill), "\(group.id)")
      #expect(group.devicesPerInstance == group.strategy.context)
    }
    #expect(plan.groups.contains { $0.id.contains("-tp1-cp") }, "\(plan.groups.map(\.id))")
    #expect(try Plan(json: Array(plan.encoded().encoded().utf8), source: "plan.json") == plan)
    var other = problem
    other.policy.contextDegrees = [1]
    let check = PlanCheck(problem: other, constants: try shippedCatalog.get().latencyConstants)
    #expect(check.faults(of: plan).contains { $0.hasSuffix("is not allowed for prefill") }, "\(check.faults(of: plan))")
  }

  /// Degrees that are not asked for are not tried, and a plan without them says nothing of them.
  @Test func withoutDegreesNothingChanges() throws {
    var problem = try problem([1])
    problem.classes[0].objective.ttft = nil
    let plan = try problem.solved()
    #expect(plan.status == .optimal && plan.groups.allSatisfy { $0.strategy.context == 1 })
    #expect(!plan.encoded().encoded().contains("\"cp\""))
    let set = CandidateEnumeration(problem: problem, constants: try shippedCatalog.get().latencyConstants).enumerate()
    #expect(set.candidates.allSatisfy { $0.strategy.context == 1 })
  }
}
