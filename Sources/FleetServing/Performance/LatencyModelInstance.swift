/// The latency model of one configuration: all coefficients that do not depend on batch and lengths, computed once.
///
/// Symbols: `b` running sequences, `s` context, `T` tokens of the step, `L` layers, `h` hidden size; one stage has
/// `n = tp · dp` devices. Formulas: `docs/latency-model.md`, "Step time".
public struct InstanceLatency: Sendable {
  public let configuration: InstanceConfiguration
  public let fit: LatencyConstants.Fit
  /// Measured deviations that all times are multiplied with.
  public let correction: LatencyCorrection

  let matrices: [MatrixTime]
  let experts: ExpertTime?
  let attention: AttentionTime
  let collectives: CollectiveTime
  let pipeline: PipelineParallel
  let context: ContextParallel
  private let layers: Double
  private let dataRanks: Double
  private let layerFactor: Double
  /// Norms, activations and casts of one token in all layers [s].
  private let activationSecondsPerToken: Double

  public init(
    _ configuration: InstanceConfiguration, fit: LatencyConstants.Fit, correction: LatencyCorrection = .none
  ) {
    self.configuration = configuration
    self.fit = fit
    self.correction = correction
    let model = configuration.model
    matrices = MatrixTime.all(of: configuration, fit: fit)
    experts = ExpertTime(configuration, fit: fit)
    attention = AttentionTime(configuration, fit: fit)
    collectives = CollectiveTime(configuration, fit: fit)
    pipeline = PipelineParallel(configuration, fit: fit)
    context = ContextParallel(configuration, fit: fit)
    layers = Double(model.layers)
    dataRanks = Double(configuration.strategy.data)
    layerFactor =
      fit.hardware.overheadFactor
      * (1
        + (model.isMixtureOfExperts ? fit.shared.expertLayerOverhead * fit.hardware.expertOverheadFactor : 0)
        + (model.attention.isLatent ? fit.shared.latentLayerOverhead : 0)
        + fit.shared.linearLayerOverhead * Double(model.linearAttention?.layers ?? 0) / Double(max(model.layers, 1)))
    activationSecondsPerToken =
      fit.shared.activationTraffic * Double(model.layers * model.hiddenSize)
      / (configuration.accelerator.memoryBandwidthBytesPerSecond * fit.hardware.memoryEfficiency)
  }

  /// See `LatencyModel.decodeStep(_:batch:contextTokens:)`.
  public func decodeStep(batch: Double, contextTokens: Double) -> StepTime {
    mixedStep(batch: batch, contextTokens: contextTokens, prefillTokens: 0, prefillContextTokens: 0)
  }

  /// See `LatencyModel.mixedStep(_:batch:contextTokens:prefillTokens:prefillContextTokens:)`.
  public func mixedStep(
    batch: Double, contextTokens: Double, prefillTokens: Double, prefillContextTokens: Double
  ) -> StepTime {
    let batch = max(batch, 0)
    let prompt = max(prefillTokens, 0)
    let work = StepWork(
      sequences: pipeline.perMicroBatch(batch), contextTokens: max(contextTokens, 0),
      promptTokens: prompt / pipeline.degree, promptContextTokens: max(prefillContextTokens, 0),
      busiestRankShare: 1 / dataRanks)
    let factor =
      batch > 0
      ? correction.decodeFactor(batch: batch)
      : correction.prefillFactor
    return pipeline.round(time(of: work), tokens: work.sequences + work.promptTokens).scaled(by: factor)
  }

  /// See `LatencyModel.prefillSeconds(_:inputTokens:)`.
  public func prefill(inputTokens: Double) -> StepTime {
    let tokens = max(inputTokens, 0)
    let work = StepWork(
      sequences: 0, contextTokens: 0, promptTokens: tokens, promptContextTokens: tokens / 2, busiestRankShare: 1)
    return pipeline.series(time(of: work), tokens: tokens).scaled(by: correction.prefillFactor)
  }

  /// See `LatencyModel.prefillOccupancySeconds(_:inputTokens:)`.
  ///
  /// - Parameter stepTokens: Prompt tokens that a data rank takes into one step; as many prompts as fit share it. 0 for one
  ///   prompt at a time.
  public func prefillOccupancySeconds(inputTokens: Double, stepTokens: Double = 0) -> Double {
    let tokens = max(inputTokens, 0)
    let together = tokens > 0 ? max(1, (stepTokens / tokens).rounded(.down)) : 1
    let prompts = dataRanks * together
    let work = StepWork(
      sequences: 0, contextTokens: 0, promptTokens: tokens * prompts, promptContextTokens: tokens / 2,
      busiestRankShare: 1 / dataRanks)
    return pipeline.slowestStageSeconds(time(of: work), tokens: tokens * prompts) / prompts * correction.prefillFactor
  }

