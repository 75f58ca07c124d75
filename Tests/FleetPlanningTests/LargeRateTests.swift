import FleetOptimization
import FleetServing
import Testing

@testable import FleetPlanning

/// Rates that need thousands of instances, and rates that nothing in stock can serve.
@Suite("Large rates and many configurations")
struct LargeRateTests {
  /// Llama-2-13B on A100 devices: 1,024 + 256 tokens, 600 ms to the first token and 50 ms per token.
  private func problem(
    rate: Double, modes: Set<ServingMode> = [.aggregated], stock: Int? = nil
  ) throws -> PlanningProblem {
    let catalog = try shippedCatalog.get()
    let model = try #require(catalog.models.first { $0.id == "llama-2-13b" })
    let accelerator = try #require(catalog.accelerators.first { $0.id == "a100-80gb-sxm" })
    let objective = ServiceLevelObjective(
      ttft: LatencyObjective(seconds: 0.6, percentile: 0.95), tpot: LatencyObjective(seconds: 0.05, percentile: 0.95))
    return PlanningProblem(
      name: "large", periods: [Period(id: "all", hours: 1)],
      models: [
        ServedModel(id: model.id, architecture: model, weightPrecisions: [.bf16], kvPrecisions: [.bf16])
      ],
      pools: [
        AcceleratorPool(
          id: accelerator.id, accelerator: accelerator, stockDevices: stock,
          tiers: [PriceTier(kind: .onDemand, usdPerDeviceHour: 2)], wholeNodes: false, backend: "vllm",
          measuredOnly: false)
      ],
      classes: [
        RequestClass(
          id: "c", modelID: model.id, ratePerSecond: [rate],
          lengths: LengthDistribution(inputTokens: 1024, outputTokens: 256), objective: objective)
      ],
      policy: Policy(servingModes: modes, tensorDegrees: [1], pipelineDegrees: [1]), objectives: [.cost],
      limits: SolverLimits(timeSeconds: 20, relativeGap: 0.001))
  }

  @Test(
    "Thousands of instances are planned without a hang or a latency that is not a number",
    arguments: [
      3000.0, 5000, 1e7,
    ])
  func manyInstances(rate: Double) throws {
    let plan = try problem(rate: rate).solved()
    let small = try problem(rate: rate / 8).solved()
    #expect(plan.status == .optimal || plan.status == .feasible)
    for route in plan.routes {
      let ttft = try #require(route.ttftSeconds)
      let tpot = try #require(route.tpotSeconds)
      #expect(ttft.isFinite && ttft <= 0.6 * 1.01 && tpot.isFinite && tpot <= 0.05 * 1.01)
    }
    let (cost, less) = (try #require(plan.costUSDPerHour), try #require(small.costUSDPerHour))
    #expect(abs(cost / less / 8 - 1) < 0.05)
  }

  @Test("Disaggregated: ten million requests per second have an answer")
  func disaggregated() throws {
    let plan = try problem(rate: 1e7, modes: [.disaggregated]).solved()
    #expect(plan.status == .optimal || plan.status == .feasible)
    #expect(plan.groups.allSatisfy { $0.instancesByPeriod[0] > 1000 })
  }

  @Test(
    "What can be of use is bounded by stock, offers, power and budget, and by nothing where the question is how much more"
  )
  func reach() throws {
    var data = try problem(rate: 1e5, stock: 32).fullData()
    let candidate = try #require(data.candidates.first)
    #expect(data.usefulInstances(candidate, period: 0) == 33)
    let watts = data.problem.pools[0].accelerator.powerWatts
    var limited = data.problem
    limited.policy.powerCapWatts = watts * 16
    limited.policy.budgetUSDPerHour = 40
    data = ProgramData(limited, like: data)
    #expect(data.mostDevices(pool: 0, period: 0) == 16)
    limited.policy.budgetUSDPerHour = 20
    data = ProgramData(limited, like: data)
    #expect(data.mostDevices(pool: 0, period: 0) == 10)
    data.scope.keepsLimits = false
    #expect(data.usefulInstances(candidate, period: 0) > 1000)
  }

  @Test("Traffic beyond a small stock: as much as fits, not an error")
  func beyondStock() throws {
    var problem = try problem(rate: 1e5, stock: 32)
    problem.objectives = [.traffic, .devices]
    let plan = try problem.solved()
    #expect(plan.status == .optimal || plan.status == .feasible)
    #expect(plan.purchases.reduce(0) { $0 + ($1.devicesByPeriod.max() ?? 0) } <= 32)
  }

  @Test("Sizing configurations obeys the time limit and a request to stop")
  func limits() throws {
    let problem = try problem(rate: 10)
    var planner = Planner(constants: try shippedCatalog.get().latencyConstants)
    planner.timeLimitSeconds = 0
    let late = try planner.solve(problem)
    #expect(late.status == .unsolved && late.unsolvedReason?.contains("time limit was reached") == true)
    planner.timeLimitSeconds = 60
    let cancellation = Cancellation()
    cancellation.cancel()
    planner.cancellation = cancellation
    let stopped = try planner.solve(problem)
    #expect(stopped.status == .unsolved && stopped.unsolvedReason?.contains("stopped") == true)
  }
}
