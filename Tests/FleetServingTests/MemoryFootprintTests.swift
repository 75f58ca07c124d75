import FleetServing
import Testing

@Suite struct MemoryFootprintTests {
  typealias R = RoundNumbers

  /// 280,000 weights in bf16 are 560,000 bytes; 900,000 may be used, 1,000 are overhead; 400 bytes per token.
  @Test func oneDeviceKeepsWhatWeightsLeave() {
    let memory = MemoryFootprint(R.configuration(R.dense), constants: R.ideal)
    #expect(agree(memory.weightBytesPerDevice, 560_000))
    #expect(agree(memory.kvCapacityBytes, 339_000))
    #expect(memory.kvBytes(sequenceTokens: 10) == 4000)
    #expect(agree(memory.kvCapacityTokens, 847.5))
    #expect(agree(memory.sequences(ofTokens: 84.75), 10))
    #expect(memory.shortfallText == nil)
  }

  /// Four devices and two KV heads: keys and values (10,000 weights per layer) lie twice, and so does the cache.
  @Test func scarceHeadsAreStoredMoreThanOnce() {
    let memory = MemoryFootprint(R.configuration(R.dense, ParallelStrategy(tensor: 4)), constants: R.ideal)
    let attention: Double = 2 * (20_000 / 4 + 10_000 / 2)
    let perDevice = 2 * (attention + 120_000 / 4 + 100_000 / 4)
    #expect(agree(memory.weightBytesPerDevice, perDevice))
    #expect(agree(memory.kvCapacityBytes, 4 * (900_000 - perDevice - 1000) / 2))
    #expect(memory.kvBytes(sequenceTokens: 10) == 4000)
  }

  /// Latent attention: the down-projections of 2·100·50 weights lie on both devices, half of them in excess, and the cache
  /// lies on both.
  @Test func latentCachesAreStoredOnEveryDevice() {
    let one = MemoryFootprint(R.configuration(R.latent), constants: R.ideal)
    let two = MemoryFootprint(R.configuration(R.latent, ParallelStrategy(tensor: 2)), constants: R.ideal)
    #expect(agree(two.weightBytesPerDevice, one.weightBytesPerDevice / 2 + 10_000))
    #expect(agree(two.kvCapacityBytes, 900_000 - two.weightBytesPerDevice - 1000))
    #expect(two.kvBytes(sequenceTokens: 7) == 7 * 2 * 50 * 2)
  }

  /// Data ranks repeat attention, head and router, share experts, and keep caches of their own.
  @Test func dataRanksAddUp() {
    let memory = MemoryFootprint(
      R.configuration(R.mixture, ParallelStrategy(tensor: 1, expert: 2, data: 2)), constants: R.ideal)
    let experts: Double = 2 * 4 * 15_000 / 2
    let perDevice = 2 * (60_000 + 100_000 + 800 + experts)
    #expect(agree(memory.weightBytesPerDevice, perDevice))
    #expect(agree(memory.kvCapacityBytes, 2 * (900_000 - perDevice - 1000)))
  }

  /// Two stages: half of the layers each; the last one also holds the head. The cache is halved per stage.
  @Test func stagesShareTheCache() {
    let memory = MemoryFootprint(R.configuration(R.dense, ParallelStrategy(pipeline: 2)), constants: R.ideal)
    let perDevice: Double = 2 * (90_000 + 100_000)
    #expect(agree(memory.weightBytesPerDevice, perDevice))
    #expect(agree(memory.kvCapacityBytes, 2 * (900_000 - perDevice - 1000)))
  }

  @Test func overheadCanBeOverridden() {
    let configuration = R.configuration(R.dense)
    let memory = MemoryFootprint(configuration, constants: R.ideal, overheadBytesPerDevice: 101_000)
    #expect(agree(memory.kvCapacityBytes, 239_000))
    var constants = R.ideal
    constants.memory.overheadBytesByBackend["round"] = 51_000
    #expect(agree(MemoryFootprint(configuration, constants: constants).kvCapacityBytes, 289_000))
  }

  @Test func missingMemoryIsToldWithNumbers() throws {
    let catalog = try CommittedCatalog.read()
    let constants = try LatencyConstants(contentsOf: modelsDirectory)
    let model = try #require(catalog.model("llama-3.1-70b"))
    let accelerator = try #require(catalog.accelerator("h100-sxm"))
    func footprint(_ tensor: Int, _ precision: Precision) -> MemoryFootprint {
      MemoryFootprint(
        InstanceConfiguration(
          model: model, accelerator: accelerator, strategy: ParallelStrategy(tensor: tensor),
          weightPrecision: precision, kvPrecision: .bf16, backend: "vllm"), constants: constants)
    }
    #expect(footprint(1, .bf16).shortfallText == "weights 141.1 GB exceed 1 × 85.9 GB × 0.92 − 1 × 3 GB")
    #expect(footprint(1, .bf16).kvCapacityBytes == 0)
    #expect(footprint(4, .bf16).shortfallText == nil)
    // 4 devices: 4·(0.92·85.9 − 3) GB less 141.1 GB, at 327,680 bytes per token.
    let free: Double = 4 * (0.92 * 85.899_345_92e9 - 3e9) - 141.1e9
    #expect(agree(footprint(4, .bf16).kvCapacityTokens, free / 327_680, within: 1e-3))
  }

  @Test func windowsAndStatesAreCounted() throws {
    let catalog = try CommittedCatalog.read()
    let constants = try LatencyConstants(contentsOf: modelsDirectory)
    for id in ["gpt-oss-120b", "qwen3.5-397b-a17b", "deepseek-v3.2", "mimo-v2-flash"] {
      let model = try #require(catalog.model(id))
      let accelerator = try #require(catalog.accelerator("b200-sxm"))
      let memory = MemoryFootprint(
        InstanceConfiguration(
          model: model, accelerator: accelerator, strategy: ParallelStrategy(), weightPrecision: .bf16,
          kvPrecision: .bf16, backend: "vllm"), constants: constants)
      for tokens in [1.0, 100, 5000] {
        #expect(
          agree(memory.kvBytes(sequenceTokens: tokens), model.kvBytesPerSequence(contextTokens: tokens, in: .bf16)),
          "\(id)")
      }
    }
  }

  @Test(arguments: [4, 99] as [UInt64])
  func moreDevicesNeverHoldLess(seed: UInt64) throws {
    let catalog = try CommittedCatalog.read()
    let constants = try LatencyConstants(contentsOf: modelsDirectory)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let model = try #require(catalog.models.randomElement(using: &generator))
      let accelerator = try #require(catalog.accelerators.randomElement(using: &generator))
      var before = -1.0
      for tensor in [1, 2, 4, 8] {
        let memory = MemoryFootprint(
          InstanceConfiguration(
            model: model, accelerator: accelerator, strategy: ParallelStrategy(tensor: tensor),
            weightPrecision: .fp8, kvPrecision: .bf16, backend: "vllm"), constants: constants)
        #expect(
          memory.kvCapacityBytes >= before * (1 - 1e-9), "seed \(seed): \(model.id) \(accelerator.id) TP\(tensor)")
        #expect((memory.shortfallText == nil) == (memory.kvCapacityBytes > 0))
        before = memory.kvCapacityBytes
      }
    }
  }
}
