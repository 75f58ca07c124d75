import ArgumentParser
import FleetPlan

/// How long and how far a problem is solved; shared by the commands that solve.
struct SolveLimitOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("Seconds after which the search ends; overrides the problem's limit.", valueName: "seconds"))
  var timeLimit: Double?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Relative gap at which the search may end, 0.01 for 1 %; 0 asks for a proof. Overrides the problem's.",
      valueName: "fraction"))
  var gap: Double?

  func validate() throws {
    if let timeLimit, !(timeLimit > 0 && timeLimit.isFinite) {
      throw ValidationError("--time-limit: expected a number of seconds > 0, found \(timeLimit)")
    }
    if let gap, !(gap >= 0 && gap <= 1) {
      throw ValidationError("--gap: expected a fraction from 0 to 1, found \(gap)")
    }
  }

  /// A planner with these limits, which Ctrl-C ends where `Interruption` listens.
  func planner(catalog: Catalog, baselines: Bool) -> Planner {
    var planner = Planner(constants: catalog.latencyConstants, catalogHash: catalog.hash)
    planner.timeLimitSeconds = timeLimit
    planner.relativeGap = gap
    planner.solvesBaselines = baselines
    planner.cancellation = Interruption.cancellation
    return planner
  }

  /// Plans, and replays the plan where that is asked for, with a progress line where a person is looking, and until Ctrl-C where `Interruption` listens.
  func plan(
    _ problem: PlanningProblem, catalog: Catalog, baselines: Bool, baselineNodes: Int? = nil, showsProgress: Bool,
    replay: ReplayOptions? = nil
  ) throws -> Plan {
    var planner = planner(catalog: catalog, baselines: baselines)
    if let baselineNodes { planner.baselineNodes = baselineNodes }
    let line = showsProgress ? ProgressLine.onTerminal() : nil
    if let line { planner.progress = { line.show($0) } }
    defer { line?.clear() }
    do {
      guard let replay else { return try planner.solve(problem) }
      return try planner.verified(problem, options: replay).plan
    } catch {
      line?.clear()
      throw CommandFailure(error)
    }
  }
}
