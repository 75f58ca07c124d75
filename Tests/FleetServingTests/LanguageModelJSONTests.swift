import FleetJSON
import FleetServing
import Testing

@Suite struct LanguageModelJSONTests {
  private static let everything = LanguageModel(
    id: "test", name: "Test", aliases: ["vendor/test"], layers: 12, hiddenSize: 64, vocabularySize: 1000,
    tiedEmbeddings: true, maximumContextTokens: 4096,
    attention: .gqa(
      GroupedQueryAttention(
        queryHeads: 8, kvHeads: 2, headDim: 16, valueHeadDim: 8, outputGate: true, keysServeAsValues: true)),
    slidingWindow: SlidingWindowLayers(
      layers: 4, windowTokens: 128, attention: .gqa(GroupedQueryAttention(queryHeads: 8, kvHeads: 4, headDim: 16))),
    linearAttention: LinearAttentionLayers(
      layers: 3, keyHeads: 2, valueHeads: 4, keyHeadDim: 16, valueHeadDim: 16, convolutionKernel: 4),
    sparseAttention: SparseAttention(
      layers: 5, indexerLayers: 2, selectedTokens: 256, indexHeads: 4, indexHeadDim: 16, indexKeyBytesPerToken: 20),
    denseFeedForward: DenseFeedForward(layers: 2, intermediateSize: 256, gated: false),
    mixtureOfExperts: MixtureOfExperts(
      layers: 10, experts: 16, expertsPerToken: 2, expertIntermediateSize: 32, sharedExpertIntermediateSize: 64),
    nativePrecision: .int4, nativeQuantization: .routedExperts, nativeBytesPerWeight: 0.5625,
    provenance: ProvenanceTable(
      sources: [ProvenanceSource(id: "card", title: "Card", url: "https://example.org", date: "2026-01-01")],
      entries: [
        "/architecture": ProvenanceEntry(source: "card", kind: .published),
        "/native_bytes_per_weight": ProvenanceEntry(source: "card", kind: .assumed, note: "groups of 32"),
      ]))

  private static let latent = LanguageModel(
    id: "latent", name: "Latent", layers: 2, hiddenSize: 64, vocabularySize: 1000, maximumContextTokens: 4096,
    attention: .mla(
      LatentAttention(
        queryHeads: 4, kvLoraRank: 32, qkRopeHeadDim: 8, qkNopeHeadDim: 16, vHeadDim: 16, qLoraRank: nil)),
    denseFeedForward: DenseFeedForward(layers: 2, intermediateSize: 256),
    provenance: ProvenanceTable(
      sources: [ProvenanceSource(id: "card", title: "Card", date: "2026-01-01")],
      entries: ["/architecture": ProvenanceEntry(source: "card", kind: .published)]))

  private func read(_ text: String) throws(Faults) -> LanguageModel {
    try JSONParser.decode(Array(text.utf8), source: "model.json") { LanguageModel(decoding: $0) }
  }

  @Test(arguments: [everything, latent])
  func whatIsWrittenReadsBackEqual(model: LanguageModel) throws {
    let text = model.encoded().encoded()
    let back = try read(text)
    #expect(back == model)
    #expect(back.encoded().encoded() == text)
  }

  private func faults(_ text: String) -> [String] {
    do {
      _ = try read(text)
      return []
    } catch {
      return error.all.map(\.description)
    }
  }

  @Test func everyFaultIsReported() {
    let found = faults(
      """
      { "format": "fleetplan-llm/2", "id": "x", "nmae": "X",
        "architecture": {
          "layers": 0, "hidden_size": 64, "vocabulary_size": 1000,
          "attention": { "kind": "gqa", "query_heads": 8, "kv_heads": 2, "q_lora_rank": 4 },
          "moe": { "layers": 1, "experts": 4, "experts_per_token": 2 } },
        "sources": [], "provenance": { "/architecture": { "source": "card", "kind": "assumed" } } }
      """)
    for part in [
      "fleetplan-llm/2", "did you mean \"name\"", "missing key \"name\"", "/architecture/layers",
      "maximum_context_tokens", "head_dim", "q_lora_rank", "expert_intermediate_size", "needs a note",
      "not among the sources",
    ] {
      #expect(found.contains { $0.contains(part) }, "no fault mentions \(part): \(found)")
    }
    #expect(found.allSatisfy { $0.hasPrefix("line ") })
  }

  @Test func contradictionsAreFaults() {
    var model = Self.everything
    model.layers = 5
    model.attention = .gqa(GroupedQueryAttention(queryHeads: 8, kvHeads: 3, headDim: 16))
    model.mixtureOfExperts?.expertsPerToken = 17
    model.sparseAttention?.indexerLayers = 6
    let found = faults(model.encoded().encoded())
    for part in [
      "exceed the 5 layers", "share 3 key-value heads", "exceed the 16 experts", "6 indexers", "are not the 5",
    ] {
      #expect(found.contains { $0.contains(part) }, "no fault mentions \(part): \(found)")
    }
  }

  @Test func aNumberWithoutProvenanceIsAFault() {
    var model = Self.latent
    model.provenance.entries = ["/architecture/layers": ProvenanceEntry(source: "card", kind: .published)]
    let found = faults(model.encoded().encoded())
    #expect(found.contains { $0.contains("/architecture/hidden_size: no provenance covers this number") })
    #expect(!found.contains { $0.contains("/architecture/layers:") })
  }

  @Test func anArchitectureReadsOnItsOwn() throws {
    let bytes = Array(Self.everything.encodedArchitecture().encoded().utf8)
    let model = try JSONParser.decode(bytes, source: "problem.json") {
      LanguageModel(architecture: $0, id: "mine", name: "Mine")
    }
    #expect(model.totalParameters == Self.everything.totalParameters)
    #expect(model.nativePrecision == .bf16)
  }

  /// Whatever one value is replaced by, reading ends with a model or with faults.
  @Test(arguments: [everything, latent])
  func damagedFilesNeverTrap(model: LanguageModel) {
    var refused = 0
    for damaged in model.encoded().damaged {
      do {
        #expect(try read(damaged.encoded(pretty: false)).totalParameters > 0)
      } catch {
        #expect(!error.all.isEmpty)
        refused += 1
      }
    }
    #expect(refused > 100)
  }
}
