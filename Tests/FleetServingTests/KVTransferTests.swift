import FleetServing
import Testing

@Suite struct KVTransferTests {
  private let catalog: Catalog
  private let transfer: KVTransferModel

  init() throws {
    catalog = try CommittedCatalog.read()
    transfer = KVTransferModel(constants: try LatencyConstants(contentsOf: modelsDirectory))
  }

  private func configuration(
    _ model: String, tensor: Int = 1, pipeline: Int = 1, kv: Precision = .bf16,
    change: (inout Accelerator) -> Void = { _ in }
  ) throws -> InstanceConfiguration {
    var accelerator = try #require(catalog.accelerator("h100-sxm"))
    change(&accelerator)
    return InstanceConfiguration(
      model: try #require(catalog.model(model)), accelerator: accelerator,
      strategy: ParallelStrategy(tensor: tensor, pipeline: pipeline), weightPrecision: .fp8, kvPrecision: kv,
      backend: "vllm")
  }

  /// Published: 4,096 tokens of Llama-70B are 1.34 GB and take 150 ms at 100 Gb/s, 38 ms at 400, 5 ms at 8 × 400.
  @Test(arguments: [(1, 12.5e9, 0.150), (1, 50e9, 0.038), (8, 50e9, 0.005)])
  func publishedTransferTimesAreMet(tensor: Int, bytesPerSecond: Double, seconds: Double) throws {
    let instance = try configuration("llama-3.1-70b", tensor: tensor) { $0.scaleOutBytesPerSecond = bytesPerSecond }
    let estimate = try #require(transfer.estimate(from: instance, to: instance, tokens: 4096))
    #expect(agree(estimate.bytes, 1.34e9, within: 0.002))
    #expect(agree(estimate.wireSeconds, seconds, within: 0.034))
    #expect(estimate.conversions.isEmpty && estimate.conversionSeconds == 0 && estimate.stagingSeconds == 0)
    #expect(estimate.visibleSeconds == estimate.wireSeconds)
  }

  /// Layers are sent while later ones are computed; at least the last one remains visible.
  @Test func prefillHidesAllButTheLastLayer() throws {
    let instance = try configuration("llama-3.1-70b") { $0.scaleOutBytesPerSecond = 50e9 }
    func visible(_ prefill: Double) throws -> Double {
      try #require(transfer.estimate(from: instance, to: instance, tokens: 4096, prefillSeconds: prefill))
        .visibleSeconds
    }
    let moving = try visible(0) - 0.0004
    #expect(agree(try visible(0.01), 0.0004 + moving - 0.01))
    #expect(agree(try visible(1), 0.0004 + moving / 80))
  }

  @Test func theNarrowerSideAndTheLinkDecide() throws {
    let wide = try configuration("llama-3.1-70b", tensor: 8)
    let narrow = try configuration("llama-3.1-70b", tensor: 2)
    func rate(_ from: InstanceConfiguration, _ to: InstanceConfiguration, _ link: PoolLink? = nil) throws -> Double {
      try #require(transfer.estimate(from: from, to: to, tokens: 1000, link: link)).bytesPerSecond
    }
    #expect(agree(try rate(wide, wide), 0.73 * 8 * 50e9))
    #expect(agree(try rate(wide, narrow), 0.73 * 2 * 50e9))
    #expect(agree(try rate(narrow, wide), 0.73 * 2 * 50e9))
    var link = PoolLink(prefillPoolID: "a", decodePoolID: "b", deviceBytesPerSecond: 10e9)
    #expect(agree(try rate(wide, wide, link), 0.73 * 80e9))
    link.totalBytesPerSecond = 25e9
    #expect(agree(try rate(wide, wide, link), 0.73 * 25e9))
    link.latencySeconds = 0.25
    let slow = try #require(transfer.estimate(from: wide, to: wide, tokens: 0, link: link))
    #expect(slow.wireSeconds == 0.25)
  }

  /// Host connections of 5 GB/s behind links of 50 GB/s: the host decides the sum of wire and staging.
  @Test func hostStagingAddsWhatTheHostLacks() throws {
    let instance = try configuration("llama-3.1-70b") { $0.hostBytesPerSecond = 5e9 }
    let link = PoolLink(prefillPoolID: "a", decodePoolID: "b", hostStaged: true)
    let estimate = try #require(transfer.estimate(from: instance, to: instance, tokens: 4096, link: link))
    #expect(agree(estimate.wireSeconds + estimate.stagingSeconds, 0.0004 + estimate.bytes / (0.73 * 5e9)))
    let fast = try configuration("llama-3.1-70b")
    #expect(try #require(transfer.estimate(from: fast, to: fast, tokens: 4096, link: link)).stagingSeconds == 0)
  }

