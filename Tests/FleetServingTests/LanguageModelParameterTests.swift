import FleetServing
import Testing

/// Parameters and bytes derived from the sizes, against what the makers publish.
@Suite struct LanguageModelParameterTests {
  /// Totals in billions, from model cards, technical reports and the safetensors index of the checkpoints. Multimodal
  /// models are given without their encoders where the maker says so (Gemma 3), else with them (Llama 4, MiniMax-M3,
  /// Qwen3.5), which is less than 2 %.
  static let totals: [(String, Double)] = [
    ("llama-2-7b", 6.738), ("llama-2-13b", 13.016), ("llama-2-70b", 68.977), ("llama-3.1-8b", 8.030),
    ("llama-3.1-70b", 70.554), ("llama-3.1-405b", 405.85), ("llama-3.3-70b", 70.554), ("llama-4-scout", 109),
    ("llama-4-maverick", 400), ("mistral-7b", 7.248), ("mixtral-8x7b", 46.7), ("mixtral-8x22b", 140.6),
    ("qwen2.5-7b", 7.616), ("qwen2.5-32b", 32.76), ("qwen2.5-72b", 72.71), ("qwen3-0.6b", 0.596),
    ("qwen3-1.7b", 1.72), ("qwen3-8b", 8.19), ("qwen3-32b", 32.76), ("qwen3-30b-a3b", 30.5),
    ("qwen3-235b-a22b", 235), ("qwen3-coder-480b-a35b", 480), ("qwen3.5-27b", 27), ("qwen3.5-35b-a3b", 35),
    ("qwen3.5-122b-a10b", 122), ("qwen3.5-397b-a17b", 397), ("deepseek-v3", 671), ("deepseek-r1", 671),
    ("deepseek-v3.2", 671), ("kimi-k2", 1040), ("kimi-k2.5", 1040), ("gpt-oss-20b", 20.9), ("gpt-oss-120b", 116.8),
    ("minimax-m2.5", 229), ("minimax-m2.7", 229), ("minimax-m3", 428), ("glm-4.5", 355), ("glm-4.5-air", 106),
    ("glm-5", 744), ("glm-5.1", 744), ("glm-5.2", 744), ("step-3.7-flash", 196), ("mimo-v2-flash", 309),
    ("gemma-3-12b", 11.771), ("gemma-3-27b", 27.016), ("gemma-4-26b-a4b", 25.2), ("phi-4", 14.66),
    ("opt-13b", 12.85), ("opt-66b", 65.7), ("bloom-176b", 176.25),
  ]

  @Test(arguments: totals)
  func totalsAgreeWithThePublishedOnes(id: String, billions: Double) throws {
    let total = Double(try LanguageModelCatalogFiles.model(id).totalParameters) / 1e9
    #expect(abs(total / billions - 1) < 0.02, "\(id): \(total) B, published \(billions) B")
  }

  /// Active parameters in billions; makers differ in whether they count the input embedding.
  @Test(arguments: [
    ("gpt-oss-120b", 5.13, false), ("gpt-oss-20b", 3.61, false), ("mixtral-8x7b", 12.9, true),
    ("mixtral-8x22b", 39.1, true), ("qwen3-30b-a3b", 3.3, true), ("qwen3-235b-a22b", 22, true),
    ("qwen3-coder-480b-a35b", 35, true), ("deepseek-v3", 37, true), ("kimi-k2", 32, false),
    ("llama-4-maverick", 17, true), ("llama-4-scout", 17, true), ("mimo-v2-flash", 15, false),
    ("gemma-4-26b-a4b", 3.8, false),
  ])
  func activeParametersAgreeWithThePublishedOnes(id: String, billions: Double, countsEmbedding: Bool) throws {
    let model = try LanguageModelCatalogFiles.model(id)
    let active = model.activeParametersPerToken + (countsEmbedding ? model.parameters(of: .embedding) : 0)
    #expect(
      abs(Double(active) / 1e9 / billions - 1) < 0.02, "\(id): \(Double(active) / 1e9) B, published \(billions) B")
  }

  /// Checkpoint sizes in GB as the makers publish them.
  @Test(arguments: [
    ("llama-3.1-70b", 141.1), ("llama-3.1-8b", 16.06), ("gpt-oss-120b", 65.28), ("gpt-oss-20b", 13.74),
    ("kimi-k2.5", 595),
  ])
  func checkpointsHaveTheirPublishedSize(id: String, gigabytes: Double) throws {
    let model = try LanguageModelCatalogFiles.model(id)
    let bytes = model.weightBytes(in: model.nativePrecision)
    #expect(abs(bytes / 1e9 / gigabytes - 1) < 0.01, "\(id): \(bytes / 1e9) GB, published \(gigabytes) GB")
  }

  @Test(arguments: LanguageModelCatalogFiles.ids)
  func groupsAddUp(id: String) throws {
    let model = try LanguageModelCatalogFiles.model(id)
    #expect(MatrixGroup.allCases.map { model.parameters(of: $0) }.reduce(0, +) == model.totalParameters)
    #expect(MatrixGroup.allCases.allSatisfy { model.activeParameters(of: $0) <= model.parameters(of: $0) })
    #expect(model.weightBytes(in: .int4) < model.weightBytes(in: .fp8))
    #expect(model.weightBytes(in: .fp8) < model.weightBytes(in: .bf16))
    #expect(model.fullAttentionLayers >= 0)
  }

  @Test func embeddingsHeadAndRouterStayInSixteenBit() throws {
    let model = try LanguageModelCatalogFiles.model("qwen3-235b-a22b")
    for group in [MatrixGroup.embedding, .head, .router] { #expect(model.bytesPerWeight(of: group, in: .fp8) == 2) }
    for group in [MatrixGroup.attention, .feedForward, .routedExperts] {
      #expect(model.bytesPerWeight(of: group, in: .fp8) == Precision.fp8.bytesPerWeight)
    }
  }

  @Test func nativeQuantizationMayCoverRoutedExpertsOnly() throws {
    let model = try LanguageModelCatalogFiles.model("gpt-oss-120b")
    #expect(model.bytesPerWeight(of: .attention, in: .mxfp4) == 2)
    #expect(model.bytesPerWeight(of: .routedExperts, in: .mxfp4) == Precision.mxfp4.bytesPerWeight)
    #expect(model.bytesPerWeight(of: .attention, in: .fp8) == Precision.fp8.bytesPerWeight)
  }

  @Test func aTiedTableCountsOnceAndIsStillMultiplied() throws {
    let model = try LanguageModelCatalogFiles.model("gemma-3-27b")
    #expect(model.parameters(of: .embedding) == 0)
    #expect(model.parameters(of: .head) == model.hiddenSize * model.vocabularySize)
  }
}
