import FleetJSON
import FleetServing
import Testing

@Suite struct LanguageModelCatalogTests {
  @Test func theCatalogIsThere() { #expect(LanguageModelCatalogFiles.ids.count >= 24) }

  @Test(arguments: LanguageModelCatalogFiles.ids)
  func everyFileReadsAndIsWrittenBackByteForByte(id: String) throws {
    let model = try LanguageModelCatalogFiles.model(id)
    #expect(model.id == id)
    let bytes = try LanguageModelCatalogFiles.bytes(of: id)
    #expect(Array(model.encoded().encoded().utf8) == bytes)
  }

  @Test func everyNameMeansOneModel() throws {
    var owner: [String: String] = [:]
    for id in LanguageModelCatalogFiles.ids {
      let model = try LanguageModelCatalogFiles.model(id)
      for name in Set(([model.id, model.name] + model.aliases).map { $0.lowercased() }) {
        #expect(owner[name] == nil, "\(name) means \(owner[name] ?? "") and \(id)")
        owner[name] = id
      }
    }
  }

  /// Names that public measurements use.
  @Test(arguments: [
    ("llama3.1-70b", "llama-3.1-70b"), ("llama3.1-8b", "llama-3.1-8b"), ("qwen3-32b", "qwen3-32b"),
    ("qwen3-235b", "qwen3-235b-a22b"), ("gpt-oss-120b", "gpt-oss-120b"), ("opt-13b", "opt-13b"),
    ("opt-66b", "opt-66b"), ("dsr1", "deepseek-r1"), ("minimax-m2.5", "minimax-m2.5"), ("llama2-7b", "llama-2-7b"),
    ("llama2-70b", "llama-2-70b"), ("qwen3.5-397b", "qwen3.5-397b-a17b"), ("kimi-k2.5", "kimi-k2.5"),
    ("glm-5", "glm-5"), ("bloom-176b", "bloom-176b"),
  ])
  func namesOfMeasurementsAreKnown(name: String, id: String) throws {
    let matches = try LanguageModelCatalogFiles.ids.filter {
      try LanguageModelCatalogFiles.model($0).answers(to: name)
    }
    #expect(matches == [id])
  }
}