  /// Casting bf16 to fp8: one pass over 3 bytes per element at 0.6 of 3.35 TB/s.
  @Test func conversionsPassOverTheCache() throws {
    let from = try configuration("llama-3.1-70b")
    let to = try configuration("llama-3.1-70b", kv: .fp8)
    let cast = try #require(transfer.estimate(from: from, to: to, tokens: 4096))
    #expect(cast.conversions == [.precision(from: .bf16, to: .fp8)])
    #expect(agree(cast.conversionSeconds, 1.5 * cast.bytes / (0.6 * 3.35e12)))
    // Layout and block size: two passes, and 256 − 32 additional blocks for keys and values of 80 layers.
    let foreign = try configuration("llama-3.1-70b") {
      $0.kvLayout = KVLayoutTraits(layouts: ["HND"], blockSizesTokens: [128], precisions: [.bf16])
    }
    let native = try configuration("llama-3.1-70b") {
      $0.kvLayout = KVLayoutTraits(layouts: ["NHD"], blockSizesTokens: [16], precisions: [.bf16])
    }
    let regrouped = try #require(transfer.estimate(from: native, to: foreign, tokens: 4096))
    #expect(regrouped.conversions == [.layout(from: "NHD", to: "HND"), .blockSize(from: 16, to: 128)])
    let passes = 2 * 2 * regrouped.bytes / (0.6 * 3.35e12)
    let descriptors: Double = (256 - 32) * 80 * 2
    #expect(agree(regrouped.conversionSeconds, passes + descriptors * 2e-6))
  }

  /// From TP8 to TP4 every decode device gathers from two: twice the descriptors of 256 blocks, by addressing alone.
  @Test func splittingHeadsAnewCostsDescriptors() throws {
    let eight = try configuration("llama-3.1-70b", tensor: 8)
    let four = try configuration("llama-3.1-70b", tensor: 4)
    let merged = try #require(transfer.estimate(from: eight, to: four, tokens: 4096))
    #expect(merged.conversions == [.tensorDegree(from: 8, to: 4)])
    let descriptors: Double = 256 * 80 * 2
    #expect(agree(merged.conversionSeconds, descriptors * 2e-6))
    let split = try #require(transfer.estimate(from: four, to: eight, tokens: 4096))
    #expect(split.conversionSeconds == 0)
  }

  /// Every decode device keeps the whole latent vector and gets it.
  @Test func latentCachesGoToEveryDevice() throws {
    let one = try configuration("deepseek-r1")
    let eight = try configuration("deepseek-r1", tensor: 8)
    let single = try #require(transfer.estimate(from: eight, to: one, tokens: 1000))
    let copied = try #require(transfer.estimate(from: eight, to: eight, tokens: 1000))
    #expect(agree(single.bytes, 1000 * 70_272))
    #expect(agree(copied.bytes, 8 * single.bytes))
    #expect(copied.conversions.isEmpty && single.conversions.isEmpty)
  }

  @Test(arguments: [5, 77] as [UInt64])
  func fasterLinksAreNeverSlower(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<300 {
      let model = try #require(catalog.models.randomElement(using: &generator))
      func instance() throws -> InstanceConfiguration {
        let accelerator = try #require(catalog.accelerators.randomElement(using: &generator))
        return InstanceConfiguration(
          model: model, accelerator: accelerator,
          strategy: ParallelStrategy(tensor: [1, 2, 4, 8].randomElement(using: &generator) ?? 1),
          weightPrecision: .fp8,
          kvPrecision: accelerator.kvLayout.precisions.randomElement(using: &generator) ?? .bf16, backend: "vllm")
      }
      let from = try instance()
      let to = try instance()
      let tokens = Double.random(in: 1...1e5, using: &generator)
      guard let base = transfer.estimate(from: from, to: to, tokens: tokens) else { continue }
      var fast = (from, to)
      fast.0.accelerator.scaleOutBytesPerSecond *= 2
      fast.1.accelerator.scaleOutBytesPerSecond *= 2
      let faster = try #require(transfer.estimate(from: fast.0, to: fast.1, tokens: tokens))
      let longer = try #require(transfer.estimate(from: from, to: to, tokens: tokens * 2))
      let note: Comment = "seed \(seed): \(model.id) \(from.accelerator.id) → \(to.accelerator.id) \(tokens)"
      #expect(faster.totalSeconds <= base.totalSeconds, note)
      #expect(longer.totalSeconds >= base.totalSeconds, note)
      #expect(base.visibleSeconds.isFinite && base.visibleSeconds > 0, note)
    }
  }
}
