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

  @Test(
    "Aggregated instance up to 80 % load: with their margin, promises are kept within 5 %", arguments: [0.3, 0.6, 0.8])
  func aggregated(load: Double) {
    for perToken in [0.000_05, 0.000_01] {
      var steps = LinearSteps()
      steps.perPromptToken = perToken
      steps.perPromptPair = perToken / 50_000
      let demand = DecodeDemand(steps, Self.chat)
      let prompts = ChunkedPrompts(steps, Self.chat, chunkTokens: 2048, batches: [1], context: demand.context)
      let perSequence = steps.perSequence + steps.perContextToken * demand.context
      let rate = load / (prompts.addedSeconds + demand.steps * perSequence)
      let simulated = PoolSimulation.instance(
        steps, [SimulatedClass(lengths: Self.chat, rate: rate)], chunkTokens: 2048, requests: 60_000, seed: 3)
      for percentile in [0.5, 0.9, 0.99] {
        let predicted = PoolPrediction.aggregated(
          steps, instances: 1, mix: [(admitted(Self.chat, percentile), rate)], assumptions: ServingAssumptions())
        let tpot = predicted.decode.classes[0].tpotSeconds / sampleQuantile(simulated.tpot[0], percentile) - 1
        let ttft = predicted.prefill.classes[0].ttftSeconds / sampleQuantile(simulated.ttft[0], percentile) - 1
        #expect(tpot > -0.05 && tpot < 0.35, "load \(load) \(perToken) P\(percentile): TPOT \(tpot)")
        #expect(ttft > -0.05 && ttft < 0.6, "load \(load) \(perToken) P\(percentile): TTFT \(ttft)")
        #expect(abs(predicted.decode.meanBatch / simulated.meanBatch - 1) < 0.05)
      }
    }
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
