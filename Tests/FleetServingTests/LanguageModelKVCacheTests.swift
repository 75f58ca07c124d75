import FleetServing
import Testing

@Suite struct LanguageModelKVCacheTests {
  /// Published sizes of the bf16 cache in KiB per token; window layers do not count.
  @Test(arguments: [
    ("llama-3.1-8b", 128.0), ("llama-3.1-70b", 320), ("qwen3-32b", 256), ("qwen3-235b-a22b", 188),
    ("deepseek-r1", 68.625), ("gpt-oss-120b", 36), ("opt-13b", 800), ("qwen3.5-397b-a17b", 30),
  ])
  func bytesPerTokenAgreeWithThePublishedOnes(id: String, kibibytes: Double) throws {
    let model = try LanguageModelCatalogFiles.model(id)
    #expect(model.kvBytesPerToken(in: .bf16) / 1024 == kibibytes)
    #expect(model.kvBytesPerToken(in: .fp8) / 1024 == kibibytes / 2)
  }

  @Test func latentAttentionCaches576ElementsPerLayer() throws {
    let model = try LanguageModelCatalogFiles.model("deepseek-r1")
    #expect(model.attention.kvElementsPerToken == 576)
    #expect(model.attention.isLatent)
    #expect(model.attention.kvHeads == 1)
    #expect(model.attention.queryKeyHeadDim == 192)
  }

  @Test func indexerKeysAddToTheCache() throws {
    let dense = try LanguageModelCatalogFiles.model("deepseek-v3")
    let sparse = try LanguageModelCatalogFiles.model("deepseek-v3.2")
    #expect(sparse.kvBytesPerToken(in: .bf16) - dense.kvBytesPerToken(in: .bf16) == 61 * 132)
    #expect(sparse.kvBytesPerToken(in: .fp8) - dense.kvBytesPerToken(in: .fp8) == 61 * 132)
  }

  /// gpt-oss-120b: 18 layers of 2·8·64 elements grow, 18 stop at 128 tokens.
  @Test func slidingLayersStopGrowingAtTheWindow() throws {
    let model = try LanguageModelCatalogFiles.model("gpt-oss-120b")
    let perLayer = 2.0 * 8 * 64 * 2
    #expect(model.kvBytesPerSequence(contextTokens: 100, in: .bf16) == 36 * perLayer * 100)
    #expect(model.kvBytesPerSequence(contextTokens: 4096, in: .bf16) == 18 * perLayer * (4096 + 128))
  }

  /// Qwen3.5-397B: 45 linear layers, each with an FP32 state of 64·128·128 and 3 inputs of 12,288 channels in bf16.
  @Test func linearLayersHoldAStateOfConstantSize() throws {
    let model = try LanguageModelCatalogFiles.model("qwen3.5-397b-a17b")
    #expect(model.linearAttentionLayers == 45)
    #expect(model.fullAttentionLayers == 15)
    #expect(model.stateBytesPerSequence == 45 * (4 * 64 * 128 * 128 + 3 * 12_288 * 2))
    let grown = model.kvBytesPerSequence(contextTokens: 2000, in: .bf16)
    let short = model.kvBytesPerSequence(contextTokens: 1000, in: .bf16)
    #expect(grown - short == 1000 * model.kvBytesPerToken(in: .bf16))
  }

  @Test func slidingLayersMayHaveTheirOwnHeads() throws {
    let model = try LanguageModelCatalogFiles.model("mimo-v2-flash")
    #expect(model.slidingWindowLayers == 39)
    #expect(model.slidingWindow?.attention.kvHeads == 8)
    #expect(model.attention.kvHeads == 4)
    #expect(model.attention.kvElementsPerToken == 4 * (192 + 128))
  }
}
