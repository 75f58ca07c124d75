#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import Testing

@testable import FleetServing

@Suite("Envelopes: loads that are safe for every mix")
struct EnvelopeTests {
  private static let lengths = LengthDistribution(points: [
    .init(inputTokens: 500, outputTokens: 100, weight: 0.5), .init(inputTokens: 2000, outputTokens: 300, weight: 0.5),
  ])

  private func chat(ttft: Double? = 1, tpot: Double? = 0.04, percentile: Double = 0.9) -> AdmittedClass {
    AdmittedClass(
      id: "chat", lengths: Self.lengths, ttft: ttft.map { LatencyObjective(seconds: $0, percentile: percentile) },
      tpot: tpot.map { LatencyObjective(seconds: $0, percentile: percentile) })
  }

  @Test("A single class at its load uses up its objective, no more and no less")
  func tight() throws {
    var steps = LinearSteps()
    steps.kvCapacityBytes = 1e12
    let assumptions = ServingAssumptions()
    let one = chat(ttft: 0.18)
    let prefill = try #require(
      PrefillEnvelope.make(steps, admitted: [one], servers: 4, assumptions: assumptions).envelope)
    let waits = PoolPrediction.prefill(
      steps, instances: 4, mix: [(one, 4 / prefill.loads[0])], maximumBatch: prefill.maximumBatch,
      assumptions: assumptions)
    #expect(abs(waits.classes[0].ttftSeconds / 0.18 - 1) < 0.002)
    let decode = try #require(DecodeEnvelope.make(steps, admitted: [one], assumptions: assumptions).envelope)
    let tokens = PoolPrediction.decode(
      steps, instances: 1, mix: [(one, 1 / decode.loads[0])], assumptions: assumptions)
    #expect(tokens.classes[0].tpotSeconds <= 0.04 && tokens.classes[0].tpotSeconds > 0.99 * 0.04)
    #expect(decode.bindingLimit == .tpot)
  }

  @Test("Limits bind in turn: TPOT, memory, batch")
  func limits() throws {
    var steps = LinearSteps()
    var assumptions = ServingAssumptions()
    steps.kvCapacityBytes = 4e9
    let memory = try #require(DecodeEnvelope.make(steps, admitted: [chat(tpot: 1)], assumptions: assumptions).envelope)
    #expect(memory.bindingLimit == .memory)
    let rate = 1 / memory.loads[0]
    let used = PoolPrediction.decode(steps, instances: 1, mix: [(chat(tpot: 1), rate)], assumptions: assumptions)
    #expect(used.kvOccupancy <= 1 && used.kvOccupancy > 0.98)
    steps.kvCapacityBytes = 1e12
    assumptions.maximumBatch = 16
    let batch = try #require(DecodeEnvelope.make(steps, admitted: [chat(tpot: 1)], assumptions: assumptions).envelope)
    #expect(batch.bindingLimit == .batch && batch.quantileBatch == 16)
  }

  @Test("Rejections say why, with the numbers")
  func rejections() {
    var steps = LinearSteps()
    let assumptions = ServingAssumptions()
    let fast = PrefillEnvelope.make(steps, admitted: [chat(ttft: 0.05)], servers: 1, assumptions: assumptions)
    #expect(
      fast.rejection
        == "prefill of chat takes 112 ms without any wait at percentile 90, over the 50 ms that its TTFT objective leaves"
    )
    let slow = DecodeEnvelope.make(steps, admitted: [chat(tpot: 0.005)], assumptions: assumptions)
    #expect(slow.rejection?.contains("TPOT objective of 5 ms") == true)
    steps.kvCapacityBytes = 1e8
    let full = DecodeEnvelope.make(steps, admitted: [chat()], assumptions: assumptions)
    #expect(
      full.rejection
        == "a sequence of 2,300 tokens needs 0.3 GB of KV cache, over the 0.1 GB that the weights leave")
    let both = AggregatedEnvelope.make(steps, admitted: [chat()], servers: 1, assumptions: assumptions)
    #expect(both.rejection == full.rejection)
  }

  @Test("Looser objectives, more servers and larger batches never raise a load")
  func monotone() throws {
    let steps = LinearSteps()
    let assumptions = ServingAssumptions()
    var last = Double.infinity
    for ttft in [0.15, 0.2, 0.4, 0.8, 3] {
      let load = try #require(
        PrefillEnvelope.make(steps, admitted: [chat(ttft: ttft)], servers: 2, assumptions: assumptions).envelope
      ).loads[0]
      #expect(load <= last)
      last = load
    }
    last = .infinity
    for servers in [1, 2, 4, 16] {
      let load = try #require(
        PrefillEnvelope.make(steps, admitted: [chat(ttft: 0.2)], servers: servers, assumptions: assumptions).envelope
      ).loads[0]
      #expect(load <= last)
      last = load
    }
    last = .infinity
    for tpot in [0.015, 0.02, 0.03, 0.05, 0.1] {
      let load = try #require(
        DecodeEnvelope.make(steps, admitted: [chat(tpot: tpot)], assumptions: assumptions).envelope
      ).loads[0]
      #expect(load <= last * 1.0001)
      last = load
    }
  }

  @Test("Aggregated envelopes: up to three, none better than another for every class")
  func variants() throws {
    let steps = LinearSteps()
    let long = AdmittedClass(
      id: "long", lengths: LengthDistribution(inputTokens: 6000, outputTokens: 50),
      ttft: LatencyObjective(seconds: 2, percentile: 0.95), tpot: LatencyObjective(seconds: 0.1, percentile: 0.95))
    let both = [chat(ttft: 2, tpot: 0.1), long]
    let envelopes = try #require(
      AggregatedEnvelope.make(steps, admitted: both, servers: 2, assumptions: ServingAssumptions()).envelope)
    #expect((1...3).contains(envelopes.count))
    for (index, one) in envelopes.enumerated() {
      for (other, another) in envelopes.enumerated() where other != index {
        #expect(!zip(one.loads, another.loads).allSatisfy { $0 <= $1 })
      }
    }
  }
}

