import FleetServing
import Testing

@testable import FleetSimulation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Prefill pools against queueing theory. Prompt tokens stand for microseconds of service; services have a mean of 0.1 s.
@Suite struct QueueTheoryTests {
  static let utilizations = [0.5, 0.8, 0.9]

  /// Times from arrival to the end of service.
  private func sojourn(
    utilization: Double, servers: Int = 1, router: RouterAssumption = .sharedQueue, count: Int? = nil,
    service: (inout RandomStream) -> Double
  ) throws -> LatencySummary {
    let fleet = try TheoryFleets.fleet(
      [
        TheoryFleets.group(.prefill, instances: servers, law: TheoryFleets.microseconds, maximumBatch: 1),
        TheoryFleets.group(.decode, law: LinearLaw(base: 0.01)),
      ], [TheoryFleets.route(0, 1)], problem: TheoryFleets.problem(router: router))
    // The fuller the queue, the longer it remembers.
    let count = count ?? (utilization < 0.7 ? 20_000 : 50_000)
    let arrivals = poissonArrivals(rate: utilization * Double(servers) * 10, count: count, seed: 5) {
      (Int32(max(1, (service(&$0) * 100_000).rounded())), 1)
    }
    let result = try fleet.result(arrivals)
    #expect(result.classes[0].finished == result.classes[0].offered)
    #expect(result.notes.isEmpty)
    return try #require(result.classes[0].ttft)
  }

  private func expect(_ found: Estimate, _ theory: Double, _ comment: Comment) {
    #expect(abs(found.value - theory) <= (found.halfWidth ?? 0), "\(comment): \(found), theory \(theory)")
  }

  /// The sojourn of M/M/1 is exponential with mean S/(1 − ρ).
  @Test(arguments: utilizations) func mm1(utilization: Double) throws {
    let found = try sojourn(utilization: utilization) { $0.exponential() }
    let mean = 0.1 / (1 - utilization)
    expect(found.mean, mean, "mean")
    expect(found.p90, mean * log(10), "P90")
    expect(found.p99, mean * log(100), "P99")
  }

  /// E[W] = ρS/(2(1 − ρ)).
  @Test(arguments: utilizations) func md1(utilization: Double) throws {
    let found = try sojourn(utilization: utilization) { _ in 1 }
    expect(found.mean, 0.1 + 0.1 * utilization / (2 * (1 - utilization)), "mean")
  }

  /// Pollaczek and Khinchine: E[W] = λE[S²]/(2(1 − ρ)), here with a fifth of the services six times as long as the others.
  @Test(arguments: utilizations) func mg1(utilization: Double) throws {
    // E[S] = 0.2·3 + 0.8·0.5 = 1, E[S²] = 0.2·9 + 0.8·0.25 = 2.
    let found = try sojourn(utilization: utilization) { $0.uniform() < 0.2 ? 3 : 0.5 }
    expect(found.mean, 0.1 + utilization * 10 * 2 * 0.01 / (2 * (1 - utilization)), "mean")
  }

  /// M/M/c: E[W] = C(c, cρ)·S/(c(1 − ρ)) with Erlang's C.
  @Test(arguments: utilizations) func erlangC(utilization: Double) throws {
    let servers = 4
    let offered = utilization * Double(servers)
    var blocking = 1.0
    for server in 1...servers { blocking = offered * blocking / (Double(server) + offered * blocking) }
    let delayed = blocking / (1 - utilization * (1 - blocking))
    let found = try sojourn(utilization: utilization, servers: servers) { $0.exponential() }
    expect(found.mean, 0.1 + delayed * 0.1 / (Double(servers) * (1 - utilization)), "mean")
  }

  /// A random split makes every instance an M/M/1 queue of its own.
  @Test func randomSplit() throws {
    let found = try sojourn(utilization: 0.8, servers: 3, router: .randomSplit, count: 24_000) { $0.exponential() }
    expect(found.mean, 0.1 / (1 - 0.8), "mean")
  }

  /// Little's law: mean number waiting = rate · mean wait.
  @Test func littlesLaw() throws {
    let fleet = try TheoryFleets.fleet(
      [
        TheoryFleets.group(.prefill, instances: 2, law: TheoryFleets.microseconds, maximumBatch: 1),
        TheoryFleets.group(.decode, law: LinearLaw(base: 0.01)),
      ], [TheoryFleets.route(0, 1)])
    let arrivals = poissonArrivals(rate: 16, count: 8000, seed: 3) { (Int32($0.exponential() * 100_000) + 1, 1) }
    let result = try fleet.result(arrivals) { $0.warmupSeconds = 0 }
    let stages = try #require(result.classes[0].stages)
    let rate = result.classes[0].offeredPerSecond
    #expect(abs(result.groups[0].meanQueue / (rate * stages.prefillWait) - 1) < 0.02)
  }

  /// With a step that does not depend on the batch, requests are served side by side: M/G/∞ with a batch of mean rate ·
  /// tokens · step, and each token takes one step.
  @Test func decodeWithoutContentionServesAllAtOnce() throws {
    let fleet = try TheoryFleets.fleet(
      [
        TheoryFleets.group(.prefill, law: LinearLaw(base: 1e-9), maximumBatch: 1),
        TheoryFleets.group(.decode, law: LinearLaw(base: 0.02)),
      ], [TheoryFleets.route(0, 1)])
    let arrivals = poissonArrivals(rate: 5, count: 4000, seed: 5) { (10, 2 + Int32($0.exponential() * 100)) }
    let result = try fleet.result(arrivals) { $0.warmupSeconds = 0 }
    let one = result.classes[0]
    let tokens = one.meanOutputTokens - 1
    #expect(abs(result.groups[1].meanBatch * result.groups[1].busyShare / (5 * tokens * 0.02) - 1) < 0.05)
    let tpot = try #require(one.tpot)
    // Half a step of waiting spread over the tokens on top of one step each.
    #expect(tpot.p50.value >= 0.02 && tpot.mean.value < 0.02 * (1 + 0.1))
    #expect(one.itl.map { abs($0.mean.value - 0.02) < 1e-4 } == true)
  }
}
