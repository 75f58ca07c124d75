import Foundation
import Testing

@testable import fleetplan

@Suite struct CatalogCommandTests {
  private let whole = ["FLEETPLAN_MODELS": Repository.models]

  @Test func listsAll() throws {
    let run = try CommandRun(["catalog", "--json"], environment: whole)
    #expect(run.status == 0)
    let answer = try run.json()
    let accelerators = try #require(answer["accelerators"]?.elements)
    #expect(accelerators.count >= 24)
    #expect(Set(accelerators.compactMap { $0["vendor"]?.text }).count >= 7)
    #expect(try #require(answer["models"]?.elements).count >= 24)
  }

  @Test func listsSome() throws {
    let text = try CommandRun(["catalog", "list", "--accelerators", "nvidia"])
    #expect(text.output.contains("h100-sxm") && !text.output.contains("mi300x") && !text.output.contains("llama"))
    #expect(try CommandRun(["catalog", "list", "--llms"]).output.contains("llama-3.1-70b"))
    #expect(try CommandRun(["catalog", "list", "nothing-like-it"]).status == 2)
  }

  @Test func showsEntriesByAnyName() throws {
    let accelerator = try CommandRun(["catalog", "show", "H100"])
    #expect(accelerator.status == 0)
    #expect(accelerator.output.contains("80 GiB at 3.35 TB/s"))
    let model = try CommandRun(["catalog", "show", "meta-llama/Llama-3.1-70B", "--json"])
    #expect(try model.json()["derived"]?["kv_bytes_per_token"]?["bf16"]?.number == 327_680)
    #expect(try CommandRun(["catalog", "show", "latency"]).status == 0)
    let unknown = try CommandRun(["catalog", "show", "h1000"])
    #expect(unknown.status == 2)
    #expect(unknown.errors.contains("did you mean"))
  }

  /// Every number of an accelerator is explained by a source with a title and a date.
  @Test func explainsEveryNumber() throws {
    let run = try CommandRun(["catalog", "explain", "h100-sxm", "--json"])
    let fields = try #require(try run.json()["fields"]?.elements)
    #expect(fields.contains { $0["path"]?.text == "/memory_bytes" })
    for field in fields {
      #expect(["measured", "published", "assumed"].contains(field["kind"]?.text))
      #expect(field["source"]?["title"]?.text?.isEmpty == false)
      #expect(field["source"]?["date"]?.text?.isEmpty == false)
    }
    let part = try CommandRun(["catalog", "explain", "h100-sxm", "dense_flops.fp8"])
    #expect(part.output.contains("/dense_flops/fp8") && !part.output.contains("/dense_flops/bf16"))
    #expect(try CommandRun(["catalog", "explain", "latency", "hopper"]).output.contains("measured: "))
    let unknown = try CommandRun(["catalog", "explain", "h100-sxm", "memory_byte"])
    #expect(unknown.status == 2)
    #expect(unknown.errors.contains("did you mean \"memory_bytes\"?"))
  }

  private static let config = """
    {
      "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 4096, "intermediate_size": 14336,
      "num_attention_heads": 32, "num_key_value_heads": 8, "num_hidden_layers": 32, "vocab_size": 128256,
      "max_position_embeddings": 131072, "tie_word_embeddings": false, "torch_dtype": "bfloat16"
    }
    """

  @Test func importsIntoTheCatalog() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(atPath: SmallCatalog.path, toPath: folder.path + "/models")
    try folder.write(Self.config, to: "config.json")
    let models = ["--models", "models"]
    let run = try CommandRun(["catalog", "import", "config.json", "--id", "my-model"] + models, in: folder)
    #expect(run.status == 0)
    #expect(run.output.contains("Written to models/llms/my-model.json"))
    #expect(try CommandRun(["catalog", "show", "my-model"] + models, in: folder).status == 0)
    let again = try CommandRun(["catalog", "import", "config.json", "--id", "my-model"] + models, in: folder)
    #expect(again.status == 2)
    #expect(again.errors.contains("--force"))
    let taken = ["--id", "other", "--repository", "meta-llama/Llama-3.1-8B"]
    #expect(try CommandRun(["catalog", "import", "config.json"] + taken + models, in: folder).status == 2)
    #expect(!folder.exists("models/llms/other.json"))
    let bad = try CommandRun(["catalog", "import", "config.json", "--id", "a b"] + models, in: folder)
    #expect(bad.status == 2)
  }

  @Test func importsToAFile() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.config, to: "config.json")
    let run = try CommandRun(
      ["catalog", "import", "config.json", "--id", "m", "--output", "m.json", "--json"], in: folder)
    #expect(run.status == 0)
    #expect(try run.json()["parameters"]?.number == 8_029_995_008)
    #expect(try CommandRun(["predict", "--model", "m.json", "--accelerator", "h100-sxm"], in: folder).status == 0)
  }

  @Test func unknownArchitecture() throws {
    let folder = try TemporaryFolder()
    try folder.write("{\"model_type\": \"mamba\"}", to: "config.json")
    let run = try CommandRun(["catalog", "import", "config.json", "--id", "m", "--output", "m.json"], in: folder)
    #expect(run.status == 2)
    #expect(run.errors.hasPrefix("config.json:1:"))
    #expect(folder.names == ["config.json"])
  }
}
