import FleetJSON
import FleetServing
import Foundation
import Testing

@testable import FleetJobs

@Suite("The store")
struct StoreTests {
  private let space: Workspace

  init() throws { space = try Workspace() }

  @Test func statesAreReadAsTheyWereWritten() throws {
    var record = JobRecord(id: "a", source: "/p/a.json", state: .done)
    record.attempt = 3
    record.deaths = 1
    record.sourceHash = "s"
    record.key = "k"
    record.sameAs = "b"
    record.planStatus = .feasible
    record.objectiveName = "cost"
    record.objective = 1.25
    record.costUSDPerHour = 0.1 + 0.2
    record.gap = 0.01
    record.error = "line\nline"
    record.faults = [Fault(path: "/a", line: 3, column: 4, message: "m", hint: "h"), Fault(path: "", message: "n")]
    record.seconds = 2.5
    #expect(try JobRecord(json: Array(record.encoded().encoded().utf8), source: "s") == record)
    for state in JobState.allCases {
      record.state = state
      #expect(try JobRecord(json: Array(record.encoded().encoded().utf8), source: "s").state == state)
    }
  }

  @Test func aStateThatCannotBeUnderstoodFailsThatJobOnly() throws {
    try space.store.prepare()
    for id in ["a", "b"] { #expect(try space.store.add(JobRecord(id: id, source: "/p"))) }
    #expect(try !space.store.add(JobRecord(id: "a", source: "/other")))
    try space.write("{", to: "out/jobs/a/state.json")
    let records = try space.store.records()
    #expect(records.map(\.state) == [.failed, .queued])
    #expect(records[0].error?.contains("state.json") == true)
    #expect(throws: Faults.self) { try JobStore(path: space.path + "/none").ids() }
  }

  @Test func temporaryFilesOfKilledWritersAreSweptWhenTheyAreOld() throws {
    try space.store.prepare()
    try space.write("x", to: "out/.fleetplan-abc.tmp")
    try space.write("x", to: "out/.other.tmp")
    space.store.sweep()
    #expect(space.read("out/.fleetplan-abc.tmp") == "x")
    space.store.sweep(olderThan: 0)
    #expect(space.read("out/.fleetplan-abc.tmp") == nil)
    #expect(space.read("out/.other.tmp") == "x")
  }

  @Test func newFilesHaveOneMaker() throws {
    let results = Flags(count: 32)
    DispatchQueue.concurrentPerform(iterations: 32) { index in
      if (try? AtomicFile.create(Array("\(index)".utf8), at: space.path + "/one")) == true { results.set(index) }
    }
    #expect(results.all.count == 1)
    #expect(space.read("one") == results.all.first.map(String.init))
    #expect(throws: FileFailure.self) { try AtomicFile.create([], at: space.path + "/no/such") }
  }

  /// Queued, cancelled, retried; and a job whose runner is gone counts as queued.
  @Test func jobsAreCancelledAndRetried() throws {
    try space.store.prepare()
    for id in ["a", "b"] { _ = try space.store.add(JobRecord(id: id, source: "/p")) }
    #expect(try space.store.cancel("a") == .cancelled)
    #expect(try space.store.cancel("a") == .unchanged)
    #expect(try space.store.cancel("zzz") == .unknown)
    #expect(space.store.record(of: "a")?.state == .cancelled)
    #expect(try space.store.retry("a") == .queued)
    #expect(try space.store.retry("a") == .unchanged)
    var dead = ProcessIdentity.current
    dead.startTicks -= 1
    let watch = LeaseWatch(staleSeconds: 30)
    _ = try Lease.acquire(in: space.store.folder(of: "b"), watch: watch, holder: dead)
    try space.store.write(JobRecord(id: "b", source: "/p", state: .running))
    #expect(try space.store.standing().map(\.state) == [.queued, .queued])
    var held = try #require(try Lease.acquire(in: space.store.folder(of: "b"), watch: watch))
    #expect(try space.store.standing().map(\.state) == [.queued, .running])
    #expect(try space.store.cancel("b") == .cancelling)
    #expect(space.store.isCancelRequested("b"))
    held.release()
  }

  @Test func summariesAgree() throws {
    var done = JobRecord(id: "b", source: "/p/b.json", state: .done)
    done.planStatus = .optimal
    done.costUSDPerHour = 12.345678
    done.gap = 0
    done.attempt = 7
    done.seconds = 3
    var failed = JobRecord(id: "a", source: "/p/a.json", state: .failed)
    failed.error = "the problem cannot be read"
    failed.faults = [Fault(path: "/x", line: 2, column: 5, message: "unknown key", hint: "y")]
    let summary = BatchSummary([done, failed])
    #expect(summary.answer == "1 of 2\u{A0}problems has a plan; 1 failed.")
    try space.store.prepare()
    try summary.write(to: space.store)
    for name in ["md", "html", "csv", "json"] {
      let text = try #require(space.read("out/summary.\(name)")).replacingOccurrences(of: "\u{A0}", with: " ")
      for piece in ["1 of 2 problems has a plan", "unknown key", "optimal"] { #expect(text.contains(piece), "\(name)") }
    }
    #expect(space.read("out/summary.csv")?.contains("jobs,2,cost_usd_per_hour,USD/h,12.345678") == true)
    #expect(space.read("out/summary.md")?.contains("12.35") == true)
    var again = done
    again.attempt = 1
    again.seconds = 9
    #expect(BatchSummary([failed, again]).encoded() == summary.encoded())
  }
}
