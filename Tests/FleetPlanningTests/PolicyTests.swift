import FleetServing
import Testing

@testable import FleetPlanning

/// One rule at a time on problems whose optimum can be worked out by hand.
@Suite struct PolicyTests {
  /// 10 requests/s need 5 devices of `p` and 10 of `d`.
  @Test func withoutRules() throws {
    #expect(try Sample.pair().solved().costUSDPerHour == 15)
  }

  @Test func wholeNodes() throws {
    let problem = Sample.pair { for index in $0.pools.indices { $0.pools[index].wholeNodes = true } }
    let plan = try problem.solved()
    // One node of 8 for 5 devices, two for 10.
    #expect(plan.costUSDPerHour == 24)
    #expect(plan.purchases.map(\.nodesByPeriod) == [[1], [2]])
  }

  @Test func spares() throws {
    #expect(try Sample.pair(policy: Policy(spareInstancesPerGroup: 1)).solved().costUSDPerHour == 17)
  }

  @Test func headroom() throws {
    // 5.5 → 6 and 11.
    #expect(try Sample.pair(policy: Policy(headroom: 0.1)).solved().costUSDPerHour == 17)
  }

  @Test func headroomOfEachPhase() throws {
    // Decode 12 of 10; prefill 5.
    let policy = Policy(headroom: Headroom(prefill: 0, decode: 0.2, aggregated: 5))
    let plan = try Sample.pair(policy: policy).solved()
    #expect(plan.costUSDPerHour == 17)
    #expect(plan.groups.map(\.instances) == [5, 12])
  }

  @Test func cheaperTierFirst() throws {
    let problem = Sample.pair {
      $0.pools[0].tiers.append(Sample.tier(.reserved, 0.5, available: 3))
    }
    #expect(try problem.solved().costUSDPerHour == 13.5)
  }

  @Test func spotShare() throws {
    let problem = Sample.pair(policy: Policy(spotShareLimit: 0.2)) {
      $0.pools[0].tiers.append(Sample.tier(.spot, 0.2))
    }
    let plan = try problem.solved()
    // A fifth of 15 devices.
    #expect(abs((plan.costUSDPerHour ?? 0) - 12.6) < 1e-9)
    #expect(plan.purchases.first { $0.tier == .spot }?.devicesByPeriod == [3])
  }

  @Test func currentFleetIsReused() throws {
    let problem = Sample.pair { $0.currentFleet = [CurrentFleetEntry(poolID: "p", devices: 2)] }
    let plan = try problem.solved(baselines: true)
    #expect(plan.costUSDPerHour == 13)
    let current = plan.baselines.first { $0.kind == "current_fleet" }
    #expect(current?.status == .infeasible)
  }

  @Test func budgetAndPower() throws {
    #expect(try Sample.pair(policy: Policy(budgetUSDPerHour: 15)).solved().status == .optimal)
    #expect(try Sample.pair(policy: Policy(budgetUSDPerHour: 14.5)).solved().status == .infeasible)
    #expect(try Sample.pair(policy: Policy(powerCapWatts: 1500)).solved().status == .optimal)
    #expect(try Sample.pair(policy: Policy(powerCapWatts: 1499)).solved().status == .infeasible)
  }

  /// 10 requests/s need 15 devices; a dearer pool that does more with one device keeps the limit.
  @Test func deviceLimit() throws {
    func plan(_ most: Int, over pools: [String] = ["p", "d", "e"]) throws -> Plan {
      try Sample.pair(policy: Policy(deviceLimits: [DeviceLimit(poolIDs: pools, maximumDevices: most)])) {
        $0.pools.append(Sample.pool("e", price: 4))
        $0.capacityTables.append(Sample.table(.decode, "e", ["w": 2]))
      }.solved()
    }
    #expect(try plan(15).costUSDPerHour == 15)
    let limited = try plan(14)
    // Two devices of d give way to one of e.
    #expect(limited.costUSDPerHour == 17)
    #expect(limited.binding.map(\.message).contains("the limit of 14 devices over p, d and e is reached"))
    #expect(try plan(10).costUSDPerHour == 25)
    #expect(try plan(9).status == .infeasible)
    #expect(try plan(9, over: ["p", "d"]).costUSDPerHour == 9 + 12)
    #expect(try plan(0, over: ["e"]).costUSDPerHour == 15)
  }

  /// Devices that are held already take up places too.
  @Test func deviceLimitCountsTheCurrentFleet() throws {
    let limit = DeviceLimit(poolIDs: ["p", "d"], maximumDevices: 14)
    let problem = Sample.pair(policy: Policy(deviceLimits: [limit])) {
      $0.currentFleet = [CurrentFleetEntry(poolID: "d", devices: 10)]
    }
    #expect(try problem.solved().status == .infeasible)
  }

