import FleetServing
import Testing

@testable import FleetSimulation

/// Laws that hold in every run: nothing is lost, nothing is made, and the same seed gives the same bytes.
@Suite struct ConservationTests {
  static let prefillLaw = LinearLaw(base: 0.005, perPromptToken: 2e-5, perPromptPair: 1e-9)
  static let decodeLaw = LinearLaw(base: 0.01, perSequence: 1e-4, perContextToken: 2e-8)

  /// Two prefill groups, two decode groups and an aggregated one, for two classes.
  static func mixedFleet(router: RouterAssumption = .sharedQueue, memory: Double = 1e9) throws -> SimulatedFleet {
    let kv = KVMemory(blockTokens: 16, bytesPerToken: 1, capacityBytes: memory)
    var fleet = try TheoryFleets.fleet(
      [
        TheoryFleets.group(.prefill, "p0", instances: 2, law: prefillLaw, maximumBatch: 1, classes: [0, 1], pool: "a"),
        TheoryFleets.group(.prefill, "p1", instances: 1, law: prefillLaw, maximumBatch: 1, classes: [0, 1], pool: "b"),
        TheoryFleets.group(
          .decode, "d0", instances: 2, law: decodeLaw, maximumBatch: 64, classes: [0, 1], pool: "c", memory: kv),
        TheoryFleets.group(
          .decode, "d1", instances: 1, law: decodeLaw, maximumBatch: 64, classes: [0, 1], pool: "d", memory: kv),
        TheoryFleets.group(
          .aggregated, "g", instances: 2,
          law: LinearLaw(base: 0.01, perSequence: 1e-4, perContextToken: 2e-8, perPromptToken: 2e-5),
          maximumBatch: 64, classes: [1], pool: "e", memory: kv),
      ],
      [
        TheoryFleets.route(0, 2, rate: 4), TheoryFleets.route(0, 3, rate: 1), TheoryFleets.route(1, 2, rate: 2),
        TheoryFleets.route(1, 3, classIndex: 1, rate: 2), TheoryFleets.route(4, 4, classIndex: 1, rate: 6),
      ], problem: TheoryFleets.problem(classes: 2, router: router, chunkTokens: 512))
    fleet.linearTransfer = (bytesPerToken: 1e5, bytesPerSecond: 1e10, fixedSeconds: 0.001)
    return fleet
  }

  static func arrivals(rate: Double = 15, count: Int = 3000, seed: UInt64 = 9) -> [Arrival] {
    var random = RandomStream(seed: seed + 1)
    var arrivals = poissonArrivals(rate: rate, count: count, seed: seed) {
      (1 + Int32(min($0.exponential() * 700, 2000)), 1 + Int32(min($0.exponential() * 80, 400)))
    }
    for index in arrivals.indices {
      arrivals[index].classIndex = random.uniform() < 0.4 ? 0 : 1
      arrivals[index].session = UInt32(random.uniform() * 200)
    }
    return arrivals
  }

  private func expectConserved(_ run: SimulationRun, _ arrivals: [Arrival]) {
    #expect(run.requests == arrivals.count)
    #expect(run.finished == arrivals.count)
    #expect(run.slots.count == 0)
    #expect(run.generatedTokens == arrivals.reduce(0) { $0 + Int(max($1.outputTokens, 1)) })
    for engine in run.engines {
      #expect(engine.batch == 0 && engine.context == 0 && engine.blocks == 0 && engine.fixedBytes == 0)
      #expect(engine.inbound == 0 && engine.inboundTokens == 0 && engine.promptTokens == 0)
      #expect(engine.waiting.isEmpty && engine.prompts.isEmpty && engine.running.isEmpty)
    }
    for server in run.servers { #expect(server.tokens == 0 && server.inService == 0 && server.queue.isEmpty) }
    #expect(run.remainders.allSatisfy { $0 == 0 } && run.classCounts.allSatisfy { $0 == 0 })
    #expect(run.groups.allSatisfy { $0.waiting == 0 && $0.queuedTokens == 0 })
    // The tokens that steps gave out are those that requests got: the first of each comes from its prompt.
    let steps = run.result.groups.reduce(0.0) { $0 + $1.outputTokensPerSecond } * run.result.windowSeconds
    #expect(steps <= Double(run.generatedTokens))
  }

  @Test(arguments: RoutingPolicy.allCases, [RouterAssumption.sharedQueue, .randomSplit])
  func requestsAndTokensAreConserved(policy: RoutingPolicy, router: RouterAssumption) throws {
    let arrivals = Self.arrivals(count: 1200)
    let run = try Self.mixedFleet(router: router).finalState(arrivals) { $0.policy = policy }
    expectConserved(run, arrivals)
    #expect(run.preemptions == 0 && run.retries == 0)
  }

  @Test(arguments: [true, false]) func conservedWithOutagesAndPreemption(overlaps: Bool) throws {
    let arrivals = Self.arrivals(count: 1500)
    let run = try Self.mixedFleet(memory: 3000).finalState(arrivals) {
      $0.overlapsLayers = overlaps
      $0.faults = FaultPlan(
        outages: [.init(target: .link(prefillPoolID: "a", decodePoolID: "c"), startSeconds: 20, seconds: 15)],
        random: [
          .init(kind: .instance, meanSecondsBetweenFailures: 60, meanSecondsToRepair: 10),
          .init(kind: .link, meanSecondsBetweenFailures: 50, meanSecondsToRepair: 5),
        ])
    }
    expectConserved(run, arrivals)
    #expect(run.preemptions > 0)
    #expect(run.retries > 0)
  }

  @Test func sameSeedSameResult() throws {
    let arrivals = Self.arrivals(count: 800)
    let fleet = try Self.mixedFleet(memory: 3000)
    func run(_ seed: UInt64) throws -> SimulationResult {
      try fleet.result(arrivals) {
        $0.seed = seed
        $0.faults = FaultPlan(
          random: [.init(kind: .instance, meanSecondsBetweenFailures: 50, meanSecondsToRepair: 5)])
      }
    }
    let first = try run(1)
    #expect(try run(1).encoded() == first.encoded())
    #expect(try run(2).encoded() != first.encoded())
  }

  @Test func memoryFollowsRequestsAtOneTime() throws {
    let few = try Self.mixedFleet().finalState(Self.arrivals(count: 500))
    let many = try Self.mixedFleet().finalState(Self.arrivals(count: 4000))
    #expect(many.slots.items.count < 3 * few.slots.items.count)
  }

  @Test func resultCountsWhatHappened() throws {
    let arrivals = Self.arrivals(count: 600)
    let result = try Self.mixedFleet().result(arrivals) { $0.warmupSeconds = 0 }
    #expect(result.requests == 600 && result.classes.reduce(0) { $0 + $1.finished } == 600)
    let prompts = result.groups.reduce(0.0) { $0 + $1.promptTokensPerSecond } * result.windowSeconds
    let asked = arrivals.reduce(0.0) { $0 + Double($1.inputTokens) }
    #expect(abs(prompts / asked - 1) < 0.01)
  }
}
