import FleetServing
import Testing

/// Groups that share the tokens of a prompt, worked out by hand on the device with round numbers.
@Suite struct ContextParallelTests {
  private typealias R = RoundNumbers

  private func prefill(
    _ strategy: ParallelStrategy, tokens: Double = 4000, constants: LatencyConstants = R.ideal,
    change: (inout Accelerator) -> Void = { _ in }
  ) -> StepTime {
    var device = R.device()
    change(&device)
    return LatencyModel(constants: constants).prefillSeconds(
      R.configuration(R.dense, strategy, device: device), inputTokens: tokens)
  }

  /// 180,000 weights and 800 FLOP per pair at 1 GFLOP/s; the head reads 200 kB for one token.
  @Test func groupsHalveProductsAndAttention() {
    let single = prefill(ParallelStrategy())
    #expect(agree(single.totalSeconds, 1.44 + 0.2 + 6.4))
    let shared = prefill(ParallelStrategy(context: 2))
    #expect(agree(shared.gemmSeconds, 0.72 + 0.2))
    #expect(agree(shared.attentionSeconds, 3.2))
    // Half of 4000 · 400 bytes at 1 MB/s is hidden behind attention.
    #expect(shared.communicationSeconds == 0)
  }

  /// Of the exchange only what exceeds attention is seen.
  @Test func aSlowRingIsSeen() {
    let slow = prefill(ParallelStrategy(context: 2)) { $0.scaleUpBytesPerSecond = 1e5 }
    #expect(agree(slow.communicationSeconds, 8 - 3.2))
    let late = prefill(ParallelStrategy(context: 4), constants: R.constants(collectiveLatency: 1)) {
      $0.scaleUpBytesPerSecond = 1e5
    }
    // 2 layers · 3 steps · 1 s, and three quarters of the keys and values; attention takes a quarter of 6.4 s.
    #expect(agree(late.communicationSeconds, 6 + 12 - 1.6))
  }

  /// Tensor parallelism splits what a group holds of each token; two KV heads over four devices are held twice.
  @Test(arguments: [(1, 8.0), (2, 4.0), (4, 4.0)])
  func devicesOfAGroupShareTheExchange(tensor: Int, seconds: Double) {
    let step = prefill(ParallelStrategy(tensor: tensor, context: 2)) { $0.scaleUpBytesPerSecond = 1e5 }
    let alone = prefill(ParallelStrategy(tensor: tensor), tokens: 2000) { $0.scaleUpBytesPerSecond = 1e5 }
    let seen = max(0, seconds - 3.2 / Double(tensor))
    #expect(agree(step.communicationSeconds, alone.communicationSeconds + seen))
  }

  /// A prompt is through sooner, but prompts per device and second do not rise.
  @Test(arguments: [2, 4, 8])
  func devicesDoNoMoreTogether(groups: Int) throws {
    let catalog = try CommittedCatalog.read()
    let latency = LatencyModel(constants: catalog.latencyConstants)
    let model = try #require(catalog.model("llama-3.1-70b"))
    let device = try #require(catalog.accelerator("h100-sxm"))
    func configuration(_ context: Int) -> InstanceConfiguration {
      InstanceConfiguration(
        model: model, accelerator: device, strategy: ParallelStrategy(tensor: 8, context: context),
        weightPrecision: .bf16, kvPrecision: .bf16, backend: "vllm")
    }
    for tokens in [500.0, 4000, 32_000, 120_000] {
      let single = latency.prefillSeconds(configuration(1), inputTokens: tokens).totalSeconds
      let shared = latency.prefillSeconds(configuration(groups), inputTokens: tokens).totalSeconds
      #expect(shared * Double(groups) >= single * (1 - 1e-9), "\(tokens)")
      #expect(tokens < 32_000 || shared < single * 1.4 / Double(groups), "\(tokens): \(shared) of \(single)")
      let occupancy = latency.prefillOccupancySeconds(configuration(groups), inputTokens: tokens)
      #expect(occupancy == shared)
    }
  }

  @Test func groupsHoldTheCacheTogether() {
    let constants = R.ideal
    let single = MemoryFootprint(R.configuration(R.dense), constants: constants)
    let shared = MemoryFootprint(R.configuration(R.dense, ParallelStrategy(context: 4)), constants: constants)
    #expect(shared.weightBytesPerDevice == single.weightBytesPerDevice)
    #expect(agree(shared.kvCapacityBytes, 4 * single.kvCapacityBytes))
  }

  @Test func whatDoesNotGoWithGroupsIsNamed() {
    let latency = LatencyModel(constants: R.ideal)
    func reason(_ strategy: ParallelStrategy, _ model: LanguageModel = R.dense) -> String? {
      latency.unsupportedReason(R.configuration(model, strategy))
    }
    #expect(reason(ParallelStrategy(tensor: 2, context: 2)) == nil)
    #expect(
      reason(ParallelStrategy(pipeline: 2, context: 2)) == "CP2 goes with tensor and expert parallelism alone")
    #expect(
      reason(ParallelStrategy(expert: 4, data: 4, context: 2), R.mixture)
        == "CP2 goes with tensor and expert parallelism alone")
    #expect(reason(ParallelStrategy(context: 0)) == "parallel degrees must be at least 1")
    #expect(ParallelStrategy(tensor: 8, context: 2).description == "TP8 CP2")
    #expect(ParallelStrategy(tensor: 8, context: 2).devices == 16)
  }
}
