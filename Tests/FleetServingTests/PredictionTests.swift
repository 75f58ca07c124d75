import Testing

@testable import FleetServing

@Suite("Predictions of instances against simulation")
struct PredictionTests {
  static let chat = LengthDistribution(points: [
    .init(inputTokens: 300, outputTokens: 50, weight: 0.3), .init(inputTokens: 900, outputTokens: 200, weight: 0.4),
    .init(inputTokens: 3000, outputTokens: 400, weight: 0.3),
  ])
  static let short = LengthDistribution(points: [
    .init(inputTokens: 2000, outputTokens: 10, weight: 0.7), .init(inputTokens: 500, outputTokens: 40, weight: 0.3),
  ])

  private func admitted(_ lengths: LengthDistribution, _ percentile: Double) -> AdmittedClass {
    AdmittedClass(
      id: "class", lengths: lengths, ttft: LatencyObjective(seconds: 10, percentile: percentile),
      tpot: LatencyObjective(seconds: 10, percentile: percentile))
  }

  @Test(
    "TPOT of a decode instance: mean batch within 2 %, P50 and P90 within 3 %, P99 within 4 %",
    arguments: [3.0, 20, 60])
  func decode(batch: Double) {
    let steps = LinearSteps()
    for (name, lengths) in [("chat", Self.chat), ("short", Self.short)] {
      let demand = DecodeDemand(steps, lengths)
      let rate = batch / steps.decode(batch: batch, context: demand.context) / demand.steps
      let simulated = PoolSimulation.instance(
        steps, [SimulatedClass(lengths: lengths, rate: rate)], chunkTokens: nil, requests: 60_000, seed: 3)
      for percentile in [0.5, 0.9, 0.99] {
        let predicted = PoolPrediction.decode(
          steps, instances: 1, mix: [(admitted(lengths, percentile), rate)], assumptions: ServingAssumptions())
        let error = predicted.classes[0].tpotSeconds / sampleQuantile(simulated.tpot[0], percentile) - 1
        #expect(abs(error) < (percentile > 0.9 ? 0.04 : 0.03), "\(name) b \(batch) P\(percentile): \(error)")
        #expect(abs(predicted.meanBatch / simulated.meanBatch - 1) < 0.02)
      }
    }
  }

  static let tiny = LengthDistribution(points: [
    .init(inputTokens: 120, outputTokens: 100, weight: 0.5), .init(inputTokens: 400, outputTokens: 150, weight: 0.5),
  ])

  /// What steps with prompts cost: for each step, and for each token.
  struct PromptCost: Sendable {
    var perStep: Double
    var perToken: Double
  }

  @Test(
    "Aggregated instance up to 80 % of what it can carry: promises are kept within 5 % (TPOT) and are not far from the truth",
    arguments: [
      PromptCost(perStep: 0, perToken: 5e-5), PromptCost(perStep: 0, perToken: 1e-5),
      PromptCost(perStep: 0.03, perToken: 2e-5), PromptCost(perStep: 0.01, perToken: 1e-5),
    ], [512, 2048, 8192])
  func aggregated(cost: PromptCost, chunkTokens: Int) {
    var steps = LinearSteps()
    steps.perMixedStep = cost.perStep
    steps.perPromptToken = cost.perToken
    steps.perPromptPair = cost.perToken / 50_000
    let assumptions = ServingAssumptions(maximumBatch: 65_536, chunkTokens: chunkTokens)
    var errors: (tpot: [Double], ttft: [Double]) = ([], [])
    for (name, lengths) in [("chat", Self.chat), ("tiny", Self.tiny)] {
      func predicted(_ rate: Double, _ percentile: Double) -> AggregatedPrediction {
        PoolPrediction.aggregated(
          steps, instances: 1, mix: [(admitted(lengths, percentile), rate)], assumptions: assumptions)
      }
      // The largest rate with a stationary batch and a queue below 90 %.
      var (low, high) = (1e-3, 1e4)
      for _ in 0..<30 {
        let middle = (low * high).squareRoot()
        let state = predicted(middle, 0.5)
        if state.decode.meanBatch < 1000, state.prefill.utilization < 0.9 { low = middle } else { high = middle }
      }
      for load in [0.3, 0.6, 0.8] {
        let rate = load * low
        let simulated = PoolSimulation.instance(
          steps, [SimulatedClass(lengths: lengths, rate: rate)], chunkTokens: chunkTokens, requests: 20_000, seed: 3)
        for percentile in [0.5, 0.9, 0.99] {
          let state = predicted(rate, percentile)
          let tpot = state.decode.classes[0].tpotSeconds / sampleQuantile(simulated.tpot[0], percentile) - 1
          let ttft = state.prefill.classes[0].ttftSeconds / sampleQuantile(simulated.ttft[0], percentile) - 1
          let place = "\(name) load \(load) \(cost) chunk \(chunkTokens) P\(percentile)"
          #expect(tpot > -0.05 && tpot < (percentile > 0.9 ? 0.5 : 0.3), "\(place): TPOT \(tpot)")
          #expect(ttft > -0.12 && ttft < 0.9, "\(place): TTFT \(ttft)")
          #expect(abs(state.decode.meanBatch / simulated.meanBatch - 1) < 0.2, "\(place): \(simulated.meanBatch)")
          errors.tpot.append(tpot)
          errors.ttft.append(ttft)
        }
      }
    }
    // Tightened and loosened: the margin covers most cases, and no more.
    #expect(errors.tpot.reduce(0, +) / Double(errors.tpot.count) < 0.2)
    #expect(errors.ttft.count { $0 < -0.05 } <= errors.ttft.count / 6)
  }

