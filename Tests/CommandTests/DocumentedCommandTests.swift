import ArgumentParser
import Foundation
import Testing

@testable import fleetplan

/// Commands in code blocks of documents have the options that the command has.
@Suite struct DocumentedCommandTests {
  static let documents: [String] = {
    let folders = ["", "docs"] + Example.all.map { "examples/\($0.name)" }
    return folders.flatMap { folder in
      let path = folder.isEmpty ? Repository.root : "\(Repository.root)/\(folder)"
      let names = (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? []
      return names.filter { $0.hasSuffix(".md") }.map { folder.isEmpty ? $0 : "\(folder)/\($0)" }
    }
  }()

  @Test(arguments: documents)
  func commandsCanBeParsed(document: String) throws {
    let text = try String(contentsOfFile: "\(Repository.root)/\(document)", encoding: .utf8)
    var isCode = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") { isCode.toggle() }
      guard isCode, line.hasPrefix("fleetplan ") else { continue }
      let arguments = line.split(separator: " ").dropFirst().map { $0.replacingOccurrences(of: "\"", with: "") }
      #expect(throws: Never.self, "\(document): \(line)") { _ = try FleetplanCommand.parseAsRoot(arguments) }
    }
  }

  @Test func thereAreSome() {
    #expect(Self.documents.contains("docs/profiling.md") && Self.documents.contains("README.md"))
  }
}
