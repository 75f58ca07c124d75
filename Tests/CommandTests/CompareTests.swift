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

  @Test func shortNames() {
    #expect(ScenarioNames.names(of: ["x/a.json", "y/b.json"]) == ["a", "b"])
    #expect(ScenarioNames.names(of: ["x/problem.json", "y/problem.json"]) == ["x", "y"])
    #expect(ScenarioNames.names(of: ["x/1/p.json", "y/1/p.json"]) == ["x/1/p.json", "y/1/p.json"])
    #expect(ScenarioNames.names(of: ["p.json", "p.json"]) == ["p.json (1)", "p.json (2)"])
  }
}