  /// Aggregated serving of 10 requests/s at 1 request/s per device: `a` at 1 USD/h, `b` at 3.
  private func twoVendors(_ policy: Policy) throws -> Plan {
    try Sample.problem(
      pools: [Sample.pool("a"), Sample.pool("b", vendor: "bolt", price: 3)], classes: [Sample.requests(10)],
      tables: [Sample.table(.aggregated, "a", ["w": 1]), Sample.table(.aggregated, "b", ["w": 1])], policy: policy
    ).solved()
  }

  @Test func leastNumberOfVendors() throws {
    #expect(try twoVendors(Policy()).costUSDPerHour == 10)
    #expect(try twoVendors(Policy(minimumVendors: 2)).costUSDPerHour == 12)
    #expect(try twoVendors(Policy(minimumVendors: 3)).status == .infeasible)
  }

  @Test(arguments: [(VendorShareLimit.Measure.spend, 0.5, 16.0), (.devices, 0.6, 18.0), (.capacity, 0.6, 18.0)])
  func vendorShare(measure: VendorShareLimit.Measure, share: Double, cost: Double) throws {
    let limit = VendorShareLimit(vendor: "acme", share: share, measure: measure)
    #expect(try twoVendors(Policy(vendorShares: [limit])).costUSDPerHour == cost)
  }

  /// A plan of one vendor cannot obey a limit on its share by holding idle devices of another.
  @Test(arguments: [VendorShareLimit.Measure.spend, .devices, .capacity])
  func shareLimitsForbidSingleVendors(measure: VendorShareLimit.Measure) throws {
    let problem = Sample.problem(
      pools: [Sample.pool("a"), Sample.pool("b", vendor: "bolt", price: 3)], classes: [Sample.requests(10)],
      tables: [Sample.table(.aggregated, "a", ["w": 1]), Sample.table(.aggregated, "b", ["w": 1])],
      policy: Policy(vendorShares: [VendorShareLimit(share: 0.75, measure: measure)]))
    let plan = try problem.solved(baselines: true)
    #expect(plan.status == .optimal)
    let single = plan.baselines.filter { $0.kind == "single_vendor" }
    #expect(single.count == 2 && single.allSatisfy { $0.status == .infeasible }, "\(single)")
  }

  @Test func servingModes() throws {
    var problem = Sample.pair()
    problem.capacityTables.append(Sample.table(.aggregated, "p", ["w": 0.8], id: "agg"))
    #expect(try problem.solved().costUSDPerHour == 13)
    problem.policy.servingModes = [.disaggregated]
    #expect(try problem.solved().costUSDPerHour == 15)
  }

  /// Prefill is cheapest on one device, decode on two; with equal degrees one side gives way.
  @Test func equalTensorDegrees() throws {
    func plan(_ equal: Bool) throws -> Plan {
      try Sample.problem(
        pools: [Sample.pool("p"), Sample.pool("d")], classes: [Sample.requests(10)],
        tables: [
          Sample.table(.prefill, "p", ["w": 2]), Sample.table(.prefill, "p", devices: 2, ["w": 3]),
          Sample.table(.decode, "d", ["w": 1]), Sample.table(.decode, "d", devices: 2, ["w": 4]),
        ], policy: Policy(equalTensorDegrees: equal)
      ).solved()
    }
    // 5 prefill and 3 pairs decode. Equal: 8 requests/s on 3 and 2 pairs, the rest on 1 and 2 single devices.
    #expect(try plan(false).costUSDPerHour == 11)
    let equal = try plan(true)
    #expect(equal.costUSDPerHour == 13)
    let tensor = Dictionary(uniqueKeysWithValues: equal.groups.map { ($0.id, $0.strategy.tensor) })
    #expect(!equal.routes.isEmpty && equal.routes.allSatisfy { tensor[$0.fromGroupID] == tensor[$0.toGroupID] })
  }

  @Test func equalTensorDegreesCanBeImpossible() throws {
    let problem = Sample.problem(
      pools: [Sample.pool("p"), Sample.pool("d")], classes: [Sample.requests(10)],
      tables: [Sample.table(.prefill, "p", devices: 2, ["w": 2]), Sample.table(.decode, "d", ["w": 1])],
      policy: Policy(equalTensorDegrees: true))
    let plan = try problem.solved()
    #expect(plan.status == .infeasible)
    #expect(plan.rejected.contains { $0.reason == "no decode instance has TP2 too" }, "\(plan.rejected)")
  }

  @Test func exchangeRules() throws {
    func cost(_ rule: KVExchangeRule) throws -> Double? {
      var problem = Sample.pair()
      problem.pools.append(Sample.pool("e", price: 2))
      problem.capacityTables.append(Sample.table(.decode, "e", ["w": 1]))
      problem.kvExchange = rule
      return try problem.solved().costUSDPerHour
    }
    let pair = PoolPair(prefillPoolID: "p", decodePoolID: "d")
    #expect(try cost(.all) == 15)
    #expect(try cost(.only([PoolPair(prefillPoolID: "p", decodePoolID: "e")])) == 25)
    #expect(try cost(.except([pair])) == 25)
    #expect(try cost(.sameAccelerator) == nil)
  }

