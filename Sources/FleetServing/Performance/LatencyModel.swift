/// Predicts how long the steps of an instance take, from the sizes of the model, the datasheet of the accelerator and
/// fitted constants.
///
/// Every function is defined for any configuration and any non-negative sizes, and returns finite, non-negative times;
/// whether a configuration can run at all is said by `unsupportedReason(_:)` and by `MemoryFootprint`. The formulas
/// with their sources are in `docs/latency-model.md`.
public struct LatencyModel: Sendable {
  public var constants: LatencyConstants
  /// Date of the engine's software [months since 2024-01]; `nil` for that of the constants.
  public var softwareMonth: Double?

  public init(constants: LatencyConstants, softwareMonth: Double? = nil) {
    self.constants = constants
    self.softwareMonth = softwareMonth
  }

  /// Factor on the times of steps from the age of the software: `e^(−a·Δ)` for `Δ` months after the date that the constants
  /// stand for. Dates beyond `softwareReach` months of it count as so far away, because no measurement says how it goes on.
  public var softwareFactor: Double {
    guard let softwareMonth else { return 1 }
    let months = min(max(softwareMonth - constants.softwareMonth, -Self.softwareReach), Self.softwareReach)
    return exponential(-constants.shared.monthlySpeedup * months)
  }

  /// Most months by which the age of software is extrapolated.
  public static let softwareReach = 12.0

  /// The coefficients of one configuration, computed once: use it where many steps of one configuration are asked for.
  public func instance(_ configuration: InstanceConfiguration) -> InstanceLatency {
    var correction = constants.corrections.correction(for: configuration)
    let margin = marginFactors(for: configuration)
    correction.decodeMargin = margin.decode * softwareFactor
    correction.prefillMargin = margin.prefill * softwareFactor
    return InstanceLatency(
      configuration,
      fit: constants.fit(family: configuration.accelerator.family, backend: configuration.backend),
      correction: correction)
  }

  /// Time between two tokens of each of `batch` running sequences when no prompt is processed [s].
  ///
  /// - Parameters:
  ///   - batch: Running sequences of the whole instance, spread evenly over its data ranks and over the micro-batches
  ///     of a pipeline.
  ///   - contextTokens: Mean tokens in the cache per sequence.
  public func decodeStep(_ configuration: InstanceConfiguration, batch: Double, contextTokens: Double) -> StepTime {
    instance(configuration).decodeStep(batch: batch, contextTokens: contextTokens)
  }

  /// Time of a step that also processes prompt tokens [s].
  ///
  /// - Parameters:
  ///   - batch: Running sequences of the whole instance.
  ///   - contextTokens: Mean tokens in the cache per running sequence.
  ///   - prefillTokens: Prompt tokens of the step in the whole instance; in a pipeline, of one round of all
  ///     micro-batches.
  ///   - prefillContextTokens: Mean number of tokens that a prompt token attends to: `s/2` for a whole prompt of `s`
  ///     tokens, and the tokens of earlier chunks in addition for a chunk.
  public func mixedStep(
    _ configuration: InstanceConfiguration, batch: Double, contextTokens: Double, prefillTokens: Double,
    prefillContextTokens: Double
  ) -> StepTime {
    instance(configuration).mixedStep(
      batch: batch, contextTokens: contextTokens, prefillTokens: prefillTokens,
      prefillContextTokens: prefillContextTokens)
  }

  /// Time in which one prompt passes an otherwise idle instance, through all pipeline stages in series [s].
  public func prefillSeconds(_ configuration: InstanceConfiguration, inputTokens: Double) -> StepTime {
    instance(configuration).prefill(inputTokens: inputTokens)
  }

  /// Time for which one prompt occupies an instance that works at capacity: `1 / largest rate` [s].
  ///
  /// Equal to `prefillSeconds` without data ranks and pipeline stages; less with them, because ranks take prompts side
  /// by side and stages one behind the other.
  public func prefillOccupancySeconds(_ configuration: InstanceConfiguration, inputTokens: Double) -> Double {
    instance(configuration).prefillOccupancySeconds(inputTokens: inputTokens)
  }

  /// Time that a request spends outside the device because of the length of its prompt (tokenising, transport) [s]:
  /// `T_k · input`. Part of TTFT under any load; it does not occupy the device.
  public func promptHandlingSeconds(_ configuration: InstanceConfiguration, inputTokens: Double) -> Double {
    instance(configuration).fit.shared.promptTokenSeconds * max(inputTokens, 0)
  }
}
