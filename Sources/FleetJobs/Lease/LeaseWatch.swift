import Synchronization

/// Judges the leases of others.
///
/// A lease of this machine is held as long as its process runs. One of another machine is held until it has given no sign of
/// life for a while of this observer's own clock: dates play no part, so clocks may differ and jump.
final class LeaseWatch: Sendable {
  private struct Sighting {
    var bytes: [UInt8]
    /// When these bytes were first seen.
    var since: Double
  }

  private let staleSeconds: Double
  private let now: @Sendable () -> Double
  private let isAlive: @Sendable (ProcessIdentity) -> Bool?
  private let sightings = Mutex<[String: Sighting]>([:])

  init(
    staleSeconds: Double, now: @escaping @Sendable () -> Double = { MonotonicClock.seconds() },
    isAlive: @escaping @Sendable (ProcessIdentity) -> Bool? = { $0.isAlive() }
  ) {
    self.staleSeconds = staleSeconds
    self.now = now
    self.isAlive = isAlive
  }

  /// Whether the lease at `path` with this content must be left alone.
  func isHeld(_ path: String, _ bytes: [UInt8]) -> Bool {
    if let content = LeaseContent(bytes) {
      if content.isReleased { return false }
      if let isAlive = isAlive(content.holder) { return isAlive }
    }
    let time = now()
    return sightings.withLock { sightings in
      guard let seen = sightings[path], seen.bytes == bytes, time >= seen.since else {
        sightings[path] = Sighting(bytes: bytes, since: time)
        return true
      }
      return time - seen.since < staleSeconds
    }
  }
}
