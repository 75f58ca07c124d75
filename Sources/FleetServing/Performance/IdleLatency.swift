/// Latencies of a request that has an instance to itself: no queue, no other sequence, no transfer.
public struct IdleLatency: Sendable, Hashable {
  /// Arrival to first token [s].
  public var ttftSeconds: Double
  /// Time per output token after the first [s].
  public var tpotSeconds: Double
  /// Arrival to last token [s].
  public var endToEndSeconds: Double
}

extension LatencyModel {
  /// What slowdowns are multiples of.
  ///
  ///     TTFT = t_p(input) + T_k·input
  ///     TPOT = t_d(1, input + output/2)
  ///     E2E  = TTFT + (output − 1)·TPOT
  ///
  /// with `t_p` the time of the prompt, `t_d` the decode step of one sequence at its mean context, and `T_k` the handling of
  /// a prompt token outside the devices.
  public func idle(
    _ configuration: InstanceConfiguration, inputTokens: Double, outputTokens: Double
  ) -> IdleLatency {
    let instance = instance(configuration)
    let first =
      instance.prefill(inputTokens: inputTokens).totalSeconds
      + promptHandlingSeconds(configuration, inputTokens: inputTokens)
    let each = instance.decodeStep(batch: 1, contextTokens: inputTokens + outputTokens / 2).totalSeconds
    return IdleLatency(
      ttftSeconds: first, tpotSeconds: each, endToEndSeconds: first + max(0, outputTokens - 1) * each)
  }
}
