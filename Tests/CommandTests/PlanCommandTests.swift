import Foundation
import Testing

@testable import fleetplan

@Suite struct PlanCommandTests {
  @Test func writesAllOutputs() throws {
    let folder = try TemporaryFolder()
    try folder.write(Problems.small, to: "p.json")
    let outputs = ["--output", "plan.json", "--report", "plan.html", "--markdown", "plan.md"]
    let run = try CommandRun(["plan", "p.json"] + outputs, in: folder)
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("$3.00/h, proven optimal"))
    #expect(run.errors.isEmpty)
    #expect(folder.names == ["p.json", "plan.html", "plan.json", "plan.md"])
    #expect(try folder.read("plan.html").contains("<html"))
    #expect(try folder.read("plan.md").hasPrefix("# "))
  }

  /// The plan on the output, in the file and of a second run: the same bytes.
  @Test func sameBytes() throws {
    let folder = try TemporaryFolder()
    try folder.write(Problems.small, to: "p.json")
    let first = try CommandRun(["plan", "p.json", "--json", "--output", "plan.json"], in: folder)
    let second = try CommandRun(["plan", "p.json", "--json"], in: folder)
    #expect(first.output == second.output)
    #expect(try folder.read("plan.json") == first.output)
    #expect(try first.json()["cost_usd_per_hour"]?.number == 3)
  }

  @Test func quietPrintsNothing() throws {
    let folder = try TemporaryFolder()
    try folder.write(Problems.small("\"rate_per_s\": 5", "\"rate_per_s\": 0"), to: "p.json")
    let run = try CommandRun(["plan", "p.json", "--quiet", "--output", "plan.json"], in: folder)
    #expect(run.status == 0)
    #expect(run.output.isEmpty && run.errors.isEmpty)
    #expect(folder.exists("plan.json"))
  }

  /// The flag and the policy give the same plan; capacities that were measured carry no margin.
  @Test func robust() throws {
    let folder = try TemporaryFolder()
    try folder.write(Problems.small, to: "p.json")
    try folder.write(Problems.small("\"headroom\": 0", "\"headroom\": 0, \"robust\": true"), to: "q.json")
    let run = try CommandRun(["plan", "p.json", "--robust"], in: folder)
    #expect(run.status == 0)
    #expect(run.output.contains("All capacities are measured: there is no band to be robust to."))
    let flag = try CommandRun(["plan", "p.json", "--robust", "--json"], in: folder).json()
    let policy = try CommandRun(["plan", "q.json", "--json"], in: folder).json()
    for plan in [flag, policy] {
      #expect(plan["robustness"]?["nominal"]?["cost_usd_per_hour"]?.number == 3)
      #expect(plan["groups"]?.elements.first?["evidence"]?["grade"]?.text == "capacity_table")
    }
  }

  /// An infeasible problem has an answer: status 3, and the conflict in text and JSON.
  @Test func infeasible() throws {
    let folder = try TemporaryFolder()
    try folder.write(Problems.small("\"stock_devices\": 8", "\"stock_devices\": 0"), to: "p.json")
    let run = try CommandRun(["plan", "p.json"], in: folder)
    #expect(run.status == 3)
    #expect(run.output.contains("3 more a in stock"))
    let answer = try CommandRun(["plan", "p.json", "--json"], in: folder)
    #expect(answer.status == 3)
    #expect(try answer.json()["status"]?.text == "infeasible")
  }

  @Test func aMillionRequestsPerSecond() throws {
    let folder = try TemporaryFolder()
    try folder.write(Problems.small("\"rate_per_s\": 5", "\"rate_per_s\": 1000000"), to: "p.json")
    #expect(try CommandRun(["plan", "p.json"], in: folder).status == 3)
    let unlimited = Problems.small("\"rate_per_s\": 5", "\"rate_per_s\": 1000000")
      .replacingOccurrences(of: " \"stock_devices\": 8,", with: "")
    try folder.write(unlimited, to: "q.json")
    let run = try CommandRun(["plan", "q.json", "--json"], in: folder)
    #expect(run.status == 0)
    #expect(try run.json()["cost_usd_per_hour"]?.number == 500_000)
  }

  @Test(arguments: [
    ["--output", "nowhere/plan.json"], ["--report", "nowhere/plan.html"], ["--markdown", "."], ["--output", "folder"],
    ["--output", "p.json"], ["--output", "./folder/../p.json"], ["--output", "x.json", "--report", "./x.json"],
    ["--output", ""], ["--output", "folder/"],
  ])
  func unusableOutputsAreRefusedFirst(arguments: [String]) throws {
    let folder = try TemporaryFolder()
    try folder.write(Problems.small, to: "p.json")
    try FileManager.default.createDirectory(atPath: folder.path + "/folder", withIntermediateDirectories: false)
    let run = try CommandRun(["plan", "p.json"] + arguments, in: folder)
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("cannot be written"))
    #expect(folder.names == ["folder", "p.json"])
    #expect(try folder.read("p.json") == Problems.small)
  }

  /// A reader that goes away, such as `head`, neither kills the process nor keeps it from writing its files.
  @Test func brokenPipe() throws {
    let folder = try TemporaryFolder()
    try folder.write(Problems.small, to: "p.json")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.arguments = ["-c", "{ \"$0\" plan p.json --output plan.json; echo $? > status; } | true", Executable.path]
    process.environment = ["PATH": "/usr/bin:/bin", "FLEETPLAN_MODELS": Repository.models]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(try folder.read("status") == "0\n")
    #expect(folder.exists("plan.json"))
  }

  /// The first Ctrl-C ends the search and leaves an answer: a plan, or that there is none yet.
  @Test func interruption() throws {
    let folder = try TemporaryFolder()
    // A warning tells the test that the command listens.
    let problem = Problems.starter("periods")
      .replacingOccurrences(of: "\"current_fleet\"", with: "\"capacity_tables\": [], \"current_fleet\"")
      .replacingOccurrences(
        of: "\"id\": \"l4\", ", with: "\"id\": \"l4\", \"prices\": { \"on_demand_usd_per_device_hour\": 99 }, "
      )
      .replacingOccurrences(of: "\"of\": \"spend\" }]", with: "\"of\": \"spend\" }], \"spare_instances_per_group\": 1")
    try folder.write(problem, to: "p.json")
    let running = try RunningCommand(["plan", "p.json", "--json", "--output", "plan.json"], in: folder)
    while running.isRunning, !running.errorsSoFar.contains("warning") { usleep(2000) }
    #expect(running.errorsSoFar.contains("warning"))
    running.interrupt()
    let run = try running.finished()
    #expect(run.exited)
    #expect(run.status == 0 || run.status == 4)
    let status = try run.json()["status"]?.text
    #expect(run.status == 0 ? ["optimal", "feasible"].contains(status) : status == "unsolved")
    #expect(try folder.read("plan.json") == run.output)
  }

  @Test func timeLimitWithoutAPlan() throws {
    let folder = try TemporaryFolder()
    try folder.write(Problems.starter("chat"), to: "p.json")
    let run = try CommandRun(["plan", "p.json", "--time-limit", "1e-9", "--no-baselines", "--json"], in: folder)
    #expect(run.status == 0 || run.status == 4)
    let status = try run.json()["status"]?.text
    #expect(run.status == 0 ? ["optimal", "feasible"].contains(status) : status == "unsolved")
  }
}