  @Test func linksCarryWhatTheyCan() throws {
    // 2 MB per request: the link takes 5 requests/s; `q` at 3 USD/h has no limit.
    let problem = Sample.problem(
      models: [Sample.model(cached: true)],
      pools: [Sample.pool("p"), Sample.pool("q", price: 3), Sample.pool("d")], classes: [Sample.requests(10)],
      tables: [
        Sample.table(.prefill, "p", ["w": 2]), Sample.table(.prefill, "q", ["w": 2]),
        Sample.table(.decode, "d", ["w": 1]),
      ], links: [PoolLink(prefillPoolID: "p", decodePoolID: "d", totalBytesPerSecond: 10e6)])
    let plan = try problem.solved()
    // 4 requests/s on two devices of p, 6 on three of q.
    #expect(plan.costUSDPerHour == 21)
    #expect(plan.routes.filter { $0.fromGroupID.contains("-p-") }.reduce(0) { $0 + $1.ratePerSecond } <= 5 + 1e-6)
  }

  @Test func trafficUnderABudget() throws {
    // ⌈s/2⌉ + ⌈s⌉ ≤ 9 gives s = 6.
    let problem = Sample.pair(policy: Policy(budgetUSDPerHour: 9)) { $0.objectives = [.traffic] }
    let plan = try problem.solved()
    #expect(abs((plan.objective ?? 0) - 4) < 1e-6)
    #expect(plan.costUSDPerHour == 9)
  }

  @Test(arguments: [(TrafficMix.free, 5.0), (.proportional, 20.0 / 3)])
  func mixOfUnservedTraffic(mix: TrafficMix, unserved: Double) throws {
    let problem = Sample.problem(
      pools: [Sample.pool("p"), Sample.pool("d")],
      classes: [Sample.requests(5, id: "a"), Sample.requests(5, id: "b")],
      tables: [
        Sample.table(.prefill, "p", ["a": 2, "b": 1]), Sample.table(.decode, "d", ["a": 1, "b": 0.5]),
      ], policy: Policy(budgetUSDPerHour: 8), objectives: [.traffic], mix: mix)
    #expect(abs((try problem.solved().objective ?? 0) - unserved) < 1e-6)
  }

  @Test func laterObjectivesBreakTies() throws {
    // Ten devices either way; `b` draws less power, `a` costs less.
    var problem = Sample.problem(
      pools: [Sample.pool("a", watts: 300), Sample.pool("b", price: 3, watts: 100)], classes: [Sample.requests(10)],
      tables: [Sample.table(.aggregated, "a", ["w": 1]), Sample.table(.aggregated, "b", ["w": 1])])
    problem.objectives = [.devices, .power]
    let frugal = try problem.solved()
    #expect(frugal.objective == 10)
    #expect(frugal.groups.map(\.poolID) == ["b"])
    problem.objectives = [.devices]
    let cheap = try problem.solved()
    #expect(cheap.objective == 10)
    #expect(cheap.groups.map(\.poolID) == ["a"])
    problem.objectives = [.power]
    #expect(try problem.solved().objective == 1000)
  }

  @Test func periodsAndCommitments() throws {
    var problem = Sample.pair()
    problem.periods = [Period(id: "day", hours: 16), Period(id: "night", hours: 8)]
    problem.classes[0].ratePerSecond = [10, 4]
    // On demand: (15 · 16 + 6 · 8) / 24.
    #expect(abs((try problem.solved().costUSDPerHour ?? 0) - 12) < 1e-9)
    problem.pools[1].tiers.append(Sample.tier(.reserved, 0.5))
    // Ten decode devices reserved cost 5, against 8 on demand; prefill stays on demand at 4.
    let plan = try problem.solved()
    #expect(abs((plan.costUSDPerHour ?? 0) - 9) < 1e-9)
    #expect(plan.purchases.first { $0.tier == .reserved }?.devicesByPeriod == [10, 10])
    #expect(plan.groups.first { $0.phase == .prefill }?.instancesByPeriod == [5, 2])
  }

  @Test func measuredLatenciesDecideWhoMayServe() throws {
    var problem = Sample.pair()
    problem.classes[0].objective.tpot = LatencyObjective(seconds: 0.05, percentile: 0.95)
    problem.capacityTables[1].rows[0].tpotSeconds = 0.06
    #expect(try problem.solved().status == .infeasible)
    problem.capacityTables[1].rows[0].tpotSeconds = 0.04
    let plan = try problem.solved()
    #expect(plan.classes.first?.tpot.predictedSeconds == 0.04)
    #expect(plan.classes.first?.tpot.slackSeconds.map { abs($0 - 0.01) < 1e-12 } == true)
  }
}
