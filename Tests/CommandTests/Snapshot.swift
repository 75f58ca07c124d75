import FleetJSON
import Foundation
import Testing

/// Texts kept in Tests/CommandSnapshots. With RECORD_SNAPSHOTS set they are written anew.
enum Snapshot {
  static func expect(_ text: String, named name: String, location: SourceLocation = #_sourceLocation) throws {
    let path = "\(Repository.root)/Tests/CommandSnapshots/\(name).txt"
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil {
      try AtomicFile.write(text, to: path)
      return
    }
    let kept = String(decoding: (try? InputFile.read(path: path)) ?? [], as: UTF8.self)
    #expect(text == kept, "\(name) has changed; RECORD_SNAPSHOTS=1 keeps the new text", sourceLocation: location)
  }
}
