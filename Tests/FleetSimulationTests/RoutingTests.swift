import FleetServing
import Testing

@testable import FleetSimulation

@Suite struct RoutingTests {
  /// Two prefill groups and two decode groups of two instances each; the second ones are half as fast.
  private func fleet(router: RouterAssumption = .sharedQueue, spare: Int = 0) throws -> SimulatedFleet {
    func law(_ factor: Double) -> LinearLaw { LinearLaw(base: 0.01 * factor, perSequence: 2e-4 * factor) }
    return try TheoryFleets.fleet(
      [
        TheoryFleets.group(
          .prefill, "p0", instances: 2 + spare, law: LinearLaw(perPromptToken: 1e-4), maximumBatch: 1, pool: "a"),
        TheoryFleets.group(
          .prefill, "p1", instances: 2, law: LinearLaw(perPromptToken: 2e-4), maximumBatch: 1, pool: "b"),
        TheoryFleets.group(.decode, "d0", instances: 2, law: law(1), pool: "c"),
        TheoryFleets.group(.decode, "d1", instances: 2, law: law(2), pool: "d"),
      ], [TheoryFleets.route(0, 2, rate: 6), TheoryFleets.route(1, 3, rate: 2)],
      problem: TheoryFleets.problem(router: router))
  }

  private func arrivals(_ count: Int = 1500, rate: Double = 18) -> [Arrival] {
    var arrivals = poissonArrivals(rate: rate, count: count, seed: 2) {
      (1 + Int32($0.exponential() * 800), 2 + Int32($0.exponential() * 40))
    }
    for index in arrivals.indices { arrivals[index].session = UInt32(1 + index % 50) }
    return arrivals
  }

  private func run(_ policy: RoutingPolicy, _ fleet: SimulatedFleet) throws -> SimulationResult {
    try fleet.result(arrivals()) {
      $0.policy = policy
      $0.warmupSeconds = 0
    }
  }

  @Test func planWeightedFollowsTheRates() throws {
    let result = try run(.planWeighted, try fleet())
    let share =
      result.groups[0].promptTokensPerSecond
      / (result.groups[0].promptTokensPerSecond + result.groups[1].promptTokensPerSecond)
    #expect(abs(share - 0.75) < 0.05, "\(share)")
    // Each decode group gets what its prefill group sends.
    let decodeShare =
      result.groups[2].outputTokensPerSecond
      / (result.groups[2].outputTokensPerSecond + result.groups[3].outputTokensPerSecond)
    #expect(abs(decodeShare - 0.75) < 0.06, "\(decodeShare)")
  }

  @Test func roundRobinSplitsEvenly() throws {
    let result = try run(.roundRobin, try fleet())
    let share =
      result.groups[0].promptTokensPerSecond
      / (result.groups[0].promptTokensPerSecond + result.groups[1].promptTokensPerSecond)
    #expect(abs(share - 0.5) < 0.05, "\(share)")
  }

  /// Knowing queues beats taking turns between fast and slow instances.
  @Test func loadAwarePoliciesWaitLess() throws {
    let turns = try #require(try run(.roundRobin, try fleet()).classes[0].stages).prefillWait
    for policy in [RoutingPolicy.shortestQueue, .leastKV] {
      let wait = try #require(try run(policy, try fleet()).classes[0].stages).prefillWait
      #expect(wait < 0.7 * turns, "\(policy): \(wait), \(turns)")
    }
  }

  /// The least memory in use keeps the largest share low.
  @Test func leastKVEvensOutMemory() throws {
    func spread(_ result: SimulationResult) -> Double {
      abs((result.groups[2].meanKVOccupancy ?? 0) - (result.groups[3].meanKVOccupancy ?? 0))
        / ((result.groups[2].meanKVOccupancy ?? 0) + (result.groups[3].meanKVOccupancy ?? 0))
    }
    let balanced = try run(.leastKV, try fleet())
    #expect(spread(balanced) < 0.2)
    #expect(spread(balanced) < spread(try run(.roundRobin, try fleet())))
  }

  @Test func sessionsStay() throws {
    var options = SimulationOptions(durationSeconds: 1000)
    options.policy = .sessionAffinity
    let fleet = try fleet()
    var homes: [UInt32: Set<Int32>] = [:]
    for arrival in arrivals(300, rate: 3) {
      var run = SimulationRun(fleet: fleet, options: options, source: ArrivalSource([]), periodIndex: 0)
      let slot = run.slots.take()
      run.slots.items[slot].session = arrival.session
      run.slots.items[slot].input = arrival.inputTokens
      run.slots.items[slot].output = arrival.outputTokens
      run.slots.items[slot].classIndex = 0
      run.route(slot)
      homes[arrival.session, default: []].insert(run.slots.items[slot].server)
    }
    #expect(homes.count == 50 && homes.values.allSatisfy { $0.count == 1 })
    #expect(Set(homes.values.flatMap(\.self)).count == 4)
  }

