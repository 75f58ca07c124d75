import FleetJSON
import FleetServing
import Foundation

/// The catalog files of the repository, for tests.
enum LanguageModelCatalogFiles {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "models/llms")

  static let ids: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(".json".count)) }.sorted()
  }()

  static func bytes(of id: String) throws -> [UInt8] {
    try InputFile.read(path: folder.appending(path: "\(id).json").path)
  }

  static func model(_ id: String) throws -> LanguageModel {
    try JSONParser.decode(try bytes(of: id), source: "\(id).json") { LanguageModel(decoding: $0) }
  }
}
