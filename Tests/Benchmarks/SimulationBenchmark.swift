import FleetServing
import FleetSimulation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How fast the simulator is: `swift run -c release SimulationBenchmark [path to models]`.
@main struct SimulationBenchmark {
  static func main() throws {
    let catalog = try Catalog(contentsOf: CommandLine.arguments.dropFirst().first ?? "models")
    let hour = "one hour at 100 requests/s on"
    try measure(
      "\(hour) 20 prefill and 40 decode instances", catalog, [.prefill: 20, .decode: 40], rate: 100, seconds: 3600)
    try measure("\(hour) 60 aggregated instances", catalog, [.aggregated: 60], rate: 100, seconds: 3600)
    try measure(
      "ten minutes at 1,650 requests/s on 330 prefill and 670 decode instances", catalog,
      [.prefill: 330, .decode: 670],
      rate: 1650, seconds: 600)
  }

  /// Llama 3.1 70B in fp8 on H100 TP4, prompts of 1,000 tokens and answers of 300.
  private static func fleet(_ catalog: Catalog, _ instances: [Phase: Int], rate: Double) throws -> SimulatedFleet {
    guard let model = catalog.models.first(where: { $0.id == "llama-3.1-70b" }),
      let accelerator = catalog.accelerators.first(where: { $0.id == "h100-sxm" })
    else { throw MissingEntry() }
    let problem = PlanningProblem(
      name: "benchmark",
      models: [ServedModel(id: "m", architecture: model, weightPrecisions: [.fp8], kvPrecisions: [.fp8])],
      pools: [
        AcceleratorPool(
          id: "h100", accelerator: accelerator, tiers: [PriceTier(kind: .onDemand, usdPerDeviceHour: 2)],
          backend: "vllm")
      ],
      classes: [
        RequestClass(
          id: "chat", modelID: "m", ratePerSecond: [rate],
          lengths: LengthDistribution(inputTokens: 1000, outputTokens: 300),
          objective: ServiceLevelObjective(
            ttft: LatencyObjective(seconds: 1, percentile: 0.95),
            tpot: LatencyObjective(seconds: 0.05, percentile: 0.95)
          ))
      ])
    func group(_ phase: Phase, _ instances: Int, maximumBatch: Int) -> PlanGroup {
      PlanGroup(
        id: phase.rawValue, phase: phase, modelID: "m", poolID: "h100", acceleratorName: accelerator.name,
        vendor: accelerator.vendor, weightPrecision: "fp8", kvPrecision: "fp8", strategy: ParallelStrategy(tensor: 4),
        maximumBatch: maximumBatch, admittedClassIDs: ["chat"], instancesByPeriod: [instances], devicesPerInstance: 4,
        nodes: Double(instances) / 2, costUSDPerHour: 0, utilization: 0, capacitySource: "latency model")
    }
    let phases = instances.keys.sorted()
    let groups = phases.map { group($0, instances[$0] ?? 0, maximumBatch: $0 == .prefill ? 1 : 256) }
    let plan = Plan(
      problemName: "benchmark", status: .feasible, objectiveName: "cost", groups: groups,
      routes: [
        PlanRoute(
          classID: "chat", fromGroupID: groups[0].id, toGroupID: groups[groups.count - 1].id, ratePerSecond: rate,
          ttftSeconds: nil, tpotSeconds: nil, kvTransferSeconds: 0)
      ], provenance: PlanProvenance())
    return try SimulatedFleet(plan: plan, problem: problem, constants: catalog.latencyConstants)
  }

  private static func measure(
    _ name: String, _ catalog: Catalog, _ instances: [Phase: Int], rate: Double, seconds: Double
  ) throws {
    let fleet = try fleet(catalog, instances, rate: rate)
    let simulator = Simulator(fleet: fleet, options: SimulationOptions(durationSeconds: seconds))
    let start = processorSeconds()
    let result = try simulator.run()
    let taken = processorSeconds() - start
    let group = result.groups[result.groups.count - 1]
    print("\(name):")
    print("  \(result.requests) requests, \(result.events) events in \(decimals(taken, 2)) s of processor time")
    print("  \(decimals(Double(result.events) / taken / 1e6, 2)) million events/s")
    print(
      "  first group busy \(decimals(result.groups[0].busyShare, 2)), mean batch \(decimals(group.meanBatch, 1)), "
        + "TTFT P95 \(decimals((result.classes[0].ttft?.p95.value ?? 0) * 1000, 1)) ms, "
        + "TPOT P95 \(decimals((result.classes[0].tpot?.p95.value ?? 0) * 1000, 2)) ms")
    print("  largest memory of the process so far: \(peakMegabytes()) MB")
  }

  private static func processorSeconds() -> Double {
    var usage = rusage()
    getrusage(0, &usage)  // RUSAGE_SELF
    return Double(usage.ru_utime.tv_sec) + Double(usage.ru_utime.tv_usec) / 1e6
  }

  private static func peakMegabytes() -> Int {
    var usage = rusage()
    getrusage(0, &usage)  // RUSAGE_SELF
    return usage.ru_maxrss / 1024
  }

  private static func decimals(_ value: Double, _ count: Int) -> String {
    var scale = 1.0
    for _ in 0..<count { scale *= 10 }
    return "\((value * scale).rounded() / scale)"
  }
}

struct MissingEntry: Error {}
