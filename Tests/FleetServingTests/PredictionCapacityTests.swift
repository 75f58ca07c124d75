import Testing

@testable import FleetServing

@Suite("Loads from measured capacity tables")
struct PredictionCapacityTests {
  private func request(ttft: Double? = nil, tpot: Double? = nil) -> RequestClass {
    RequestClass(
      id: "chat", modelID: "m", ratePerSecond: [1],
      lengths: LengthDistribution(points: [
        .init(inputTokens: 500, outputTokens: 100, weight: 0.75),
        .init(inputTokens: 3000, outputTokens: 100, weight: 0.25),
      ]),
      objective: ServiceLevelObjective(
        ttft: ttft.map { LatencyObjective(seconds: $0, percentile: 0.9) },
        tpot: tpot.map { LatencyObjective(seconds: $0, percentile: 0.9) }))
  }

  private func table(_ rows: [CapacityTable.Row], phase: Phase = .aggregated) -> CapacityTable {
    CapacityTable(
      id: "bench", modelID: "m", poolID: "p", phase: phase, strategy: ParallelStrategy(), rows: rows)
  }

  @Test("A row about the class applies directly")
  func direct() throws {
    let rows: [CapacityTable.Row] = [
      .init(classID: "other", ratePerSecond: 100), .init(classID: "chat", ratePerSecond: 4, tpotSeconds: 0.03),
      .init(classID: "chat", ratePerSecond: 8, tpotSeconds: 0.06),
    ]
    #expect(try #require(table(rows).load(for: request()).envelope).load == 0.125)
    // With an objective, the faster row no longer serves.
    let strict = try #require(table(rows).load(for: request(tpot: 0.05)).envelope)
    #expect(strict == CapacityMatch(load: 0.25, ttftSeconds: nil, tpotSeconds: 0.03))
    #expect(
      table(rows).load(for: request(tpot: 0.02)).rejection
        == "capacity table bench measured a TPOT of 30 ms, over the objective of 20 ms")
    // A prefill table does not decide TPOT.
    #expect(table(rows, phase: .prefill).load(for: request(tpot: 0.02)).envelope?.load == 0.125)
  }

  @Test("Lengths go into the smallest bucket that holds them; shares of time add up")
  func buckets() throws {
    let rows: [CapacityTable.Row] = [
      .init(inputTokens: 4096, outputTokens: 512, ratePerSecond: 2, ttftSeconds: 0.9),
      .init(inputTokens: 1024, outputTokens: 512, ratePerSecond: 10, ttftSeconds: 0.2),
      .init(inputTokens: 1024, outputTokens: 50, ratePerSecond: 50),
    ]
    let match = try #require(table(rows).load(for: request()).envelope)
    #expect(abs(match.load - (0.75 / 10 + 0.25 / 2)) < 1e-12)
    #expect(match.ttftSeconds == 0.9)
    #expect(table(rows).load(for: request(ttft: 0.5)).rejection?.contains("TTFT of 900 ms") == true)
  }

  @Test("A length outside all buckets cannot be served")
  func outside() {
    let rows: [CapacityTable.Row] = [.init(inputTokens: 1024, outputTokens: 512, ratePerSecond: 10)]
    #expect(
      table(rows).load(for: request()).rejection
        == "requests of 3,000 input and 100 output tokens lie outside all buckets of capacity table bench")
    #expect(table([]).load(for: request()).rejection != nil)
  }
}

@Suite("Compression of length distributions")
struct PredictionLengthTests {
  @Test("Moments stay, maxima stay, the size is met", arguments: [8, 16, 40])
  func compressed(count: Int) {
    var generator = QueueGenerator(seed: 11)
    var points: [LengthDistribution.Point] = []
    for _ in 0..<3000 {
      let size = generator.exponential(rate: 1)
      points.append(
        .init(
          inputTokens: (1 + 900 * size).rounded(), outputTokens: (1 + generator.exponential(rate: 1 / 200)).rounded(),
          weight: 1))
    }
    let whole = LengthDistribution(points: points)
    let small = whole.compressed(to: count)
    #expect(small.points.count <= count)
    #expect(abs(small.meanInputTokens / whole.meanInputTokens - 1) < 0.01)
    #expect(abs(small.meanOutputTokens / whole.meanOutputTokens - 1) < 0.01)
    let (input, smallInput) = (
      whole.mean { $0.inputTokens * $0.inputTokens }, small.mean { $0.inputTokens * $0.inputTokens }
    )
    let (output, smallOutput) = (
      whole.mean { $0.outputTokens * $0.outputTokens }, small.mean { $0.outputTokens * $0.outputTokens }
    )
    #expect(abs(smallInput / input - 1) < 0.03)
    #expect(abs(smallOutput / output - 1) < 0.03)
    #expect(small.maximumSequenceTokens == whole.maximumSequenceTokens)
    #expect(small.points.map(\.inputTokens).max() == whole.points.map(\.inputTokens).max())
    #expect(small.points.map(\.outputTokens).max() == whole.points.map(\.outputTokens).max())
    #expect(small == whole.compressed(to: count))
  }

  @Test("A small distribution is left alone")
  func untouched() {
    let fixed = LengthDistribution(inputTokens: 100, outputTokens: 10)
    #expect(fixed.compressed(to: 4) == fixed)
  }
}
