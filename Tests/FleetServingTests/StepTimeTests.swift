import FleetServing
import Testing

/// Times worked out by hand from the formulas of `docs/latency-model.md` on devices with round numbers.
@Suite struct StepTimeTests {
  typealias R = RoundNumbers

  /// Weights read: (60,000 + 120,000 + 100,000)·2 bytes at 1 MB/s. KV read: 10 tokens · 2 layers · 2·2·25 · 2 bytes.
  @Test func decodeOfOneSequenceReadsWeightsAndCache() {
    let step = LatencyModel(constants: R.ideal).decodeStep(R.configuration(R.dense), batch: 1, contextTokens: 10)
    #expect(agree(step.gemmSeconds, 0.56))
    #expect(agree(step.attentionSeconds, 0.004))
    #expect(step.communicationSeconds == 0 && step.overheadSeconds == 0)
    #expect(step.isMemoryBound && step.computeBoundShare == 0)
  }

  /// 10,000 tokens: 2·280,000·10,000 FLOP at 1 GFLOP/s exceed the time of reading.
  @Test func largeBatchesAreBoundByArithmetic() {
    let step = LatencyModel(constants: R.ideal).decodeStep(R.configuration(R.dense), batch: 10_000, contextTokens: 0)
    #expect(agree(step.totalSeconds, 5.6))
    #expect(step.computeBoundShare == 1 && !step.isMemoryBound)
  }

  /// fp8: 1 byte per weight and 4·0.5 GFLOP/s; the head stays in bf16.
  @Test func narrowWeightsAreReadAndMultipliedFaster() {
    let model = LatencyModel(constants: R.ideal)
    let read = model.decodeStep(R.configuration(R.dense, weights: .fp8), batch: 1, contextTokens: 0)
    #expect(agree(read.totalSeconds, 0.18 * (1 + 4.0 / 16_384) + 0.2))
    let multiplied = model.decodeStep(R.configuration(R.dense, weights: .fp8), batch: 1e4, contextTokens: 0)
    #expect(agree(multiplied.totalSeconds, 1.8 + 2))
    let weightOnly = model.decodeStep(R.configuration(R.dense, weights: .int4), batch: 1e4, contextTokens: 0)
    #expect(agree(weightOnly.totalSeconds, 3.6 + 2))
    let fourBit = model.decodeStep(R.configuration(R.dense, weights: .nvfp4), batch: 1e4, contextTokens: 0)
    #expect(agree(fourBit.totalSeconds, 1.8 + 2))
  }

  /// 1,000 prompt tokens: projections 2·180,000·1,000 FLOP; the head for the last token only; attention
  /// 2·4·(25 + 25) FLOP per layer and pair with 500 attended tokens on average.
  @Test func prefillAttendsToHalfThePrompt() {
    let step = LatencyModel(constants: R.ideal).prefillSeconds(R.configuration(R.dense), inputTokens: 1000)
    #expect(agree(step.gemmSeconds, 0.12 + 0.24 + 0.2))
    let flops: Double = 2 * 400 * 1000 * 500
    #expect(agree(step.attentionSeconds, flops / 1e9))
  }

  @Test func overheadsFollowLayersSequencesAndPrompts() {
    let constants = R.constants(
      decodeLayer: 0.01, prefillLayer: 0.03, sequence: 0.001, step: 0.1, expertOverhead: 0.5, latentOverhead: 1)
    let model = LatencyModel(constants: constants)
    func overhead(_ of: LanguageModel, prompt: Double) -> Double {
      model.mixedStep(
        R.configuration(of), batch: 4, contextTokens: 8, prefillTokens: prompt, prefillContextTokens: prompt / 2
      ).overheadSeconds
    }
    #expect(agree(overhead(R.dense, prompt: 0), 0.124))
    // The overhead of prompts comes on top of that of a layer.
    #expect(agree(overhead(R.dense, prompt: 5), 0.184))
    #expect(agree(overhead(R.mixture, prompt: 0), 0.134))
    #expect(agree(overhead(R.latent, prompt: 0), 0.144))
  }

  /// Two tokens that choose one of four experts reach 4·(1 − 0.75²) = 1.75 of them on average.
  @Test func expertsAreReadAsOftenAsTheyAreReached() {
    let model = LatencyModel(constants: R.ideal)
    let step = model.decodeStep(R.configuration(R.mixture), batch: 2, contextTokens: 0)
    // Attention, head and routers of 400 weights per layer; then 1.75 experts of 30,000 bytes in two layers.
    #expect(agree(step.gemmSeconds, 0.12 + 0.2 + 0.0016 + 0.105))
    let large = model.decodeStep(R.configuration(R.mixture), batch: 1e6, contextTokens: 0)
    #expect(agree(large.gemmSeconds, 381.6))
  }

  /// TP2: half of everything per device, and 2 all-reduces per layer of 2·(1/2)·T·100·2 bytes.
  @Test func tensorParallelismHalvesWorkAndReduces() {
    let model = LatencyModel(constants: R.constants(collectiveLatency: 1e-5))
    let step = model.decodeStep(
      R.configuration(R.dense, ParallelStrategy(tensor: 2)), batch: 3, contextTokens: 10)
    #expect(agree(step.gemmSeconds, 0.28))
    #expect(agree(step.attentionSeconds, 0.006))
    #expect(agree(step.communicationSeconds, 4 * (1e-5 + 0.0006)))
    let far = model.decodeStep(
      R.configuration(R.dense, ParallelStrategy(tensor: 2), device: R.device(domain: 1)), batch: 3, contextTokens: 10)
    #expect(agree(far.communicationSeconds, 4 * (1e-5 + 0.006)))
  }

