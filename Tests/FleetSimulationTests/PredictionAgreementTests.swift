import FleetServing
import Testing

@testable import FleetSimulation

/// Simulations of single pools against `PoolPrediction`, within the accuracy that docs/serving-model.md states.
@Suite struct PredictionAgreementTests {
  private let lengths = LengthDistribution(points: [
    .init(inputTokens: 500, outputTokens: 100, weight: 0.5), .init(inputTokens: 1500, outputTokens: 200, weight: 0.3),
    .init(inputTokens: 3000, outputTokens: 400, weight: 0.2),
  ])

  private func configuration(_ strategy: ParallelStrategy) throws -> InstanceConfiguration {
    let catalog = try shippedCatalog.get()
    return InstanceConfiguration(
      model: try #require(catalog.models.first { $0.id == "llama-3.1-70b" }),
      accelerator: try #require(catalog.accelerators.first { $0.id == "h100-sxm" }), strategy: strategy,
      weightPrecision: .fp8, kvPrecision: .fp8, backend: "vllm")
  }

  private func group(_ phase: Phase, _ configuration: InstanceConfiguration, instances: Int) throws -> FleetGroup {
    let constants = try shippedCatalog.get().latencyConstants
    return FleetGroup(
      id: phase.rawValue, phase: phase, modelID: "model", poolID: phase.rawValue, instancesByPeriod: [instances],
      devicesPerInstance: configuration.devices, maximumBatch: 1024, classIndices: [0],
      configuration: configuration, law: .model(LatencyModel(constants: constants).instance(configuration)),
      memory: KVMemory(configuration, constants: constants))
  }

  private func arrivals(rate: Double, count: Int) -> [Arrival] {
    var sampler = LengthSampler(lengths)
    return poissonArrivals(rate: rate, count: count, seed: 21) {
      let drawn = sampler.draw(&$0)
      return (drawn.inputTokens, drawn.outputTokens)
    }
  }

  private func serving(_ router: RouterAssumption, prefillStepTokens: Int = 8192) throws -> ServingModel {
    ServingModel(
      latency: LatencyModel(constants: try shippedCatalog.get().latencyConstants),
      assumptions: ServingAssumptions(prefillStepTokens: prefillStepTokens, router: router))
  }

  private var admitted: AdmittedClass { AdmittedClass(id: "class-0", lengths: lengths) }

  @Test(arguments: [(1, 0.5), (4, 0.5), (4, 0.8)]) func prefill(instances: Int, utilization: Double) throws {
    let configuration = try configuration(ParallelStrategy(tensor: 4))
    let serving = try serving(.sharedQueue, prefillStepTokens: 1)
    let one = serving.predictPrefill(configuration, instances: instances, mix: [(admitted, 1)])
    let rate = utilization / one.utilization
    let predicted = serving.predictPrefill(configuration, instances: instances, mix: [(admitted, rate)])
    let fleet = try TheoryFleets.fleet(
      [try group(.prefill, configuration, instances: instances), try group(.decode, configuration, instances: 8)],
      [TheoryFleets.route(0, 1)])
    let result = try fleet.result(
      arrivals(rate: rate, count: 12_000).map {
        Arrival(seconds: $0.seconds, classIndex: 0, inputTokens: $0.inputTokens, outputTokens: 1)
      }
    ) { $0.prefillTokenBudget = 1 }
    #expect(abs(result.groups[0].busyShare / utilization - 1) < 0.05)
    let ttft = try #require(result.classes[0].ttft).p95.value
    let transfer = try #require(result.classes[0].stages).transfer
    #expect(transfer > 0)
    let ratio = (ttft - transfer) / predicted.classes[0].ttftSeconds
    #expect(abs(ratio - 1) < 0.1, "\(ratio)")
  }

  /// Prompts that share steps of 8,192 tokens, the budget of the policy.
  @Test(arguments: [(1, 0.5), (1, 0.8), (4, 0.5), (4, 0.8)])
  func sharedPrefill(instances: Int, utilization: Double) throws {
    let configuration = try configuration(ParallelStrategy(tensor: 4))
    let serving = try serving(.sharedQueue)
    let one = serving.predictPrefill(configuration, instances: instances, mix: [(admitted, 1)])
    let rate = utilization / one.utilization
    let predicted = serving.predictPrefill(configuration, instances: instances, mix: [(admitted, rate)])
    let fleet = try TheoryFleets.fleet(
      [try group(.prefill, configuration, instances: instances), try group(.decode, configuration, instances: 8)],
      [TheoryFleets.route(0, 1)])
    let result = try fleet.result(
      arrivals(rate: rate, count: 12_000).map {
        Arrival(seconds: $0.seconds, classIndex: 0, inputTokens: $0.inputTokens, outputTokens: 1)
      })
    // Steps are not full: the instance is busy for longer than it would be in full ones.
    #expect(result.groups[0].busyShare > 0.95 * utilization && result.groups[0].busyShare < 1)
    let ttft = try #require(result.classes[0].ttft).p95.value
    let ratio = predicted.classes[0].ttftSeconds / (ttft - (try #require(result.classes[0].stages).transfer))
    #expect(ratio > 0.92 && ratio < 1.35, "\(ratio)")
  }

  @Test func decode() throws {
    let configuration = try configuration(ParallelStrategy(tensor: 4))
    let serving = try serving(.randomSplit)
    let rate = 4.0
    let predicted = serving.predictDecode(configuration, instances: 1, mix: [(admitted, rate)])
    let fleet = try TheoryFleets.fleet(
      [try group(.prefill, configuration, instances: 8), try group(.decode, configuration, instances: 1)],
      [TheoryFleets.route(0, 1)])
    let result = try fleet.result(arrivals(rate: rate, count: 2500))
    let tpot = try #require(result.classes[0].tpot).p95.value
    #expect(abs(tpot / predicted.classes[0].tpotSeconds - 1) < 0.05, "\(tpot), \(predicted)")
    #expect(abs(result.groups[1].meanBatch / predicted.meanBatch - 1) < 0.08, "\(result.groups[1].meanBatch)")
  }

  @Test func aggregated() throws {
    let configuration = try configuration(ParallelStrategy(tensor: 4))
    let serving = try serving(.randomSplit)
    let rate = 3.0
    let predicted = serving.predictAggregated(configuration, instances: 1, mix: [(admitted, rate)])
    let fleet = try TheoryFleets.fleet(
      [try group(.aggregated, configuration, instances: 1)], [TheoryFleets.route(0, 0)])
    let result = try fleet.result(arrivals(rate: rate, count: 2000))
    // The prediction carries a margin on what prompts add and wait: up to 20 % (TPOT) and 60 % (TTFT) above, 5 % below.
    let tpot = predicted.decode.classes[0].tpotSeconds / (try #require(result.classes[0].tpot).p95.value)
    let ttft = predicted.prefill.classes[0].ttftSeconds / (try #require(result.classes[0].ttft).p95.value)
    #expect(tpot > 0.95 && tpot < 1.2, "\(tpot)")
    #expect(ttft > 0.95 && ttft < 1.6, "\(ttft)")
  }
}
