import FleetServing

@testable import FleetPlanning

/// Folder of the package, from the place of this file.
let packageFolder = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

/// The shipped catalog, read once.
let shippedCatalog = Result { try Catalog(contentsOf: packageFolder + "/models") }

/// Parts of small problems whose optimum can be worked out by hand: every capacity comes from a table of whole numbers.
enum Sample {
  /// A model whose KV cache takes 2000 bytes per token: 1 layer · 1 head · (500 + 500) · 2 bytes.
  static let cachedModel = LanguageModel(
    id: "m", name: "Sample", layers: 1, hiddenSize: 500, vocabularySize: 1000, maximumContextTokens: 100_000,
    attention: .gqa(GroupedQueryAttention(queryHeads: 1, kvHeads: 1, headDim: 500)))

  static func model(_ id: String = "m", cached: Bool = false) -> ServedModel {
    var architecture: LanguageModel? = cached ? cachedModel : nil
    architecture?.id = id
    return ServedModel(id: id, architecture: architecture, weightPrecisions: [.bf16], kvPrecisions: [.bf16])
  }

  static func accelerator(
    _ id: String, vendor: String = "acme", node: Int = 8, watts: Double = 100
  ) -> Accelerator {
    Accelerator(
      id: id, name: id, vendor: vendor, family: "measured", memoryBytes: 0, memoryBandwidthBytesPerSecond: 0,
      denseFlops: [:], devicesPerNode: node, scaleUpDomainDevices: node, scaleUpBytesPerSecond: 0,
      scaleOutBytesPerSecond: 0, hostBytesPerSecond: 0, powerWatts: watts, weightPrecisions: [],
      tensorParallelDegrees: [], kvLayout: KVLayoutTraits(layouts: [], blockSizesTokens: [], precisions: []),
      backends: [])
  }

  static func pool(
    _ id: String, vendor: String = "acme", price: Double = 1, tiers: [PriceTier]? = nil, stock: Int? = nil,
    node: Int = 8, wholeNodes: Bool = false, watts: Double = 100
  ) -> AcceleratorPool {
    AcceleratorPool(
      id: id, accelerator: accelerator(id, vendor: vendor, node: node, watts: watts), stockDevices: stock,
      tiers: tiers ?? [PriceTier(kind: .onDemand, usdPerDeviceHour: price)], wholeNodes: wholeNodes, backend: "vllm",
      measuredOnly: true)
  }

  static func tier(_ kind: PriceTierKind, _ price: Double, available: Int? = nil) -> PriceTier {
    PriceTier(kind: kind, usdPerDeviceHour: price, availableDevices: available)
  }

  /// A class of requests of 1000 + 100 tokens.
  static func requests(
    _ rates: Double..., id: String = "w", model: String = "m", ttft: Double? = nil, tpot: Double? = nil
  ) -> RequestClass {
    RequestClass(
      id: id, modelID: model, ratePerSecond: rates, lengths: LengthDistribution(inputTokens: 1000, outputTokens: 100),
      objective: ServiceLevelObjective(
        ttft: ttft.map { LatencyObjective(seconds: $0, percentile: 0.95) },
        tpot: tpot.map { LatencyObjective(seconds: $0, percentile: 0.95) }))
  }

  /// One instance of the table sustains the given rates, by class [requests/s].
  static func table(
    _ phase: Phase, _ pool: String, model: String = "m", devices: Int = 1, _ rates: [String: Double],
    ttft: Double? = nil, tpot: Double? = nil, id: String? = nil
  ) -> CapacityTable {
    CapacityTable(
      id: id ?? "\(pool)-tp\(devices)", modelID: model, poolID: pool, phase: phase,
      strategy: ParallelStrategy(tensor: devices),
      rows: rates.sorted { $0.key < $1.key }.map {
        CapacityTable.Row(classID: $0.key, ratePerSecond: $0.value, ttftSeconds: ttft, tpotSeconds: tpot)
      })
  }

  /// A problem of one period and the model `m`, unless told otherwise.
  static func problem(
    _ name: String = "sample", periods: [Period] = [Period(id: "all", hours: 1)],
    models: [ServedModel] = [Sample.model()], pools: [AcceleratorPool], classes: [RequestClass],
    tables: [CapacityTable], links: [PoolLink] = [], exchange: KVExchangeRule = .all, policy: Policy = Policy(),
    objectives: [PlanObjective] = [.cost], mix: TrafficMix = .proportional, fleet: [CurrentFleetEntry] = []
  ) -> PlanningProblem {
    PlanningProblem(
      name: name, periods: periods, models: models, pools: pools, classes: classes, capacityTables: tables,
      links: links, kvExchange: exchange, policy: policy, objectives: objectives, trafficMix: mix, currentFleet: fleet,
      limits: SolverLimits(timeSeconds: 60, relativeGap: 0))
  }

  /// Prefill on `p` (2 requests/s per device), decode on `d` (1 request/s per device), at 1 and 1 USD/h.
  static func pair(
    rate: Double = 10, policy: Policy = Policy(), change: (inout PlanningProblem) -> Void = { _ in }
  ) -> PlanningProblem {
    var problem = problem(
      pools: [pool("p"), pool("d", vendor: "bolt")], classes: [requests(rate)],
      tables: [table(.prefill, "p", ["w": 2]), table(.decode, "d", ["w": 1])], policy: policy)
    change(&problem)
    return problem
  }
}

extension PlanningProblem {
  /// The data of the program with all candidates.
  func fullData() throws -> ProgramData {
    let constants = try shippedCatalog.get().latencyConstants
    return ProgramData(
      problem: self, set: CandidateEnumeration(problem: self, constants: constants).enumerate())
  }

  /// The plan to proven optimality, without baselines unless wanted.
  func solved(baselines: Bool = false) throws -> Plan {
    var planner = Planner(constants: try shippedCatalog.get().latencyConstants)
    planner.solvesBaselines = baselines
    planner.relativeGap = 0
    return try planner.solve(self)
  }
}
