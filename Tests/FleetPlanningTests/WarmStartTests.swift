import FleetOptimization
import FleetServing
import Testing

@testable import FleetPlanning

/// A plan to start from changes the way, not the answer.
@Suite struct WarmStartTests {
  /// A problem near another: one thing changed.
  private func neighbour(_ problem: PlanningProblem, _ random: inout SeededGenerator) -> PlanningProblem {
    let pool = random.pick(problem.pools).id
    let factor = random.pick([0.5, 0.9, 1.1, 1.7])
    switch random.whole(0...3) {
    case 0: return problem.varied(.rate(factor: factor))
    case 1: return problem.varied(.price(factor: factor, poolID: pool))
    case 2: return problem.varied(.stock(devices: random.pick([-2, -1, 1, 3]), poolID: pool))
    default: return problem.varied(.withoutPool(pool))
    }
  }

  @Test(arguments: 201...230) func warmAndColdAgree(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    let problem = RandomProblem(seed: seed).problem
    var planner = try StudyTests.planner()
    planner.explainsConflicts = false
    let plan = try planner.solve(problem)
    let near = neighbour(problem, &random)
    let cold = try planner.solve(near)
    planner.start = plan
    let warm = try planner.solve(near)
    #expect(warm.status == cold.status, "seed \(seed)")
    let (first, second) = (cold.objective ?? 0, warm.objective ?? 0)
    #expect(StudyTests.agree(first, second), "seed \(seed): \(first), \(second)")
  }

  /// The plan of the very problem is a feasible point of its program that costs what the plan costs.
  @Test(arguments: 231...245) func aPlanFitsItsOwnProblem(seed: Int) throws {
    var drawn = RandomProblem(
      seed: seed, features: [.stock, .tiers, .models, .spares, .periods, .currentFleet, .wholeNodes, .headroom])
    let problem = drawn.problem
    let plan = try problem.solved()
    guard plan.status == .optimal else { return }
    let program = Program(try drawn.data())
    let values = try #require(WarmStart(program).values(from: plan), "seed \(seed)")
    #expect(
      program.model.objectiveValue(at: values) <= (plan.objective ?? 0) * (1 + 1e-6) + 1e-6, "seed \(seed)")
    var model = program.model
    for record in model.variables where record.kind == .integer {
      let variable = try #require(model.variable(named: record.name))
      model.fix(variable, to: values[variable.index])
    }
    #expect(try GLPKSolver().solveRelaxation(model).termination == .optimal, "seed \(seed)")
  }

  @Test func junkDoesNoHarm() throws {
    let problem = Sample.pair()
    var planner = try StudyTests.planner()
    let good = try planner.solve(problem)
    var plans = [try Sample.pair(rate: 1e6).solved(), good, good, good]
    for index in plans[1].groups.indices { plans[1].groups[index].id = "nothing-\(index)" }
    plans[2].groups = []
    for index in plans[3].routes.indices {
      plans[3].routes[index].ratePerSecond = index == 0 ? .nan : -1
    }
    plans.append(
      Plan(problemName: "none", status: .unsolved, objectiveName: "cost", provenance: PlanProvenance()))
    for plan in plans {
      planner.start = plan
      let again = try planner.solve(problem)
      #expect(again.status == .optimal && again.costUSDPerHour == good.costUSDPerHour)
      planner.starts = plans
      #expect(try planner.solve(problem).costUSDPerHour == good.costUSDPerHour)
    }
  }
}
