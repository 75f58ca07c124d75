import FleetServing
import Testing

/// The closed loop over prefill and decode pools: its limits, and laws on random pools of the catalog.
@Suite struct DisaggregatedLoopTests {
  private let catalog: Catalog
  private let latency: LatencyModel

  init() throws {
    catalog = try CommittedCatalog.read()
    latency = LatencyModel(constants: try LatencyConstants(contentsOf: modelsDirectory))
  }

  private func configuration(_ model: String, _ accelerator: String, tensor: Int) throws -> InstanceConfiguration {
    InstanceConfiguration(
      model: try #require(catalog.model(model)), accelerator: try #require(catalog.accelerator(accelerator)),
      strategy: ParallelStrategy(tensor: tensor), weightPrecision: .bf16, kvPrecision: .bf16, backend: "vllm")
  }

  @Test func oneClientMeetsNobody() throws {
    let prefill = try configuration("llama-3.1-70b", "h100-sxm", tensor: 4)
    let decode = try configuration("llama-3.1-70b", "h200-sxm", tensor: 4)
    let alone = latency.prefillSeconds(prefill, inputTokens: 2000).totalSeconds
    let transfer = try #require(
      KVTransferModel(constants: latency.constants).estimate(
        from: prefill, to: decode, tokens: 2000, prefillSeconds: alone))
    let step = latency.decodeStep(decode, batch: 1, contextTokens: 2250).totalSeconds
    for instances in [1, 3] {
      let loop = latency.closedLoopDisaggregated(
        prefill: prefill, prefillInstances: instances, decode: decode, decodeInstances: instances, concurrency: 1,
        inputTokens: 2000, outputTokens: 500)
      #expect(agree(loop.tpotSeconds, step))
      let backend = try #require(latency.constants.backends["vllm"])
      let outside = latency.promptHandlingSeconds(prefill, inputTokens: 2000) + backend.remoteRequestSeconds
      #expect(
        agree(loop.ttftSeconds, alone + transfer.visibleSeconds + outside + max(backend.remoteWaitSteps, 1) * step))
    }
  }

  /// Throughput follows from Little's law: c = X·(TTFT + (output − 1)·TPOT).
  @Test func manyClientsSaturateTheSlowerPool() throws {
    let prefill = try configuration("llama-3.1-8b", "h100-sxm", tensor: 1)
    let decode = try configuration("llama-3.1-8b", "h100-sxm", tensor: 1)
    func rate(_ prefillInstances: Int, _ decodeInstances: Int, input: Double, output: Double) -> Double {
      let clients = 1e6
      let loop = latency.closedLoopDisaggregated(
        prefill: prefill, prefillInstances: prefillInstances, decode: decode, decodeInstances: decodeInstances,
        concurrency: clients, inputTokens: input, outputTokens: output,
        harness: ClosedLoopHarness(waves: 1e9, chunkTokens: 1))
      return clients / (loop.ttftSeconds + (output - 1) * loop.tpotSeconds)
    }
    // Long prompts and short answers: the prefill pool is slower.
    let prompts = 2 / latency.prefillOccupancySeconds(prefill, inputTokens: 8000)
    #expect(agree(rate(2, 4, input: 8000, output: 10), prompts, within: 1e-6))
    // Short prompts and long answers: decode memory is full.
    let batch = MemoryFootprint(decode, constants: latency.constants).sequences(ofTokens: 2100)
    let step = latency.decodeStep(decode, batch: batch, contextTokens: 1100).totalSeconds
    #expect(agree(rate(4, 1, input: 100, output: 2000), batch / (2000 * step), within: 1e-6))
  }

  @Test(arguments: [4, 20_250_704] as [UInt64])
  func lawsOnRandomPools(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var cases = RandomConfigurations(catalog: catalog, latency: latency, seed: seed)
    for _ in 0..<120 {
      let decode = cases.next()
      var prefill = decode
      while let other = catalog.accelerators.randomElement(using: &generator) {
        prefill.accelerator = other
        if latency.unsupportedReason(prefill) == nil { break }
      }
      let (input, output) = (cases.size(decades: 5), cases.size(decades: 4))
      let pools = (Int.random(in: 1...12, using: &generator), Int.random(in: 1...12, using: &generator))
      func loop(_ clients: Double, more: Int = 0, prompts: Int = 0) -> ClosedLoopPrediction {
        latency.closedLoopDisaggregated(
          prefill: prefill, prefillInstances: pools.0 + prompts, decode: decode, decodeInstances: pools.1 + more,
          concurrency: clients, inputTokens: input, outputTokens: output)
      }
      let what =
        "seed \(seed): \(RandomConfigurations.text(decode)) from \(prefill.accelerator.id) \(pools) \(input) \(output)"
      var last = loop(0.5)
      for clients in [1, 1.01, 1.5, 2, 3, 5, 9, 17, 40, 100, 1000, 1e4, 1e6] {
        let now = loop(clients)
        #expect(now.ttftSeconds.isFinite && now.tpotSeconds.isFinite && now.tpotSeconds > 0, "\(what)")
        #expect(now.ttftSeconds >= last.ttftSeconds * (1 - 1e-9), "more clients, shorter TTFT at \(clients); \(what)")
        #expect(now.tpotSeconds >= last.tpotSeconds * (1 - 1e-9), "more clients, shorter TPOT at \(clients); \(what)")
        #expect(
          loop(clients, more: 1).tpotSeconds <= now.tpotSeconds * (1 + 1e-9),
          "more decode instances, longer TPOT at \(clients); \(what)")
        let rate = clients / (now.ttftSeconds + max(output - 1, 0) * now.tpotSeconds)
        let more = loop(clients, prompts: 1)
        let faster = clients / (more.ttftSeconds + max(output - 1, 0) * more.tpotSeconds)
        #expect(faster >= rate * (1 - 1e-9), "more prefill instances, fewer requests at \(clients); \(what)")
        last = now
      }
    }
  }
}
