/// What became of one request: all times since the start of the simulation [s].
public struct FinishedRequest: Sendable, Hashable {
  public var classIndex: Int
  public var arrivalSeconds: Double
  /// When its first prompt token was processed.
  public var prefillStartSeconds: Double
  /// When its last prompt token was processed.
  public var prefillEndSeconds: Double
  /// When the user saw the first token.
  public var firstTokenSeconds: Double
  /// From the end of prefill until the KV cache lay on the decode instance [s]; 0 for aggregated instances.
  public var transferSeconds: Double
  /// When it joined the running batch of the decode instance.
  public var decodeStartSeconds: Double
  public var lastTokenSeconds: Double
  public var inputTokens: Int32
  public var outputTokens: Int32
  /// Tokens of the prompt whose cache an earlier request had left.
  public var cachedTokens: Int32
  /// Positions of groups in the plan and of instances in their group; equal for aggregated instances.
  public var prefillGroup: Int
  public var prefillInstance: Int
  public var decodeGroup: Int
  public var decodeInstance: Int
  /// How often it lost its KV cache for want of memory.
  public var preemptions: Int

  public init(
    classIndex: Int, arrivalSeconds: Double, prefillStartSeconds: Double, prefillEndSeconds: Double,
    firstTokenSeconds: Double, transferSeconds: Double, decodeStartSeconds: Double, lastTokenSeconds: Double,
    inputTokens: Int32, outputTokens: Int32, cachedTokens: Int32 = 0, prefillGroup: Int, prefillInstance: Int,
    decodeGroup: Int, decodeInstance: Int, preemptions: Int = 0
  ) {
    self.classIndex = classIndex
    self.arrivalSeconds = arrivalSeconds
    self.prefillStartSeconds = prefillStartSeconds
    self.prefillEndSeconds = prefillEndSeconds
    self.firstTokenSeconds = firstTokenSeconds
    self.transferSeconds = transferSeconds
    self.decodeStartSeconds = decodeStartSeconds
    self.lastTokenSeconds = lastTokenSeconds
    self.inputTokens = inputTokens
    self.outputTokens = outputTokens
    self.cachedTokens = cachedTokens
    self.prefillGroup = prefillGroup
    self.prefillInstance = prefillInstance
    self.decodeGroup = decodeGroup
    self.decodeInstance = decodeInstance
    self.preemptions = preemptions
  }

  public var ttftSeconds: Double { firstTokenSeconds - arrivalSeconds }
  /// Mean time per token after the first; `nil` for answers of one token.
  public var tpotSeconds: Double? {
    outputTokens > 1 ? (lastTokenSeconds - firstTokenSeconds) / Double(outputTokens - 1) : nil
  }
  public var endToEndSeconds: Double { lastTokenSeconds - arrivalSeconds }
}
