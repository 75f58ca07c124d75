import FleetServing
import Testing

@testable import FleetPlanning

/// The ranking of plans by kind, against trying every set of uses.
@Suite struct StudyAlternativeTests {
  private typealias Kind = Set<PoolUse>

  /// Cost of the best plan whose uses are all in the set; `nil` when there is none.
  private func cost(_ problem: PlanningProblem, within uses: Kind) throws -> Double? {
    var restricted = problem
    restricted.capacityTables.removeAll { !uses.contains(PoolUse(poolID: $0.poolID, phase: $0.phase)) }
    guard !restricted.capacityTables.isEmpty else { return nil }
    return try restricted.solved().costUSDPerHour
  }

  /// A small problem that every pool can serve in every phase.
  private func draw(_ seed: Int) -> PlanningProblem {
    var random = SeededGenerator(seed: seed)
    var problem = RandomProblem(seed: seed, features: []).problem
    problem.pools = Array(problem.pools.prefix(2)) + (seed % 2 == 0 ? Array(problem.pools.dropFirst(2)) : [])
    problem.capacityTables = problem.pools.flatMap { pool in
      Phase.allCases.map { phase in
        var rates: [String: Double] = [:]
        for entry in problem.classes { rates[entry.id] = Double(random.whole(5...30)) / 10 }
        return Sample.table(phase, pool.id, model: "m1", rates, id: "\(pool.id)-\(phase.rawValue)")
      }
    }
    return problem
  }

  @Test(arguments: 31...36)
  func alternativesAreTheBestThatDoWithout(seed: Int) throws {
    let problem = draw(seed)
    let study = try StudyTests.planner().study(
      problem, options: StudyTests.options { $0.alternatives = 5 })
    let best = try #require(study.plan.costUSDPerHour)

    // Every set of uses that exist, with the best cost within it.
    let uses = Array(Set(problem.capacityTables.map { PoolUse(poolID: $0.poolID, phase: $0.phase) })).sorted()
    var costs: [(kind: Kind, cost: Double)] = []
    for mask in 1..<(1 << uses.count) {
      let kind = Kind(uses.indices.filter { mask & (1 << $0) != 0 }.map { uses[$0] })
      if let cost = try cost(problem, within: kind) { costs.append((kind, cost)) }
    }
    // The next best is the least cost among sets that contain no kind found before.
    var found: [Kind] = [study.plan.kind]
    for alternative in study.alternatives {
      let cost = try #require(alternative.plan.costUSDPerHour)
      let expected = costs.filter { entry in !found.contains { entry.kind.isSuperset(of: $0) } }.map(\.cost).min()
      #expect(StudyTests.agree(cost, try #require(expected)), "seed \(seed), rank \(alternative.rank)")
      #expect(!found.contains { alternative.plan.kind.isSuperset(of: $0) }, "seed \(seed), rank \(alternative.rank)")
      #expect(cost >= best * (1 - 1e-9))
      found.append(alternative.plan.kind)
    }
    if study.alternatives.count < 4 {
      #expect(!costs.contains { entry in !found.contains { entry.kind.isSuperset(of: $0) } }, "seed \(seed)")
    }
    #expect(study.alternatives.map(\.rank) == Array(study.alternatives.indices.map { $0 + 2 }))
  }

  @Test func alternativesAreWholePlans() throws {
    var problem = Sample.pair()
    problem.pools.append(Sample.pool("both", price: 3))
    problem.capacityTables.append(Sample.table(.aggregated, "both", ["w": 1]))
    let study = try StudyTests.planner().study(problem, options: StudyTests.options { $0.alternatives = 3 })
    #expect(study.plan.costUSDPerHour == 15)
    #expect(study.alternatives.map(\.plan.costUSDPerHour) == [30])
    let other = try #require(study.alternatives.first).plan
    #expect(other.status == .optimal && other.baselines.isEmpty && other.groups.count == 1)
    #expect(other.kind == [PoolUse(poolID: "both", phase: .aggregated)])
    var planner = try StudyTests.planner()
    planner.solvesBaselines = false
    let check = PlanCheck(problem: problem, constants: planner.constants)
    #expect(check.findings(of: other).isEmpty)
  }
}
