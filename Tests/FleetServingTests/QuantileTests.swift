import Testing

@testable import FleetServing

@Suite struct QuantileTests {
  @Test(arguments: [
    (0.5, 0.0), (0.841344746068543, 1.0), (0.95, 1.644853626951473), (0.99, 2.326347874040841),
    (0.001, -3.090232306167813),
  ])
  func normalScores(fraction: Double, score: Double) {
    #expect(abs(normalScore(fraction) - score) < 1e-9)
  }

  @Test func givenQuantilesAreKept() {
    let function = QuantileFunction(
      knots: [
        .init(fraction: 0.5, tokens: 800), .init(fraction: 0.9, tokens: 3000), .init(fraction: 0.99, tokens: 5000),
      ],
      maximum: 1e8)
    for (fraction, tokens) in [(0.5, 800.0), (0.9, 3000), (0.99, 5000)] {
      #expect(abs(function.tokens(at: fraction) / tokens - 1) < 1e-9)
    }
    var last = 0.0
    for step in 1..<1000 {
      let tokens = function.tokens(at: Double(step) / 1000)
      #expect(tokens >= last && tokens >= 1)
      last = tokens
    }
  }

  /// Two quantiles of a lognormal length give back its others.
  @Test func exactForLognormalLengths() {
    // Median 1000, σ = 1: p95 = 1000·e^1.6449, p99 = 1000·e^2.3263.
    let function = QuantileFunction(
      knots: [.init(fraction: 0.5, tokens: 1000), .init(fraction: 0.95, tokens: 5180.251602233015)], maximum: 1e8)
    #expect(abs(function.tokens(at: 0.99) / 10_240.473656312131 - 1) < 1e-9)
    #expect(abs(function.tokens(at: 0.05) / 193.0408167160128 - 1) < 1e-9)
    let bins = function.bins()
    #expect(abs(bins.reduce(0) { $0 + $1.weight } - 1) < 1e-12)
    // The mean is 1000·e^½; bins cut the last 1/1600 of requests.
    let mean = bins.reduce(0) { $0 + $1.weight * $1.tokens }
    #expect(abs(mean / 1648.7212707 - 1) < 0.02)
    #expect(bins.map(\.isExtrapolated) == [false, false, false, false, false, false, true, true])
  }

  @Test func boundsCutTheTails() {
    let function = QuantileFunction(
      knots: [.init(fraction: 0.5, tokens: 100), .init(fraction: 0.9, tokens: 1000)], minimum: 50, maximum: 2000)
    #expect(function.tokens(at: 0.0001) == 50)
    #expect(function.tokens(at: 0.9999) == 2000)
  }

  /// Seeded: heavy tails, ties and unequal weights.
  @Test(arguments: 0..<20)
  func mergingKeepsWhatMatters(seed: Int) {
    var random = SplitMix(seed: UInt64(seed))
    let points = (0..<(65 + 200 * seed)).map { _ in
      LengthDistribution.Point(
        inputTokens: 1 + (20 / (random.unit() + 0.001)).rounded(), outputTokens: 1 + (random.unit() * 50).rounded(),
        weight: random.unit() < 0.1 ? 0 : random.unit() * (random.unit() < 0.01 ? 100 : 1))
    }
    let exact = LengthDistribution(points: points)
    let merged = QuantileGrid.distribution(points)
    #expect(merged.points.count <= 64)
    #expect(abs(merged.meanInputTokens / exact.meanInputTokens - 1) < 1e-9)
    #expect(abs(merged.meanOutputTokens / exact.meanOutputTokens - 1) < 1e-9)
    #expect(merged.maximumSequenceTokens == exact.maximumSequenceTokens)
    #expect(abs(merged.points.reduce(0) { $0 + $1.weight } - 1) < 1e-9)
    // The spread within cells is lost, little of it.
    let variance = { (lengths: LengthDistribution) in
      lengths.mean { $0.inputTokens * $0.inputTokens } - lengths.meanInputTokens * lengths.meanInputTokens
    }
    #expect(variance(merged) <= variance(exact) * (1 + 1e-9))
    #expect(variance(merged) >= variance(exact) * 0.85, "\(variance(merged) / variance(exact))")
  }

  @Test func fewPointsStayAsTheyAre() {
    let points = (1...64).map {
      LengthDistribution.Point(inputTokens: Double($0), outputTokens: Double(65 - $0), weight: Double($0))
    }
    #expect(QuantileGrid.distribution(points) == LengthDistribution(points: points))
  }
}

/// A small generator with a known sequence (SplitMix64).
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform in 0..<1.
  mutating func unit() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }
}
