import FleetPlan
import Foundation
import Testing

/// The Swift of README.md compiles, runs, and is this.
@Suite struct ExampleSnippet {
  @Test func readmeShowsWhatIsCompiledHere() throws {
    let readme = try String(contentsOf: Example.repository.appending(path: "README.md"), encoding: .utf8)
    let own = try String(contentsOf: URL(filePath: #filePath), encoding: .utf8)
    let shown = try #require(text(in: readme, from: "```swift\nimport FleetPlan\n", to: "```"))
    let compiled = try #require(text(in: own, from: "// The snippet begins.\n", to: "// The snippet ends."))
    #expect(lines(shown) == lines(compiled))
  }

  @Test func snippetRuns() throws {
    // The snippet begins.
    let catalog = try Catalog(contentsOf: "models")
    let problem = try PlanningProblem(contentsOf: "examples/chat-70b/problem.json", catalog: catalog)

    var planner = Planner(catalog: catalog)
    planner.timeLimitSeconds = 60

    switch try planner.plan(problem) {
    case .optimal(let plan), .feasible(let plan):
      for group in plan.groups {
        print("\(group.phase.rawValue): \(group.instances) × \(group.id)")
      }
      let fleet = try SimulatedFleet(plan: plan, problem: problem, constants: catalog.latencyConstants)
      let replay = try Simulator(fleet: fleet, options: SimulationOptions(seed: 1)).run()
      print("all objectives met: \(replay.meetsObjectives), \(replay.goodputPerSecond) req/s within them")
    case .infeasible(let plan):
      print(plan.conflict?.summary ?? "infeasible")
    case .unsolved(let plan):
      print(plan.unsolvedReason ?? "no answer within the limits")
    }
    // The snippet ends.
  }

  private func text(in whole: String, from start: String, to end: String) -> String? {
    guard let first = whole.range(of: start),
      let last = whole.range(of: end, range: first.upperBound..<whole.endIndex)
    else { return nil }
    return String(whole[first.upperBound..<last.lowerBound])
  }

  private func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }
}
