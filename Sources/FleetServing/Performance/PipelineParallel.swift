/// How pipeline stages combine into the time of a step.
///
/// The layers are split evenly over `pp` stages of `n` devices. A running instance keeps `pp` micro-batches in flight,
/// one per stage; every sequence receives one token per round of its micro-batch through all stages. Hence, with
/// `t(b)` the time of all layers on `n` devices:
///
/// - decode or mixed step (one round): `t(b/pp)·(1 + imbalance) + pp·t_send`, after which each of the `b` sequences has
///   one more token, so that throughput is `b / round` as without pipeline;
/// - one prompt alone: `t(s) + (pp − 1)·t_send`;
/// - prompts at capacity: one per slowest stage, `t(s)·(1 + imbalance)/pp + t_send`.
///
/// `1 + imbalance = pp·⌈L/pp⌉/L`: the stage with most layers sets the pace. `t_send = α + T·h·a/(link·e_l)`.
/// These are the conservation laws of a pipeline, not fitted: no row of the calibration has stages.
struct PipelineParallel: Sendable {
  /// pp.
  let degree: Double
  private let slowestShare: Double
  private let sendSeconds: Double
  private let sendSecondsPerToken: Double

  init(_ configuration: InstanceConfiguration, fit: LatencyConstants.Fit) {
    let stages = max(configuration.strategy.pipeline, 1)
    degree = Double(stages)
    slowestShare = Self.slowestStageShare(layers: configuration.model.layers, stages: stages)
    guard stages > 1 else {
      sendSeconds = 0
      sendSecondsPerToken = 0
      return
    }
    let link = configuration.accelerator.linkBytesPerSecond(devices: configuration.devices)
    sendSeconds = fit.hardware.collectiveLatencySeconds
    sendSecondsPerToken =
      Double(configuration.model.hiddenSize) * activationBytes / (link * fit.hardware.linkEfficiency)
  }

  /// `⌈L/pp⌉/L`: the share of the layers in the largest stage.
  static func slowestStageShare(layers: Int, stages: Int) -> Double {
    let layers = max(layers, 1)
    return Double((layers + stages - 1) / stages) / Double(layers)
  }

  /// Sequences of one micro-batch: `b/pp`, but a sequence is not divided.
  func perMicroBatch(_ batch: Double) -> Double { max(batch / degree, min(batch, 1)) }

  /// Time between two visits of a micro-batch, from the time of its pass through all layers.
  func round(_ pass: StepTime, tokens: Double) -> StepTime {
    guard degree > 1 else { return pass }
    var result = pass.scaled(by: degree * slowestShare)
    result.communicationSeconds += degree * send(tokens)
    return result
  }

  /// Time of one batch through all stages in series.
  func series(_ pass: StepTime, tokens: Double) -> StepTime {
    guard degree > 1 else { return pass }
    var result = pass
    result.communicationSeconds += (degree - 1) * send(tokens)
    return result
  }

  /// Time of one batch in the slowest stage.
  func slowestStageSeconds(_ pass: StepTime, tokens: Double) -> Double {
    guard degree > 1 else { return pass.totalSeconds }
    return pass.totalSeconds * slowestShare + send(tokens)
  }

  private func send(_ tokens: Double) -> Double { sendSeconds + sendSecondsPerToken * tokens }
}

extension StepTime {
  /// Every part times `factor`.
  func scaled(by factor: Double) -> StepTime {
    guard factor != 1 else { return self }
    return StepTime(
      gemmSeconds: gemmSeconds * factor, attentionSeconds: attentionSeconds * factor,
      communicationSeconds: communicationSeconds * factor, overheadSeconds: overheadSeconds * factor,
      computeBoundSeconds: computeBoundSeconds * factor)
  }
}
