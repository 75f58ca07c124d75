import FleetServing
import Foundation
import Testing

@testable import FleetSimulation

@Suite struct ArrivalProcessTests {
  /// Gaps between arrivals of the one class of a problem.
  private func gaps(_ specification: ArrivalSpecification, rate: Double, seed: UInt64, count: Int) throws -> [Double] {
    let arrivals = try take(
      count, of: ArrivalProcess(specification: specification, problem: trafficProblem(rates: [[rate]]), seed: seed))
    return zip([0] + arrivals.map(\.seconds), arrivals.map(\.seconds)).map { $1 - $0 }
  }

  private func moments(_ values: [Double]) -> (mean: Double, variation: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    return (mean, variance.squareRoot() / mean)
  }

  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func poissonGapsAreExponential(seed: UInt64) throws {
    let rate = 25.0
    let gaps = try gaps(.poisson, rate: rate, seed: seed, count: 40_000)
    let found = moments(gaps)
    #expect(abs(found.mean * rate - 1) < 0.02, "seed \(seed)")
    #expect(abs(found.variation - 1) < 0.03, "seed \(seed)")
    // Twenty classes of equal probability: χ² with 19 degrees of freedom exceeds 43.8 once in a thousand.
    var counts = [Int](repeating: 0, count: 20)
    for gap in gaps { counts[min(19, Int(20 * (1 - exp(-gap * rate))))] += 1 }
    let expected = Double(gaps.count) / 20
    let statistic = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    #expect(statistic < 43.8, "seed \(seed): χ² \(statistic)")
  }

  @Test(arguments: [0.3, 0.7, 1, 1.8, 4])
  func gammaGapsHaveTheVariationAskedFor(variation: Double) throws {
    let seed: UInt64 = 11
    let found = moments(
      try gaps(.gamma(coefficientOfVariation: variation), rate: 4, seed: seed, count: 200_000))
    #expect(abs(found.mean * 4 - 1) < 0.01 * max(1, variation), "seed \(seed)")
    #expect(abs(found.variation / variation - 1) < 0.03, "seed \(seed)")
  }

  @Test func burstsKeepTheMeanRateAndVaryMore() throws {
    let modulation = MarkovModulation(states: [
      .init(rateFactor: 1, meanSojournSeconds: 3), .init(rateFactor: 8, meanSojournSeconds: 0.5),
    ])
    let arrivals = try take(
      400_000,
      of: ArrivalProcess(specification: .bursts(modulation), problem: trafficProblem(rates: [[20]]), seed: 3))
    let last = try #require(arrivals.last)
    #expect(abs(Double(arrivals.count) / last.seconds / 20 - 1) < 0.03)
    // Counts in ten seconds: a Poisson stream has variance ÷ mean = 1.
    var counts = [Double](repeating: 0, count: Int(last.seconds / 10) + 1)
    for arrival in arrivals { counts[Int(arrival.seconds / 10)] += 1 }
    let found = moments(counts)
    #expect(found.variation * found.variation * found.mean > 5)
  }

  @Test func periodsFollowTheDayAndRepeat() throws {
    let periods = [Period(id: "night", hours: 2), Period(id: "day", hours: 1), Period(id: "off", hours: 1)]
    let process = try ArrivalProcess(
      specification: .periods, problem: trafficProblem(rates: [[1, 9, 0]], periods: periods), seed: 7)
    // 2 h · 1/s + 1 h · 9/s = 39,600 requests in a cycle of four hours.
    let cycles = 4.0
    let arrivals = try take(200_000, of: process).filter { $0.seconds < 14_400 * cycles }
    var counts = [Double](repeating: 0, count: 4)
    for arrival in arrivals { counts[Int(arrival.seconds / 3600) % 4] += 1 }
    #expect(counts[3] == 0)
    #expect(abs(counts[0] / (3600 * cycles) - 1) < 0.03)
    #expect(abs(counts[1] / (3600 * cycles) - 1) < 0.03)
    #expect(abs(counts[2] / (3600 * 9 * cycles) - 1) < 0.03)
  }