  // MARK: Outages

  private func outage(_ target: FaultPlan.Target, _ start: Double, _ seconds: Double) -> FaultPlan {
    FaultPlan(outages: [FaultPlan.Outage(target: target, startSeconds: start, seconds: seconds)])
  }

  /// The decode instances of a route are down for a while: its requests go to the others, those that ran there start anew.
  @Test(arguments: [RoutingPolicy.planWeighted, .shortestQueue]) func outageOfAGroup(policy: RoutingPolicy) throws {
    let faults = FaultPlan(outages: [
      FaultPlan.Outage(target: .instance(groupID: "d0", number: 0), startSeconds: 20, seconds: 20),
      FaultPlan.Outage(target: .instance(groupID: "d0", number: 1), startSeconds: 20, seconds: 20),
    ])
    let arrivals = arrivals()
    let run = try fleet().finalState(arrivals) {
      $0.policy = policy
      $0.faults = faults
      $0.warmupSeconds = 0
    }
    #expect(run.finished == arrivals.count && run.retries > 0)
    let calm = try fleet().result(arrivals) {
      $0.policy = policy
      $0.warmupSeconds = 0
    }
    let slower = try #require(run.result.classes[0].endToEnd)
    #expect(slower.mean.value > (try #require(calm.classes[0].endToEnd)).mean.value)
  }

  /// A spare instance is worth something when one goes down.
  @Test func spareInstanceShortensOutages() throws {
    let faults = outage(.instance(groupID: "p0", number: 0), 10, 60)
    func wait(spare: Int) throws -> Double {
      let result = try fleet(spare: spare).result(arrivals()) {
        $0.faults = faults
        $0.warmupSeconds = 0
      }
      return try #require(result.classes[0].stages).prefillWait
    }
    #expect(try wait(spare: 1) < 0.5 * wait(spare: 0))
  }

  /// Nothing serves while all is down; all is served after the return.
  @Test func everythingDown() throws {
    var faults = FaultPlan.none
    for number in 0..<2 {
      faults.outages.append(.init(target: .instance(groupID: "p0", number: number), startSeconds: 5, seconds: 30))
      faults.outages.append(.init(target: .instance(groupID: "p1", number: number), startSeconds: 5, seconds: 30))
    }
    let arrivals = arrivals(200)
    let run = try fleet().finalState(arrivals) { $0.faults = faults }
    #expect(run.finished == 200)
    for outage in faults.outages.indices { faults.outages[outage].seconds = .infinity }
    let lost = try fleet().finalState(arrivals) { $0.faults = faults }
    #expect(lost.finished < 200 && lost.result.notes.contains { $0.contains("not finished") })
    let failed = lost.result.classes[0].failed
    #expect(failed > 0 && failed <= 200 - lost.finished)
  }

  /// The slow prefill group alone cannot keep up while the fast one is down; its queue is shared out when that returns.
  @Test func queuesAreSharedOutAfterOutages() throws {
    let faults = FaultPlan(
      outages: (0..<2).map {
        FaultPlan.Outage(target: .instance(groupID: "p0", number: $0), startSeconds: 10, seconds: 40)
      })
    var fleet = try fleet()
    fleet.groups[1].law = .linear(LinearLaw(perPromptToken: 1e-3))
    fleet.routes[1].ratePerSecond = 0.1
    let arrivals = arrivals(1200, rate: 15)
    let run = try fleet.finalState(arrivals) {
      $0.faults = faults
      $0.warmupSeconds = 0
    }
    // 40 s of 15 requests/s, of which the slow group serves 2.5: without sharing out the last would wait 200 s.
    #expect(run.finished == 1200)
    #expect((run.result.classes[0].ttft?.maximumSeconds ?? .infinity) < 100)
  }

  /// Transfers wait while the link is down.
  @Test func linkOutage() throws {
    var fleet = try TheoryFleets.fleet(
      [
        TheoryFleets.group(.prefill, law: LinearLaw(perPromptToken: 1e-4), maximumBatch: 1),
        TheoryFleets.group(.decode, law: LinearLaw(base: 0.01)),
      ], [TheoryFleets.route(0, 1)])
    fleet.linearTransfer = (bytesPerToken: 1000, bytesPerSecond: 1e6, fixedSeconds: 0)
    let request = Arrival(seconds: 1, classIndex: 0, inputTokens: 1000, outputTokens: 1)
    let result = try fleet.result([request]) {
      $0.warmupSeconds = 0
      $0.faults = outage(.link(prefillPoolID: "prefill", decodePoolID: "decode"), 1.5, 3)
    }
    #expect(abs((result.classes[0].ttft?.maximumSeconds ?? 0) - 4) < 1e-6)
  }

