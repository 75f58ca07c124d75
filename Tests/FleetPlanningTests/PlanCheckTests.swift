import FleetServing
import Testing

@testable import FleetPlanning

/// A sound plan, spoilt in one way at a time: the check outside the solver names each.
@Suite struct PlanCheckTests {
  private func faults(
    _ problem: PlanningProblem = Sample.pair(), checkedAs changed: ((inout PlanningProblem) -> Void)? = nil,
    spoil: (inout Plan) -> Void = { _ in }
  ) throws -> String {
    var plan = try problem.solved()
    #expect(plan.status == .optimal)
    let check = PlanCheck(problem: problem, constants: try shippedCatalog.get().latencyConstants)
    #expect(check.faults(of: plan) == [])
    spoil(&plan)
    var other = problem
    changed?(&other)
    return PlanCheck(problem: other, constants: check.constants).faults(of: plan).joined(separator: "\n")
  }

  private func spoilt(_ spoil: (inout Plan) -> Void) throws -> String { try faults(spoil: spoil) }

  @Test func tooFewInstances() throws {
    #expect(try spoilt { $0.groups[0].instancesByPeriod[0] -= 1 }.contains("measured capacity exceeded"))
  }

  @Test func moreInUseThanHeld() throws {
    #expect(try spoilt { $0.groups[0].instancesByPeriod[0] += 1 }.contains("6 devices in use, 5 held"))
  }

