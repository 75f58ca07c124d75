import FleetOptimization
import FleetServing
import Testing

@testable import FleetPlanning

/// The optimum found another way: by trying every count, without dominance, and by another solver.
@Suite struct OptimumTests {
  /// Two aggregated pools and one pair, small enough to try all counts: rates are continuous, so a mix of counts serves
  /// one class when the capacities add up to its rate.
  @Test(arguments: 1...25) func bruteForce(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    let rate = Double(random.whole(4...30)) / 4
    let stock = (0..<3).map { _ in random.whole(1...6) }
    let price = (0..<3).map { _ in Double(random.whole(50...300)) / 100 }
    let capacity = (0..<4).map { _ in Double(random.whole(4...20)) / 8 }
    let pools = (0..<3).map { Sample.pool("a\($0)", price: price[$0], stock: stock[$0]) }
    let problem = Sample.problem(
      "brute-\(seed)", pools: pools, classes: [Sample.requests(rate)],
      tables: [
        Sample.table(.aggregated, "a0", ["w": capacity[0]], id: "g0"),
        Sample.table(.prefill, "a1", ["w": capacity[1]], id: "p1"),
        Sample.table(.decode, "a2", ["w": capacity[2]], id: "d2"),
        Sample.table(.decode, "a0", devices: 2, ["w": capacity[3]], id: "d0"),
      ])
    var best = Double.infinity
    for g in 0...stock[0] {
      for pairs in 0...((stock[0] - g) / 2) {
        for p in 0...stock[1] {
          for d in 0...stock[2] {
            let decode = Double(d) * capacity[2] + Double(pairs) * capacity[3]
            let served = Double(g) * capacity[0] + min(Double(p) * capacity[1], decode)
            guard served >= rate - 1e-9 else { continue }
            best = min(best, Double(g + 2 * pairs) * price[0] + Double(p) * price[1] + Double(d) * price[2])
          }
        }
      }
    }
    let cost = try problem.solved().costUSDPerHour ?? .infinity
    #expect(cost == best || abs(cost - best) < 1e-6, "seed \(seed): planner \(cost), all counts \(best)")
  }

  /// Dominance loses nothing.
  @Test(arguments: 201...216) func reducedAndFullHaveTheSameOptimum(seed: Int) throws {
    var random = RandomProblem(
      seed: seed, features: [.stock, .models, .heterogeneous, .spares, .floors, .partners, .exchange, .wholeNodes])
    let full = try random.data()
    var reduced = full
    reduced.candidates = Dominance.reduce(full.candidates)
    let a = try GLPKSolver().solve(Program(full).model)
    let b = try GLPKSolver().solve(Program(reduced).model)
    switch (a.solution?.objective, b.solution?.objective) {
    case (nil, nil): #expect(a.termination == .infeasible && b.termination == .infeasible, "seed \(seed)")
    case (let x?, let y?): #expect(abs(x - y) <= 1e-6 * max(1, abs(x)), "seed \(seed): full \(x), reduced \(y)")
    default: Issue.record("seed \(seed): full \(a.termination), reduced \(b.termination)")
    }
  }

  @Test(.enabled(if: ExternalSolver.cbc.isInstalled, "cbc is not installed"), arguments: 201...208)
  func anotherSolverAgreesOnTheFullProgram(seed: Int) throws {
    var random = RandomProblem(seed: seed, features: [.stock, .models, .tiers, .floors, .partners])
    let program = Program(try random.data())
    let own = try GLPKSolver().solve(program.model)
    switch (own.solution?.objective, try ExternalSolver.cbc.solve(ProgramExport(program).mps())) {
    case (nil, .infeasible): #expect(own.termination == .infeasible, "seed \(seed)")
    case (let x?, .optimal(let y)): #expect(abs(x - y) <= 1e-6 * max(1, abs(x)), "seed \(seed): \(x), CBC \(y)")
    case (_, let other): Issue.record("seed \(seed): \(own.termination), CBC \(other)")
    }
  }

  @Test func dominanceDropsWhatIsDominated() throws {
    let problem = Sample.problem(
      pools: [Sample.pool("p")], classes: [Sample.requests(10)],
      tables: [
        Sample.table(.aggregated, "p", ["w": 1], id: "good"),
        Sample.table(.aggregated, "p", ["w": 0.9], id: "worse"),
        Sample.table(.aggregated, "p", devices: 2, ["w": 1.9], id: "coarse"),
        Sample.table(.aggregated, "p", devices: 2, ["w": 2.1], id: "coarser-but-better"),
      ])
    let kept = Dominance.reduce(try problem.fullData().candidates).map(\.id)
    #expect(kept == ["aggregated-good", "aggregated-coarser-but-better"])
  }
}
