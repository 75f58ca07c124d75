import FleetServing
import Testing

@testable import FleetSimulation

/// Prefill pools against queueing theory. Prompt tokens stand for microseconds of service.
@Suite struct QueueTheoryTests {
  /// Mean time from arrival to the end of service and its confidence half width.
  private func sojourn(
    utilization: Double, servers: Int = 1, router: RouterAssumption = .sharedQueue, count: Int = 60_000,
    service: (inout RandomStream) -> Int32
  ) throws -> Estimate {
    let problem = TheoryFleets.problem(router: router)
    let fleet = try TheoryFleets.fleet(
      [
        TheoryFleets.group(.prefill, instances: servers, law: TheoryFleets.microseconds, maximumBatch: 1),
        TheoryFleets.group(.decode, law: LinearLaw(base: 0.01)),
      ], [TheoryFleets.route(0, 1)], problem: problem)
    let arrivals = poissonArrivals(rate: utilization * Double(servers) * 10, count: count, seed: 7) {
      (service(&$0), 1)
    }
    let result = try fleet.result(arrivals)
    #expect(result.classes[0].finished == result.classes[0].offered)
    return try #require(result.classes[0].ttft?.mean)
  }

  private func isNear(_ found: Estimate, _ expected: Double) -> Bool {
    abs(found.value - expected) <= max(found.halfWidth ?? 0, 0.01 * expected)
  }

  @Test(arguments: [0.5, 0.8, 0.9]) func exponentialServiceIsAnMM1Queue(utilization: Double) throws {
    let found = try sojourn(utilization: utilization) { Int32($0.exponential() * 100_000) + 1 }
    #expect(isNear(found, 0.1 / (1 - utilization)), "\(found)")
  }
}