/// Random configurations of the catalog, random classes and random mixes at the boundary of their envelope.
@Suite("Envelopes hold for random mixes")
struct EnvelopeSafetyTests {
  private struct Sampler {
    var generator: QueueGenerator
    let catalog: Catalog

    mutating func logarithmic(_ low: Double, _ high: Double) -> Double {
      low * pow(high / low, Double.random(in: 0..<1, using: &generator))
    }

    mutating func lengths() -> LengthDistribution {
      let (input, output) = (logarithmic(50, 8000), logarithmic(8, 800))
      var points: [LengthDistribution.Point] = []
      for _ in 0..<Int.random(in: 1...5, using: &generator) {
        points.append(
          .init(
            inputTokens: max(1, (input * logarithmic(0.4, 2.7)).rounded()),
            outputTokens: max(1, (output * logarithmic(0.4, 2.7)).rounded()), weight: logarithmic(0.1, 1)))
      }
      return LengthDistribution(points: points)
    }

    mutating func objective(_ low: Double, _ high: Double) -> LatencyObjective? {
      guard Double.random(in: 0..<1, using: &generator) < 0.85 else { return nil }
      let percentile = [0.5, 0.9, 0.95, 0.99].randomElement(using: &generator) ?? 0.9
      return LatencyObjective(seconds: logarithmic(low, high), percentile: percentile)
    }

    mutating func classes() -> [AdmittedClass] {
      var result: [AdmittedClass] = []
      for index in 0..<Int.random(in: 1...4, using: &generator) {
        result.append(
          AdmittedClass(id: "class \(index)", lengths: lengths(), ttft: objective(0.2, 5), tpot: objective(0.015, 0.2)))
      }
      return result
    }

    mutating func configuration() throws -> InstanceConfiguration {
      let model = try #require(catalog.models.randomElement(using: &generator))
      let accelerator = try #require(catalog.accelerators.randomElement(using: &generator))
      let tensor = [1, 2, 4, 8].randomElement(using: &generator) ?? 1
      let spread = model.isMixtureOfExperts && Bool.random(using: &generator)
      return InstanceConfiguration(
        model: model, accelerator: accelerator,
        strategy: spread
          ? ParallelStrategy(tensor: 1, expert: 8, data: 8)
          : ParallelStrategy(tensor: tensor, pipeline: Int.random(in: 1...2, using: &generator)),
        weightPrecision: .fp8, kvPrecision: .bf16, backend: accelerator.backends.first ?? "vllm")
    }

