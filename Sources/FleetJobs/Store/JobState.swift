/// Where a job stands.
public enum JobState: String, Sendable, Hashable, CaseIterable {
  case queued
  case running
  /// A plan was found.
  case done
  /// Proven that there is no plan.
  case infeasible
  /// An error: bad input, a file that could not be written, a worker that died twice.
  case failed
  /// No answer within the limits.
  case timedOut = "timed_out"
  case cancelled

  /// Whether nothing more happens to the job by itself.
  public var isFinal: Bool { self != .queued && self != .running }

  /// Whether the state is an answer that an identical problem would get too.
  public var isShared: Bool { self == .done || self == .infeasible || self == .timedOut }
}
