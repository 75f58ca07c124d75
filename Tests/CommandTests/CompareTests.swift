import FleetJSON
import Testing

@testable import fleetplan

@Suite struct CompareTests {
  /// A plan against a problem: the change of price is the change of cost.
  @Test func planAgainstProblem() throws {
    let folder = try TemporaryFolder()
    try folder.write(Problems.small, to: "p.json")
    try folder.write(
      Problems.small("\"on_demand_usd_per_device_hour\": 1", "\"on_demand_usd_per_device_hour\": 2"), to: "q.json")
    #expect(try CommandRun(["plan", "p.json", "--quiet", "--output", "plan.json"], in: folder).status == 0)
    let run = try CommandRun(["compare", "plan.json", "q.json", "--json", "--output", "c.json"], in: folder)
    #expect(run.status == 0)
    let answer = try run.json()
    #expect(answer["scenarios"]?.elements.compactMap { $0["name"]?.text } == ["plan", "q"])
    #expect(answer["scenarios"]?.elements.compactMap { $0["cost_usd_per_hour"]?.number } == [3, 6])
    #expect(answer["differences"]?[0]?["cost_usd_per_hour"]?.number == 3)
    #expect(try folder.read("c.json") == run.output)

    let text = try CommandRun(["compare", "plan.json", "q.json"], in: folder)
    #expect(text.output.contains("q costs $3.00/h more than plan (+100 %)"))
  }

  /// A scenario without a plan is an answer too.
  @Test func infeasibleScenario() throws {
    let folder = try TemporaryFolder()
    try folder.write(Problems.small, to: "p.json")
    try folder.write(Problems.small("\"stock_devices\": 8", "\"stock_devices\": 1"), to: "q.json")
    let run = try CommandRun(["compare", "p.json", "q.json"], in: folder)
    #expect(run.status == 0)
    #expect(run.output.contains("infeasible"))
  }

  /// Faults of all files come together, and nothing is solved or written.
  @Test func faultsOfAllFiles() throws {
    let folder = try TemporaryFolder()
    try folder.write(Problems.small("\"rate_per_s\": 5", "\"rate_per_s\": -5"), to: "p.json")
    try folder.write("{\"format\": \"fleetplan-plan/1\"}", to: "q.json")
    let run = try CommandRun(["compare", "p.json", "q.json", "r.json", "--output", "c.json"], in: folder)
    #expect(run.status == 2)
    for place in ["p.json:13:46: ", "q.json:1:1: ", "r.json: the file does not exist"] {
      #expect(run.errors.contains(place))
    }
    #expect(folder.names == ["p.json", "q.json"])
  }

  /// One problem by itself is compared with other ways of planning it.
  @Test func oneProblem() throws {
    let folder = try TemporaryFolder()
    try folder.write(Problems.small, to: "p.json")
    let run = try CommandRun(["compare", "p.json"], in: folder)
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(run.output.contains("Other ways to plan the same problem"))
    #expect(run.output.contains("Disaggregation saves nothing"))
    let plain = try CommandRun(["compare", "p.json", "--no-baselines"], in: folder)
    #expect(plain.status == 0 && !plain.output.contains("Other ways"))
  }

  /// All files come from one report; what is the baseline is said by name or file.
  @Test func everyOutput() throws {
    let folder = try TemporaryFolder()
    try folder.write(Problems.small, to: "p.json")
    try folder.write(
      Problems.small("\"on_demand_usd_per_device_hour\": 1", "\"on_demand_usd_per_device_hour\": 2"), to: "q.json")
    for baseline in ["q", "q.json"] {
      let run = try CommandRun(
        [
          "compare", "p.json", "q.json", "--baseline", baseline, "--report", "c.html", "--markdown", "c.md",
          "--comment",
          "comment.md", "--csv", "c.csv", "--output", "c.json",
        ], in: folder)
      #expect(run.status == 0)
      #expect(
        run.output.hasPrefix("Choose p: it serves all traffic at $3.00/h ($2,190 a month), $3.00/h (50 %) less than q"))
      #expect(try folder.read("c.html").contains("<h1>small</h1>"))
      #expect(try folder.read("c.md").contains("## What changes against q"))
      #expect(try folder.read("comment.md").hasPrefix("### fleetplan: \\$6.00/h → \\$3.00/h (−\\$3.00/h, −50 %)"))
      #expect(try folder.read("c.csv").contains("\r\nscenarios,scenarios,2,cost_usd_per_hour,USD/h,3\r\n"))
      let answer = JSONValue(try JSONParser.parse(text: try folder.read("c.json"), source: "c.json"))
      #expect(answer["format"]?.text == "fleetplan-comparison/2")
      #expect(answer["baseline"]?.text == "q" && answer["recommended"]?.text == "p")
    }
    let unknown = try CommandRun(["compare", "p.json", "q.json", "--baseline", "r"], in: folder)
    #expect(unknown.status == 2 && unknown.errors.contains("the scenarios are p, q"))
  }

  /// Problems are solved again where that is asked for, or where a page is written.
  @Test func studies() throws {
    let folder = try TemporaryFolder()
    try folder.write(Problems.small, to: "p.json")
    func table(_ arguments: [String]) throws -> String {
      let run = try CommandRun(["compare", "p.json", "--csv", "c.csv"] + arguments, in: folder)
      #expect(run.status == 0 && run.errors.isEmpty)
      return try folder.read("c.csv")
    }
    let studied = try table([])
    #expect(
      studied.contains("\r\nbreak_even_prices,break_even_prices,1,current_usd_per_device_hour,USD/device/h,1\r\n"))
    #expect(studied.contains("\r\nsensitivity,"))
    #expect(try table(["--study", "recommended"]) == studied)
    #expect(try !table(["--study", "none"]).contains("\r\nsensitivity,"))
    let terminal = try CommandRun(["compare", "p.json", "--study", "all"], in: folder)
    #expect(terminal.output.contains("What moves the cost most"))
  }

  /// Outputs are checked before any work, and all of them.
  @Test func outputsAreCheckedFirst() throws {
    let folder = try TemporaryFolder()
    try folder.write("not even JSON", to: "p.json")
    for arguments in [
      ["--report", "no/c.html"], ["--csv", "p.json"], ["--markdown", "c.md", "--comment", "c.md"],
    ] {
      let run = try CommandRun(["compare", "p.json"] + arguments, in: folder)
      #expect(run.status == 2)
      #expect(!run.errors.contains("p.json:1:1"), "\(arguments)")
    }
    #expect(folder.names == ["p.json"])
  }

  @Test func shortNames() {
    #expect(ScenarioNames.names(of: ["x/a.json", "y/b.json"]) == ["a", "b"])
    #expect(ScenarioNames.names(of: ["x/problem.json", "y/problem.json"]) == ["x", "y"])
    #expect(ScenarioNames.names(of: ["x/1/p.json", "y/1/p.json"]) == ["x/1/p.json", "y/1/p.json"])
    #expect(ScenarioNames.names(of: ["p.json", "p.json"]) == ["p.json (1)", "p.json (2)"])
  }
}
