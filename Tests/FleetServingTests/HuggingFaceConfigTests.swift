import FleetJSON
import FleetServing
import Testing

@Suite struct HuggingFaceConfigTests {
  private static let origin = HuggingFaceOrigin(repository: "vendor/Model-1B", date: "2026-11-21")

  private static func imported(_ text: String, id: String? = "test") throws(Faults) -> ImportedModel {
    try HuggingFaceConfig.model(fromConfig: Array(text.utf8), source: "config.json", id: id, origin: origin)
  }

  private static func faults(_ text: String, id: String? = "test") -> [String] {
    do {
      _ = try imported(text, id: id)
      return []
    } catch {
      return error.all.map(\.description)
    }
  }

  @Test(arguments: HuggingFaceSamples.ids)
  func aConfigurationGivesTheModelOfTheCatalog(id: String) throws {
    let text = try #require(HuggingFaceSamples.all[id])
    let model = try Self.imported(text, id: id).model
    let expected = try LanguageModelCatalogFiles.model(id)
    #expect(model.encodedArchitecture().encoded() == expected.encodedArchitecture().encoded())
    #expect(model.nativePrecision == expected.nativePrecision)
    #expect(model.nativeQuantization == expected.nativeQuantization)
    #expect(model.nativeBytesPerWeight == expected.nativeBytesPerWeight)
  }

  @Test func anImportIsACatalogFile() throws {
    let expected = try LanguageModelCatalogFiles.model("llama-3.1-8b")
    let text = try #require(HuggingFaceSamples.all["llama-3.1-8b"])
    let origin = HuggingFaceOrigin(
      repository: "meta-llama/Meta-Llama-3.1-8B", name: expected.name, aliases: expected.aliases, date: "2026-11-21")
    let model = try HuggingFaceConfig.model(
      fromConfig: Array(text.utf8), source: "config.json", id: expected.id, origin: origin
    ).model
    #expect(Array(model.encoded().encoded().utf8) == (try LanguageModelCatalogFiles.bytes(of: expected.id)))
  }

  @Test func namesComeFromTheRepository() throws {
    let text = try #require(HuggingFaceSamples.all["llama-2-7b"])
    let model = try Self.imported(text, id: nil).model
    #expect(model.id == "model-1b")
    #expect(model.name == "Model-1B")
    #expect(model.aliases == ["vendor/Model-1B"])
    #expect(model.provenance.sources.first?.url == "https://huggingface.co/vendor/Model-1B/blob/main/config.json")
  }

