import Foundation
import Testing

@testable import fleetplan

@Suite struct BatchCollectTests {
  private func problem(rate: String) -> String { Problems.small("\"rate_per_s\": 5", "\"rate_per_s\": \(rate)") }

  /// Runs a batch in `folder`.
  private func batch(_ arguments: [String], _ folder: TemporaryFolder) throws -> CommandRun {
    try CommandRun(["batch", "run"] + arguments + ["--quiet", "--no-reports"], in: folder)
  }

  private func problems(_ rates: [String: String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.path + "/in", withIntermediateDirectories: true)
    for (name, rate) in rates { try folder.write(problem(rate: rate), to: "in/\(name).json") }
    return folder
  }

  /// Shards in folders of their own make one batch: all forms have the same numbers.
  @Test func shardsAreMerged() throws {
    let folder = try problems(["a": "1", "b": "3", "c": "5", "d": "7", "e": "500"])
    for shard in 0..<2 {
      let run = try batch(["in", "--output", "out-\(shard)", "--shard", "\(shard)/2"], folder)
      #expect([0, 3].contains(run.status))
    }
    let run = try CommandRun(
      [
        "batch", "collect", "out-0", "out-1", "--output", "c.json", "--report", "c.html", "--markdown", "c.md", "--csv",
        "c.csv",
      ], in: folder)
    #expect(run.status == 3)
    #expect(run.output.contains("4 of 5 problems have a plan; 1 infeasible."))
    let answer = try CommandRun(["batch", "collect", "out-0", "out-1", "--json"], in: folder).json()
    #expect(answer["jobs"]?.elements.compactMap { $0["id"]?.text } == ["a", "b", "c", "d", "e"])
    #expect(answer["jobs"]?.elements.compactMap { $0["cost_usd_per_hour"]?.number } == [1, 2, 3, 4])
    #expect(answer["cost_usd_per_hour"]?.number == 10)
    #expect(answer["missing"]?.elements.isEmpty == true)
    #expect(try folder.read("c.csv").components(separatedBy: "\r\n")[1].hasPrefix("a,done,optimal,1,0,1,,out-"))
    for file in ["c.html", "c.md"] { #expect(try folder.read(file).contains("10.00")) }
  }

  /// A shard that was never run leaves its jobs missing.
  @Test func missingJobs() throws {
    let folder = try problems(["a": "1", "b": "3", "c": "5", "d": "7", "e": "6", "f": "4"])
    #expect(try batch(["in", "--output", "out", "--shard", "1/3"], folder).status == 0)
    let run = try CommandRun(["batch", "collect", "out", "--json"], in: folder)
    #expect(run.status == 7)
    let answer = try run.json()
    let count = (answer["jobs"]?.elements.count ?? 0) + (answer["missing"]?.elements.count ?? 0)
    #expect(count == 6)
    #expect((answer["missing"]?.elements.count ?? 0) > 0)
    // Sources that are gone: nothing can be said, unless they are named.
    try FileManager.default.removeItem(atPath: folder.path + "/in")
    let later = try CommandRun(["batch", "collect", "out", "--json"], in: folder)
    #expect(later.status == 0)
    #expect(try later.json()["notes"]?[0]?.text?.contains("cannot be read again") == true)
    #expect(try CommandRun(["batch", "collect", "out", "--sources", "in"], in: folder).status == 2)
  }

  /// One job with two answers is an error line.
  @Test func differentAnswers() throws {
    let folder = try problems(["a": "1", "b": "3"])
    #expect(try batch(["in", "--output", "x"], folder).status == 0)
    try folder.write(problem(rate: "5"), to: "in/b.json")
    #expect(try batch(["in", "--output", "y"], folder).status == 0)
    let run = try CommandRun(["batch", "collect", "x", "y", "--json"], in: folder)
    #expect(run.status == 5)
    #expect(run.errors.contains("b has different answers in x and y: the problem, its options or the catalog differ"))
    let answer = try run.json()
    #expect(answer["conflicts"]?.elements.compactMap { $0["id"]?.text } == ["b"])
    #expect(answer["jobs"]?.elements.count == 2)
  }

  @Test(arguments: [
    (["nowhere"], "found no folder jobs"), ([], "<folder>"), (["x", "x"], "named twice"),
  ]) func badInput(folders: [String], message: String) throws {
    let run = try CommandRun(["batch", "collect"] + folders, in: TemporaryFolder())
    #expect(run.status == 2)
    #expect(run.errors.contains(message), "\(run.errors)")
  }
}
