import FleetJSON
import FleetServing
import Foundation

/// A folder with files for one test, removed with the value.
final class TemporaryFolder {
  let path: String

  init(_ files: [String: String] = [:]) throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("fleetplan-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, text) in files { try write(text, to: name) }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func write(_ text: String, to name: String) throws {
    let file = "\(path)/\(name)"
    let folder = file.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try AtomicFile.write(text, to: file)
  }
}

/// Reads `text` as a problem, with the shipped catalog.
func decoded(_ text: String, baseDirectory: String = "") throws -> PlanningProblem {
  try PlanningProblem(
    json: Array(text.utf8), source: "test.json", baseDirectory: baseDirectory, catalog: shippedCatalog.get())
}

/// The faults of `text` as a problem, empty when it has none.
func faults(of text: String, baseDirectory: String = "") throws -> [Fault] {
  do {
    _ = try decoded(text, baseDirectory: baseDirectory)
    return []
  } catch let faults as Faults {
    return faults.all
  }
}

/// Whether tests write the tables of documents anew instead of comparing them.
let rewritesDocuments = ProcessInfo.processInfo.environment["FLEETPLAN_REWRITE_DOCS"] == "1"
