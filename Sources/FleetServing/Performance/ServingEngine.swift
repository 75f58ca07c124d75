/// How a serving engine behaves by design or by its defaults: read in its documentation or inferred from published runs,
/// not fitted with the latency constants.
public struct ServingEngine: Sendable, Hashable {
  /// Share of an answer's KV cache that is reserved when a request is admitted; engines that reserve less admit more and
  /// preempt.
  public var reservedAnswerShare: Double
  /// Token budget of a step where a benchmark does not state it [tokens].
  public var chunkTokens: Double
  /// Bytes of one element of an activation when tokens are sent to experts on other devices, weights narrower than 16 bit.
  public var dispatchBytes: Double
  /// Bytes of one element when the experts' results are brought back.
  public var combineBytes: Double
  /// Share of the bandwidth of a network that an exchange of tokens between nodes reaches.
  public var exchangeEfficiency: Double
  /// Share of the shorter of exchange and computation that is hidden behind the other one (two batches in turn).
  public var exchangeOverlap: Double
  /// Share of the host's work per sequence that is done while the device computes: 1 in engines that prepare the next step
  /// meanwhile, 0 in those of before 2025.
  public var hostOverlap: Double

  public init(
    reservedAnswerShare: Double, chunkTokens: Double, dispatchBytes: Double, combineBytes: Double,
    exchangeEfficiency: Double, exchangeOverlap: Double, hostOverlap: Double = 0
  ) {
    self.reservedAnswerShare = reservedAnswerShare
    self.chunkTokens = chunkTokens
    self.dispatchBytes = dispatchBytes
    self.combineBytes = combineBytes
    self.exchangeEfficiency = exchangeEfficiency
    self.exchangeOverlap = exchangeOverlap
    self.hostOverlap = hostOverlap
  }

  /// An engine of which nothing is known: it sends 16 bit both ways, hides nothing, and reserves three quarters of an answer.
  public static let plain = ServingEngine(
    reservedAnswerShare: 0.75, chunkTokens: 8192, dispatchBytes: 2, combineBytes: 2, exchangeEfficiency: 1,
    exchangeOverlap: 0)
}