  /// Instances of a pool lie on its nodes one after the other: with 8 devices to a node and 3 to an instance, the third one
  /// lies on both nodes.
  @Test func nodesHoldInstances() throws {
    var fleet = try fleet(spare: 3)
    let accelerator = try #require(try shippedCatalog.get().accelerators.first { $0.devicesPerNode == 8 })
    var problem = fleet.problem
    problem.pools = [AcceleratorPool(id: "a", accelerator: accelerator, tiers: [], backend: "vllm")]
    fleet.groups[0].devicesPerInstance = 3
    fleet = SimulatedFleet(
      problem: problem, constants: fleet.constants, groups: fleet.groups, routes: fleet.routes)
    let layout = FleetLayout(fleet)
    #expect(layout.target(.node(poolID: "a", number: 0), fleet)?.servers == [0, 1, 2])
    #expect(layout.target(.node(poolID: "a", number: 1), fleet)?.servers == [2, 3, 4])
    #expect(layout.target(.node(poolID: "a", number: 2), fleet)?.servers == nil)
    let arrivals = arrivals(300)
    let run = try fleet.finalState(arrivals) {
      $0.faults = FaultPlan(
        random: [.init(kind: .node, meanSecondsBetweenFailures: 4, meanSecondsToRepair: 2)])
    }
    #expect(run.finished == 300 && run.retries > 0)
  }

  /// Two periods of 36 s with one and three instances: prompts queue up in the first one and hardly in the second.
  @Test func periodsChangeInstances() throws {
    var problem = TheoryFleets.problem()
    problem.periods = [Period(id: "day", hours: 0.01), Period(id: "night", hours: 0.01)]
    problem.classes[0].ratePerSecond = [20, 20]
    problem.classes[0].lengths = LengthDistribution(inputTokens: 900, outputTokens: 10)
    var groups = [
      TheoryFleets.group(.prefill, law: LinearLaw(perPromptToken: 5e-5), maximumBatch: 1),
      TheoryFleets.group(.decode, law: LinearLaw(base: 0.01)),
    ]
    groups[0].instancesByPeriod = [1, 3]
    groups[1].instancesByPeriod = [1, 1]
    var routes = [TheoryFleets.route(0, 1, rate: 20), TheoryFleets.route(0, 1, rate: 20)]
    routes[1].periodIndex = 1
    let fleet = try TheoryFleets.fleet(groups, routes, problem: problem)
    var options = SimulationOptions(durationSeconds: 360, warmupSeconds: 0, arrivals: .periods)
    let day = try Simulator(fleet: fleet, options: options).run()
    #expect(day.notes.isEmpty && day.classes[0].finished == day.requests)
    options.arrivals = .poisson
    options.periodID = "day"
    let wait = try #require(try Simulator(fleet: fleet, options: options).run().classes[0].stages).prefillWait
    options.periodID = "night"
    let least = try #require(try Simulator(fleet: fleet, options: options).run().classes[0].stages).prefillWait
    let mean = try #require(day.classes[0].stages).prefillWait
    #expect(mean < 0.8 * wait && mean > 2 * least)
    // Three instances half of the time, one the other half.
    #expect(day.groups[0].maximumQueue > 3)
  }

  /// Runs go on until the intervals are narrow enough.
  @Test func precisionDecidesTheLength() throws {
    let fleet = try fleet()
    var options = SimulationOptions(durationSeconds: 60)
    options.maximumRequests = 20_000
    let short = try Simulator(fleet: fleet, options: options).run()
    options.targetPrecision = 0.2
    let long = try Simulator(fleet: fleet, options: options).run()
    #expect(long.endSeconds > short.endSeconds && long.requests > short.requests)
    let ttft = try #require(long.classes[0].ttft).mean
    #expect((ttft.halfWidth ?? .infinity) <= 0.2 * ttft.value)
  }

  @Test func unknownTargetsAreRefused() throws {
    var options = SimulationOptions()
    options.faults = outage(.instance(groupID: "p0", number: 7), -1, 1)
    let simulator = Simulator(fleet: try fleet(), options: options)
    let faults = #expect(throws: SimulationFaults.self) { try simulator.run() }
    #expect(faults?.messages.count == 2)
  }
}
