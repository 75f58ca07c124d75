import FleetOptimization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Ctrl-C and termination requests: the first one ends the search, so that the best plan so far is reported and written; a
/// second one ends the process.
enum Interruption {
  /// Set by the first signal.
  static let cancellation = Cancellation()

  /// Starts listening.
  static func listen() {
    // Built before a signal can come: the handler must not be the first to touch it.
    _ = cancellation
    var action = sigaction()
    #if canImport(Darwin)
      action.__sigaction_u.__sa_handler = received
    #else
      action.__sigaction_handler.sa_handler = received
    #endif
    action.sa_flags = Int32(SA_RESTART)
    sigaction(SIGINT, &action, nil)
    sigaction(SIGTERM, &action, nil)
    // A parent may have left them blocked, as programs with worker threads do.
    var numbers = sigset_t()
    sigemptyset(&numbers)
    sigaddset(&numbers, SIGINT)
    sigaddset(&numbers, SIGTERM)
    pthread_sigmask(Int32(SIG_UNBLOCK), &numbers, nil)
  }

  /// Runs as a signal handler: an atomic load and store, and system calls that are allowed there.
  private static let received: @convention(c) (Int32) -> Void = { number in
    if cancellation.isCancelled {
      signal(number, SIG_DFL)
      raise(number)
    }
    cancellation.cancel()
  }
}