  /// A step that several prompts share.
  ///
  /// - Parameters:
  ///   - rankTokens: Prompt tokens on each data rank.
  ///   - contextTokens: Tokens that each of them attends to on average.
  /// - Returns: Time until the first tokens, and the share of an instance's time that the prompts of one rank take [s].
  public func sharedPrefill(rankTokens: Double, contextTokens: Double) -> (occupancy: Double, latency: Double) {
    let tokens = max(rankTokens, 0) * dataRanks
    let work = StepWork(
      sequences: 0, contextTokens: 0, promptTokens: tokens, promptContextTokens: max(contextTokens, 0),
      busiestRankShare: 1 / dataRanks)
    let pass = time(of: work)
    return (
      pipeline.slowestStageSeconds(pass, tokens: tokens) / dataRanks * correction.prefillFactor,
      pipeline.series(pass, tokens: tokens).totalSeconds * correction.prefillFactor
    )
  }

  /// Time of one pass through all layers, sends between stages not included.
  private func time(of whole: StepWork) -> StepTime {
    var work = whole
    work.promptTokens /= context.degree
    return context.exchanged(groupTime(of: work), promptTokens: whole.promptTokens)
  }

  /// The same for one context group.
  private func groupTime(of work: StepWork) -> StepTime {
    let tokens = work.sequences + work.promptTokens
    guard tokens > 0 else {
      return StepTime(gemmSeconds: 0, attentionSeconds: 0, communicationSeconds: 0, overheadSeconds: 0)
    }
    let rankTokens = work.sequences / dataRanks + work.promptTokens * work.busiestRankShare
    // Only the last token of a prompt needs the projection to the vocabulary.
    let rankHeadTokens = work.sequences / dataRanks + (work.promptTokens > 0 ? 1 : 0)
    var products = RooflineTime()
    for matrix in matrices { products += matrix.time(tokens: matrix.isHead ? rankHeadTokens : rankTokens) }
    if let experts { products += experts.time(tokens: tokens) }
    let attended = attention.time(
      sequencesPerRank: work.sequences / dataRanks, contextTokens: work.contextTokens,
      promptTokensPerRank: work.promptTokens * work.busiestRankShare, promptContextTokens: work.promptContextTokens)
    // Kernels between the products read and write the hidden state of every token.
    let gemm = products.seconds + activationSecondsPerToken * rankTokens
    let promptTokens = work.promptTokens * work.busiestRankShare
    let perLayer =
      fit.backend.decodeLayerSeconds
      + (promptTokens > 0
        ? fit.backend.prefillLayerSeconds * promptTokens / (promptTokens + fit.shared.promptOverheadTokens) : 0)
    let communication = collectives.seconds(
      tokens: tokens, rankTokens: rankTokens, computing: gemm + attended.seconds)
    let overhead = layers * perLayer * layerFactor + fit.backend.stepSeconds
    // Engines of today prepare the sequences of the next step while the device works.
    let host = fit.backend.sequenceSeconds * work.sequences / dataRanks
    let hidden = fit.engine.hostOverlap * min(host, gemm + attended.seconds + communication + overhead)
    return StepTime(
      gemmSeconds: gemm, attentionSeconds: attended.seconds, communicationSeconds: communication,
      overheadSeconds: overhead + host - hidden,
      computeBoundSeconds: products.computeBoundSeconds + attended.computeBoundSeconds)
  }
}

/// What one pass through the layers has to do.
private struct StepWork {
  /// Running sequences, one token each.
  var sequences: Double
  var contextTokens: Double
  var promptTokens: Double
  /// Mean tokens that a prompt token attends to.
  var promptContextTokens: Double
  /// Share of the prompt tokens on the data rank that has most of them: 1/dp when spread, 1 for a single prompt.
  var busiestRankShare: Double
}

/// The longer of arithmetic and memory time, summed over kernels.
struct RooflineTime {
  private(set) var seconds = 0.0
  private(set) var computeBoundSeconds = 0.0

  init() {}

  init(computeSeconds: Double, memorySeconds: Double) {
    seconds = max(computeSeconds, memorySeconds)
    computeBoundSeconds = computeSeconds >= memorySeconds ? computeSeconds : 0
  }

  static func += (left: inout RooflineTime, right: RooflineTime) {
    left.seconds += right.seconds
    left.computeBoundSeconds += right.computeBoundSeconds
  }
}
