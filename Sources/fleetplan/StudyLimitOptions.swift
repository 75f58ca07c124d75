import ArgumentParser
import FleetPlan

/// Which scenarios are solved again with one thing changed at a time, and for how long.
struct StudyLimitOptions: ParsableArguments {
  enum Scope: String, CaseIterable, ExpressibleByArgument {
    case all, recommended, none
  }

  @Option(
    name: .customLong("study"),
    help: ArgumentHelp(
      "Problems to solve again with one thing changed at a time: all, recommended or none. By default the recommended one "
        + "where a report, Markdown or CSV is written."))
  var scope: Scope?

  @Option(
    name: .customLong("study-seconds"),
    help: ArgumentHelp("Seconds after which a study begins nothing new.", valueName: "seconds"))
  var seconds = StudyOptions().totalSeconds

  func validate() throws {
    if !(seconds > 0 && seconds.isFinite) {
      throw ValidationError("--study-seconds: expected a number of seconds > 0, found \(seconds)")
    }
  }

  func study(
    _ problem: PlanningProblem, plan: Plan, limits: SolveLimitOptions, catalog: Catalog
  ) throws -> PlanStudy {
    let planner = limits.planner(catalog: catalog, baselines: false)
    let line = ProgressLine.onTerminal()
    defer { line?.clear() }
    var options = StudyOptions()
    options.totalSeconds = seconds
    do {
      return try planner.study(problem, plan: plan, options: options) { progress in
        line?.show("study: \(progress.part) · \(progress.solves) programs · \(Int(progress.seconds)) s")
      }
    } catch {
      line?.clear()
      throw CommandFailure(error)
    }
  }
}