  @Test("Prompts that share their steps add less than prompts with steps of their own, and never more than alone")
  func sharing() {
    var steps = LinearSteps()
    steps.perMixedStep = 0.03
    func added(_ perStep: Double, chunk: Int = 2048) -> Double {
      ChunkedPrompts(
        steps, Self.tiny, budget: StepBudget(chunkTokens: chunk, ranks: 1),
        places: [.init(batch: 40, promptsPerStep: perStep)], context: 300
      ).addedSeconds
    }
    var last = added(0)
    let tokens = Self.tiny.mean { $0.inputTokens * (steps.perPromptToken + steps.perPromptPair * $0.inputTokens / 2) }
    #expect(abs(last - 0.03 - tokens) < 1e-9)
    for perStep in [0.1, 0.5, 2, 8, 100] {
      let shared = added(perStep)
      #expect(shared <= last + 1e-12 && shared > tokens)
      last = shared
    }
    // A step has no room for more prompts than its budget holds: 2,048 − 40 tokens are 7.7 prompts.
    #expect(abs(last - tokens - 0.03 * 260 / 2008) < 0.001)
    #expect(added(100, chunk: 512) > last)
  }

  @Test("The budget of a step is shared with the running sequences; a block of prompt tokens always fits")
  func budget() {
    let one = StepBudget(chunkTokens: 2048, ranks: 1)
    #expect(one.promptTokens(beside: 48) == 2000 && one.promptTokens(beside: 5000) == 16)
    let eight = StepBudget(chunkTokens: 1024, ranks: 8)
    #expect(eight.promptTokens(beside: 192) == 8000 && eight.promptTokens(beside: 1e6) == 128)
  }

  @Test("Overload is infinite, not an error")
  func overload() {
    var steps = LinearSteps()
    steps.kvCapacityBytes = 1e12
    let one = admitted(Self.chat, 0.9)
    let assumptions = ServingAssumptions()
    #expect(
      PoolPrediction.decode(steps, instances: 1, mix: [(one, 1e4)], assumptions: assumptions).utilization == .infinity)
    let queue = PoolPrediction.prefill(steps, instances: 2, mix: [(one, 1e4)], assumptions: assumptions)
    #expect(queue.classes[0].ttftSeconds == .infinity && queue.utilization > 1)
    let both = PoolPrediction.aggregated(steps, instances: 1, mix: [(one, 1e4)], assumptions: assumptions)
    #expect(both.decode.classes[0].tpotSeconds == .infinity && both.prefill.classes[0].ttftSeconds == .infinity)
  }

  @Test("Twice the instances under twice the load: the same decode, shorter waits")
  func scale() {
    let steps = LinearSteps()
    let one = admitted(Self.chat, 0.95)
    let assumptions = ServingAssumptions()
    let single = PoolPrediction.decode(steps, instances: 1, mix: [(one, 3)], assumptions: assumptions)
    let double = PoolPrediction.decode(steps, instances: 2, mix: [(one, 6)], assumptions: assumptions)
    #expect(abs(single.classes[0].tpotSeconds - double.classes[0].tpotSeconds) < 1e-9)
    let alone = PoolPrediction.prefill(steps, instances: 1, mix: [(one, 7)], assumptions: assumptions)
    let pooled = PoolPrediction.prefill(steps, instances: 4, mix: [(one, 28)], assumptions: assumptions)
    #expect(pooled.classes[0].ttftSeconds < alone.classes[0].ttftSeconds)
  }
}
