import FleetJSON
import Testing

@testable import FleetServing

/// The documentation of the latency model names code that exists.
@Suite struct LatencyDocumentTests {
  private let package = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

  private func text(_ path: String) throws -> String {
    String(decoding: try InputFile.read(path: package + "/" + path, maximumBytes: 1 << 20), as: UTF8.self)
  }

  @Test func namesInTheTableOfFormulasExist() throws {
    let document = try text("docs/latency-model.md")
    let table = try #require(
      document.split(separator: "## Where each formula is").last?.split(separator: "\n## ").first)
    var names: [String] = []
    for line in table.split(separator: "\n") where line.hasPrefix("| ") {
      let columns = line.split(separator: "|")
      guard columns.count == 3 else { continue }
      names += columns[1].split(separator: "`").filter { $0.allSatisfy { $0.isLetter } }.map(String.init)
    }
    #expect(names.count > 25)
    var code = ""
    for folder in ["Performance", "KVTransfer"] {
      let path = "Sources/FleetServing/\(folder)"
      for file in try #require(fileNames(inDirectory: package + "/" + path)) where file.hasSuffix(".swift") {
        code += try text("\(path)/\(file)")
      }
    }
    for name in names {
      #expect(
        ["struct ", "enum ", "func "].contains { code.contains("\($0)\(name)") }, "\(name) is not in the sources")
    }
  }
}
