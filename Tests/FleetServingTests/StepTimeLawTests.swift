import FleetServing
import Testing

/// Laws that hold for every configuration of the catalog, on random ones with fixed seeds.
@Suite struct StepTimeLawTests {
  private let catalog: Catalog
  private let latency: LatencyModel

  init() throws {
    catalog = try CommittedCatalog.read()
    latency = LatencyModel(constants: try LatencyConstants(contentsOf: modelsDirectory))
  }

  private typealias Case = RandomConfigurations.Case

  private func cases(seed: UInt64, count: Int) -> [Case] {
    var random = RandomConfigurations(catalog: catalog, latency: latency, seed: seed)
    return (0..<count).map { _ in random.nextCase() }
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
