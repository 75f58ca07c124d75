import FleetJSON
import Foundation
import Testing

@testable import fleetplan

/// SIGKILL at random moments of a batch, again and again: the results are those of an undisturbed run.
@Suite struct BatchKillTests {
  static let kills = 50

  @Test func killedBatchesContinue() throws {
    let seed = UInt64.random(in: .min ... .max)
    var random = Generator(state: seed)
    let comment = Comment(rawValue: "seed \(seed)")
    let folder = try BatchTests.folder(10)
    for (copy, original) in [("p90", "p12"), ("p05", "p15")] {
      try folder.write(folder.read("in/\(original).json"), to: "in/\(copy).json")
    }
    let start = DispatchTime.now().uptimeNanoseconds
    #expect(try CommandRun(["batch", "in", "--output", "calm", "--quiet"], in: folder).status == 0)
    let undisturbed = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
    let expected = try Self.results(folder, "calm")
    #expect(expected.count == 2 * 12 + 4)

    var round = 0
    var finished: [String: String] = [:]
    for kill in 0..<Self.kills {
      let run = try RunningCommand(["batch", "in", "--output", "out-\(round)", "--quiet"], in: folder)
      usleep(UInt32(Double.random(in: 0..<undisturbed, using: &random) * 1e6))
      run.kill()
      _ = try run.finished()
      // A job that has its answer is never worked on again: its state stays as it is.
      let states = Self.states(folder, "out-\(round)")
      for (id, state) in states {
        if let earlier = finished[id] { #expect(earlier == state, "\(id) after kill \(kill), \(comment)") }
        if state.contains("\"state\": \"done\"") { finished[id] = state }
      }
      if finished.count == 12 {
        try Self.expectEqual(folder, "out-\(round)", expected, comment)
        round += 1
        finished = [:]
      }
    }
    try Self.expectEqual(folder, "out-\(round)", expected, comment)
  }

  /// The workers of a killed runner do not outlive it.
  @Test func killedRunnersLeaveNoWorkers() throws {
    let folder = try BatchTests.folder(1)
    let watch = try RunningCommand(["batch", "in", "--output", "out", "--watch", "--poll-s", "0.05"], in: folder)
    var workers: [Int32] = []
    #expect(
      eventually {
        workers = Self.children(of: watch.identifier)
        return !workers.isEmpty && folder.exists("out/jobs/p10/plan.json")
      })
    watch.kill()
    _ = try watch.finished()
    #expect(eventually { workers.allSatisfy { !Self.isRunning($0) } })
  }

  /// Ends the batch undisturbed and compares everything with what was expected.
  private static func expectEqual(
    _ folder: TemporaryFolder, _ output: String, _ expected: [String: String], _ comment: Comment
  ) throws {
    #expect(try CommandRun(["batch", "in", "--output", output, "--quiet"], in: folder).status == 0, comment)
    #expect(try results(folder, output) == expected, comment)
    for id in try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/\(output)/jobs") {
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/\(output)/jobs/\(id)")
      #expect(!names.contains { $0.hasSuffix(".tmp") }, comment)
    }
  }

  /// Plans, reports and summaries by their path.
  private static func results(_ folder: TemporaryFolder, _ output: String) throws -> [String: String] {
    var results: [String: String] = [:]
    for id in try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/\(output)/jobs") {
      for name in ["plan.json", "report.html"] {
        results["\(id)/\(name)"] = try folder.read("\(output)/jobs/\(id)/\(name)")
      }
    }
    for name in ["json", "csv", "md", "html"] { results[name] = try folder.read("\(output)/summary.\(name)") }
    return results
  }

  private static func states(_ folder: TemporaryFolder, _ output: String) -> [String: String] {
    let ids = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/\(output)/jobs")) ?? []
    var states: [String: String] = [:]
    for id in ids { states[id] = try? folder.read("\(output)/jobs/\(id)/state.json") }
    return states
  }

  private static func children(of pid: Int32) -> [Int32] {
    let text = try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
    let all = names.compactMap { try? String(contentsOfFile: "/proc/\(pid)/task/\($0)/children", encoding: .utf8) }
    return (all + [text ?? ""]).joined(separator: " ").split(separator: " ").compactMap { Int32($0) }
  }

  private static func isRunning(_ pid: Int32) -> Bool {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
    return !stat.contains(") Z ")
  }

  /// SplitMix64.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
  }
}
