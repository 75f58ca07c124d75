import FleetServing
import Testing

/// Monotonicity of whole predictions, plain and with a measured profile, on random configurations of the catalog.
@Suite struct ClosedLoopLawTests {
  private let catalog: Catalog
  private let latency: LatencyModel

  init() throws {
    catalog = try CommittedCatalog.read()
    latency = LatencyModel(constants: try LatencyConstants(contentsOf: modelsDirectory))
  }

  private struct Loop {
    var configuration: InstanceConfiguration
    var concurrency: Double
    var input: Double
    var output: Double

    func predict(_ latency: LatencyModel) -> [Double] {
      let loop = latency.closedLoop(
        configuration, concurrency: concurrency, inputTokens: input, outputTokens: output)
      return [loop.tpotSeconds, loop.ttftSeconds]
    }

    var description: String {
      "\(RandomConfigurations.text(configuration)) c \(concurrency) \(input)/\(output)"
    }
  }

  private func loops(seed: UInt64, count: Int) -> [Loop] {
    var random = RandomConfigurations(catalog: catalog, latency: latency, seed: seed)
    return (0..<count).map { _ in
      Loop(
        configuration: random.next(), concurrency: random.size(decades: 3), input: random.size(decades: 4.5),
        output: random.size(decades: 3.5))
    }
  }

  @Test(arguments: [5, 20_241_204] as [UInt64])
  func fasterHardwareNeverLengthensAClosedLoop(seed: UInt64) {
    for loop in loops(seed: seed, count: 250) {
      let base = loop.predict(latency)
      #expect(base.allSatisfy { $0.isFinite && $0 > 0 }, "seed \(seed): \(loop.description)")
      let changes: [(String, (inout Accelerator) -> Void)] = [
        ("memory bandwidth", { $0.memoryBandwidthBytesPerSecond *= 1.3 }),
        ("arithmetic", { $0.denseFlops = $0.denseFlops.mapValues { $0 * 1.3 } }),
        ("link", { $0.scaleUpBytesPerSecond *= 1.3 }), ("network", { $0.scaleOutBytesPerSecond *= 1.3 }),
      ]
      for (name, change) in changes {
        var faster = loop
        change(&faster.configuration.accelerator)
        let new = faster.predict(latency)
        #expect(new[0] <= base[0] * (1 + 1e-9), "TPOT with more \(name); seed \(seed): \(loop.description)")
        #expect(new[1] <= base[1] * (1 + 1e-9), "TTFT with more \(name); seed \(seed): \(loop.description)")
      }
    }
  }

  @Test(arguments: [6, 19_991_231] as [UInt64])
  func moreClientsNeverShortenAClosedLoop(seed: UInt64) {
    for loop in loops(seed: seed, count: 250) {
      let base = loop.predict(latency)
      var more = loop
      more.concurrency *= 1.4
      for (longer, shorter) in zip(more.predict(latency), base) {
        #expect(longer >= shorter * (1 - 1e-9), "more clients took less time; seed \(seed): \(loop.description)")
      }
      // A longer prompt only as long as all clients still fit: beyond, fewer of them run at a time.
      let memory = MemoryFootprint(loop.configuration, constants: latency.constants)
      guard memory.sequences(ofTokens: 1.4 * loop.input + loop.output) >= loop.concurrency else { continue }
      var longer = loop
      longer.input *= 1.4
      for (longer, shorter) in zip(longer.predict(latency), base) {
        #expect(longer >= shorter * (1 - 1e-9), "a longer prompt took less time; seed \(seed): \(loop.description)")
      }
    }
  }

  /// More layers of the same kind mean more of every term.
  @Test(arguments: [7, 20_170_612] as [UInt64])
  func moreLayersAreNeverFaster(seed: UInt64) {
    var random = RandomConfigurations(catalog: catalog, latency: latency, seed: seed)
    var compared = 0
    while compared < 200 {
      let item = random.nextCase()
      var deeper = item.configuration
      // One pipeline stage: with several, a number of layers that divides better may be faster.
      guard deeper.strategy.pipeline == 1, deeper.model.slidingWindow == nil, deeper.model.linearAttention == nil
      else { continue }
      compared += 1
      deeper.model.layers += 2
      deeper.model.denseFeedForward?.layers += 2
      if deeper.model.denseFeedForward == nil { deeper.model.mixtureOfExperts?.layers += 2 }
      let base = times(latency, item.configuration, item.batch, item.context, item.prompt)
      for (new, old) in zip(times(latency, deeper, item.batch, item.context, item.prompt), base) {
        #expect(new >= old * (1 - 1e-12), "more layers took less time; seed \(seed): \(item)")
      }
    }
  }

