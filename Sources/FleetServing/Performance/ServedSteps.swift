/// How an engine fills the steps of an instance.
struct StepBudget: Sendable, Hashable {
  /// Tokens that one data-parallel rank processes in a step, those of running sequences included.
  var chunkTokens: Double
  /// Data-parallel ranks, which fill their steps side by side.
  var ranks: Double

  /// Prompt tokens that a step takes in any case, for each rank: one block of the cache, so that prompts never starve
  /// beside a batch as large as the budget.
  static let leastPromptTokens = 16.0

  init(chunkTokens: Int, ranks: Double) {
    self.chunkTokens = Double(chunkTokens)
    self.ranks = ranks
  }

  /// Prompt tokens that fit into a step of `batch` running sequences, which take one token each:
  /// `max(chunk·ranks − batch, 16·ranks)`.
  func promptTokens(beside batch: Double) -> Double {
    max(chunkTokens * ranks - batch, Self.leastPromptTokens * ranks)
  }
}

extension InstanceLatency {
  /// Part of the time that prompts add to a step which is felt by the sequences of that step, 0...1.
  ///
  /// Fitted on closed loops (`interferenceShare`): engines hide some of a prompt's work behind the next step. Planning,
  /// prediction and simulation use this one figure.
  public var interference: Double { min(max(fit.shared.interferenceShare, 0), 1) }

  /// Step of a running instance that also takes in prompt tokens [s]:
  /// `t_dec + interference · (t_mixed − t_dec)`; the whole of `t_mixed` where nothing runs beside the prompts.
  ///
  /// - Parameters: As `mixedStep(batch:contextTokens:prefillTokens:prefillContextTokens:)`.
  public func servedStepSeconds(
    batch: Double, contextTokens: Double, prefillTokens: Double, prefillContextTokens: Double
  ) -> Double {
    let mixed = mixedStep(
      batch: batch, contextTokens: contextTokens, prefillTokens: prefillTokens,
      prefillContextTokens: prefillContextTokens
    ).totalSeconds
    guard batch > 0 else { return mixed }
    let plain = decodeStep(batch: batch, contextTokens: contextTokens).totalSeconds
    return plain + interference * (mixed - plain)
  }
}
