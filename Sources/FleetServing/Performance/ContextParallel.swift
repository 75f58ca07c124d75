/// Context parallelism of a prompt: `cp` groups of `tp` devices, each with all weights, take equal shares of its tokens.
///
/// A group multiplies `T/cp` tokens and attends with them to the whole prompt, on average over the groups to `T/2` tokens each
/// when shares are balanced. Keys and values go round in a ring while attention computes (Liu et al. 2023, "Ring Attention with
/// Blockwise Transformers"; Yang et al. 2024, "Context Parallelism for Scalable Million-Token Inference"), so that of the
/// exchange only what exceeds attention is seen:
///
///     exchange = L·(cp − 1)·α + T·(cp − 1)/cp · kv·r/tp / (link·e_l)
///     seen     = max(0, exchange − attention)
///
/// with `kv` the bytes of one token's keys and values in 16 bit, of which a device holds `r/tp` (`r` copies), and `α`, `e_l` the
/// latency and efficiency of collectives. The time of one long prompt falls about by `cp`; prompts per device and second do not
/// rise. Nothing here is fitted.
struct ContextParallel: Sendable {
  /// cp.
  let degree: Double
  private let exchangeSeconds: Double
  private let exchangeSecondsPerToken: Double

  init(_ configuration: InstanceConfiguration, fit: LatencyConstants.Fit) {
    let groups = max(configuration.strategy.context, 1)
    degree = Double(groups)
    guard groups > 1 else {
      exchangeSeconds = 0
      exchangeSecondsPerToken = 0
      return
    }
    let model = configuration.model
    let tensor = configuration.strategy.tensor
    let link =
      configuration.accelerator.linkBytesPerSecond(devices: configuration.devices) * fit.hardware.linkEfficiency
    let heldBytes =
      model.kvBytesPerToken(in: .bf16) * model.attention.kvReplication(tensor: tensor) / Double(max(tensor, 1))
    exchangeSeconds = Double(model.layers) * (degree - 1) * fit.hardware.collectiveLatencySeconds
    exchangeSecondsPerToken = (degree - 1) / degree * heldBytes / link
  }

  /// A step of one group with what is seen of the exchange.
  /// - Parameter promptTokens: Prompt tokens of all groups.
  func exchanged(_ step: StepTime, promptTokens: Double) -> StepTime {
    guard degree > 1, promptTokens > 0 else { return step }
    let exchange = exchangeSeconds + exchangeSecondsPerToken * promptTokens
    var result = step
    result.communicationSeconds += max(0, exchange - step.attentionSeconds)
    return result
  }
}

extension LatencyModel {
  /// Why the degrees of a strategy do not go with its context groups; `nil` when they do.
  func contextFault(_ strategy: ParallelStrategy, _ model: LanguageModel, _ accelerator: Accelerator) -> String? {
    guard strategy.context > 1 else { return strategy.context < 1 ? "parallel degrees must be at least 1" : nil }
    let name = "CP\(strategy.context)"
    if strategy.pipeline > 1 || strategy.data > 1 { return "\(name) goes with tensor and expert parallelism alone" }
    if model.linearAttention != nil { return "\(name): linear attention passes its state from token to token" }
    if accelerator.scaleUpBytesPerSecond <= 0, accelerator.scaleOutBytesPerSecond <= 0 {
      return "\(accelerator.id) states no link between devices"
    }
    return nil
  }
}