  private func times(
    _ latency: LatencyModel, _ c: InstanceConfiguration, _ batch: Double, _ context: Double, _ prompt: Double
  ) -> [Double] {
    [
      latency.decodeStep(c, batch: batch, contextTokens: context).totalSeconds,
      latency.mixedStep(
        c, batch: batch, contextTokens: context, prefillTokens: prompt, prefillContextTokens: prompt / 2
      ).totalSeconds,
      latency.prefillSeconds(c, inputTokens: prompt).totalSeconds,
      latency.prefillOccupancySeconds(c, inputTokens: prompt),
    ]
  }

  /// A machine whose efficiencies and overheads differ from the constants, as a profile measures it.
  private func profile(_ c: InstanceConfiguration, truth: LatencyModel) -> LatencyProfile {
    var decode: [ResidualTable.Point] = []
    var prefill: [ResidualTable.Point] = []
    for batch in [1.0, 4, 16, 64, 256] {
      for context in [256.0, 1024, 4096, 16_384] {
        let measured = truth.decodeStep(c, batch: batch, contextTokens: context).totalSeconds
        let predicted = latency.decodeStep(c, batch: batch, contextTokens: context).totalSeconds
        decode.append(.init(first: batch, second: context, logResidual: logarithm(measured / predicted)))
      }
    }
    for tokens in [128.0, 512, 2048, 8192] {
      let measured = truth.prefillSeconds(c, inputTokens: tokens).totalSeconds
      let predicted = latency.prefillSeconds(c, inputTokens: tokens).totalSeconds
      prefill.append(.init(first: tokens, second: tokens, logResidual: logarithm(measured / predicted)))
    }
    let scope = LatencyScope(
      accelerator: c.accelerator.id, backend: c.backend, model: c.model.id, weightPrecision: c.weightPrecision,
      strategy: c.strategy)
    return LatencyProfile(
      scope: scope, decode: ResidualTable(points: decode), prefill: ResidualTable(points: prefill))
  }

  /// Longer contexts and prompts and slower hardware keep the order exactly. Over the batch, residuals of neighbouring
  /// measurements may outweigh the growth of a step where that is small, by less than 2 % for 12 % more sequences.
  @Test(arguments: [8, 20_230_314] as [UInt64])
  func profilesKeepTheLaws(seed: UInt64) {
    var random = RandomConfigurations(catalog: catalog, latency: latency, seed: seed)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<60 {
      let item = random.nextCase()
      let c = item.configuration
      func factor() -> Double { Double.random(in: 0.6...1.7, using: &generator) }
      var truth = latency
      var hardware = latency.constants.fit(family: c.accelerator.family, backend: c.backend).hardware
      hardware.computeEfficiency *= factor()
      hardware.memoryEfficiency *= factor()
      hardware.kvReadEfficiency *= factor()
      hardware.attentionEfficiency *= factor()
      var backend = latency.constants.fit(family: c.accelerator.family, backend: c.backend).backend
      backend.decodeLayerSeconds *= factor()
      backend.sequenceSeconds *= factor()
      backend.prefillLayerSeconds *= factor()
      truth.constants.families[c.accelerator.family] = hardware
      truth.constants.backends[c.backend] = backend
      var profiled = latency
      profiled.constants.corrections.profiles = [profile(c, truth: truth)]
      #expect(profiled.instance(c).correction.profile != nil)
      let instance = profiled.instance(c)
      var size = 1.0
      while size < 1e5 {
        let next = size * 1.12
        let pairs = [
          (
            instance.decodeStep(batch: item.batch, contextTokens: size).totalSeconds,
            instance.decodeStep(batch: item.batch, contextTokens: next).totalSeconds
          ),
          (
            instance.decodeStep(batch: size, contextTokens: item.context).totalSeconds,
            instance.decodeStep(batch: next, contextTokens: item.context).totalSeconds
          ),
          (instance.prefill(inputTokens: size).totalSeconds, instance.prefill(inputTokens: next).totalSeconds),
        ]
        for (index, pair) in pairs.enumerated() {
          #expect(
            pair.1 >= pair.0 * (index == 1 ? 0.98 : 1 - 1e-9),
            "\(["context", "batch", "prompt"][index]) \(size): \(pair.1 / pair.0 - 1); seed \(seed): \(item)")
        }
        size = next
      }
      var faster = c
      faster.accelerator.memoryBandwidthBytesPerSecond *= 1.3
      faster.accelerator.denseFlops = faster.accelerator.denseFlops.mapValues { $0 * 1.3 }
      for (new, old) in zip(
        times(profiled, faster, item.batch, item.context, item.prompt),
        times(profiled, c, item.batch, item.context, item.prompt))
      {
        #expect(new <= old * (1 + 1e-12), "faster hardware took longer; seed \(seed): \(item)")
      }
    }
  }
}
