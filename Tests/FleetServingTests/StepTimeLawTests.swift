import FleetServing
import Testing

/// Laws that hold for every configuration of the catalog, on random ones with fixed seeds.
@Suite struct StepTimeLawTests {
  private struct Case: CustomStringConvertible {
    var configuration: InstanceConfiguration
    var batch: Double
    var context: Double
    var prompt: Double

    var description: String {
      let c = configuration
      return "\(c.model.id) \(c.accelerator.id) \(c.strategy) \(c.weightPrecision) \(c.backend) b \(batch) s \(context)"
        + " prompt \(prompt)"
    }
  }

  private let catalog: Catalog
  private let latency: LatencyModel

  init() throws {
    catalog = try CommittedCatalog.read()
    latency = LatencyModel(constants: try LatencyConstants(contentsOf: modelsDirectory))
  }

  private func cases(seed: UInt64, count: Int) -> [Case] {
    var generator = SeededGenerator(seed: seed)
    var found: [Case] = []
    while found.count < count {
      guard let model = catalog.models.randomElement(using: &generator),
        let accelerator = catalog.accelerators.randomElement(using: &generator),
        let weights = accelerator.weightPrecisions.randomElement(using: &generator),
        let kv = accelerator.kvLayout.precisions.randomElement(using: &generator),
        let tensor = accelerator.tensorParallelDegrees.randomElement(using: &generator),
        let backend = (accelerator.backends + ["other"]).randomElement(using: &generator)
      else { continue }
      let data = model.isMixtureOfExperts ? [1, 2, 8].randomElement(using: &generator) ?? 1 : 1
      let strategy = ParallelStrategy(
        tensor: tensor, pipeline: [1, 1, 2, 3].randomElement(using: &generator) ?? 1,
        expert: model.isMixtureOfExperts && Bool.random(using: &generator) ? tensor * data : 1, data: data)
      let configuration = InstanceConfiguration(
        model: model, accelerator: accelerator, strategy: strategy, weightPrecision: weights, kvPrecision: kv,
        backend: backend)
      guard latency.unsupportedReason(configuration) == nil else { continue }
      func size(_ decades: Double) -> Double { powerOfTen(Double.random(in: 0...decades, using: &generator)) }
      found.append(Case(configuration: configuration, batch: size(3.5), context: size(5), prompt: size(4.5)))
    }
    return found
  }

  private func powerOfTen(_ exponent: Double) -> Double {
    var result = 1.0
    var rest = exponent
    while rest >= 1 {
      result *= 10
      rest -= 1
    }
    return result * (1 + 9 * rest)
  }

  private func times(_ c: InstanceConfiguration, _ batch: Double, _ context: Double, _ prompt: Double) -> [Double] {
    [
      latency.decodeStep(c, batch: batch, contextTokens: context).totalSeconds,
      latency.mixedStep(
        c, batch: batch, contextTokens: context, prefillTokens: prompt, prefillContextTokens: prompt / 2
      ).totalSeconds,
      latency.prefillSeconds(c, inputTokens: prompt).totalSeconds,
      latency.prefillOccupancySeconds(c, inputTokens: prompt),
    ]
  }

  @Test(arguments: [1, 20_261_121] as [UInt64])
  func timesAreFiniteAndGrowWithTheWork(seed: UInt64) {
    for item in cases(seed: seed, count: 300) {
      let c = item.configuration
      let base = times(c, item.batch, item.context, item.prompt)
      #expect(base.allSatisfy { $0.isFinite && $0 > 0 }, "seed \(seed): \(item)")
      #expect(base[1] >= base[0], "a prompt made a step faster; seed \(seed): \(item)")
      let more = [
        times(c, item.batch * 1.5, item.context, item.prompt), times(c, item.batch, item.context * 1.5, item.prompt),
        times(c, item.batch, item.context, item.prompt * 1.5),
      ]
      for (longer, shorter) in more.flatMap({ zip($0, base) }) {
        #expect(longer >= shorter * (1 - 1e-12), "more work took less time; seed \(seed): \(item)")
      }
    }
  }

  @Test(arguments: [2, 19_700_101] as [UInt64])
  func fasterHardwareIsNeverSlower(seed: UInt64) {
    for item in cases(seed: seed, count: 300) {
      let base = times(item.configuration, item.batch, item.context, item.prompt)
      let changes: [(inout Accelerator) -> Void] = [
        { $0.memoryBandwidthBytesPerSecond *= 1.5 }, { $0.scaleUpBytesPerSecond *= 1.5 },
        { $0.scaleOutBytesPerSecond *= 1.5 }, { $0.denseFlops = $0.denseFlops.mapValues { $0 * 1.5 } },
      ]
      for change in changes {
        var faster = item.configuration
        change(&faster.accelerator)
        for (new, old) in zip(times(faster, item.batch, item.context, item.prompt), base) {
          #expect(new <= old * (1 + 1e-12), "faster hardware took longer; seed \(seed): \(item)")
        }
      }
    }
  }

  /// Stages and ranks take prompts side by side: a prompt never occupies an instance longer than it takes alone, except for
  /// what the uneven split of layers and filling the ranks with prompts add.
  @Test func occupancyEqualsLatencyWithoutRanksAndStages() {
    for item in cases(seed: 3, count: 200) {
      var c = item.configuration
      c.strategy.pipeline = 1
      c.strategy.data = 1
      c.strategy.expert = 1
      let alone = latency.prefillSeconds(c, inputTokens: item.prompt).totalSeconds
      #expect(latency.prefillOccupancySeconds(c, inputTokens: item.prompt) == alone, "\(item)")
    }
  }
}
