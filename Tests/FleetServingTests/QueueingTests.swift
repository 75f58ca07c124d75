#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import Testing

@testable import FleetServing

@Suite("Queueing formulas against theory")
struct QueueingTheoryTests {
  private func near(_ value: Double, _ expected: Double, _ tolerance: Double = 1e-9) -> Bool {
    abs(value - expected) <= tolerance * max(abs(expected), 1e-12)
  }

  @Test("M/M/1: mean wait ρ/(μ(1 − ρ)) and its exponential tail")
  func exponentialService() {
    // Exponential service of mean 0.2 s has E[S²] = 2·0.04, so the mean residual is the mean itself.
    let wait = WaitingTime(servers: 1, utilization: 0.8, meanResidual: 0.2)
    #expect(near(wait.mean, 0.8 * 0.2 / 0.2))
    #expect(near(wait.exceeding(1), 0.8 * exp(-(5 - 4) * 1.0)))
    #expect(near(wait.quantile(0.9), log(0.8 / 0.1)))
  }

  @Test("M/D/1: mean wait ρS/(2(1 − ρ))")
  func deterministicService() {
    let service = ServiceTimes(points: [.init(occupancySeconds: 0.3, latencySeconds: 0.3, weight: 1)])
    let wait = WaitingTime(servers: 1, utilization: 0.6, meanResidual: service.meanResidual)
    #expect(near(wait.mean, 0.6 * 0.3 / (2 * 0.4)))
  }

  @Test("Erlang C equals its defining sum", arguments: [(1, 0.5), (2, 0.5), (5, 0.8), (10, 0.8), (50, 0.9), (3, 0.99)])
  func erlangC(servers: Int, utilization: Double) {
    let offered = Double(servers) * utilization
    var term = 1.0
    var sum = 1.0
    for n in 1..<max(servers, 2) where n < servers {
      term *= offered / Double(n)
      sum += term
    }
    let last = term * offered / Double(servers) / (1 - utilization)
    let expected = last / (sum + last)
    #expect(near(WaitingTime.erlangC(servers: servers, utilization: utilization), expected, 1e-12))
  }

  @Test("Erlang C of tables: two servers at one erlang 1/3, five at four 0.5541, ten at eight 0.4092")
  func erlangCTable() {
    #expect(near(WaitingTime.erlangC(servers: 2, utilization: 0.5), 1.0 / 3, 1e-12))
    #expect(near(WaitingTime.erlangC(servers: 5, utilization: 0.8), 0.5541, 1e-4))
    #expect(near(WaitingTime.erlangC(servers: 10, utilization: 0.8), 0.4092, 2e-4))
    #expect(WaitingTime.erlangC(servers: 4, utilization: 0) == 0)
    #expect(WaitingTime.erlangC(servers: 4, utilization: 1) == 1)
  }

  @Test(
    "Any number of servers: probabilities that fall, no infinities, no long work", arguments: [0.01, 0.3, 0.85, 0.999])
  func manyServers(utilization: Double) {
    var last = 1.0
    for servers in [1, 10, 100, 1000, 2000, 4096, 10_000, 1_000_000, 1_000_000_000] {
      let delay = WaitingTime.erlangC(servers: servers, utilization: utilization)
      #expect(delay >= 0 && delay <= last)
      last = delay
      let wait = WaitingTime(servers: servers, utilization: utilization, meanResidual: 0.5)
      #expect(wait.quantile(0.99).isFinite && wait.mean.isFinite && wait.deviation.isFinite)
    }
    #expect(last > 0 || utilization < 0.9)
  }

  @Test("A load that is not a number is an overload")
  func notANumber() {
    #expect(WaitingTime(servers: 2, utilization: .nan, meanResidual: 1).mean == .infinity)
    #expect(WaitingTime(servers: 2, utilization: 0.5, meanResidual: .nan).mean == .infinity)
  }

  @Test("More servers at the same utilisation wait less; more load waits more")
  func monotone() {
    var last = Double.infinity
    for servers in 1...40 {
      let wait = WaitingTime(servers: servers, utilization: 0.85, meanResidual: 0.1)
      #expect(wait.exceeding(0.2) <= last)
      last = wait.exceeding(0.2)
    }
    last = 0
    for utilization in stride(from: 0.05, to: 1.0, by: 0.05) {
      let wait = WaitingTime(servers: 4, utilization: utilization, meanResidual: 0.1)
      #expect(wait.mean > last)
      last = wait.mean
    }
    #expect(WaitingTime(servers: 1, utilization: 1, meanResidual: 1).mean == .infinity)
  }

  @Test("Normal quantiles of tables")
  func normalQuantiles() {
    #expect(near(Quantile.normal(0.975), 1.959_963_984_540_054, 1e-10))
    #expect(near(Quantile.normal(0.9), 1.281_551_565_544_600_4, 1e-10))
    #expect(near(Quantile.normal(0.001), -3.090_232_306_167_813_5, 1e-10))
    #expect(abs(Quantile.normal(0.5)) < 1e-12)
    #expect(Quantile.upperNormal(0.3) == 0)
  }