  @Test func defaultsOfTheModelClassAreNoted() throws {
    let result = try Self.imported(try #require(HuggingFaceSamples.all["gemma-3-27b"]))
    #expect(result.notes.contains { $0.contains("vocab_size is absent: 262208") })
    #expect(result.notes.contains { $0.contains("sliding_window_pattern is absent: 6") })
    #expect(result.model.provenance.entries["/architecture"]?.note?.contains("262208") == true)
  }

  @Test func everyMissingKeyIsReported() {
    let found = Self.faults(#"{ "model_type": "deepseek_v3", "kv_lora_rank": 512, "torch_dtype": "bfloat16" }"#)
    for key in [
      "hidden_size", "num_hidden_layers", "vocab_size", "max_position_embeddings", "num_attention_heads",
      "qk_rope_head_dim", "qk_nope_head_dim", "v_head_dim", "moe_intermediate_size", "n_routed_experts",
      "num_experts_per_tok",
    ] {
      #expect(found.contains { $0.contains("missing key \"\(key)\"") }, "\(key) is not reported in \(found)")
    }
  }

  @Test func anUnknownTypeListsTheKnownOnes() {
    let found = Self.faults(#"{ "model_type": "mamba2" }"#)
    #expect(found.count == 1)
    #expect(found[0].contains("the model type \"mamba2\" is not supported"))
    for type in ["llama", "deepseek_v3", "gpt_oss", "bloom"] { #expect(found[0].contains(type)) }
  }

  @Test(arguments: [
    (#"{ "quant_method": "bitsandbytes" }"#, "the quantisation \"bitsandbytes\" is not supported"),
    (#"{ "quant_method": "gptq", "bits": 3 }"#, "3-bit weights are not supported"),
    (#"{ "quant_method": "compressed-tensors", "config_groups": {} }"#, "at least one group"),
    (#"{}"#, "missing key \"quant_method\""),
  ])
  func unsupportedQuantisationIsAFault(quantization: String, message: String) throws {
    let text = try #require(HuggingFaceSamples.all["llama-2-7b"])
    let found = Self.faults(text.dropLast(2) + #", "quantization_config": \#(quantization) }"#)
    #expect(found.contains { $0.contains(message) }, "\(found)")
  }

  @Test(arguments: [
    (#"{ "quant_method": "awq", "bits": 4, "group_size": 128 }"#, Precision.int4, nil),
    (#"{ "quant_method": "gptq", "bits": 4, "group_size": 32 }"#, .int4, 0.5 + 2.5 / 32),
    (#"{ "quant_method": "gptq", "bits": 8 }"#, .int8, nil),
    (#"{ "quant_method": "modelopt", "quant_algo": "NVFP4" }"#, .nvfp4, nil),
    (
      #"{ "quant_method": "compressed-tensors", "config_groups": { "g": { "weights": { "num_bits": 8, "type": "float" } } } }"#,
      .fp8, nil
    ),
  ])
  func quantisationsAreRead(quantization: String, precision: Precision, bytesPerWeight: Double?) throws {
    let text = try #require(HuggingFaceSamples.all["llama-2-7b"])
    let model = try Self.imported(text.dropLast(2) + #", "quantization_config": \#(quantization) }"#).model
    #expect(model.nativePrecision == precision)
    #expect(model.nativeBytesPerWeight == bytesPerWeight)
    #expect(model.nativeQuantization == .linear)
  }

  @Test func whatCannotBeDescribedIsAFault() throws {
    let gemma = try #require(HuggingFaceSamples.all["gemma-4-26b-a4b"])
    let perLayer = gemma.replacing(#""hidden_size_per_layer_input": 0"#, with: #""hidden_size_per_layer_input": 256"#)
    #expect(Self.faults(perLayer).contains { $0.contains("embeddings per layer") })
    let step = try #require(HuggingFaceSamples.all["step-3.7-flash"])
    #expect(Self.faults(step.replacing("45", with: "60")).contains { $0.contains("each of the 60 layers") })
    #expect(Self.faults(step.replacing("sliding_attention", with: "mamba")).contains { $0.contains("\"mamba\"") })
  }

  @Test func slidingLayersOfQwenFollowTheirFlag() throws {
    let text = try #require(HuggingFaceSamples.all["qwen2.5-72b"])
      .replacing(#""use_sliding_window": false"#, with: #""use_sliding_window": true"#)
      .replacing(#""max_window_layers": 80"#, with: #""max_window_layers": 70"#)
      .replacing(#""sliding_window": 131072"#, with: #""sliding_window": 4096"#)
    let model = try Self.imported(text).model
    #expect(model.slidingWindowLayers == 10)
    #expect(model.slidingWindow?.windowTokens == 4096)
  }

  /// Whatever one value is replaced by, an import ends with a model or with faults.
  @Test(arguments: HuggingFaceSamples.ids)
  func damagedConfigurationsNeverTrap(id: String) throws {
    let node = try JSONParser.parse(text: try #require(HuggingFaceSamples.all[id]), source: id)
    var withModel = 0
    var withFaults = 0
    for damaged in JSONOutput(node).damaged {
      do {
        let model = try Self.imported(damaged.encoded(pretty: false)).model
        #expect(model.totalParameters > 0)
        withModel += 1
      } catch {
        #expect(!error.all.isEmpty)
        withFaults += 1
      }
    }
    #expect(withModel > 0)
    #expect(withFaults > 0)
  }
}
