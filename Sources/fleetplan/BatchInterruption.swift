import FleetJobs

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Ctrl-C and termination requests during a batch: the first lets running jobs end, the second stops them, a third ends the
/// process. Nothing is lost in any case.
enum BatchInterruption {
  static let stop = RunnerStop()

  /// Starts listening.
  static func listen() {
    // Built before a signal can come: the handler must not be the first to touch it.
    _ = stop
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

  /// Runs as a signal handler: atomic steps, and system calls that are allowed there.
  private static let received: @convention(c) (Int32) -> Void = { number in
    if stop.aborts {
      signal(number, SIG_DFL)
      raise(number)
    }
    stop.request()
  }
}
