import Foundation
import Synchronization

/// Gives signs of life for the leases of a runner, and finds out which of its jobs nobody wants any more.
final class Heartbeats: Sendable {
  /// Why a running job is to be stopped.
  enum Reason: Sendable {
    /// Somebody asked for it.
    case cancelled
    /// Another runner took it over: this one was not heard of for too long.
    case lost
  }

  private struct Held: Sendable {
    var lease: Lease
    var id: String
    var reason: Reason?
  }

  private struct State: Sendable {
    var held: [Int: Held] = [:]
    var isClosed = false
  }

  private let store: JobStore
  private let seconds: Double
  private let state = Mutex(State())
  private let bell = Bell()

  init(store: JobStore, seconds: Double) {
    self.store = store
    self.seconds = seconds
  }

  /// Starts the thread; it ends with `close()`.
  func start() {
    Thread.detachNewThread { self.run() }
  }

  func close() {
    state.withLock { $0.isClosed = true }
    bell.ring()
  }

  /// Keeps a lease alive from now on.
  func keep(_ lease: Lease, id: String, index: Int) {
    state.withLock { $0.held[index] = Held(lease: lease, id: id) }
  }

  /// Why the job should stop; `nil` while it should go on.
  func reason(_ index: Int) -> Reason? {
    state.withLock { $0.held[index]?.reason }
  }

  /// Leaves a job: its lease is anybody's.
  func release(_ index: Int) {
    var held = state.withLock { $0.held.removeValue(forKey: index) }
    held?.lease.release()
  }

  /// Whether the lease of a job is still the highest.
  func isHolder(_ index: Int) -> Bool {
    state.withLock { $0.held[index]?.lease.isHighest ?? false }
  }

  private func run() {
    while true {
      let seen = bell.count
      let isClosed = state.withLock { state in
        for index in state.held.keys { Self.beat(&state.held[index], store) }
        return state.isClosed
      }
      if isClosed { return }
      bell.wait(after: seen, seconds: seconds)
    }
  }

  private static func beat(_ held: inout Held?, _ store: JobStore) {
    guard let id = held?.id else { return }
    if held?.lease.beat() == false {
      held?.reason = .lost
    } else if store.isCancelRequested(id) {
      held?.reason = .cancelled
    }
  }
}
