import FleetJSON
import FleetPlan

/// Reading problems and plans named on the command line.
enum ProblemFile {
  static func read(_ path: String, catalog: Catalog) throws -> PlanningProblem {
    do {
      return try PlanningProblem(contentsOf: path, catalog: catalog)
    } catch {
      throw CommandFailure([error])
    }
  }
}

extension AppearanceOptions {
  /// Tells what looks odd in a problem but can be planned.
  func warn(_ problem: PlanningProblem, in path: String) {
    if problem.warnings.isEmpty { return }
    Terminal.errors.write(faultStyle.text(of: Faults(source: path, all: problem.warnings), asWarnings: true))
  }
}
