#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Ctrl-C and termination requests.
enum StopSignals {
  /// Runs as a signal handler: it may take atomic steps and the few system calls that are allowed there.
  typealias Handler = @convention(c) (Int32) -> Void

  /// Starts listening. What `handler` touches must exist by then.
  static func listen(_ handler: Handler) {
    var action = sigaction()
    #if canImport(Darwin)
      action.__sigaction_u.__sa_handler = handler
    #else
      action.__sigaction_handler.sa_handler = handler
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

  /// Ends the process as if nobody had listened; for handlers.
  static func end(_ number: Int32) {
    signal(number, SIG_DFL)
    raise(number)
  }
}
