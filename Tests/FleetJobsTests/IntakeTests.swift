import FleetJSON
import Foundation
import Testing

@testable import FleetJobs

@Suite("What a batch is given")
struct IntakeTests {
  private let space: Workspace

  init() throws { space = try Workspace() }

  private func findings(_ arguments: [String]) throws -> Intake.Findings {
    try Intake(arguments: arguments, output: space.path + "/in/out", options: JobOptions()).findings()
  }

  @Test func foldersAreSearchedForProblems() throws {
    let problem = Workspace.problem(rate: 1, name: "x")
    for name in ["a", "sub/b", "chat/problem", "out/jobs/x/problem", ".hidden", "half.part"] {
      try space.write(problem, to: "in/\(name).json")
    }
    try space.write(problem, to: "in/a.json.tmp")
    try space.write("{\"format\": \"fleetplan-plan/1\"}", to: "in/plan.json")
    try space.write("[1]", to: "in/list.json")
    try space.write("{\"format\": \"fleetplan-problem/1\",", to: "in/broken.json")
    try space.write("no JSON", to: "in/noise.json")
    let found = try findings([space.input])
    #expect(found.sources.map(\.id) == ["a", "broken", "chat", "half.part", "sub-b"])
    #expect(found.sources.first?.path == space.input + "/a.json")
    #expect(found.notes.count == 3)
    #expect(found.notes.contains { $0.contains("plan.json is passed over: its format is fleetplan-plan/1") })
  }

  /// Neither waits for a writer that never comes nor goes round in circles.
  @Test(.timeLimit(.minutes(1))) func pipesAndCirclesOfLinks() throws {
    try space.addProblems(["a"])
    let pipe = space.input + "/pipe.json"
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(symlink(".", space.input + "/self") == 0)
    let found = try findings([space.input])
    #expect(found.sources.map(\.id) == ["a"])
    #expect(found.notes == ["\(pipe) is passed over: it is a pipe, a socket or a device"])
    #expect(try findings([space.input + "/*.json"]).notes == found.notes)
    #expect(throws: Faults.self) { try findings([pipe]) }
  }

  @Test func patternsAndFilesAreTakenAtTheirWord() throws {
    try space.addProblems(["a1", "a2", "b"])
    #expect(try findings([space.input + "/a*.json", space.input + "/b.json"]).sources.map(\.id) == ["a1", "a2", "b"])
    #expect(try findings([space.input + "/a1.json", space.input]).sources.count == 3, "no file twice")
  }

