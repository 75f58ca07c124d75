/// A published rate of an instance at saturation, in place of measured latencies.
public struct PublishedThroughput: Sendable, Hashable {
  /// What the rate is of.
  public enum Phase: String, Sendable, CaseIterable, Hashable {
    /// A whole instance under `conc` requests [output tokens/s].
    case closedLoop = "closed_loop"
    /// A prefill instance [input tokens/s].
    case prefill
    /// A decode instance whose batch is `conc` [output tokens/s].
    case decode

    /// A rate of one phase says what its bare steps take.
    var kind: Measurement.Kind { self == .closedLoop ? .aggregated : .step }
  }

  public var phase: Phase
  /// Of one instance [tokens/s], of the tokens that `phase` names; `nil` where the row names a phase and no rate.
  public var tokensPerSecond: Double?
  /// Where it was published, and remarks; empty when not said.
  public var source: String
  public var note: String

  public init(phase: Phase, tokensPerSecond: Double?, source: String = "", note: String = "") {
    self.phase = phase
    self.tokensPerSecond = tokensPerSecond
    self.source = source
    self.note = note
  }
}
