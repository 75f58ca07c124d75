import FleetOptimization

/// Ctrl-C and termination requests: the first one ends the search, so that the best plan so far is reported and written; a
/// second one ends the process.
enum Interruption {
  /// Set by the first signal.
  static let cancellation = Cancellation()

  /// Starts listening.
  static func listen() {
    // Built before a signal can come: the handler must not be the first to touch it.
    _ = cancellation
    StopSignals.listen(received)
  }

  private static let received: StopSignals.Handler = { number in
    if cancellation.isCancelled { StopSignals.end(number) }
    cancellation.cancel()
  }
}