    /// Rates on the boundary Σ loads · rate = instances.
    mutating func mix(_ classes: [AdmittedClass], _ loads: [Double], instances: Int) -> [(AdmittedClass, Double)] {
      var shares: [Double] = []
      for _ in classes {
        let present = Double.random(in: 0..<1, using: &generator) < 0.7
        shares.append(present ? generator.exponential(rate: 1) : 0)
      }
      if shares.allSatisfy({ $0 == 0 }) { shares[0] = 1 }
      let total = shares.reduce(0, +)
      return classes.indices.map { (classes[$0], Double(instances) * shares[$0] / total / loads[$0]) }
    }
  }

  /// How far predictions exceed objectives and limits, over all mixes tried.
  private struct Tally {
    var tried = 0
    var exceeding = 0
    var worst = 0.0

    mutating func add(_ use: Double) {
      tried += 1
      worst = max(worst, use)
      if use > 1.005 { exceeding += 1 }
    }

    var summary: String { "\(exceeding) of \(tried) above 1.005, worst \(worst)" }
  }

  @Test("Predictions at the boundary meet objectives", arguments: [UInt64(1), 2])
  func safe(seed: UInt64) throws {
    let catalog = try Catalog(contentsOf: modelsDirectory)
    let serving = ServingModel(
      latency: LatencyModel(constants: try LatencyConstants(contentsOf: modelsDirectory)))
    var sampler = Sampler(generator: QueueGenerator(seed: seed), catalog: catalog)
    var (prefill, decode, aggregated) = (Tally(), Tally(), Tally())
    for _ in 0..<320 {
      let configuration = try sampler.configuration()
      let classes = sampler.classes()
      let servers = Int.random(in: 1...6, using: &sampler.generator)
      let prompts = serving.prefillEnvelopes(configuration, admitted: classes, servers: servers).envelope ?? []
      // Draws of their own for shared steps, so that those of what follows do not depend on them.
      var other = sampler
      for envelope in prompts {
        let isSingle = envelope.maximumBatch == 1
        var drawn = isSingle ? sampler : other
        let instances = servers + Int.random(in: 0...2, using: &drawn.generator)
        let mix = drawn.mix(classes, envelope.loads, instances: instances)
        if isSingle { sampler = drawn } else { other = drawn }
        let prediction = serving.predictPrefill(
          configuration, instances: instances, mix: mix, maximumBatch: envelope.maximumBatch)
        prefill.add(use(prediction, classes))
      }
      if let envelope = serving.decodeEnvelope(configuration, admitted: classes).envelope {
        let mix = sampler.mix(classes, envelope.loads, instances: 1)
        decode.add(serving.predictDecode(configuration, instances: 1, mix: mix).utilization)
      }
      let both = serving.aggregatedEnvelopes(configuration, admitted: classes, servers: servers).envelope ?? []
      for envelope in both {
        let mix = sampler.mix(classes, envelope.loads, instances: servers)
        let predicted = serving.predictAggregated(configuration, instances: servers, mix: mix)
        aggregated.add(max(use(predicted.prefill, classes), predicted.decode.utilization))
      }
    }
    for (name, tally) in [("prefill", prefill), ("decode", decode), ("aggregated", aggregated)] {
      #expect(tally.tried > 40, "seed \(seed), \(name): \(tally.summary)")
      // Prompts and batches of aggregated instances lengthen each other: rare mixes of extreme classes exceed.
      let allowed = name == "aggregated" ? tally.tried / 200 : 0
      #expect(tally.exceeding <= allowed, "seed \(seed), \(name): \(tally.summary)")
    }
  }

  private func use(_ prediction: PrefillPrediction, _ classes: [AdmittedClass]) -> Double {
    zip(prediction.classes, classes).reduce(0) { largest, pair in
      pair.1.ttft.map { max(largest, pair.0.ttftSeconds / $0.seconds) } ?? largest
    }
  }
}