  @Test func lengthsFollowTheDistributionAndFractionsKeepTheMean() throws {
    let lengths = LengthDistribution(points: [
      .init(inputTokens: 100, outputTokens: 10.25, weight: 0.5), .init(inputTokens: 900, outputTokens: 20, weight: 0.3),
      .init(inputTokens: 5000, outputTokens: 400, weight: 0.2),
    ])
    let arrivals = try take(
      100_000,
      of: ArrivalProcess(specification: .poisson, problem: trafficProblem(lengths: lengths), seed: 5))
    let share = { (tokens: Int32) in Double(arrivals.filter { $0.inputTokens == tokens }.count) / 100_000 }
    // Four standard deviations of a share of 100,000 draws are 0.0063.
    #expect(abs(share(100) - 0.5) < 0.0064 && abs(share(900) - 0.3) < 0.0064 && abs(share(5000) - 0.2) < 0.0064)
    let short = arrivals.filter { $0.inputTokens == 100 }.map { Double($0.outputTokens) }
    #expect(abs(moments(short).mean - 10.25) < 0.01)
    #expect(Set(short) == [10, 11])
    #expect(arrivals.allSatisfy { ($0.inputTokens == 900) == ($0.outputTokens == 20) })
  }

  @Test func theSameSeedGivesTheSameRequests() throws {
    let problem = trafficProblem(rates: [[3], [5]])
    let specification = ArrivalSpecification.gamma(coefficientOfVariation: 2)
    let first = try take(500, of: ArrivalProcess(specification: specification, problem: problem, seed: 9))
    #expect(try take(500, of: ArrivalProcess(specification: specification, problem: problem, seed: 9)) == first)
    #expect(try take(500, of: ArrivalProcess(specification: specification, problem: problem, seed: 10)) != first)
    #expect(zip(first, first.dropFirst()).allSatisfy { $0.seconds <= $1.seconds })
    #expect(Set(first.map(\.classIndex)) == [0, 1])
  }

  @Test func requestsOfAClassDoNotDependOnOtherClasses() throws {
    let both = try take(
      2000, of: ArrivalProcess(specification: .poisson, problem: trafficProblem(rates: [[3], [5]]), seed: 9))
    let alone = try take(
      500, of: ArrivalProcess(specification: .poisson, problem: trafficProblem(rates: [[3], [0]]), seed: 9))
    #expect(Array(both.filter { $0.classIndex == 0 }.prefix(500)) == alone)
  }

  @Test func theLoadFactorScalesRates() throws {
    let process = try ArrivalProcess(
      specification: .poisson, problem: trafficProblem(rates: [[10]]), seed: 1, loadFactor: 3)
    let arrivals = try take(30_000, of: process)
    #expect(abs(30_000 / arrivals[29_999].seconds - 30) < 1)
  }

  @Test func theBusiestPeriodIsTheDefault() throws {
    let problem = trafficProblem(
      rates: [[1, 20], [2, 1]], periods: [Period(id: "night", hours: 12), Period(id: "day", hours: 12)])
    #expect(try ArrivalProcess.period(nil, of: problem) == 1)
    #expect(try ArrivalProcess.period("night", of: problem) == 0)
    #expect(throws: SimulationFaults("there is no period \"noon\"; the problem has night, day")) {
      try ArrivalProcess.period("noon", of: problem)
    }
  }

  @Test func noTrafficIsNoRequests() throws {
    #expect(
      try take(10, of: ArrivalProcess(specification: .poisson, problem: trafficProblem(rates: [[0]]), seed: 1)).isEmpty)
  }

  @Test(arguments: [
    ArrivalSpecification.gamma(coefficientOfVariation: .nan), .gamma(coefficientOfVariation: -1),
    .bursts(MarkovModulation(states: [])),
    .bursts(
      MarkovModulation(states: [
        .init(rateFactor: .nan, meanSojournSeconds: 1), .init(rateFactor: 1, meanSojournSeconds: .infinity),
      ])),
  ])
  func absurdFiguresAreRefused(specification: ArrivalSpecification) {
    #expect(throws: SimulationFaults.self) {
      try ArrivalProcess(specification: specification, problem: trafficProblem(), seed: 1)
    }
  }

  @Test(arguments: [0, -1, .nan, .infinity])
  func absurdLoadFactorsAreRefused(factor: Double) {
    #expect(throws: SimulationFaults.self) {
      try ArrivalProcess(specification: .poisson, problem: trafficProblem(), seed: 1, loadFactor: factor)
    }
  }
}
