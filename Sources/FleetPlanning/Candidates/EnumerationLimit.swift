import FleetOptimization

/// When to stop sizing configurations: at a point in time, or when somebody asks.
struct EnumerationLimit: Sendable {
  var deadline: ContinuousClock.Instant?
  var cancellation: Cancellation?

  var isReached: Bool {
    if cancellation?.isCancelled == true { return true }
    return deadline.map { ContinuousClock.now >= $0 } ?? false
  }
}
