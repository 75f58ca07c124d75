import FleetJSON
import Foundation
import Testing

@testable import fleetplan

@Suite struct SweepTests {
  private func folder(_ problem: String = Problems.small) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(problem, to: "p.json")
    return folder
  }

  /// All forms of the answer carry the same numbers, and those of `plan` on the edited file.
  @Test func allFormsAgree() throws {
    let folder = try folder()
    let price = "accelerators[a].prices.on_demand_usd_per_device_hour"
    let run = try CommandRun(
      [
        "sweep", "p.json", "--vary", "\(price)=1,2.5", "--output", "s.json", "--report", "s.html", "--markdown", "s.md",
        "--csv", "s.csv",
      ], in: folder)
    #expect(run.status == 0)
    #expect(run.output.contains("2 problems, all with a plan; from $3.00/h at $1.00 per device-hour to $7.50/h"))
    let answer = JSONValue(try JSONParser.parse(text: folder.read("s.json"), source: "s.json"))
    #expect(answer["format"]?.text == "fleetplan-sweep/1")
    #expect(answer["points"]?.elements.compactMap { $0["cost_usd_per_hour"]?.number } == [3, 7.5])
    #expect(answer["points"]?.elements.compactMap { $0["values"]?[0]?.number } == [1, 2.5])
    #expect(answer["points"]?[0]?["devices"]?["a"]?.number == 3)
    #expect(answer["points"]?[0]?["aggregated"]?[0]?.text == "a")
    let csv = try folder.read("s.csv").components(separatedBy: "\r\n")
    #expect(
      csv.first
        == "accelerators_a_prices_on_demand_usd_per_device_hour,status,cost_usd_per_hour,usd_per_million_tokens,"
        + "devices_a,kind,runs")
    #expect(csv.dropFirst().first?.hasPrefix("1,optimal,3,") ?? false)
    let page = try folder.read("s.html")
    let markdown = try folder.read("s.md")
    for text in ["3.00", "7.50", "aggregated on a"] {
      #expect(page.contains(text))
      #expect(markdown.contains(text))
    }
    try folder.write(
      Problems.small("\"on_demand_usd_per_device_hour\": 1", "\"on_demand_usd_per_device_hour\": 2.5"), to: "q.json")
    let plan = try CommandRun(["plan", "q.json", "--json"], in: folder).json()
    #expect(plan["cost_usd_per_hour"]?.number == 7.5)
  }

  /// Where the plan ends is said in a sentence; infeasible points are answers.
  @Test func flips() throws {
    let run = try CommandRun(["sweep", "p.json", "--vary", "classes[*].rate_per_s=*1,*10", "--json"], in: folder())
    #expect(run.status == 0)
    let answer = try run.json()
    #expect(answer["points"]?[1]?["status"]?.text == "infeasible")
    #expect(answer["flips"]?[0]?["text"]?.text == "Between 5 req/s and 50 req/s, the problem becomes infeasible.")
    #expect(answer["counts"]?["infeasible"]?.number == 1)
  }

  /// Two axes: a map, with text in the shaded cells.
  @Test func maps() throws {
    let folder = try folder()
    let run = try CommandRun(
      [
        "sweep", "p.json", "--vary", "classes[c].rate_per_s=2:10:4", "--vary", "accelerators[a].stock_devices=3,8",
        "--report", "s.html",
      ], in: folder)
    #expect(run.status == 0)
    #expect(run.output.contains("Cost $/h and kind of plan by c rate and a stock"))
    #expect(try folder.read("s.html").contains("style=\"--shade:45%\">5.00"))
  }

  /// Files that the problem names are found beside it, wherever the command runs.
  @Test func namedFilesResolve() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.path + "/sub", withIntermediateDirectories: true)
    try folder.write(
      Problems.small(
        "\"rows\": [{ \"class\": \"c\", \"rate_per_s\": 2, \"ttft_ms\": 100 }]", "\"file\": \"rows.csv\""),
      to: "sub/p.json")
    try folder.write("class,rate_per_s,ttft_ms\nc,2,100\n", to: "sub/rows.csv")
    let run = try CommandRun(["sweep", "sub/p.json", "--vary", "classes[c].rate_per_s=1,5", "--json"], in: folder)
    #expect(try run.json()["points"]?.elements.compactMap { $0["cost_usd_per_hour"]?.number } == [1, 3])
  }

  @Test(arguments: [
    (["--vary", "clases[c].rate_per_s=1"], "the problem has no key \"clases\"", "classes"),
    (["--vary", "classes[c].rat_per_s=1"], "p.json:12:5: /classes/0/rat_per_s: unknown key", "rate_per_s"),
    (["--vary", "classes[c].rate_per_s=-1"], "p.json:13:46: /classes/0/rate_per_s: expected", "=-1)"),
    (["--vary", "classes[c].rate_per_s"], "expected PATH=VALUES", "for example"),
    (["--vary", "classes[c].rate_per_s=1:9"], "expected from:to:step or from:to/count", ""),
    (["--vary", "classes[c].rate_per_s=1:1e7:1"], "more than 10000 values", "larger step"),
    (
      ["--vary", "classes[c].rate_per_s=1:200:1", "--vary", "accelerators[a].stock_devices=1:100:1"],
      "200 × 100 combinations", "several sweeps"
    ),
    ([], "--vary is missing", "PATH=VALUES"),
    (["--vary", "classes[c].rate_per_s=1", "--jobs", "0"], "--jobs: expected", ""),
    (["--vary", "classes[c].rate_per_s=1", "--output", "p.json"], "p.json is read by the same command", ""),
  ]) func badInput(arguments: [String], message: String, hint: String) throws {
    let folder = try folder()
    let run = try CommandRun(["sweep", "p.json"] + arguments, in: folder)
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains(message), "\(run.errors)")
    #expect(hint.isEmpty || run.errors.contains(hint), "\(run.errors)")
    #expect(folder.names == ["p.json"])
  }

  /// Points without an answer stay in the table, and the exit status tells.
  @Test func unsolvedPoints() throws {
    let folder = try folder()
    let command = try RunningCommand(
      [
        "sweep", "p.json", "--vary", "classes[c].rate_per_s=0.1:12:0.1", "--vary",
        "accelerators[a].stock_devices=1:80:1",
        "--json", "--jobs", "1",
      ], in: folder)
    Thread.sleep(forTimeInterval: 1)
    command.interrupt()
    let run = try command.finished()
    #expect(run.exited)
    #expect(run.status == 4)
    let answer = try run.json()
    #expect(answer["points"]?.elements.count == 9600)
    #expect((answer["counts"]?["skipped"]?.number ?? 0) > 0)
  }
}
