import FleetJSON
import Testing

@testable import FleetServing

@Suite struct ProblemDecodingTests {
  @Test func theShortestProblem() throws {
    let problem = try decoded(
      """
      {"format": "fleetplan-problem/1", "accelerators": ["h100-sxm"],
       "classes": [{"id": "chat", "model": "llama-3.1-70b", "rate_per_s": 12.5,
         "lengths": {"input_tokens": 1000, "output_tokens": 200}, "slo": {"ttft_ms": 800, "tpot_ms": 50}}]}
      """)
    #expect(problem.name == "test")
    #expect(problem.periods == [Period(id: "all", hours: 1)])
    #expect(problem.models.map(\.id) == ["llama-3.1-70b"])
    #expect(problem.models[0].weightPrecisions == [.bf16])
    #expect(problem.pools.map(\.id) == ["h100-sxm"])
    #expect(problem.pools[0].tiers.map(\.kind) == [.onDemand])
    #expect(problem.classes[0].ratePerSecond == [12.5])
    #expect(problem.classes[0].objective.ttft == LatencyObjective(seconds: 0.8, percentile: 0.95))
    #expect(problem.classes[0].lengths == LengthDistribution(inputTokens: 1000, outputTokens: 200))
    #expect(problem.policy == Policy())
    #expect(problem.warnings.isEmpty)
    #expect(problem.inputHash.count == 64)
  }

  /// A model published in fp16 keeps its cache in fp16, which every device with bf16 runs.
  @Test func modelsInHalfPrecisionRunWithTheirDefaults() throws {
    let problem = try decoded(
      """
      {"format": "fleetplan-problem/1", "accelerators": ["a100-80gb-sxm", "v100-32gb-sxm"],
       "models": ["llama-2-7b", {"id": "narrow", "catalog": "llama-2-7b", "weight_precisions": ["fp16", "int8"]}],
       "classes": [{"id": "chat", "model": "llama-2-7b", "rate_per_s": 1,
         "lengths": {"input_tokens": 1000, "output_tokens": 200}, "slo": {"ttft_ms": 800, "tpot_ms": 50}}]}
      """)
    #expect(problem.models[0].weightPrecisions == [.fp16] && problem.models[0].kvPrecisions == [.fp16])
    #expect(problem.models[1].kvPrecisions == [.bf16])
    let latency = LatencyModel(constants: try shippedCatalog.get().latencyConstants)
    for pool in problem.pools {
      let model = try #require(problem.models[0].architecture)
      let configuration = InstanceConfiguration(
        model: model, accelerator: pool.accelerator, strategy: ParallelStrategy(), weightPrecision: .fp16,
        kvPrecision: .fp16, backend: pool.backend)
      #expect(latency.unsupportedReason(configuration) == nil, "\(pool.id)")
    }
  }

