import FleetJobs

/// Ctrl-C and termination requests during a batch: the first lets running jobs end, the second stops them, a third ends the
/// process. Nothing is lost in any case.
enum BatchInterruption {
  static let stop = RunnerStop()

  /// Starts listening.
  static func listen() {
    // Built before a signal can come: the handler must not be the first to touch it.
    _ = stop
    StopSignals.listen(received)
  }

  private static let received: StopSignals.Handler = { number in
    if stop.aborts { StopSignals.end(number) }
    stop.request()
  }
}
