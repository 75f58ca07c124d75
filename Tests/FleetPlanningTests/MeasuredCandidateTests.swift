import FleetServing
import Testing

@testable import FleetPlanning

/// Classes share measured instances only where each meets its objectives beside the others.
@Suite struct MeasuredCandidateTests {
  /// `fast` was measured at 10 ms, `slow` at 30 ms; both on one table that sustains 10 requests/s of either.
  private func problem(_ phase: Phase = .aggregated, fast: Double?, slow: Double?, rate: Double = 1) -> PlanningProblem
  {
    var table = Sample.table(phase, "p", [:])
    table.rows = [("fast", 0.01), ("slow", 0.03)].map {
      CapacityTable.Row(classID: $0, ratePerSecond: 10, ttftSeconds: $1 * 10, tpotSeconds: $1)
    }
    return Sample.problem(
      pools: [Sample.pool("p")],
      classes: [
        Sample.requests(rate, id: "fast", tpot: fast), Sample.requests(rate, id: "slow", tpot: slow),
      ],
      tables: [table])
  }

  private func sets(_ problem: PlanningProblem) throws -> [[Int]] {
    try problem.fullData().candidates.map { $0.loads.map(\.classIndex) }
  }

  @Test func setsKeepTheTightestObjective() throws {
    #expect(try sets(problem(fast: nil, slow: nil)) == [[0, 1]])
    #expect(try sets(problem(fast: 0.03, slow: 0.05)) == [[0, 1]])
    #expect(try sets(problem(fast: 0.02, slow: 0.05)) == [[0], [1]])
    #expect(try sets(problem(fast: 0.02, slow: 0.02)) == [[0]], "slow is never fast enough")
    let ids = try problem(fast: 0.02, slow: 0.05).fullData().candidates.map(\.id)
    #expect(ids == ["aggregated-p-tp1", "aggregated-p-tp1-2"])
  }

  /// A tenth of an instance each: one device where they may share it, else two.
  @Test func plansKeepToTheSets() throws {
    let shared = try problem(fast: 0.03, slow: 0.05).solved()
    #expect(shared.costUSDPerHour == 1)
    // Beside `slow`, `fast` can be as slow: the plan says so.
    #expect(shared.routes.map(\.tpotSeconds) == [0.03, 0.03])
    let apart = try problem(fast: 0.02, slow: 0.05).solved()
    #expect(apart.status == .optimal)
    #expect(apart.costUSDPerHour == 2)
    #expect(Set(apart.routes.map(\.tpotSeconds)) == [0.01, 0.03])
  }

  /// Ids of tables are not used twice, whatever other tables are called.
  @Test func idsStayUnique() throws {
    var problem = problem(fast: 0.02, slow: 0.05)
    var other = problem.capacityTables[0]
    other.id = "p-tp1-2"
    problem.capacityTables.append(other)
    let ids = try problem.fullData().candidates.map(\.id)
    #expect(Set(ids).count == ids.count)
  }
}
