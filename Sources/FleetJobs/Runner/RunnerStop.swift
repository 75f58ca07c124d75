import Synchronization

/// Requests to end a run, for example from a signal handler: one atomic step each.
public final class RunnerStop: Sendable {
  private let requests = Atomic<Int>(0)

  public init() {}

  /// The first request lets running jobs end and starts no more; the second stops the running ones and leaves them queued.
  public func request() {
    requests.add(1, ordering: .acquiringAndReleasing)
  }

  /// Requests so far.
  public var count: Int { requests.load(ordering: .acquiring) }
  /// Whether no more jobs are started.
  public var drains: Bool { count >= 1 }
  /// Whether running jobs are stopped.
  public var aborts: Bool { count >= 2 }
}