  @Test("Gamma quantiles: chi-squared tables and the exponential distribution")
  func gammaQuantiles() {
    // Chi-squared with ν degrees of freedom is Gamma of mean ν and variance 2ν.
    let table: [(Double, Double, Double)] = [
      (10, 0.95, 18.307), (10, 0.99, 23.209), (4, 0.9, 7.779), (2, 0.95, 5.991), (1, 0.95, 3.841), (1, 0.99, 6.635),
    ]
    for (freedom, percentile, expected) in table {
      let value = Quantile.gamma(z: Quantile.normal(percentile), mean: freedom, variance: 2 * freedom)
      #expect(near(value, expected, 0.03), "chi-squared \(freedom) at \(percentile): \(value) for \(expected)")
    }
    #expect(Quantile.gamma(z: 1, mean: 3, variance: 0) == 3)
  }
}

@Suite("Queueing formulas against simulation")
struct QueueingSimulationTests {
  /// Prompts of very different lengths, lengths spread evenly between a half and the whole, and all of one length.
  static let services: [String: ServiceTimes] = [
    "bimodal": ServiceTimes(points: [
      .init(occupancySeconds: 0.02, latencySeconds: 0.02, weight: 0.5),
      .init(occupancySeconds: 0.08, latencySeconds: 0.08, weight: 0.3),
      .init(occupancySeconds: 0.25, latencySeconds: 0.25, weight: 0.2),
    ]),
    "even": ServiceTimes(
      points: (0..<11).map {
        let seconds = 0.05 + 0.005 * Double($0)
        return .init(occupancySeconds: seconds, latencySeconds: seconds, weight: 1.0 / 11)
      }),
    "equal": ServiceTimes(points: [.init(occupancySeconds: 0.1, latencySeconds: 0.1, weight: 1)]),
  ]

  @Test(
    "TTFT quantiles of a pool: P90 within 5 %, P99 within 12 %",
    arguments: [(1, 0.3), (1, 0.5), (1, 0.7), (1, 0.85), (2, 0.7), (4, 0.5), (4, 0.85), (8, 0.7), (8, 0.85)],
    ["bimodal", "even", "equal"])
  func quantiles(pool: (servers: Int, utilization: Double), name: String) throws {
    let service = try #require(Self.services[name])
    let rate = pool.utilization * Double(pool.servers) / service.mean
    let seed: UInt64 = 7
    let sojourns = PoolSimulation.pool(service, rate: rate, servers: pool.servers, requests: 300_000, seed: seed)
    let wait = WaitingTime(
      servers: pool.servers, utilization: pool.utilization, meanResidual: service.meanResidual,
      tailVariation: pool.servers == 1
        ? WaitingTime.tailVariation(
          utilization: pool.utilization, (service.mean, service.secondMoment, service.thirdMoment)) : 1)
    let simulated = binnedQuantiles(sojourns, [0.9, 0.99])
    for (index, (percentile, tolerance)) in [(0.9, 0.05), (0.99, 0.12)].enumerated() {
      let error = wait.quantile(percentile, with: service) / simulated[index] - 1
      #expect(abs(error) < tolerance, "P\(percentile) of \(name) on \(pool), seed \(seed): \(error)")
    }
  }

  @Test("The shorter tail of even service never exceeds the exponential one, and Takács' moments agree")
  func tails() {
    // Exponential service: E[S³] = 6 m³.
    #expect(abs(WaitingTime.tailVariation(utilization: 0.4, (2, 8, 48)) - 1) < 1e-12)
    // Equal service: 1/3 + 2ρ/3.
    #expect(abs(WaitingTime.tailVariation(utilization: 0.7, (1, 1, 1)) - (1 + 1.4) / 3) < 1e-12)
    for variation in [0.2, 0.5, 0.5001, 0.7, 0.95, 1, 3] {
      let plain = WaitingTime(servers: 1, utilization: 0.8, meanResidual: 0.3)
      let short = WaitingTime(servers: 1, utilization: 0.8, meanResidual: 0.3, tailVariation: variation)
      var last = 1.0
      for step in 0..<200 {
        let x = 0.1 * Double(step)
        #expect(short.exceeding(x) <= plain.exceeding(x) && short.exceeding(x) <= last)
        last = short.exceeding(x)
      }
      #expect(abs(short.exceeding(short.quantile(0.99)) - 0.01) < 1e-6)
    }
  }

  @Test("A random split waits longer than one queue, and the formula knows")
  func randomSplit() {
    let service = ServiceTimes(points: [.init(occupancySeconds: 0.1, latencySeconds: 0.1, weight: 1)])
    let shared = WaitingTime(servers: 8, utilization: 0.8, meanResidual: service.meanResidual)
    let split = WaitingTime(servers: 1, utilization: 0.8, meanResidual: service.meanResidual)
    #expect(split.quantile(0.9) > 1.4 * shared.quantile(0.9))
  }
}
