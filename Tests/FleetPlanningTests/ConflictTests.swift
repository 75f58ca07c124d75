import FleetServing
import Testing

@testable import FleetPlanning

/// Infeasible problems: the conflict is named, and the repairs that are named do repair.
@Suite struct ConflictTests {
  private func conflict(_ problem: PlanningProblem) throws -> ConflictReport {
    let plan = try problem.solved()
    #expect(plan.status == .infeasible)
    #expect(plan.objective == nil && plan.groups.isEmpty)
    return try #require(plan.conflict)
  }

  @Test func stock() throws {
    var problem = Sample.pair { $0.pools[1].stockDevices = 8 }
    let report = try conflict(problem)
    #expect(report.summary.contains("the stock of 8 d is 2 short"), "\(report.summary)")
    #expect(report.repairs.contains("2 more d in stock"), "\(report.repairs)")
    #expect(report.repairs.contains("serving 80.0 % of the traffic (the most that fits)"), "\(report.repairs)")
    problem.pools[1].stockDevices = 9
    #expect(try problem.solved().status == .infeasible)
    problem.pools[1].stockDevices = 10
    #expect(try problem.solved().status == .optimal)
  }

  @Test func stockOfTwoPoolsTogether() throws {
    let problem = Sample.pair {
      $0.pools[0].stockDevices = 4
      $0.pools[1].stockDevices = 8
    }
    let report = try conflict(problem)
    #expect(report.repairs.contains("1 more p and 2 more d in stock"), "\(report.repairs)")
  }

  @Test func wholeNodesAreNamedWhole() throws {
    let problem = Sample.pair {
      $0.pools[1].wholeNodes = true
      $0.pools[1].stockDevices = 8
    }
    let report = try conflict(problem)
    #expect(report.repairs.contains("8 more d in stock"), "\(report.repairs)")
  }

  @Test func deviceLimit() throws {
    let limit = DeviceLimit(poolIDs: ["p", "d"], maximumDevices: 12)
    var problem = Sample.pair(policy: Policy(deviceLimits: [limit]))
    let report = try conflict(problem)
    #expect(report.summary.contains("the limit of 12 devices over p and d is 3 short"), "\(report.summary)")
    #expect(report.repairs.contains("at least 15 devices over p and d (now 12)"), "\(report.repairs)")
    problem.policy.deviceLimits[0].maximumDevices = 15
    #expect(try problem.solved().status == .optimal)
  }

  /// One number holds in all periods, and two limits may have to give way together.
  @Test func deviceLimitsOfTwoPeriods() throws {
    let limits = [
      DeviceLimit(poolIDs: ["p"], maximumDevices: 4), DeviceLimit(poolIDs: ["d"], maximumDevices: 8),
    ]
    let problem = Sample.pair(policy: Policy(deviceLimits: limits)) {
      $0.periods = [Period(id: "day", hours: 12), Period(id: "night", hours: 12)]
      $0.classes = [Sample.requests(10, 9)]
    }
    let report = try conflict(problem)
    #expect(
      report.repairs.contains("at least 5 devices over p (now 4) and at least 10 devices over d (now 8)"),
      "\(report.repairs)")
  }

  @Test func budget() throws {
    var problem = Sample.pair(policy: Policy(budgetUSDPerHour: 12))
    let report = try conflict(problem)
    #expect(report.repairs.contains("a budget of at least $15.00/h (now $12.00/h)"), "\(report.repairs)")
    problem.policy.budgetUSDPerHour = 15
    #expect(try problem.solved().status == .optimal)
  }

  @Test func power() throws {
    let report = try conflict(Sample.pair(policy: Policy(powerCapWatts: 1200)))
    #expect(report.repairs.contains("a power cap of at least 1.5 kW (now 1.2 kW)"), "\(report.repairs)")
  }

  @Test func vendorShare() throws {
    // Decode is bolt's alone: two thirds of the devices.
    let limit = VendorShareLimit(vendor: "bolt", share: 0.1, measure: .capacity)
    let report = try conflict(Sample.pair(policy: Policy(vendorShares: [limit])))
    #expect(report.repairs.contains("loosening the limits on vendors' share of traffic"), "\(report.repairs)")
  }

  @Test func objectiveOfAClass() throws {
    var problem = Sample.pair()
    problem.classes[0].objective.ttft = LatencyObjective(seconds: 0.2, percentile: 0.95)
    problem.capacityTables[0].rows[0].ttftSeconds = 0.3
    let report = try conflict(problem)
    #expect(report.summary == "No configuration can serve class w.")
    let repair = try #require(report.repairs.first { $0.hasPrefix("TTFT ≥ ") })
    let milliseconds = try #require(Double(repair.split(separator: " ")[2]))
    // Within the width of the bisection above what the table needs.
    #expect(milliseconds >= 300 && milliseconds <= 300 * (1 + ConflictSearch.bisectionWidth) + 1, "\(repair)")
    problem.classes[0].objective.ttft?.seconds = milliseconds / 1000
    #expect(try problem.solved().status == .optimal)
  }

  @Test func objectiveOfTheLatencyModel() throws {
    let catalog = try shippedCatalog.get()
    let model = try #require(catalog.model("llama-3.1-8b"))
    let accelerator = try #require(catalog.accelerator("l40s"))
    let pool = AcceleratorPool(
      id: "l40s", accelerator: accelerator, tiers: [Sample.tier(.onDemand, 1)], backend: "vllm")
    var requestClass = Sample.requests(2, ttft: 0.02, tpot: 0.05)
    requestClass.lengths = LengthDistribution(inputTokens: 4000, outputTokens: 100)
    var problem = Sample.problem(
      models: [
        ServedModel(id: "m", architecture: model, weightPrecisions: [.bf16], kvPrecisions: [.bf16])
      ], pools: [pool], classes: [requestClass], tables: [])
    let report = try conflict(problem)
    let repair = try #require(report.repairs.first { $0.hasPrefix("TTFT ≥ ") }, "\(report)")
    let milliseconds = try #require(Double(repair.split(separator: " ")[2]))
    problem.classes[0].objective.ttft?.seconds = milliseconds / 1000 * 1.001
    #expect(try problem.solved().status == .optimal)
    #expect(report.conflicting.first?.contains("l40s") == true, "\(report.conflicting)")
  }
}
