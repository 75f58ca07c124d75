import FleetJSON
import Foundation
import Testing

@Suite struct FileTests {
  /// A new folder that lives as long as the body runs.
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "fleetjson-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  private func readFault(_ path: String, maximumBytes: Int = 100) -> String? {
    do throws(Faults) {
      _ = try InputFile.read(path: path, maximumBytes: maximumBytes)
      return nil
    } catch {
      return error.description
    }
  }

  private func writeFault(_ text: String, to path: String) -> String? {
    do throws(FileFailure) {
      try AtomicFile.write(text, to: path)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func readsWhatWasWritten() throws {
    try withFolder { folder in
      let path = folder + "/plan.json"
      try AtomicFile.write("first", to: path)
      #expect(try InputFile.read(path: path) == Array("first".utf8))
      let large = [UInt8](repeating: 0xAB, count: 1_000_003)
      try AtomicFile.write(large, to: path)
      #expect(try InputFile.read(path: path) == large)
      try AtomicFile.write("", to: path)
      #expect(try InputFile.read(path: path, maximumBytes: 0) == [])
      #expect(try names(in: folder) == ["plan.json"])
    }
  }

  @Test func eachReadingFaultHasItsMessage() throws {
    try withFolder { folder in
      let path = folder + "/input.json"
      #expect(readFault(path) == "\(path): the file does not exist")
      #expect(readFault(folder) == "\(folder): expected a file, found a folder")
      try AtomicFile.write("12345", to: path)
      #expect(readFault(path, maximumBytes: 4) == "\(path): expected at most 4 bytes, found 5")
      #expect(readFault(path, maximumBytes: 5) == nil)
      #expect(readFault("/dev/zero") == "/dev/zero: expected at most 100 bytes, found more")
      #expect(readFault(path + "/x") == "\(path)/x: the file cannot be read: a part of the path is not a folder")
      #expect(readFault("") == "expected the path of a file, found \"\"")
      #expect(readFault(path + "\0.json")?.contains("expected the path of a file") == true)
      #expect(try JSONParser.decode(contentsOf: path) { $0.integer() } == 12345)
    }
  }

  @Test(.enabled(if: geteuid() != 0, "the superuser may read everything"))
  func unreadableFilesAreNamed() throws {
    try withFolder { folder in
      let path = folder + "/secret.json"
      try AtomicFile.write("1", to: path)
      chmod(path, 0)
      #expect(readFault(path) == "\(path): the file cannot be read: permission denied")
      chmod(folder, 0o555)
      #expect(writeFault("2", to: folder + "/new.json")?.hasSuffix("permission denied") == true)
      chmod(folder, 0o755)
    }
  }

  @Test func failuresLeaveNothingBehind() throws {
    try withFolder { folder in
      #expect(writeFault("x", to: folder + "/no/plan.json")?.hasSuffix("no such file or folder") == true)
      #expect(writeFault("x", to: folder)?.hasSuffix("it is a folder") == true)
      #expect(writeFault("x", to: "")?.isEmpty == false)
      // The temporary file can be written here; only the rename to a name this long fails.
      let long = folder + "/" + String(repeating: "n", count: 300)
      #expect(writeFault("x", to: long)?.hasSuffix("the name is too long") == true)
      let left = try names(in: folder)
      #expect(left == [])
      #expect(writeFault("x", to: "/dev/full") == "/dev/full: cannot be written: no space left on the device")
    }
  }

  @Test func permissionsAndLinksAreKept() throws {
    try withFolder { folder in
      let path = folder + "/plan.json"
      let link = folder + "/latest.json"
      try AtomicFile.write("old", to: path)
      chmod(path, 0o640)
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "plan.json")
      try AtomicFile.write("new", to: link)
      #expect(try InputFile.read(path: path) == Array("new".utf8))
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "plan.json")
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o640)
      #expect(try names(in: folder) == ["latest.json", "plan.json"])
    }
  }

  /// A disk that fills up in the middle of the write, played by a limit on the size of files in a process of its own.
  @Test func aFailingWriteKeepsTheOldFile() async {
    await #expect(processExitsWith: .success) {
      let folder = FileManager.default.temporaryDirectory.appending(path: "fleetjson-\(UUID().uuidString)").path
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let path = folder + "/plan.json"
      try AtomicFile.write("old", to: path)
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 1000, rlim_max: 1000)
      #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      #expect(throws: FileFailure.self) {
        try AtomicFile.write([UInt8](repeating: 0x20, count: 5000), to: path)
      }
      #expect(try InputFile.read(path: path) == Array("old".utf8))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["plan.json"])
    }
  }
}
