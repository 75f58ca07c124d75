import FleetJSON
import Foundation
import Testing

/// Compares `text` with the golden file `name`.
///
/// With the environment variable `FLEETPLAN_RECORD_GOLDENS` set, the file is written first; what it holds is then to be
/// read and checked by eye.
func expectGolden(_ text: String, _ name: String, location: SourceLocation = #_sourceLocation) throws {
  let folder = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/FleetReportingGoldens"
  if ProcessInfo.processInfo.environment["FLEETPLAN_RECORD_GOLDENS"] != nil {
    try AtomicFile.write(text, to: "\(folder)/\(name)")
  }
  let golden = String(decoding: try InputFile.read(path: "\(folder)/\(name)"), as: UTF8.self)
  #expect(text == golden, "\(name) differs", sourceLocation: location)
}
