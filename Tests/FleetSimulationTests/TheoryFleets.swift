import FleetServing

@testable import FleetSimulation

/// Folder of the package, from the place of this file.
let packageFolder = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

/// The shipped catalog, read once.
let shippedCatalog = Result { try Catalog(contentsOf: packageFolder + "/models") }

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
            ttft: LatencyObjective(seconds: 1, percentile: 0.95),
            tpot: LatencyObjective(seconds: 0.05, percentile: 0.95)))
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
    SimulatedFleet(
      problem: problem, constants: try shippedCatalog.get().latencyConstants, groups: groups, routes: routes)
  }

  static func route(_ from: Int, _ to: Int, classIndex: Int = 0, rate: Double = 1) -> FleetRoute {
    FleetRoute(classIndex: classIndex, periodIndex: 0, from: from, to: to, ratePerSecond: rate)
  }
}

/// Poisson arrivals with lengths by a function, from a seed.
func poissonArrivals(
  rate: Double, count: Int, seed: UInt64, lengths: (inout RandomStream) -> (input: Int32, output: Int32)
) -> [Arrival] {
  var random = RandomStream(seed: seed)
  var time = 0.0
  return (0..<count).map { _ in
    time += random.exponential() / rate
    let (input, output) = lengths(&random)
    return Arrival(seconds: time, classIndex: 0, inputTokens: input, outputTokens: output)
  }
}

extension SimulatedFleet {
  /// Runs given arrivals to the end and returns the state then.
  func finalState(_ arrivals: [Arrival], _ change: (inout SimulationOptions) -> Void = { _ in }) throws -> SimulationRun
  {
    var options = SimulationOptions(durationSeconds: (arrivals.last?.seconds ?? 0) + 1)
    change(&options)
    // One request beyond the end, so that the window lasts as long as the options say and not to the last request.
    let beyond = Arrival(seconds: options.durationSeconds, classIndex: 0, inputTokens: 1, outputTokens: 1)
    var run = SimulationRun(fleet: self, options: options, source: ArrivalSource(arrivals + [beyond]), periodIndex: 0)
    try run.run()
    return run
  }

  func result(_ arrivals: [Arrival], _ change: (inout SimulationOptions) -> Void = { _ in }) throws -> SimulationResult
  {
    try finalState(arrivals, change).result
  }
}