  /// All arguments that name nothing are told at once, each under its name.
  @Test func argumentsThatNameNothing() throws {
    let arguments = [space.input + "/none-*.json", space.input + "/none.txt"]
    #expect { try findings(arguments) } throws: { error in
      let faults = error as? Faults
      return faults?.source == arguments[0]
        && faults?.all.map(\.message) == [
          "no file matches the pattern", "\(arguments[1]): no such file or folder",
        ]
    }
  }

  @Test func manifestsAreTextOrJSON() throws {
    try space.addProblems(["a", "b", "c"])
    try space.write("# two\nin/a.json\n\n  \(space.input)/b.json  \r\n", to: "list.txt")
    #expect(try findings([space.path + "/list.txt"]).sources.map(\.id) == ["a", "b"])
    try space.write(
      """
      ["in/a.json", {"path": "in/b.json", "id": "night", "time_limit_s": 5, "gap": 0.1, "robust": true, "baselines": false},
       {"path": "in/b.json", "id": "day"}]
      """, to: "list.json")
    let sources = try findings([space.path + "/list.json"]).sources
    #expect(sources.map(\.id) == ["a", "night", "day"])
    #expect(
      sources[1].options == JobOptions(timeLimitSeconds: 5, relativeGap: 0.1, robust: true, baselines: false))
    try space.write(
      "[{\"path\": \"in/a.json\", \"time\": 3}, {\"path\": \"in/b.json\", \"gap\": 2}, 7]", to: "bad.json")
    #expect { try findings([space.path + "/bad.json"]) } throws: { error in
      (error as? Faults)?.all.count == 3
    }
    try space.write("[{\"path\": \"in/a.json\", \"id\": \"../x\"}]", to: "unsafe.json")
    #expect(throws: Faults.self) { try findings([space.path + "/unsafe.json"]) }
  }

  @Test func namesAreSafeUniqueAndStable() throws {
    var names = JobNames()
    let given = [
      "x.json", "sub/x.json", "X.json", "ü ..json", "", "..", "a/../b.json", String(repeating: "n", count: 400),
    ]
    let ids = given.enumerated().map { names.id(for: $0.element, path: "/p/\($0.offset)/\($0.element)") }
    #expect(Set(ids.map { $0.lowercased() }).count == ids.count)
    for id in ids {
      #expect(!id.isEmpty && !id.hasPrefix(".") && !id.contains("/") && id.utf8.count <= 120, "\(id)")
    }
    var again = JobNames()
    #expect(given.enumerated().map { again.id(for: $0.element, path: "/p/\($0.offset)/\($0.element)") } == ids)
  }

  @Test func shardsDivideTheJobs() {
    let ids = (0..<1000).map { "job-\($0)" }
    let shards = (0..<7).map { Shard(index: $0, count: 7) }
    for id in ids { #expect(shards.filter { $0.contains(id) }.count == 1) }
    for shard in shards { #expect((100...190).contains(ids.filter { shard.contains($0) }.count)) }
    #expect(Shard("3/8") == Shard(index: 3, count: 8))
    for text in ["8/8", "-1/8", "1", "1/0", "a/b", "1/2/3", ""] { #expect(Shard(text) == nil) }
  }

  @Test func shardsComeFromTheEnvironment() throws {
    func shard(_ environment: [String: String], _ count: Int? = nil) throws -> Shard? {
      try Shard.from(environment: environment, count: count)
    }
    #expect(try shard(["HOME": "/"]) == nil)
    let slurm = ["SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_MIN": "3", "SLURM_ARRAY_TASK_COUNT": "5"]
    #expect(try shard(slurm) == Shard(index: 4, count: 5))
    #expect(try shard(["JOB_COMPLETION_INDEX": "2", "JOB_COMPLETIONS": "4"]) == Shard(index: 2, count: 4))
    #expect(try shard(["JOB_COMPLETION_INDEX": "2"], 3) == Shard(index: 2, count: 3))
    for wrong in [
      ["JOB_COMPLETION_INDEX": "2"], ["JOB_COMPLETION_INDEX": "x", "JOB_COMPLETIONS": "4"],
      ["SLURM_ARRAY_TASK_ID": "9", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_COUNT": "3"],
    ] {
      #expect(throws: Shard.EnvironmentFault.self) { try shard(wrong) }
    }
  }

  @Test func filesBecomeJobsWhenTheyAreComplete() throws {
    var spool = Spool(folders: [space.input], output: space.store.path)
    func found() -> [String] { spool.poll().sources.map(\.id) }
    #expect(found().isEmpty)
    let text = Workspace.problem(rate: 1, name: "a")
    try space.write(text, to: "in/a.json")
    try space.write(text, to: "in/.b.json")
    try space.write(text, to: "in/c.json.part")
    #expect(found().isEmpty, "seen once")
    #expect(found() == ["a"])
    #expect(found().isEmpty, "handed out")
    // One that grows slowly is not taken before it is whole.
    try space.write(String(text.prefix(200)), to: "in/d.json")
    for _ in 0..<Spool.patience { #expect(found().isEmpty) }
    try space.write(text, to: "in/d.json")
    #expect(found().isEmpty)
    #expect(found() == ["d"])
    // One that stays half is handed out at last, to fail with its faults.
    try space.write(String(text.prefix(200)), to: "in/e.json")
    let looks = (0...Spool.patience).map { _ in found() }
    #expect(looks.last == ["e"] && looks.dropLast().allSatisfy(\.isEmpty))
    // A changed file comes again under its name.
    try space.write(Workspace.problem(rate: 2, name: "a"), to: "in/a.json")
    _ = found()
    #expect(found() == ["a"])
  }
}
