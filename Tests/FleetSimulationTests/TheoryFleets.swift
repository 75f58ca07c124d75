import FleetServing

@testable import FleetSimulation

/// Fleets with step times that are linear in everything, so that theory says what must come out.
enum TheoryFleets {
  /// Tokens stand for microseconds.
  static let microseconds = LinearLaw(perPromptToken: 1e-6)

  static func problem(classes: Int = 1, router: RouterAssumption = .sharedQueue, chunkTokens: Int = 2048)
    -> PlanningProblem
  {
    PlanningProblem(
      name: "theory", models: [], pools: [],
      classes: (0..<classes).map {
        RequestClass(
          id: "class-\($0)", modelID: "model", ratePerSecond: [1],
          lengths: LengthDistribution(inputTokens: 100, outputTokens: 100),
          objective: ServiceLevelObjective(
            ttft: LatencyObjective(seconds: 1, percentile: 0.95), tpot: LatencyObjective(seconds: 0.05, percentile: 0.95)))
      }, policy: Policy(chunkTokens: chunkTokens, router: router))
  }

  static func group(
    _ phase: Phase, _ id: String? = nil, instances: Int = 1, law: LinearLaw, maximumBatch: Int = 1024,
    classes: [Int] = [0], pool: String? = nil,
    memory: KVMemory = KVMemory(blockTokens: 16, bytesPerToken: 1, capacityBytes: 1e12)
  ) -> FleetGroup {
    FleetGroup(
      id: id ?? phase.rawValue, phase: phase, modelID: "model", poolID: pool ?? phase.rawValue,
      instancesByPeriod: [instances], devicesPerInstance: 1, maximumBatch: maximumBatch, classIndices: classes,
      configuration: nil, law: .linear(law), memory: memory)
  }

  static func fleet(_ groups: [FleetGroup], _ routes: [FleetRoute], problem: PlanningProblem = problem())
    throws -> SimulatedFleet
  {
    SimulatedFleet(problem: problem, constants: .assumed, groups: groups, routes: routes)
  }

  static func route(_ from: Int, _ to: Int, classIndex: Int = 0, rate: Double = 1) -> FleetRoute {
    FleetRoute(classIndex: classIndex, periodIndex: 0, from: from, to: to, ratePerSecond: rate)
  }
}