  @Test func moreThanTheStock() throws {
    #expect(
      try faults(checkedAs: { $0.pools[0].stockDevices = 4 }).contains("5 devices bought, 4 in stock"))
  }

  @Test func moreThanALimitOverPools() throws {
    let limit = DeviceLimit(poolIDs: ["p", "d"], maximumDevices: 14)
    #expect(
      try faults(checkedAs: { $0.policy.deviceLimits = [limit] }).contains(
        "15 devices over the limit of 14 devices over p and d"))
  }

  @Test func unequalTensorDegrees() throws {
    let text = try faults(checkedAs: { $0.policy.equalTensorDegrees = true }) {
      for index in $0.groups.indices where $0.groups[index].phase == .decode {
        $0.groups[index].strategy = ParallelStrategy(tensor: 2)
      }
    }
    #expect(text.contains("has TP1, decode-d-tp1 TP2: they must be equal"), "\(text)")
  }

  @Test func moreThanTheTierOffers() throws {
    #expect(
      try faults(checkedAs: { $0.pools[0].tiers[0].availableDevices = 3 }).contains("5 on_demand devices held"))
  }

  @Test func wrongCosts() throws {
    #expect(try spoilt { $0.costUSDPerHour = 14 }.contains("cost 14.0 USD/h, recomputed 15.0"))
    #expect(try spoilt { $0.objective = 14 }.contains("objective 14.0, recomputed cost 15.0"))
    #expect(try spoilt { $0.purchases[0].costUSDPerHour = 4 }.contains("cost 4.0 USD/h, recomputed 5.0"))
    #expect(try spoilt { $0.purchases[0].usdPerDeviceHour = 0.5 }.contains("no on_demand price of 0.5"))
    #expect(try spoilt { $0.groups[0].costUSDPerHour = 50 }.contains("groups cost"))
  }

  @Test func wrongEconomics() throws {
    #expect(try spoilt { $0.economics?.usdPerMillionTokens *= 2 }.contains("cost per million tokens"))
    #expect(try spoilt { $0.economics?.usdPerThousandRequests *= 2 }.contains("cost per thousand requests"))
    #expect(try spoilt { $0.economics?.usdPerMillionInputTokens += 1 }.contains("cost per million input tokens"))
    #expect(try spoilt { $0.classes[0].inputCostUSDPerHour = 0 }.contains("cost of all classes"))
    #expect(try spoilt { $0.economics?.idleCostUSDPerHour = 7 }.contains("idle cost 7.0 USD/h, recomputed"))
    #expect(try spoilt { $0.groups[0].idleCostUSDPerHour = 99 }.contains("idle cost 99.0 of"))
  }

  @Test func trafficLost() throws {
    #expect(try spoilt { $0.routes[0].ratePerSecond = 9 }.contains("class w: 9.0 of 10.0 requests/s routed"))
    #expect(try spoilt { $0.routes.removeAll() }.contains("class w: 0.0 of 10.0"))
    #expect(try spoilt { $0.routes[0].ratePerSecond = 11 }.contains("class w: 11.0 of 10.0"))
  }

  @Test func routesThatDoNotExist() throws {
    #expect(try spoilt { $0.routes[0].toGroupID = "nowhere" }.contains("unknown class or group"))
    #expect(try spoilt { $0.routes[0].toGroupID = $0.routes[0].fromGroupID }.contains("joins the wrong phases"))
    #expect(try spoilt { $0.groups[0].admittedClassIDs = [] }.contains("does not admit class w"))
    #expect(
      try faults(checkedAs: { $0.kvExchange = .only([]) }).contains("p may not send KV caches to d"))
  }

  @Test func moreThanALinkCarries() throws {
    var problem = Sample.pair()
    problem.models = [Sample.model(cached: true)]
    let link = PoolLink(prefillPoolID: "p", decodePoolID: "d", totalBytesPerSecond: 19e6)
    let faults = try faults(problem, checkedAs: { $0.links = [link] })
    // 10 requests/s of 2 MB.
    #expect(faults.contains("link p → d: 20000000.0 of 19000000.0 bytes/s"), "\(faults)")
  }

  @Test(arguments: [(PlanObjective.devices, 15.0), (.power, 1500), (.traffic, 4)])
  func wrongObjectives(objective: PlanObjective, value: Double) throws {
    var problem = Sample.pair { $0.objectives = [objective] }
    if objective == .traffic { problem.policy.budgetUSDPerHour = 9 }
    let faults = try faults(problem, spoil: { $0.objective = value + 1 })
    #expect(faults.contains("objective \(value + 1), recomputed \(objective.rawValue) "), "\(faults)")
  }

  @Test func unknownIDs() throws {
    #expect(try spoilt { $0.groups[0].poolID = "q" }.contains("names a model, pool or period"))
    #expect(try spoilt { $0.groups[0].capacitySource = "latency model" }.contains("has no configuration"))
  }

  @Test func rulesOfThePolicy() throws {
    #expect(try faults(checkedAs: { $0.policy.budgetUSDPerHour = 14 }).contains("over the budget of 14.0"))
    #expect(try faults(checkedAs: { $0.policy.powerCapWatts = 1000 }).contains("power 1500.0 W over the cap"))
    #expect(try faults(checkedAs: { $0.policy.minimumVendors = 3 }).contains("2 vendors in use, 3 asked for"))
    #expect(try faults(checkedAs: { $0.policy.servingModes = [.aggregated] }).contains("mode disaggregated"))
    for measure in VendorShareLimit.Measure.allCases {
      let limit = VendorShareLimit(vendor: "bolt", share: 0.4, measure: measure)
      #expect(try faults(checkedAs: { $0.policy.vendorShares = [limit] }).contains("bolt has"), "\(measure)")
    }
    #expect(
      try faults(
        checkedAs: {
          $0.pools[0].tiers[0].kind = .spot
          $0.policy.spotShareLimit = 0.1
        }, spoil: { $0.purchases[0].tier = .spot }
      ).contains("are spot"))
    #expect(
      try faults(checkedAs: { $0.policy.spareInstancesPerGroup = 1 }).contains("measured capacity exceeded"))
    #expect(try faults(checkedAs: { $0.policy.headroom = 0.1 }).contains("measured capacity exceeded"))
  }

  @Test func wholeNodes() throws {
    #expect(
      try faults(checkedAs: { $0.pools[0].wholeNodes = true }).contains("devices are not whole nodes"))
    #expect(PlanCheck.nodesNeeded([4, 4, 2, 1, 1], node: 8) == 2)
    #expect(PlanCheck.nodesNeeded([16, 4, 4], node: 8) == 3)
    #expect(PlanCheck.nodesNeeded([], node: 8) == 0)
  }

  @Test func measuredLatencyOverTheObjective() throws {
    let faults = try faults(checkedAs: {
      $0.capacityTables[1].rows[0].tpotSeconds = 0.06
      $0.classes[0].objective.tpot = LatencyObjective(seconds: 0.05, percentile: 0.95)
    })
    #expect(faults.contains("does not serve class w"), "\(faults)")
  }

  /// With the latency model: one decode instance less, or more traffic, breaks an objective.
  @Test func predictedLatencyOverTheObjective() throws {
    let catalog = try shippedCatalog.get()
    let pool = AcceleratorPool(
      id: "h100", accelerator: try #require(catalog.accelerator("h100-sxm")), tiers: [Sample.tier(.onDemand, 3)],
      backend: "vllm")
    let model = ServedModel(
      id: "m", architecture: catalog.model("llama-3.1-8b"), weightPrecisions: [.bf16],
      kvPrecisions: [.bf16])
    let problem = Sample.problem(
      models: [model], pools: [pool], classes: [Sample.requests(60, ttft: 0.4, tpot: 0.03)], tables: [])
    let slower = try faults(
      problem, checkedAs: { $0.classes[0].ratePerSecond = [180] },
      spoil: { for index in $0.routes.indices { $0.routes[index].ratePerSecond *= 3 } })
    #expect(slower.contains("over the objective of"), "\(slower)")
    let tighter = try faults(problem, checkedAs: { $0.classes[0].objective.tpot?.seconds = 0.005 })
    #expect(tighter.contains("TPOT"), "\(tighter)")
    let unfit = try faults(problem, spoil: { $0.groups[0].strategy.tensor = 3 })
    #expect(!unfit.isEmpty)
  }
}