  @Test func everyKeyArrivesInTheProblem() throws {
    let folder = try TemporaryFolder(["trace.csv": sampleTrace, "table.csv": sampleTable])
    let problem = try decoded(fullProblem, baseDirectory: folder.path)
    #expect(problem.name == "everything")
    #expect(problem.summary == "One of each.")
    #expect(problem.periods == [Period(id: "day", hours: 16), Period(id: "night", hours: 8)])
    #expect(problem.objectives == [.traffic, .cost])
    #expect(problem.trafficMix == .free)
    #expect(problem.limits == SolverLimits(timeSeconds: 30, relativeGap: 0.01, nodes: 100_000))
    #expect(
      problem.currentFleet == [
        CurrentFleetEntry(poolID: "h100", devices: 16, usdPerDeviceHour: 0.4),
        CurrentFleetEntry(poolID: "bought", devices: 4),
      ])
    #expect(
      problem.links == [
        PoolLink(
          prefillPoolID: "h100", decodePoolID: "mi300x", totalBytesPerSecond: 4e11, deviceBytesPerSecond: 5e10,
          latencySeconds: 0.0005, transport: "rdma", hostStaged: true)
      ])
    #expect(
      problem.kvExchange
        == .only([
          PoolPair(prefillPoolID: "h100", decodePoolID: "mi300x"),
          PoolPair(prefillPoolID: "h100", decodePoolID: "h100"),
        ]))
    #expect(
      problem.policy
        == Policy(
          servingModes: [.disaggregated], tensorDegrees: [1, 2, 4], pipelineDegrees: [1], dataDegrees: [1, 8],
          expertDegrees: [1, 8], contextDegrees: [1, 2], equalTensorDegrees: true, maximumDevicesPerInstance: 16,
          maximumBatch: 512,
          chunkTokens: 4096, prefillStepTokens: 16_384,
          budgetUSDPerHour: 900, powerCapWatts: 200_000,
          deviceLimits: [DeviceLimit(poolIDs: ["h100", "mi300x"], maximumDevices: 96)],
          vendorShares: [
            VendorShareLimit(vendor: "nvidia", share: 0.7, measure: .devices), VendorShareLimit(share: 0.8),
          ],
          minimumVendors: 2, spareInstancesPerGroup: 1, headroom: Headroom(prefill: 0.2, decode: 0.1, aggregated: 0.05),
          spotShareLimit: 0.3, router: .randomSplit,
          robust: true))
    // Each slowdown tells the limit that comes of it.
    #expect(
      problem.warnings.map(\.path) == SlowdownTests.keys.map { "/classes/1/slo/\($0)" })
  }

  @Test func modelsOfEachForm() throws {
    let folder = try TemporaryFolder(["trace.csv": sampleTrace, "table.csv": sampleTable])
    let models = try decoded(fullProblem, baseDirectory: folder.path).models
    #expect(models.map(\.id) == ["qwen3-32b", "llama", "own", "secret"])
    #expect(models[1].architecture?.id == "llama-3.1-70b")
    #expect(models[1].weightPrecisions == [.fp8, .bf16])
    #expect(models[1].kvPrecisions == [.bf16, .fp8])
    #expect(models[1].maximumSequenceTokens == 32_768)
    #expect(models[2].architecture?.name == "Own model")
    #expect(models[2].weightPrecisions == [.fp8])
    #expect(models[2].kvPrecisions == [.bf16])
    #expect(models[3].architecture == nil)
    #expect(models[3].weightPrecisions == [.int8])
  }

  @Test func acceleratorsOfEachForm() throws {
    let folder = try TemporaryFolder(["trace.csv": sampleTrace, "table.csv": sampleTable])
    let pools = try decoded(fullProblem, baseDirectory: folder.path).pools
    #expect(pools.map(\.id) == ["mi300x", "h100", "a100_sxm", "bought", "lab-x", "inline"])
    let h100 = pools[1]
    #expect(h100.accelerator.id == "h100-sxm")
    #expect(h100.region == "eu")
    #expect(h100.stockDevices == 64)
    #expect(h100.wholeNodes)
    #expect(h100.backend == "sglang")
    #expect(
      h100.tiers == [
        PriceTier(kind: .onDemand, usdPerDeviceHour: 3.2, availableDevices: 32),
        PriceTier(kind: .reserved, usdPerDeviceHour: 1.78, availableDevices: 64),
        PriceTier(kind: .spot, usdPerDeviceHour: 1.2, availableDevices: 16),
        PriceTier(kind: .owned, usdPerDeviceHour: 1.4, availableDevices: 8),
      ])
    #expect(pools[2].accelerator.id == "a100-80gb-sxm")
    #expect(pools[2].tiers.map(\.kind) == [.onDemand, .reserved])
    // 8760 USD over 4 years of 8760 h, and 0.35 kW · 1.5 · 0.1 USD/kWh.
    #expect(pools[3].accelerator.powerWatts == 350)
    #expect(abs((pools[3].tiers.first?.usdPerDeviceHour ?? 0) - (0.25 + 0.0525)) < 1e-12)
    #expect(pools[4].measuredOnly)
    #expect(pools[4].accelerator.vendor == "acme")
    #expect(pools[4].accelerator.devicesPerNode == 4)
    #expect(pools[4].accelerator.powerWatts == 500)
    #expect(pools[5].accelerator.id == "new-chip")
    #expect(pools[5].tiers == [PriceTier(kind: .onDemand, usdPerDeviceHour: 2)])
  }

  @Test func classesOfEachForm() throws {
    let folder = try TemporaryFolder(["trace.csv": sampleTrace, "table.csv": sampleTable])
    let classes = try decoded(fullProblem, baseDirectory: folder.path).classes
    #expect(classes.map(\.id) == ["chat", "spread", "buckets", "replay", "dark"])
    #expect(classes[0].ratePerSecond == [12.5, 3])
    #expect(
      classes[0].objective
        == ServiceLevelObjective(
          ttft: LatencyObjective(seconds: 0.8, percentile: 0.99),
          tpot: LatencyObjective(seconds: 0.05, percentile: 0.95),
          endToEnd: LatencyObjective(seconds: 30, percentile: 0.95)))
    #expect(classes[1].ratePerSecond == [2, 2])
    #expect(classes[1].lengths.points.count == 64)
    #expect(classes[1].lengths.points.allSatisfy { $0.inputTokens <= 16_000 && $0.outputTokens >= 10 })
    #expect(classes[2].lengths.points.map(\.weight) == [0.75, 0.25])
    // Rows 2 to 4: two gaps of 1 s, ten times as fast.
    #expect(classes[3].ratePerSecond == [10, 10])
    #expect(classes[3].lengths.points.map(\.inputTokens) == [91, 396, 879])
  }

  @Test func capacityTablesFromRowsAndFiles() throws {
    let folder = try TemporaryFolder(["trace.csv": sampleTrace, "table.csv": sampleTable])
    let tables = try decoded(fullProblem, baseDirectory: folder.path).capacityTables
    #expect(tables.map(\.id) == ["secret-x", "from-file"])
    #expect(tables[0].strategy == ParallelStrategy(tensor: 2))
    #expect(tables[0].weightPrecision == .int8)
    #expect(tables[0].maximumBatch == 64)
    #expect(
      tables[0].rows == [
        CapacityTable.Row(classID: "dark", ratePerSecond: 1.5, ttftSeconds: 0.3, tpotSeconds: 0.03),
        CapacityTable.Row(inputTokens: 1000, outputTokens: 100, ratePerSecond: 0.7),
      ])
    #expect(
      tables[1].rows == [
        CapacityTable.Row(classID: "dark", ratePerSecond: 3.5, ttftSeconds: 0.25, tpotSeconds: 0.025),
        CapacityTable.Row(classID: "dark", ratePerSecond: 4, tpotSeconds: 0.04),
      ])
  }

  @Test func theHashCoversTheFilesThatAreNamed() throws {
    let folder = try TemporaryFolder(["trace.csv": sampleTrace, "table.csv": sampleTable])
    let first = try decoded(fullProblem, baseDirectory: folder.path).inputHash
    #expect(try decoded(fullProblem, baseDirectory: folder.path).inputHash == first)
    try folder.write(sampleTrace + "\n2023-11-16 18:15:50.6805900,91,16", to: "trace.csv")
    #expect(try decoded(fullProblem, baseDirectory: folder.path).inputHash != first)
  }

  @Test func filesAreFoundBesideTheProblem() throws {
    let folder = try TemporaryFolder([
      "a/trace.csv": sampleTrace, "a/table.csv": sampleTable, "a/problem.json": fullProblem,
    ])
    let problem = try PlanningProblem(contentsOf: folder.path + "/a/problem.json", catalog: shippedCatalog.get())
    #expect(problem.classes.count == 5)
  }
}
