#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Wakes the threads that wait for a change. Waits are measured on the monotonic clock: a date that jumps does not stretch them.
final class Bell: @unchecked Sendable {
  // The mutex guards `rings`; that makes the class sendable.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var rings = 0

  init() {
    pthread_mutex_init(mutex, nil)
    #if canImport(Darwin)
      pthread_cond_init(condition, nil)
    #else
      var attributes = pthread_condattr_t()
      pthread_condattr_init(&attributes)
      pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
      pthread_cond_init(condition, &attributes)
      pthread_condattr_destroy(&attributes)
    #endif
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Rings so far: to be read before a look at what the bell tells of.
  var count: Int {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return rings
  }

  func ring() {
    pthread_mutex_lock(mutex)
    rings += 1
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }

  /// Waits until the bell has rung more than `seen` times, at most for `seconds`.
  func wait(after seen: Int, seconds: Double) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    #if canImport(Darwin)
      var time = timespec(tv_sec: Int(seconds), tv_nsec: Int((seconds - seconds.rounded(.down)) * 1e9))
      while rings <= seen {
        if pthread_cond_timedwait_relative_np(condition, mutex, &time) != 0 { return }
      }
    #else
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      let nanoseconds = time.tv_nsec + Int(seconds * 1e9)
      time.tv_sec += nanoseconds / 1_000_000_000
      time.tv_nsec = nanoseconds % 1_000_000_000
      while rings <= seen {
        if pthread_cond_timedwait(condition, mutex, &time) != 0 { return }
      }
    #endif
  }
}
