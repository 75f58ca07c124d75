/// One request as it arrives.
public struct Arrival: Sendable, Hashable {
  /// Time since the start of the simulation [s].
  public var seconds: Double
  /// Position of its class in the problem.
  public var classIndex: Int
  public var inputTokens: Int32
  public var outputTokens: Int32
  /// Requests of one session have the same number; 0 for none.
  public var session: UInt32
  /// Tokens of the prompt whose cache an earlier request left, 0 for none.
  public var cachedTokens: Int32

  public init(
    seconds: Double, classIndex: Int, inputTokens: Int32, outputTokens: Int32, session: UInt32 = 0,
    cachedTokens: Int32 = 0
  ) {
    self.seconds = seconds
    self.classIndex = classIndex
    self.inputTokens = inputTokens
    self.outputTokens = outputTokens
    self.session = session
    self.cachedTokens = cachedTokens
  }
}
