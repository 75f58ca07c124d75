import FleetJSON
import Foundation
import Testing

/// Compares `text` with the golden file `name` in Tests/FleetSimulationGoldens.
///
/// With the environment variable `FLEETPLAN_RECORD_GOLDENS` set, the file is written first; what it holds is then to be
/// read before it is committed.
func expectGolden(_ text: String, _ name: String, location: SourceLocation = #_sourceLocation) throws {
  let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
  let path = "\(folder)/FleetSimulationGoldens/\(name)"
  if ProcessInfo.processInfo.environment["FLEETPLAN_RECORD_GOLDENS"] != nil { try AtomicFile.write(text, to: path) }
  let golden = String(decoding: try InputFile.read(path: path), as: UTF8.self)
  #expect(text == golden, "\(name) differs", sourceLocation: location)
}
