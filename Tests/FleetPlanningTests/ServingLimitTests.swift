import FleetServing
import Testing

@testable import FleetPlanning

/// Token budgets as a choice of the plan, and laws of limits.
@Suite("Token budgets and batch limits")
struct ServingLimitTests {
  private func problem(
    modes: Set<ServingMode>, policy change: (inout Policy) -> Void = { _ in }
  ) throws -> PlanningProblem {
    let catalog = try shippedCatalog.get()
    let model = try #require(catalog.models.first { $0.id == "llama-3.1-8b" })
    let accelerator = try #require(catalog.accelerators.first { $0.id == "h100-sxm" })
    func requests(_ id: String, _ rate: Double, _ input: Double, _ output: Double, _ ttft: Double) -> RequestClass {
      RequestClass(
        id: id, modelID: model.id, ratePerSecond: [rate],
        lengths: LengthDistribution(inputTokens: input, outputTokens: output),
        objective: ServiceLevelObjective(
          ttft: LatencyObjective(seconds: ttft, percentile: 0.9), tpot: LatencyObjective(seconds: 0.05, percentile: 0.9)
        ))
    }
    var policy = Policy(servingModes: modes, tensorDegrees: [1], pipelineDegrees: [1])
    change(&policy)
    return PlanningProblem(
      name: "limits",
      models: [
        ServedModel(id: model.id, architecture: model, weightPrecisions: [.fp8], kvPrecisions: [.fp8])
      ],
      pools: [
        AcceleratorPool(
          id: accelerator.id, accelerator: accelerator, tiers: [PriceTier(kind: .onDemand, usdPerDeviceHour: 3)],
          backend: "vllm")
      ],
      classes: [requests("chat", 300, 300, 300, 1), requests("document", 20, 6000, 500, 4)], policy: policy,
      limits: SolverLimits(timeSeconds: 30, relativeGap: 0.0001))
  }

  @Test("The plan says which token budget it chose, and one that is stated is kept")
  func chunks() throws {
    let free = try problem(modes: [.aggregated]).solved()
    #expect(free.status == .optimal)
    #expect(free.groups.allSatisfy { Policy.automaticChunkTokens.contains($0.chunkTokens ?? 0) })
    let best = try #require(free.costUSDPerHour)
    for chunk in [512, 2048] {
      let fixed = try problem(modes: [.aggregated]) { $0.chunkTokens = chunk }.solved()
      #expect(fixed.groups.allSatisfy { $0.chunkTokens == chunk })
      let cost = try #require(fixed.costUSDPerHour)
      // Budgets that are less than 1 % worse for every class are not kept as candidates.
      #expect(best <= cost * 1.011, "\(chunk): \(best) and \(cost)")
    }
    let wanted = try problem(modes: [.aggregated]) { $0.chunkTokens = 333 }
    let check = PlanCheck(problem: wanted, constants: try shippedCatalog.get().latencyConstants)
    #expect(check.findings(of: free).contains { $0.text.contains("the policy says 333") })
  }

  @Test("A larger limit on the batch never costs more", arguments: [[ServingMode.disaggregated], [.aggregated]])
  func batches(modes: [ServingMode]) throws {
    var last = Double.infinity
    for most in [64, 128, 256, 512, 1024, 4096] {
      let plan = try problem(modes: Set(modes)) {
        $0.maximumBatch = most
        $0.chunkTokens = 4096
      }.solved()
      let cost = try #require(plan.costUSDPerHour)
      #expect(cost <= last * 1.0001, "\(most): \(cost) after \(last)")
      last = cost
    }
  }
}
