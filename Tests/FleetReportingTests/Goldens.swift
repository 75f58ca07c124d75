import FleetJSON
import Testing

/// Compares `text` with the file `name` beside the tests.
///
/// A golden is written by hand or by setting `recording` to true for one run; what it holds is then read and checked by eye.
func expectGolden(_ text: String, _ name: String, location: SourceLocation = #_sourceLocation) throws {
  let recording = false
  let folder = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/FleetReportingGoldens"
  if recording { try AtomicFile.write(text, to: "\(folder)/\(name)") }
  let golden = String(decoding: try InputFile.read(path: "\(folder)/\(name)"), as: UTF8.self)
  #expect(text == golden, "\(name) differs", sourceLocation: location)
}
