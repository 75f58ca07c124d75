import FleetJSON
import Testing

@testable import FleetServing

/// A catalog folder with one accelerator, one model and the constants of the shipped catalog, to damage.
private func catalogFolder(_ change: (String) -> String = { $0 }) throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  for name in ["accelerators/l4.json", "llms/opt-13b.json", "latency/constants.json"] {
    let text = String(decoding: try InputFile.read(path: "\(packageFolder)/models/\(name)"), as: UTF8.self)
    try folder.write(name == "accelerators/l4.json" ? change(text) : text, to: name)
  }
  return folder
}

private func catalogFaults(_ folder: TemporaryFolder) -> [Fault] {
  do {
    _ = try Catalog(contentsOf: folder.path)
    return []
  } catch { return error.files.flatMap(\.all) }
}

@Suite struct CatalogFaultTests {
  @Test func aSmallCatalogIsRead() throws {
    let folder = try catalogFolder()
    let catalog = try Catalog(contentsOf: folder.path)
    #expect(catalog.accelerators.map(\.id) == ["l4"])
    #expect(catalog.models.map(\.id) == ["opt-13b"])
    #expect(catalog.accelerator("L4")?.provenance.entries.isEmpty == false)
    #expect(catalog.model("OPT-13B")?.provenance.entries.isEmpty == false)
    let same = try catalogFolder()
    #expect(try Catalog(contentsOf: same.path).hash == catalog.hash)
    let changed = try catalogFolder { $0 + "\n" }
    #expect(try Catalog(contentsOf: changed.path).hash != catalog.hash)
  }

  @Test(arguments: [
    ("\"vendor\": \"nvidia\"", "\"vendor\": \"NVIDIA\"", "/vendor", "lower case"),
    ("\"id\": \"l4\"", "\"id\": \"l5\"", "/id", "not the name of the file"),
    ("fleetplan-accelerator/1", "fleetplan-accelerator/2", "/format", "fleetplan-accelerator/1"),
    ("\"power_watts\": 72", "\"power_watts\": 0.072", "/power_watts", "from 1"),
    ("\"power_watts\": 72", "\"power_w\": 72", "/power_w", "write power_watts"),
    (
      "\"provenance\": {", "\"provenance\": {\"/powr_watts\": {\"source\": \"x\", \"kind\": \"measured\"},",
      "/provenance/~1powr_watts", "nothing at this pointer"
    ),
  ])
  func faultsOfAnEntryAreFound(old: String, new: String, path: String, says: String) throws {
    let folder = try catalogFolder { $0.replacingFirst(old, with: new) }
    let found = catalogFaults(folder)
    #expect(found.contains { $0.path == path && $0.description.contains(says) }, "\(found)")
  }

  @Test func aNumberWithoutProvenanceIsAFault() throws {
    let folder = try catalogFolder { text in
      let start = text.ranges(of: "\"provenance\": {").first?.upperBound ?? text.endIndex
      return text[..<start] + "}}"
    }
    let found = catalogFaults(folder)
    #expect(found.contains { $0.path == "/memory_bytes" && $0.message == "no provenance covers this number" })
    #expect(found.contains { $0.path == "/power_watts" })
  }

  @Test func twoEntriesOfOneNameAreAFault() throws {
    let folder = try catalogFolder()
    let text = String(decoding: try InputFile.read(path: "\(packageFolder)/models/accelerators/l4.json"), as: UTF8.self)
    try folder.write(
      text.replacingFirst("\"id\": \"l4\"", with: "\"id\": \"l4-copy\""), to: "accelerators/l4-copy.json")
    let found = catalogFaults(folder)
    #expect(found.contains { $0.message.contains("already means l4") }, "\(found)")
  }

  @Test func faultsOfAllFilesComeAtOnce() throws {
    let folder = try catalogFolder { $0.replacingFirst("nvidia", with: "NVIDIA") }
    try folder.write("{", to: "llms/broken.json")
    do {
      _ = try Catalog(contentsOf: folder.path)
      Issue.record("the catalog was read")
    } catch {
      #expect(error.files.count == 2)
      #expect(error.description.contains("accelerators/l4.json: line"))
      #expect(error.description.contains("llms/broken.json: line 1"))
    }
  }

  @Test func aFolderWithoutACatalogSaysSo() throws {
    let folder = try TemporaryFolder()
    let found = catalogFaults(folder)
    #expect(found.count == 3)
    #expect(found[0].message.contains("expected a folder"))
  }

  @Test func theFolderIsFoundInOrder() throws {
    let folder = try catalogFolder()
    for name in ["accelerators", "llms"] { try folder.write("{}", to: "package/models/\(name)/x.json") }
    try folder.write("", to: "package/.build/debug/fleetplan")
    let executable = folder.path + "/package/.build/debug/fleetplan"
    #expect(Catalog.defaultDirectory(asked: "a", environment: "b", executable: executable) == "a")
    #expect(Catalog.defaultDirectory(environment: "b", executable: executable) == "b")
    let found = Catalog.defaultDirectory(environment: "", executable: executable)
    #expect(found == "models" || found == folder.path + "/package/models")
    #expect(Catalog.executablePath?.hasPrefix("/") == true)
  }
}
