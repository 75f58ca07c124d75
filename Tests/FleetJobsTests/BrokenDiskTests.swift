import FleetJSON
import Foundation
import Testing

@testable import FleetJobs

/// File systems of their own, which only root may mount.
enum Mounts {
  static let areAllowed: Bool = {
    let folder = FileManager.default.temporaryDirectory.path + "/fleetplan-mount-" + UUID().uuidString
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    guard run("mount", ["-t", "tmpfs", "-o", "size=64k", "none", folder]) else { return false }
    return run("umount", [folder])
  }()

  /// Whether the program ended with status 0.
  @discardableResult
  static func run(_ program: String, _ arguments: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  /// A memory disk at `path` while `body` runs.
  static func with(_ path: String, options: String, _ body: () throws -> Void) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try #require(run("mount", ["-t", "tmpfs", "-o", options, "none", path]))
    defer { run("umount", ["-l", path]) }
    try body()
  }
}

@Suite("Disks that are full or read-only", .enabled(if: Mounts.areAllowed, "mounting a disk of one's own needs root"))
struct BrokenDiskTests {
  private let space: Workspace

  init() throws { space = try Workspace() }

  @Test func aFullDiskFailsTheJobThatFilledItOnly() throws {
    try space.addProblems(["a", "b", "c", "d"])
    // The plan of `b` does not fit; what it left is there for the others.
    let options = space.options(
      try space.script("if [ $id = b ]; then answer $(head -c 600000 /dev/zero | tr '\\0' x); else answer \"$id\"; fi"),
      jobs: 1)
    try Mounts.with(space.store.path, options: "size=256k") {
      let outcome = try space.run(options)
      #expect(outcome.records.map(\.state) == [.done, .failed, .done, .done])
      #expect(outcome.records[1].error?.contains("plan.json: cannot be written: no space left on the device") == true)
      #expect(space.store.record(of: "b") == outcome.records[1], "the state says so too")
      let names = try FileManager.default.contentsOfDirectory(atPath: space.store.folder(of: "b"))
      #expect(!names.contains { $0.hasSuffix(".tmp") })
      // With more room, and asked again, it is solved.
      #expect(Mounts.run("mount", ["-o", "remount,size=4m", space.store.path]))
      #expect(try space.store.retry("b") == .queued)
      #expect(try space.run(options).counts.done == 4)
    }
  }

  @Test func aFolderOfAJobThatIsReadOnlyFailsThatJobOnly() throws {
    try space.addProblems(["a", "b", "c"])
    let options = space.options(try space.script("answer \"$id\""))
    try Mounts.with(space.store.folder(of: "b"), options: "ro") {
      let outcome = try space.run(options)
      #expect(outcome.records.map(\.state) == [.done, .failed, .done])
      #expect(outcome.records[1].error?.contains("the file system is read-only") == true)
    }
    #expect(try space.run(options).counts.done == 3)
  }

  @Test func anOutputFolderThatIsReadOnlyIsSaidAtOnce() throws {
    try space.addProblems(["a"])
    let options = space.options(try space.script("answer ok"))
    let sources = try space.sources()
    try Mounts.with(space.store.path, options: "ro") {
      #expect {
        try space.runner(options).run(sources)
      } throws: { error in
        (error as? FileFailure)?.reason == "the file system is read-only"
      }
    }
  }
}
