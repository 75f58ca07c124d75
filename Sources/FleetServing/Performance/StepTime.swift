/// Predicted time of one step of an instance, by what the time is spent on. All parts are in seconds and add up.
public struct StepTime: Sendable, Hashable {
  /// Matrix products with weights: projections, feed-forward layers, experts, head.
  public var gemmSeconds: Double
  /// Reading the KV cache and the products of attention.
  public var attentionSeconds: Double
  /// Collectives between the devices of a stage, and sends between stages.
  public var communicationSeconds: Double
  /// Kernel launches, scheduling and host work per sequence.
  public var overheadSeconds: Double
  /// The part of `gemmSeconds + attentionSeconds` that is bound by arithmetic; the rest waits for memory [s].
  public var computeBoundSeconds: Double

  public init(
    gemmSeconds: Double, attentionSeconds: Double, communicationSeconds: Double, overheadSeconds: Double,
    computeBoundSeconds: Double = 0
  ) {
    self.gemmSeconds = gemmSeconds
    self.attentionSeconds = attentionSeconds
    self.communicationSeconds = communicationSeconds
    self.overheadSeconds = overheadSeconds
    self.computeBoundSeconds = computeBoundSeconds
  }

  /// Sum of all parts [s].
  public var totalSeconds: Double { gemmSeconds + attentionSeconds + communicationSeconds + overheadSeconds }

  /// Share of the whole step that is bound by arithmetic, 0...1.
  public var computeBoundShare: Double {
    totalSeconds > 0 ? computeBoundSeconds / totalSeconds : 0
  }

  /// Whether more device time goes to waiting for memory than to arithmetic.
  public var isMemoryBound: Bool { computeBoundSeconds < (gemmSeconds + attentionSeconds) / 2 }
}