  /// Four devices and two KV heads: each device keeps one, as with two devices.
  @Test func scarceHeadsAreReadByEveryDevice() {
    let model = LatencyModel(constants: R.ideal)
    func attention(_ of: LanguageModel, _ tensor: Int) -> Double {
      model.decodeStep(R.configuration(of, ParallelStrategy(tensor: tensor)), batch: 1, contextTokens: 10)
        .attentionSeconds
    }
    #expect(agree(attention(R.dense, 2), 0.002))
    #expect(agree(attention(R.dense, 4), 0.002))
    #expect(agree(attention(R.latent, 1), 0.002))
    #expect(agree(attention(R.latent, 4), attention(R.latent, 1)))
  }

  /// Two ranks of one device with experts on both: no all-reduce; per layer a token goes there and back to the other
  /// device with probability 1/2, from half of the tokens per device.
  @Test func dataRanksExchangeTokensForExperts() {
    let model = LatencyModel(constants: R.constants(collectiveLatency: 1e-5))
    let strategy = ParallelStrategy(tensor: 1, expert: 2, data: 2)
    let step = model.decodeStep(R.configuration(R.mixture, strategy), batch: 8, contextTokens: 10)
    #expect(agree(step.communicationSeconds, 4 * (1e-5 + 0.0004)))
    #expect(agree(step.attentionSeconds, 0.016))
  }

  /// Two stages of one layer: each of two micro-batches of 4 reads all weights once per round.
  @Test func pipelineRoundsServeTheWholeBatch() {
    let model = LatencyModel(constants: R.constants(collectiveLatency: 1e-5))
    let whole = model.decodeStep(R.configuration(R.dense), batch: 4, contextTokens: 10)
    let staged = model.decodeStep(
      R.configuration(R.dense, ParallelStrategy(pipeline: 2)), batch: 8, contextTokens: 10)
    #expect(agree(staged.gemmSeconds, whole.gemmSeconds))
    #expect(agree(staged.communicationSeconds, 2 * (1e-5 + 0.0008)))
    let prompt = model.prefillSeconds(R.configuration(R.dense), inputTokens: 1000).totalSeconds
    let stagedPrompt = model.prefillSeconds(
      R.configuration(R.dense, ParallelStrategy(pipeline: 2)), inputTokens: 1000
    ).totalSeconds
    #expect(agree(stagedPrompt, prompt + 1e-5 + 0.2))
    let occupancy = model.prefillOccupancySeconds(
      R.configuration(R.dense, ParallelStrategy(pipeline: 2)), inputTokens: 1000)
    #expect(agree(occupancy, prompt / 2 + 1e-5 + 0.2))
  }

  /// Three layers in two stages: the stage of two layers sets the pace, 4/3 of the even time.
  @Test func unevenStagesSlowTheRound() {
    var model = R.dense
    model.layers = 3
    let latency = LatencyModel(constants: R.ideal)
    let even = latency.decodeStep(R.configuration(model), batch: 1, contextTokens: 0).gemmSeconds
    let staged = latency.decodeStep(
      R.configuration(model, ParallelStrategy(pipeline: 2)), batch: 2, contextTokens: 0
    ).gemmSeconds
    #expect(agree(staged, even * 4 / 3))
  }

  @Test func closedLoopAddsTheOthersPrompts() {
    let model = LatencyModel(constants: R.constants(prefillLayer: 0.5, promptToken: 0.001))
    let configuration = R.configuration(R.dense)
    let decode = model.decodeStep(configuration, batch: 3, contextTokens: 110).totalSeconds
    let mixed = model.mixedStep(
      configuration, batch: 3, contextTokens: 110, prefillTokens: 100, prefillContextTokens: 50
    ).totalSeconds
    let loop = model.closedLoop(
      configuration, concurrency: 3, inputTokens: 100, outputTokens: 20, maximumBatch: 8)
    let added = mixed - decode
    // Ten waves: 0.95 of the prompts of two others fall into 20 steps, and a tenth of the requests begin with all three prompts.
    let first = model.mixedStep(
      configuration, batch: 0, contextTokens: 110, prefillTokens: 300, prefillContextTokens: 50
    ).totalSeconds
    #expect(agree(loop.tpotSeconds, decode + 0.095 * added))
    #expect(agree(loop.ttftSeconds, 0.1 * first + 0.9 * (mixed + 0.1 * added) + 2 * decode + 0.1))
    // One wave: half of the prompts fall into a token's steps, and all begin together in steps of 100 tokens.
    let burst = model.closedLoop(
      configuration, concurrency: 3, inputTokens: 100, outputTokens: 20,
      harness: ClosedLoopHarness(waves: 1, chunkTokens: 100), maximumBatch: 8)
    let alone = model.mixedStep(
      configuration, batch: 0, contextTokens: 110, prefillTokens: 100, prefillContextTokens: 50
    ).totalSeconds
    #expect(agree(burst.tpotSeconds, decode + 0.05 * added))
    #expect(agree(burst.ttftSeconds, 2 * alone + 2 * decode + 0.1))
    #expect(agree(model.promptHandlingSeconds(configuration, inputTokens: 100), 0.1))
  }

  @Test func nothingToDoTakesNoTime() {
    let model = LatencyModel(constants: R.constants(decodeLayer: 1, step: 1))
    #expect(model.decodeStep(R.configuration(R.dense), batch: 0, contextTokens: 10).totalSeconds == 0)
  }
}
