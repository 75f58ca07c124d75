import FleetServing

/// Constants and devices with round numbers, so that expected times can be worked out by hand.
enum RoundNumbers {
  /// Every efficiency and factor 1, every overhead 0.
  static let ideal = constants()

  static func constants(
    collectiveLatency: Double = 0, decodeLayer: Double = 0, prefillLayer: Double = 0, sequence: Double = 0,
    step: Double = 0, expertOverhead: Double = 0, latentOverhead: Double = 0, promptToken: Double = 0
  ) -> LatencyConstants {
    let hardware = LatencyConstants.Hardware(
      computeEfficiency: 1, memoryEfficiency: 1, kvReadEfficiency: 1, attentionEfficiency: 1, linkEfficiency: 1,
      collectiveLatencySeconds: collectiveLatency)
    let backend = LatencyConstants.Backend(
      decodeLayerSeconds: decodeLayer, prefillLayerSeconds: prefillLayer, sequenceSeconds: sequence,
      stepSeconds: step, closedLoopWaitSteps: 2, burstShare: 0.1, waveShare: 0.1)
    let shared = LatencyConstants.Shared(
      expertMemoryFactor: 1, nativeFourBitMemoryFactor: 1, expertLayerOverhead: expertOverhead,
      latentLayerOverhead: latentOverhead, linearLayerOverhead: 0, promptTokenSeconds: promptToken)
    return LatencyConstants(
      families: ["round": hardware], backends: ["round": backend], otherBackend: backend, shared: shared,
      otherFamily: hardware,
      memory: LatencyConstants.Memory(usableShare: 0.9, overheadBytesPerDevice: 1000),
      transfer: LatencyConstants.Transfer(
        fixedSeconds: 0.5, linkEfficiency: 0.5, conversionMemoryEfficiency: 0.5, descriptorSeconds: 0.001))
  }

  /// 1 GFLOP/s in bf16, 2 in fp8 and fp4; memory 1 MB/s, fabric 1 MB/s, network 100 kB/s, host 50 kB/s.
  static func device(memoryBytes: Double = 1e6, domain: Int = 8) -> Accelerator {
    Accelerator(
      id: "round", name: "Round", vendor: "test", family: "round", memoryBytes: memoryBytes,
      memoryBandwidthBytesPerSecond: 1e6, denseFlops: [.bf16: 1e9, .fp8: 2e9, .fp4: 2e9], devicesPerNode: 8,
      scaleUpDomainDevices: domain, scaleUpBytesPerSecond: 1e6, scaleOutBytesPerSecond: 1e5, hostBytesPerSecond: 5e4,
      powerWatts: 1, weightPrecisions: [.bf16, .fp8, .int4, .nvfp4], tensorParallelDegrees: [1, 2, 4, 8],
      kvLayout: KVLayoutTraits(layouts: ["NHD"], blockSizesTokens: [16], precisions: [.bf16, .fp8]),
      backends: ["round"])
  }

  /// Per layer 30,000 attention weights (4 query heads, 2 KV heads of 25) and 60,000 feed-forward weights; head 100,000.
  static let dense = LanguageModel(
    id: "dense", name: "Dense", layers: 2, hiddenSize: 100, vocabularySize: 1000, tiedEmbeddings: true,
    maximumContextTokens: 1000, attention: .gqa(GroupedQueryAttention(queryHeads: 4, kvHeads: 2, headDim: 25)),
    denseFeedForward: DenseFeedForward(layers: 2, intermediateSize: 200))

  /// As `dense`, with 4 experts of 15,000 weights per layer, of which a token passes 1, for the feed-forward layers.
  static let mixture = LanguageModel(
    id: "mixture", name: "Mixture", layers: 2, hiddenSize: 100, vocabularySize: 1000, tiedEmbeddings: true,
    maximumContextTokens: 1000, attention: .gqa(GroupedQueryAttention(queryHeads: 4, kvHeads: 2, headDim: 25)),
    mixtureOfExperts: MixtureOfExperts(layers: 2, experts: 4, expertsPerToken: 1, expertIntermediateSize: 50))

  /// 2 layers of latent attention: 4 heads, 40 + 10 cached elements.
  static let latent = LanguageModel(
    id: "latent", name: "Latent", layers: 2, hiddenSize: 100, vocabularySize: 1000, tiedEmbeddings: true,
    maximumContextTokens: 1000,
    attention: .mla(
      LatentAttention(
        queryHeads: 4, kvLoraRank: 40, qkRopeHeadDim: 10, qkNopeHeadDim: 20, vHeadDim: 20, qLoraRank: nil)),
    denseFeedForward: DenseFeedForward(layers: 2, intermediateSize: 200))

  static func configuration(
    _ model: LanguageModel, _ strategy: ParallelStrategy = ParallelStrategy(), weights: Precision = .bf16,
    kv: Precision = .bf16, device: Accelerator = device()
  ) -> InstanceConfiguration {
    InstanceConfiguration(
      model: model, accelerator: device, strategy: strategy, weightPrecision: weights, kvPrecision: kv,
      backend: "round")
  }
}

/// The catalog of the package, read once for all tests.
enum CommittedCatalog {
  private static let stored = Result { try Catalog(contentsOf: modelsDirectory) }

  static func read() throws -> Catalog { try stored.get() }
}

/// SplitMix64 (Steele, Lea, Flood, 2014): the same sequence for the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Whether two numbers agree to a relative tolerance.
func agree(_ left: Double, _ right: Double, within tolerance: Double = 1e-9) -> Bool {
  abs(left - right) <= tolerance * max(abs(left), abs(right))
}
