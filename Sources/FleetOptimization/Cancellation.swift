import Synchronization

/// A request to stop, shared between the caller and a running solve.
///
/// `cancel()` is one atomic store: it may come from any thread and from a signal handler.
public final class Cancellation: Sendable {
  private let flag = Atomic<Bool>(false)

  public init() {}

  public func cancel() { flag.store(true, ordering: .releasing) }

  public var isCancelled: Bool { flag.load(ordering: .acquiring) }
}
