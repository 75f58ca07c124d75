import FleetServing
import Testing

@Suite struct StepTimeSupportTests {
  private let latency = LatencyModel(constants: RoundNumbers.ideal)

  private func reason(
    _ model: LanguageModel, _ strategy: ParallelStrategy = ParallelStrategy(), weights: Precision = .bf16,
    kv: Precision = .bf16, change: (inout Accelerator) -> Void = { _ in }
  ) -> String? {
    var device = RoundNumbers.device()
    change(&device)
    return latency.unsupportedReason(
      RoundNumbers.configuration(model, strategy, weights: weights, kv: kv, device: device))
  }

  @Test func plainConfigurationsRun() {
    #expect(reason(RoundNumbers.dense) == nil)
    #expect(reason(RoundNumbers.dense, ParallelStrategy(tensor: 4, pipeline: 2), weights: .nvfp4, kv: .fp8) == nil)
    #expect(reason(RoundNumbers.mixture, ParallelStrategy(tensor: 1, expert: 4, data: 4)) == nil)
    #expect(reason(RoundNumbers.latent, ParallelStrategy(tensor: 4)) == nil)
  }

  @Test func precisionFaultsAreNamed() {
    #expect(reason(RoundNumbers.dense, weights: .int8) == "int8 weights are not supported on round")
    #expect(
      reason(RoundNumbers.dense, weights: .fp8) { $0.denseFlops[.fp8] = nil }
        == "round states no fp8 arithmetic rate")
    #expect(reason(RoundNumbers.dense, kv: .int4) == "int4 KV caches are not supported on round")
    #expect(reason(RoundNumbers.dense, weights: .nvfp4) { $0.denseFlops[.fp4] = nil } == nil)
  }

  /// A device that multiplies bf16 multiplies fp16 at the same rate; one with fp16 alone has no bf16.
  @Test func whatRunsBF16RunsFP16() {
    #expect(reason(RoundNumbers.dense, weights: .fp16, kv: .fp16) == nil)
    func onlyHalf(_ device: inout Accelerator) {
      device.weightPrecisions = [.fp16]
      device.kvLayout.precisions = [.fp16]
      device.denseFlops = [.fp16: 1e12]
    }
    #expect(reason(RoundNumbers.dense, weights: .fp16, kv: .fp16, change: onlyHalf) == nil)
    #expect(
      reason(RoundNumbers.dense, weights: .bf16, kv: .fp16, change: onlyHalf)
        == "bf16 weights are not supported on round")
    #expect(
      reason(RoundNumbers.dense, weights: .fp16, kv: .bf16, change: onlyHalf)
        == "bf16 KV caches are not supported on round")
  }

  /// Deviations and profiles measured in one 16-bit format hold for the other.
  @Test func fp16TakesTheTimesMeasuredInBF16() throws {
    let catalog = try shippedCatalog.get()
    let latency = LatencyModel(constants: catalog.latencyConstants)
    let model = try #require(catalog.model("llama-2-7b"))
    let device = try #require(catalog.accelerator("a100-80gb-sxm"))
    func step(_ precision: Precision) -> Double {
      latency.decodeStep(
        InstanceConfiguration(
          model: model, accelerator: device, strategy: ParallelStrategy(), weightPrecision: precision,
          kvPrecision: precision, backend: "vllm"), batch: 16, contextTokens: 1000
      ).totalSeconds
    }
    #expect(step(.fp16) == step(.bf16))
  }

  @Test func strategyFaultsAreNamed() {
    #expect(reason(RoundNumbers.dense, ParallelStrategy(tensor: 3)) == "TP3 is not supported on round")
    // Two whole nodes may share the layers; more may not.
    #expect(reason(RoundNumbers.dense, ParallelStrategy(tensor: 4)) { $0.scaleUpDomainDevices = 2 } == nil)
    #expect(
      reason(RoundNumbers.dense, ParallelStrategy(tensor: 8)) { $0.scaleUpDomainDevices = 2 }
        == "TP8 exceeds the scale-up domain of 2 devices of round")
    #expect(reason(RoundNumbers.dense, ParallelStrategy(tensor: 8)) == "4 attention heads do not divide by TP8")
    #expect(reason(RoundNumbers.dense, ParallelStrategy(pipeline: 3)) == "PP3 exceeds the 2 layers of dense")
    #expect(reason(RoundNumbers.dense, ParallelStrategy(expert: 2)) == "EP2: dense has no routed experts")
    #expect(reason(RoundNumbers.dense, ParallelStrategy(data: 2)) == "DP2: dense has no routed experts to share")
    #expect(
      reason(RoundNumbers.mixture, ParallelStrategy(tensor: 4, expert: 3))
        == "EP3 does not divide the 4 devices of a stage")
    // Redundant copies fill the places of experts that do not divide, up to twice as many places.
    #expect(reason(RoundNumbers.mixture, ParallelStrategy(tensor: 1, expert: 3, data: 3)) == nil)
    #expect(reason(RoundNumbers.mixture, ParallelStrategy(tensor: 1, expert: 8, data: 8)) == nil)
    #expect(
      reason(RoundNumbers.mixture, ParallelStrategy(tensor: 1, expert: 16, data: 16))
        == "EP16 leaves devices without one of the 4 experts of mixture")
    #expect(
      reason(RoundNumbers.mixture, ParallelStrategy(tensor: 4))
        == "experts of width 50 do not divide over 4 devices")
  }

  @Test func evidenceFollowsTheFamily() {
    #expect(latency.evidence(for: RoundNumbers.configuration(RoundNumbers.dense)) == .assumed)
  }
}

@Suite struct PhysicalLimitTests {
  /// With ideal constants a step is the limit; with fitted ones slower in all but kernels whose efficiency exceeds 1.
  @Test func idealInstancesReachTheLimit() throws {
    let ideal = LatencyModel(constants: RoundNumbers.ideal).instance(RoundNumbers.configuration(RoundNumbers.dense))
    let step = ideal.decodeStep(batch: 4, contextTokens: 100).totalSeconds
    #expect(agree(ideal.atPhysicalLimit.decodeStep(batch: 4, contextTokens: 100).totalSeconds, step))
    let catalog = try CommittedCatalog.read()
    let configuration = InstanceConfiguration(
      model: try #require(catalog.model("llama-3.1-70b")), accelerator: try #require(catalog.accelerator("h100-sxm")),
      strategy: ParallelStrategy(tensor: 4), weightPrecision: .fp8, kvPrecision: .bf16, backend: "vllm")
    let fitted = LatencyModel(constants: catalog.latencyConstants).instance(configuration)
    for batch in [1.0, 16, 256] {
      let share =
        fitted.atPhysicalLimit.decodeStep(batch: batch, contextTokens: 1000).totalSeconds
        / fitted.decodeStep(batch: batch, contextTokens: 1000).totalSeconds
      #expect(share > 0.2 && share < 0.9, "batch \(batch): \(share)")
    }
  }
}
