import FleetOptimization
import FleetServing
import Testing

@testable import FleetPlanning

/// What must hold between the answers to related problems, on problems drawn from printed seeds.
@Suite struct LawTests {
  static let seeds = 101...112
  /// Features without which costs of related problems compare cleanly.
  static let features: Set<RandomProblem.Feature> = [.stock, .tiers, .models, .heterogeneous, .spares]

  /// Cost of the optimum; infinite when nothing obeys all rules.
  private func cost(_ problem: PlanningProblem) throws -> Double {
    let plan = try problem.solved()
    #expect(plan.status == .optimal || plan.status == .infeasible)
    return plan.costUSDPerHour ?? .infinity
  }

  private func draw(_ seed: Int) -> PlanningProblem { RandomProblem(seed: seed, features: Self.features).problem }

  private func expect(_ lower: Double, atMost upper: Double, _ note: String) {
    #expect(lower <= upper + 1e-6 * max(1, upper.isFinite ? upper : 1), "\(note)")
  }

  @Test(arguments: seeds) func moreStockNeverCostsMore(seed: Int) throws {
    let problem = draw(seed)
    var more = problem
    for index in more.pools.indices { more.pools[index].stockDevices = more.pools[index].stockDevices.map { $0 + 5 } }
    expect(try cost(more), atMost: try cost(problem), "seed \(seed)")
  }

  @Test(arguments: seeds) func moreDemandNeverCostsLess(seed: Int) throws {
    let problem = draw(seed)
    var more = problem
    for index in more.classes.indices {
      more.classes[index].ratePerSecond = more.classes[index].ratePerSecond.map { $0 * 1.3 }
    }
    expect(try cost(problem), atMost: try cost(more), "seed \(seed)")
  }

  @Test(arguments: seeds) func pricesScaleCosts(seed: Int) throws {
    let problem = draw(seed)
    var dearer = problem
    for pool in dearer.pools.indices {
      for tier in dearer.pools[pool].tiers.indices { dearer.pools[pool].tiers[tier].usdPerDeviceHour *= 3 }
    }
    let plain = try cost(problem)
    let scaled = try cost(dearer)
    #expect(plain == scaled || abs(scaled - 3 * plain) < 1e-6 * scaled, "seed \(seed): \(plain), \(scaled)")
  }

  @Test(arguments: seeds) func orderDoesNotMatter(seed: Int) throws {
    let problem = draw(seed)
    var turned = problem
    turned.pools.reverse()
    turned.classes.reverse()
    turned.capacityTables.reverse()
    turned.models.reverse()
    let plain = try cost(problem)
    let other = try cost(turned)
    #expect(plain == other || abs(plain - other) < 1e-6 * plain, "seed \(seed): \(plain), \(other)")
  }

  @Test(arguments: seeds) func anotherPoolNeverCostsMore(seed: Int) throws {
    let problem = draw(seed)
    var fewer = problem
    let removed = fewer.pools.removeLast().id
    fewer.capacityTables.removeAll { $0.poolID == removed }
    expect(try cost(problem), atMost: try cost(fewer), "seed \(seed)")
  }

  @Test(arguments: seeds) func noBaselineIsBetter(seed: Int) throws {
    let problem = draw(seed)
    let plan = try problem.solved(baselines: true)
    for baseline in plan.baselines {
      guard let cost = baseline.costUSDPerHour else { continue }
      expect(try #require(plan.costUSDPerHour), atMost: cost, "seed \(seed): \(baseline.name)")
    }
    #expect(!plan.baselines.isEmpty)
  }

  @Test(arguments: seeds) func theSamePlanEveryTime(seed: Int) throws {
    let problem = draw(seed)
    let first = try problem.solved().encoded().encoded().split(separator: "\n")
    let second = try problem.solved().encoded().encoded().split(separator: "\n")
    let different = zip(first, second).first { $0 != $1 }
    #expect(first == second, "seed \(seed): \(different.map { "\($0)" } ?? "lengths")")
  }

  /// The latency model: 8B on two accelerators; tighter objectives never cost less, beyond what rounding of variants
  /// (`worthwhileGain`) can do.
  @Test(arguments: 1...4) func looserObjectivesNeverCostMore(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    let catalog = try shippedCatalog.get()
    func pool(_ id: String, _ price: Double) throws -> AcceleratorPool {
      AcceleratorPool(
        id: id, accelerator: try #require(catalog.accelerator(id)), tiers: [Sample.tier(.onDemand, price)],
        backend: "vllm")
    }
    var requests = Sample.requests(Double(random.whole(20...200)))
    requests.lengths = LengthDistribution(
      inputTokens: Double(random.whole(200...4000)), outputTokens: Double(random.whole(20...600)))
    var problem = Sample.problem(
      models: [
        ServedModel(
          id: "m", architecture: catalog.model("llama-3.1-8b"), weightPrecisions: [.bf16],
          kvPrecisions: [.bf16])
      ], pools: [try pool("l40s", 1.55), try pool("h100-sxm", 3.2)], classes: [requests], tables: [])
    var previous = Double.infinity
    for factor in [1.0, 1.5, 2.5, 4] {
      problem.classes[0].objective = ServiceLevelObjective(
        ttft: LatencyObjective(seconds: 0.5 * factor, percentile: 0.95),
        tpot: LatencyObjective(seconds: 0.025 * factor, percentile: 0.95))
      let now = try cost(problem)
      #expect(now <= previous * (1 + CandidateEnumeration.worthwhileGain), "seed \(seed), factor \(factor)")
      previous = now
    }
  }
}
