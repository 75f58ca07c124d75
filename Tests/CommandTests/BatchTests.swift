import FleetJSON
import Foundation
import Testing

@testable import fleetplan

@Suite struct BatchTests {
  /// A folder `in` with small problems that differ, and `out` beside it.
  static func folder(_ count: Int) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.path + "/in", withIntermediateDirectories: true)
    for index in 0..<count {
      try folder.write(
        Problems.small("\"rate_per_s\": 5,", "\"rate_per_s\": \(index % 14 + 1).\(index),"),
        to: "in/p\(index + 10).json")
    }
    return folder
  }

  static func state(_ folder: TemporaryFolder, _ id: String) throws -> JSONValue {
    JSONValue(try JSONParser.parse(contentsOf: "\(folder.path)/out/jobs/\(id)/state.json"))
  }

  /// What a plan by itself says, the batch says too, byte for byte.
  @Test func plansAreThoseOfThePlanCommand() throws {
    let folder = try Self.folder(3)
    let run = try CommandRun(["batch", "in", "--output", "out"], in: folder)
    #expect(run.status == 0)
    #expect(run.output.contains("3 of 3"))
    #expect(run.errors.contains("3/3 p"))
    for id in ["p10", "p11", "p12"] {
      let single = try CommandRun(["plan", "in/\(id).json", "--json", "--report", "page.html"], in: folder)
      #expect(try folder.read("out/jobs/\(id)/plan.json") == single.output)
      #expect(try folder.read("out/jobs/\(id)/report.html") == folder.read("page.html"))
    }
    for name in ["batch.json", "summary.json", "summary.csv", "summary.md", "summary.html"] {
      #expect(folder.exists("out/\(name)"))
    }
    let again = try CommandRun(["batch", "in", "--output", "out", "--json"], in: folder)
    #expect(again.status == 0)
    #expect(try again.json()["counts"]?["done"]?.number == 3)
    #expect(again.output == (try folder.read("out/summary.json")))
  }

  @Test func theStatusTellsTheWorst() throws {
    let folder = try Self.folder(1)
    func run(_ arguments: String...) throws -> Int32 {
      try CommandRun(["batch", "in", "--output", "out", "--quiet"] + arguments, in: folder).status
    }
    try folder.write(Problems.small("\"stock_devices\": 8", "\"stock_devices\": 1"), to: "in/infeasible.json")
    #expect(try run() == 3)
    #expect(try Self.state(folder, "infeasible")["state"]?.text == "infeasible")
    #expect(folder.exists("out/jobs/infeasible/plan.json"))
    try folder.write(Problems.small("\"slo\"", "\"slos\""), to: "in/bad.json")
    #expect(try run() == 5)
    let fault = try Self.state(folder, "bad")["faults"]?[0]
    #expect(fault?["line"]?.number != nil && fault?["column"]?.number != nil)
    #expect(try run("--shard", "9/4") == 2)
    #expect(try CommandRun(["batch", "nothing", "--output", "out"], in: folder).status == 2)
    #expect(try CommandRun(["batch", "in", "--output", "in/p10.json/x"], in: folder).status == 2)
    #expect(try CommandRun(["batch", "in/p10.json", "--output", "out", "--watch"], in: folder).status == 2)
  }

  @Test func jobsAreCancelledRetriedAndListed() throws {
    let folder = try Self.folder(2)
    try folder.write(Problems.small("\"slo\"", "\"slos\""), to: "in/bad.json")
    #expect(try CommandRun(["batch", "in", "--output", "out", "--quiet"], in: folder).status == 5)
    let retry = try CommandRun(["batch", "retry", "out", "--json"], in: folder)
    #expect(try retry.json()["jobs"]?.elements.map { $0["effect"]?.text } == ["queued", "unchanged", "unchanged"])
    let cancel = try CommandRun(["batch", "cancel", "out", "bad"], in: folder)
    #expect(cancel.output == "bad: cancelled\n")
    let status = try CommandRun(["batch", "status", "out", "--json"], in: folder)
    #expect(try status.json()["counts"]?["cancelled"]?.number == 1)
    #expect(try status.json()["jobs"]?[1]?["cost_usd_per_hour"]?.number != nil)
    #expect(try CommandRun(["batch", "in", "--output", "out", "--quiet"], in: folder).status == 7)
    #expect(try CommandRun(["batch", "retry", "out", "none"], in: folder).status == 2)
    #expect(try CommandRun(["batch", "status", "in"], in: folder).status == 2)
    #expect(try CommandRun(["batch", "status", "out"], in: folder).output.contains("cancelled on request"))
  }

  /// Two processes on one folder at once.
  @Test func twoRunnersShareAFolder() throws {
    let folder = try Self.folder(8)
    let runs = try (0..<2).map { _ in
      try RunningCommand(["batch", "in", "--output", "out", "--quiet", "--jobs", "2"], in: folder)
    }
    for run in runs { #expect(try run.finished().status == 0) }
    for index in 0..<8 {
      let state = try Self.state(folder, "p\(index + 10)")
      #expect(state["state"]?.text == "done")
      #expect(state["attempt"]?.number == 1, "nothing twice")
    }
  }

  /// The answer depends on the files that a problem names: when one changes, the problem is solved again.
  @Test func aChangedTableIsSolvedAgain() throws {
    let folder = try Self.folder(1)
    try folder.write("class,rate_per_s,ttft_ms\nc,2,100\n", to: "in/rates.csv")
    let rows = "\"rows\": [{ \"class\": \"c\", \"rate_per_s\": 2, \"ttft_ms\": 100 }]"
    try folder.write(Problems.small(rows, "\"file\": \"rates.csv\""), to: "in/tabled.json")
    func cost() throws -> Double? {
      _ = try CommandRun(["batch", "in", "--output", "out", "--quiet"], in: folder)
      return try Self.state(folder, "tabled")["cost_usd_per_hour"]?.number
    }
    #expect(try cost() == 3)
    #expect(try cost() == 3)
    try folder.write("class,rate_per_s,ttft_ms\nc,5,100\n", to: "in/rates.csv")
    #expect(try cost() == 1)
    #expect(try Self.state(folder, "p10")["attempt"]?.number == 1)
  }

  /// A job that needs more memory than it may have fails with the reason, another one does not.
  @Test func theMemoryLimitFailsAJob() throws {
    let folder = try Self.folder(1)
    try folder.write(
      String(contentsOfFile: Repository.root + "/examples/deepseek-r1/problem.json", encoding: .utf8), to: "in/big.json"
    )
    let models = ["FLEETPLAN_MODELS": Repository.models]
    let arguments = ["batch", "in", "--output", "out", "--jobs", "1", "--no-baselines", "--memory-limit-mb"]
    let run = try CommandRun(arguments + ["32"], in: folder, environment: models)
    #expect(run.status == 5)
    let state = try Self.state(folder, "big")
    #expect(state["state"]?.text == "failed")
    let error = state["error"]?.text ?? ""
    #expect(error.contains("a memory limit of 32 MiB") || error.contains("no thread for the solver"), "\(error)")
    #expect(try CommandRun(["batch", "retry", "out"], in: folder).status == 0)
    #expect(try CommandRun(arguments + ["2048"], in: folder, environment: models).status == 0)
  }

  /// Files dropped into a watched folder become jobs when they are complete; SIGTERM drains and ends with 0.
  @Test func aWatchedFolderIsServedUntilItIsToldToEnd() throws {
    let folder = try Self.folder(2)
    let watch = try RunningCommand(["batch", "in", "--output", "out", "--watch", "--poll-s", "0.05"], in: folder)
    func isDone(_ id: String) -> Bool { (try? Self.state(folder, id)["state"]?.text) == "done" }
    #expect(eventually { isDone("p10") && isDone("p11") })
    // Written in two parts under its own name, and under a temporary name that is never a job.
    let text = Problems.small("\"rate_per_s\": 5,", "\"rate_per_s\": 4.25,")
    try Data(text.utf8.prefix(300)).write(to: URL(fileURLWithPath: folder.path + "/in/slow.json"))
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/in/other.json.part"))
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/in/slow.json"))
    #expect(eventually { isDone("slow") })
    #expect(!folder.exists("out/jobs/other"))
    // A changed problem is solved again.
    let old = try folder.read("out/jobs/slow/plan.json")
    try folder.write(Problems.small("\"rate_per_s\": 5,", "\"rate_per_s\": 7.5,"), to: "in/slow.json")
    #expect(eventually { isDone("slow") && (try? folder.read("out/jobs/slow/plan.json")) != old })
    watch.terminate()
    let run = try watch.finished()
    #expect(run.status == 0 && run.exited)
    #expect(
      try JSONValue(JSONParser.parse(contentsOf: folder.path + "/out/summary.json"))["counts"]?["done"]?.number == 3)
  }
}

/// Waits for something that another process does. The limit only ends a test that would never end.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
  for _ in 0..<6000 {
    if try condition() { return true }
    usleep(5000)
  }
  return false
}
