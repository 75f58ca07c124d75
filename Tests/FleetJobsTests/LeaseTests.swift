import FleetJSON
import Foundation
import Synchronization
import Testing

@testable import FleetJobs

@Suite("Leases")
struct LeaseTests {
  /// A clock that only moves when it is told to.
  final class Clock: Sendable {
    private let time = Mutex(1000.0)
    var now: Double { time.withLock { $0 } }
    func move(_ seconds: Double) { time.withLock { $0 += seconds } }
  }

  private let folder: Workspace

  init() throws { folder = try Workspace() }

  /// Another machine, of whose processes nothing is known here.
  private let elsewhere = ProcessIdentity(host: "elsewhere", bootID: "b", namespace: "n", pid: 1, startTicks: 1)
  private let here = LeaseWatch(staleSeconds: 30)

  private func observer(_ clock: Clock) -> LeaseWatch { LeaseWatch(staleSeconds: 30, now: { clock.now }) }

  @Test func aReleasedLeaseIsAnybodys() throws {
    var first = try #require(try Lease.acquire(in: folder.path, watch: here))
    #expect(first.generation == 1)
    #expect(try Lease.acquire(in: folder.path, watch: here) == nil, "this process lives")
    first.release()
    let second = try #require(try Lease.acquire(in: folder.path, watch: here))
    #expect(second.generation == 2)
    #expect(second.isHighest)
    #expect(!first.isHighest)
    let isStillHeld = first.beat()
    #expect(!isStillHeld)
  }

  @Test func aDeadProcessOfThisMachineIsTakenOverAtOnce() throws {
    var dead = ProcessIdentity.current
    dead.startTicks -= 1
    _ = try #require(try Lease.acquire(in: folder.path, watch: here, holder: dead), "the process id is used by another")
    let next = try #require(try Lease.acquire(in: folder.path, watch: here))
    #expect(next.generation == 2)
  }

  @Test func anotherMachineIsGivenTimeByTheObserversOwnClock() throws {
    let clock = Clock()
    let watch = observer(clock)
    var held = try #require(try Lease.acquire(in: folder.path, watch: here, holder: elsewhere))
    #expect(try Lease.acquire(in: folder.path, watch: watch) == nil, "first sight")
    clock.move(29)
    #expect(try Lease.acquire(in: folder.path, watch: watch) == nil)
    held.beat()
    clock.move(29)
    #expect(try Lease.acquire(in: folder.path, watch: watch) == nil, "there was a sign of life")
    clock.move(29)
    #expect(try Lease.acquire(in: folder.path, watch: watch) == nil)
    clock.move(2)
    #expect(try Lease.acquire(in: folder.path, watch: watch)?.generation == 2)
    let isStillHeld = held.beat()
    #expect(!isStillHeld, "the old holder sees that it was replaced")
  }

  /// Each observer counts on its own clock, so one that jumps takes nothing from the other.
  @Test func twoObserversWithDifferentClocks() throws {
    let (slow, fast) = (Clock(), Clock())
    let (patient, jumping) = (observer(slow), observer(fast))
    var held = try #require(try Lease.acquire(in: folder.path, watch: here, holder: elsewhere))
    #expect(try Lease.acquire(in: folder.path, watch: patient) == nil)
    #expect(try Lease.acquire(in: folder.path, watch: jumping) == nil)
    for _ in 0..<20 {
      held.beat()
      slow.move(10)
      // Backwards: what was seen in the future counts from now on.
      fast.move(-1000)
      #expect(try Lease.acquire(in: folder.path, watch: patient) == nil)
      #expect(try Lease.acquire(in: folder.path, watch: jumping) == nil)
    }
    fast.move(31)
    slow.move(5)
    #expect(try Lease.acquire(in: folder.path, watch: patient) == nil)
    #expect(try Lease.acquire(in: folder.path, watch: jumping)?.generation == 2)
    #expect(try Lease.acquire(in: folder.path, watch: patient) == nil, "the new holder is this process, and lives")
  }

  @Test func ofManyThatTakeOverExactlyOneWins() throws {
    for round in 1...40 {
      let winners = Mutex<[Int]>([])
      DispatchQueue.concurrentPerform(iterations: 16) { _ in
        var dead = ProcessIdentity.current
        dead.startTicks -= 1
        if let lease = try? Lease.acquire(in: folder.path, watch: here, holder: dead) {
          winners.withLock { $0.append(lease.generation) }
        }
      }
      let generations = winners.withLock { $0.sorted() }
      // The holders are dead, so that losers of one generation may win the next; never two the same.
      #expect(Set(generations).count == generations.count, "round \(round)")
      #expect(!generations.isEmpty)
    }
  }

  @Test func ofManyThatTakeALiveLeaseOneWins() throws {
    for _ in 0..<40 {
      let space = try Workspace()
      let winners = Mutex(0)
      DispatchQueue.concurrentPerform(iterations: 16) { _ in
        if (try? Lease.acquire(in: space.path, watch: here)) != nil { winners.withLock { $0 += 1 } }
      }
      #expect(winners.withLock { $0 } == 1)
    }
  }

  @Test func halfALeaseIsHeldForAWhile() throws {
    let clock = Clock()
    let watch = observer(clock)
    try folder.write("", to: "lease.3")
    #expect(try Lease.acquire(in: folder.path, watch: watch) == nil)
    clock.move(31)
    #expect(try Lease.acquire(in: folder.path, watch: watch)?.generation == 4)
  }

  @Test func signsOfLifeKeepTheLength() throws {
    var content = LeaseContent(holder: .current, token: 7)
    let length = content.encoded().count
    content.beat = 123_456_789
    content.token = .max
    content.isReleased = true
    #expect(content.encoded().count == length)
    #expect(LeaseContent(content.encoded()) == content)
  }
}
