import FleetServing
import Testing

@testable import FleetSimulation

/// Single requests and small groups whose times can be worked out by hand.
@Suite struct InstanceTests {
  private func arrival(_ seconds: Double, _ input: Int32, _ output: Int32) -> Arrival {
    Arrival(seconds: seconds, classIndex: 0, inputTokens: input, outputTokens: output)
  }

  private func disaggregated(
    prefill: LinearLaw = LinearLaw(perPromptToken: 1e-3), decode: LinearLaw = LinearLaw(base: 0.01),
    memory: KVMemory = KVMemory(blockTokens: 16, bytesPerToken: 1, capacityBytes: 1e12), maximumBatch: Int = 16,
    prefillBatch: Int = 1
  ) throws -> SimulatedFleet {
    try TheoryFleets.fleet(
      [
        TheoryFleets.group(.prefill, law: prefill, maximumBatch: prefillBatch),
        TheoryFleets.group(.decode, law: decode, maximumBatch: maximumBatch, memory: memory),
      ], [TheoryFleets.route(0, 1)])
  }

  private func summary(_ result: SimulationResult, sourceLocation: SourceLocation = #_sourceLocation) throws
    -> (ttft: Double, tpot: Double, endToEnd: Double)
  {
    let one = result.classes[0]
    return (
      one.ttft?.maximumSeconds ?? 0, one.tpot?.maximumSeconds ?? 0,
      try #require(one.endToEnd, sourceLocation: sourceLocation).maximumSeconds
    )
  }

  private func isNear(_ found: Double, _ expected: Double) -> Bool { abs(found - expected) < 1e-9 + 1e-9 * expected }

  /// 100 tokens of prompt take 0.1 s, 9 further tokens 9 steps.
  @Test func oneRequest() throws {
    let result = try disaggregated().result([arrival(1, 100, 10)]) { $0.warmupSeconds = 0 }
    let found = try summary(result)
    #expect(isNear(found.ttft, 0.1) && isNear(found.tpot, 0.01) && isNear(found.endToEnd, 0.19))
    // Arrival, end of prefill, wire, delivery, admission, 9 steps, finish.
    #expect(result.events == 15)
  }

  /// A prompt of 1,000 tokens in chunks of 400: steps of 0.41, 0.41 and 0.21 s, then one token per 0.01 s.
  @Test func chunkedPrefill() throws {
    let law = LinearLaw(base: 0.01, perPromptToken: 1e-3)
    let fleet = try TheoryFleets.fleet(
      [TheoryFleets.group(.aggregated, law: law)], [TheoryFleets.route(0, 0)],
      problem: TheoryFleets.problem(chunkTokens: 400))
    let alone = try summary(try fleet.result([arrival(1, 1000, 5)]) { $0.warmupSeconds = 0 })
    #expect(isNear(alone.ttft, 1.03) && isNear(alone.tpot, 0.01))
    // A second prompt of 200 tokens fills up the last chunk of the first one.
    let both = try fleet.result([arrival(1, 1000, 5), arrival(1.1, 200, 1)]) { $0.warmupSeconds = 0 }
    let second = try #require(both.classes[0].ttft)
    #expect(isNear(second.maximumSeconds, 1.23))
    #expect(isNear(second.mean.value, 1.18))
  }

  /// Cached tokens of a prompt take no time but that of attending to them.
  @Test func cachedPrefix() throws {
    var request = arrival(1, 1000, 1)
    request.cachedTokens = 600
    let law = LinearLaw(perPromptToken: 1e-3, perPromptPair: 1e-6)
    let found = try summary(try disaggregated(prefill: law).result([request]) { $0.warmupSeconds = 0 })
    let pairs: Double = (1000 * 1000 - 600 * 600) / 2
    #expect(isNear(found.ttft, 0.4 + 1e-6 * pairs))
  }

  /// Three prompts of 100, 100 and 300 tokens with a budget of 250: the first alone, then the second, which the third
  /// would take over the budget.
  @Test func tokenBudget() throws {
    let arrivals = [arrival(1, 100, 1), arrival(1.01, 100, 1), arrival(1.02, 100, 1), arrival(1.03, 300, 1)]
    let law = LinearLaw(base: 0.05, perPromptToken: 1e-3)
    let single = try summary(try disaggregated(prefill: law).result(arrivals) { $0.warmupSeconds = 0 })
    #expect(isNear(single.endToEnd, 0.77))
    let batched = try disaggregated(prefill: law).result(arrivals) {
      $0.warmupSeconds = 0
      $0.prefillTokenBudget = 250
    }
    #expect(isNear(try summary(batched).endToEnd, 0.72))
    #expect(batched.groups[0].steps == 3)
  }

  /// The batch is limited to 2: the third sequence starts when the first two end.
  @Test func maximumBatch() throws {
    let arrivals = (0..<3).map { arrival(1 + Double($0) * 1e-4, 1, 101) }
    let result = try disaggregated(
      prefill: LinearLaw(base: 1e-9), decode: LinearLaw(base: 0.01), maximumBatch: 2
    ).result(arrivals) { $0.warmupSeconds = 0 }
    #expect(result.groups[1].maximumBatch == 2 && result.groups[1].maximumQueue >= 1)
    #expect(abs(try summary(result).endToEnd - 2) < 0.03)
  }

  /// Two sequences of 64 tokens in the end, where 6 blocks of 16 tokens are free: the later one is dropped when the
  /// earlier one needs its last block, and computed again.
  @Test func preemption() throws {
    let memory = KVMemory(blockTokens: 16, bytesPerToken: 1, capacityBytes: 96)
    let fleet = try disaggregated(
      prefill: LinearLaw(base: 1e-9), decode: LinearLaw(base: 0.01, perPromptToken: 1e-3), memory: memory)
    let arrivals = [arrival(1, 16, 49), arrival(1.001, 16, 49)]
    let run = try fleet.finalState(arrivals) { $0.warmupSeconds = 0 }
    #expect(run.finished == 2 && run.preemptions == 1 && run.generatedTokens == 98)
    #expect(run.result.groups[1].maximumKVOccupancy.map { $0 <= 1 } == true)
    #expect(run.result.groups[1].preemptions == 1 && run.result.classes[0].preemptions == 1)
    // The first one is not held up: 48 steps of 0.01 s.
    let first = try #require(run.result.classes[0].endToEnd)
    let other = first.mean.value * 2 - first.maximumSeconds
    #expect(first.maximumSeconds > 0.51)
    #expect(abs(other - 0.48) < 0.001)
  }

  /// A request that cannot fit any instance is turned away.
  @Test func tooLongForTheMemory() throws {
    let memory = KVMemory(blockTokens: 16, bytesPerToken: 1, capacityBytes: 96)
    let result = try disaggregated(memory: memory).result([arrival(1, 90, 10)]) { $0.warmupSeconds = 0 }
    #expect(result.classes[0].rejected == 1 && result.classes[0].finished == 0)
  }

  /// A pipeline lets the next prompt in after half of the time.
  @Test func occupancyBelowLatency() throws {
    let law = LinearLaw(perPromptToken: 1e-3, occupancyShare: 0.5)
    let result = try disaggregated(prefill: law).result([arrival(1, 100, 1), arrival(1, 100, 1)]) {
      $0.warmupSeconds = 0
    }
    let ttft = try #require(result.classes[0].ttft)
    #expect(isNear(ttft.maximumSeconds, 0.15) && isNear(ttft.mean.value, 0.125))
  }

  // MARK: Links

  private func linked(_ bytesPerSecond: Double?, flow: Double = 1e6) throws -> SimulatedFleet {
    var fleet = try TheoryFleets.fleet(
      [
        TheoryFleets.group(.prefill, instances: 2, law: LinearLaw(perPromptToken: 1e-4), maximumBatch: 1),
        TheoryFleets.group(.decode, law: LinearLaw(base: 0.01)),
      ], [TheoryFleets.route(0, 1)])
    fleet.linearTransfer = (bytesPerToken: 1000, bytesPerSecond: flow, fixedSeconds: 0.01)
    fleet.links[0].bytesPerSecond = bytesPerSecond
    return fleet
  }

  /// 1,000 tokens of 1,000 bytes at 1 MB/s: 1 s on the wire. Overlapped, 0.1 s of prefill hides 0.1 s of it.
  @Test(arguments: [true, false]) func transfer(overlaps: Bool) throws {
    let result = try linked(nil).result([arrival(1, 1000, 1)]) {
      $0.warmupSeconds = 0
      $0.durationSeconds = 10
      $0.overlapsLayers = overlaps
    }
    #expect(isNear(try summary(result).ttft, overlaps ? 1.01 : 1.11))
    #expect(isNear(result.links[0].bytes, 1e6) && result.links[0].transfers == 1)
  }

  /// A fast link: the last layer of 32 can only be sent after the prefill.
  @Test func lastLayerIsVisible() throws {
    let result = try linked(nil, flow: 1e8).result([arrival(1, 1000, 1)]) { $0.warmupSeconds = 0 }
    let expected: Double = 0.11 + 0.01 / 32
    #expect(isNear(try summary(result).ttft, expected))
  }

  /// Two transfers at once on a link for one and a half: both slow down to three quarters, and alone speed up again.
  @Test func transfersShareTheLink() throws {
    let arrivals = [arrival(1, 1000, 1), arrival(1, 500, 1)]
    let free = try linked(nil).result(arrivals) {
      $0.warmupSeconds = 0
      $0.overlapsLayers = false
    }
    #expect(isNear(try summary(free).ttft, 1.11))
    let shared = try linked(1.5e6).result(arrivals) {
      $0.warmupSeconds = 0
      $0.overlapsLayers = false
    }
    // The short one is sent from 0.05 s; from 0.1 s on each has 0.75 MB/s; it ends after 0.45/0.75 s more.
    let short = 0.1 + 0.45 / 0.75
    let ttft = try #require(shared.classes[0].ttft)
    #expect(isNear(ttft.maximumSeconds, short + 0.55 + 0.01))
    let mean = short + 0.01 + 0.55 / 2
    #expect(isNear(ttft.mean.value, mean))
  }
}
