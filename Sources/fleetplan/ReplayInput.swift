import FleetJSON
import FleetPlan

/// A plan and the problem that it answers, as the commands that replay plans read them.
struct ReplayInput {
  var plan: Plan
  var problem: PlanningProblem
  var catalog: Catalog
  var fleet: SimulatedFleet

  /// - Parameter problemPath: `nil` = the `problem.json` beside the plan or in the working directory that the plan was
  ///   made from.
  static func read(
    plan planPath: String, problem problemPath: String?, catalog: Catalog, appearance: AppearanceOptions
  ) throws -> ReplayInput {
    let plan: Plan
    do throws(Faults) { plan = try Plan(contentsOf: planPath) } catch { throw CommandFailure([error]) }
    let problem = try problem(of: plan, planPath, problemPath, catalog)
    var warnings: [String] = []
    if !plan.provenance.inputHash.isEmpty, problem.inputHash != plan.provenance.inputHash {
      warnings.append("the problem is not the one that the plan was made from: its contents have changed")
    }
    if !plan.provenance.catalogHash.isEmpty, catalog.hash != plan.provenance.catalogHash {
      warnings.append("the plan was made with another catalog: times may differ from those that it promises")
    }
    if !warnings.isEmpty {
      let faults = Faults(source: planPath, all: warnings.map { Fault(path: "/provenance", message: $0) })
      Terminal.errors.write(appearance.faultStyle.text(of: faults, asWarnings: true))
    }
    do throws(SimulationFaults) {
      let fleet = try SimulatedFleet(plan: plan, problem: problem, constants: catalog.latencyConstants)
      return ReplayInput(plan: plan, problem: problem, catalog: catalog, fleet: fleet)
    } catch {
      throw CommandFailure(error, of: planPath)
    }
  }

  private static func problem(
    of plan: Plan, _ planPath: String, _ problemPath: String?, _ catalog: Catalog
  ) throws -> PlanningProblem {
    if let problemPath { return try ProblemFile.read(problemPath, catalog: catalog) }
    let folder = planPath.lastIndex(of: "/").map { String(planPath[...$0]) } ?? ""
    for path in Set([folder + "problem.json", "problem.json"]).sorted(by: >) where Terminal.isRegularFile(path) {
      if let problem = try? PlanningProblem(contentsOf: path, catalog: catalog),
        problem.inputHash == plan.provenance.inputHash
      {
        return problem
      }
    }
    throw CommandFailure(
      .badInput, "the problem that \(planPath) answers was not found",
      hint: "name its file: --problem problem.json")
  }
}

extension CommandFailure {
  init(_ faults: SimulationFaults, of source: String) {
    self.init([Faults(source: source, all: faults.messages.map { Fault(path: "", message: $0) })])
  }
}
