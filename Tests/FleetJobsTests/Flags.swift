import Synchronization

/// Which of n things happened, set from any thread.
final class Flags: Sendable {
  private let state: Mutex<[Bool]>

  init(count: Int) { state = Mutex(Array(repeating: false, count: count)) }

  func set(_ index: Int) { state.withLock { $0[index] = true } }

  var all: [Int] { state.withLock { flags in flags.indices.filter { flags[$0] } } }
}
