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
