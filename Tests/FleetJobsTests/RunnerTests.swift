import FleetJSON
import FleetServing
import Foundation
import Testing

@testable import FleetJobs

@Suite("The runner", .serialized)
struct RunnerTests {
  private let space: Workspace

  init() throws { space = try Workspace() }

  private func state(_ id: String) -> JobState? { space.store.record(of: id)?.state }

  /// No job's folder holds a temporary file.
  private func expectNoLeftovers() throws {
    for id in try space.store.ids() {
      let names = try FileManager.default.contentsOfDirectory(atPath: space.store.folder(of: id))
      #expect(!names.contains { $0.hasSuffix(".tmp") }, "\(id): \(names)")
    }
  }

  @Test func everyJobIsSolvedOnceAndKept() throws {
    try space.addProblems(["a", "b", "c", "d", "e"])
    let options = space.options(try space.script("echo $id >> $work/solved; answer \"$id\""))
    let first = try space.run(options)
    #expect(first.records.map(\.id) == ["a", "b", "c", "d", "e"])
    #expect(first.counts.done == 5 && !first.isInterrupted)
    #expect(space.read("out/jobs/c/plan.json") == "c")
    #expect(space.read("out/jobs/c/problem.json") == space.read("in/c.json"))
    #expect(space.store.record(of: "c")?.attempt == 1)
    let again = try space.run(options)
    #expect(again.counts.kept == 5 && again.counts.done == 5)
    #expect(space.lines("solved") == ["a", "b", "c", "d", "e"])
    // What changed is solved again: the source, the options, a plan that went missing.
    try space.write(Workspace.problem(rate: 77, name: "b"), to: "in/b.json")
    try FileManager.default.removeItem(atPath: space.store.file(.plan, of: "d"))
    _ = try space.run(options)
    #expect(space.lines("solved") == ["a", "b", "b", "c", "d", "d", "e"])
    var robust = options
    robust.job.robust = true
    #expect(try space.run(robust).counts.kept == 0)
    #expect(space.lines("solved").count == 12)
    try expectNoLeftovers()
  }

  @Test func identicalProblemsAreSolvedOnce() throws {
    let text = Workspace.problem(rate: 3, name: "same")
    for name in ["c", "a", "b"] { try space.write(text, to: "in/\(name).json") }
    try space.write(Workspace.problem(rate: 4, name: "other"), to: "in/z.json")
    let options = space.options(try space.script("echo $id >> $work/solved; answer \"plan of $id\""), jobs: 3)
    let outcome = try space.run(options)
    #expect(space.lines("solved") == ["a", "z"])
    #expect(outcome.counts.done == 4)
    #expect(outcome.records.map(\.sameAs) == [nil, "a", "a", nil])
    #expect(space.bytes(.plan, of: "c") == space.bytes(.plan, of: "a"))
    #expect(try space.run(options).counts.kept == 4)
    #expect(space.lines("solved") == ["a", "z"])
  }

  /// An identical problem does not share a failure that was an accident.
  @Test func aFailedLeaderIsFollowedByTheNext() throws {
    let text = Workspace.problem(rate: 3, name: "same")
    for name in ["a", "b", "c"] { try space.write(text, to: "in/\(name).json") }
    let options = space.options(try space.script("[ $id = a ] && exit 3; answer ok"))
    let outcome = try space.run(options)
    #expect(outcome.records.map(\.state) == [.failed, .done, .done])
    #expect(outcome.records[2].sameAs == "b")
  }

  @Test func aWorkerThatDiesTwiceFailsItsJobOnly() throws {
    try space.addProblems(["a", "b", "c"])
    let script = try space.script("[ $id = b ] && { echo \"about to crash on $id\" >&2; kill -9 $$; }; answer ok")
    let outcome = try space.run(space.options(script))
    #expect(outcome.records.map(\.state) == [.done, .failed, .done])
    let record = outcome.records[1]
    #expect(record.deaths == 2)
    #expect(record.error?.contains("signal 9") == true)
    #expect(record.error?.contains("about to crash on b") == true, "its last words")
    #expect(space.read("out/jobs/b/log.txt")?.contains("about to crash on b") == true)
    // Put back by hand, it gets two chances again; once is forgiven.
    #expect(try space.store.retry("b") == .queued)
    let forgiven = try space.script("[ $id = b ] && [ ! -e $work/once ] && { touch $work/once; exit 1; }; answer ok")
    #expect(try space.run(space.options(forgiven)).counts.done == 3)
    #expect(space.store.record(of: "b")?.deaths == 1)
  }

  @Test func aWorkerThatCannotBeStartedIsSaidOfEveryJob() throws {
    try space.addProblems(["a", "b"])
    let outcome = try space.run(space.options(["/no/such/program"]))
    #expect(outcome.counts.failed == 2)
    #expect(outcome.records[0].error?.contains("/no/such/program cannot be started: no such file or folder") == true)
  }

  @Test func aWorkerThatDoesNotAnswerIsKilled() throws {
    try space.addProblems(["a", "b"])
    var options = space.options(try space.script("[ $id = a ] && exec sleep 1000; answer ok"))
    options.job.timeLimitSeconds = 0.05
    options.graceSeconds = 0.2
    let outcome = try space.run(options)
    #expect(outcome.records.map(\.state) == [.timedOut, .done])
    #expect(outcome.records[0].error?.contains("time limit") == true)
  }

  /// At half of the grace the worker is asked to end its search, and answers with what it has.
  @Test func aSearchIsAskedToEndBeforeItsWorkerIsKilled() throws {
    try space.addProblems(["a"])
    var options = space.options(try space.script("read -r line; echo \"$line\" > $work/asked; answer part"))
    options.job.timeLimitSeconds = 0.05
    options.graceSeconds = 1
    // The script answers at the second line only, so an answer means that it was asked; a slow machine may kill it first.
    let outcome = try space.run(options)
    if outcome.records[0].state == .done { #expect(space.read("asked") == "{\"end_search\":true}\n") }
    #expect([.done, .timedOut].contains(outcome.records[0].state))
  }

  /// At the time limit: a plan with its gap is an answer, none is a time-out, proven infeasibility is an answer.
  @Test func everyAnswerHasItsState() throws {
    try space.addProblems(["cut", "error", "none", "proof"])
    let options = space.options(
      try space.script(
        """
        case $id in
          cut) echo '{"id":"cut","plan_status":"feasible","gap":0.25,"cost_usd_per_hour":4,"plan":"{}"}' ;;
          none) echo '{"id":"none","plan_status":"unsolved","error":"no plan within the limits","plan":"{}"}' ;;
          proof) echo '{"id":"proof","plan_status":"infeasible","error":"too little stock","plan":"{}"}' ;;
          error) echo '{"id":"error","error":"the solver failed"}' ;;
        esac
        """), jobs: 1)
    let outcome = try space.run(options)
    #expect(outcome.records.map(\.state) == [.done, .failed, .timedOut, .infeasible])
    #expect(outcome.records[0].gap == 0.25 && outcome.records[0].planStatus == .feasible)
    #expect(
      outcome.records.map(\.error) == [nil, "the solver failed", "no plan within the limits", "too little stock"])
  }

  /// A watched file that changes while its job runs: the attempt fails, and the new content is solved.
  @Test func aWatchedFileThatChangesWhileItRunsIsSolvedAgain() throws {
    try space.addProblems(["a"])
    var options = space.options(
      try space.script("touch $work/begun; while [ ! -e $work/go ]; do sleep 0.01; done; answer \"$id\""), jobs: 1)
    options.watches = true
    options.pollSeconds = 0.01
    let runner = space.runner(options)
    let watcher = Thread { [space] in
      _ = eventually { space.read("begun") != nil }
      try? space.write(Workspace.problem(rate: 9, name: "new"), to: "in/a.json")
      // Long enough for the spool to hand the new file out while the old one runs, and right if it does so later.
      usleep(200_000)
      try? space.write("", to: "go")
      _ = eventually { space.store.record(of: "a")?.state == .done }
      runner.stop.request()
    }
    watcher.start()
    let outcome = try runner.run([], spool: Spool(folders: [space.input], output: space.store.path))
    #expect(outcome.counts.done == 1)
    #expect(space.read("out/jobs/a/problem.json")?.contains("\"new\"") == true)
  }

  @Test func faultyAndMissingProblemsFailWithTheirFaults() throws {
    try space.addProblems(["good"])
    try space.write(
      Workspace.problem(rate: 1, name: "x").replacingOccurrences(of: "\"ttft_ms\": 500", with: "\"ttft\": 500"),
      to: "in/bad.json")
    var sources = try space.sources()
    sources.append(JobSource(path: space.input + "/gone.json", id: "gone"))
    let options = space.options(try space.script("echo $id >> $work/solved; answer ok"))
    let outcome = try space.runner(options).run(sources)
    #expect(space.lines("solved") == ["good"], "no worker sees a faulty problem")
    #expect(outcome.records.map(\.state) == [.failed, .done, .failed])
    let fault = try #require(outcome.records[0].faults.first)
    #expect(fault.line != nil && fault.column != nil && fault.path.hasPrefix("/classes/0/slo"))
    #expect(outcome.records[0] == space.store.record(of: "bad"))
    #expect(space.read("out/jobs/bad/log.txt")?.contains("bad.json: line") == true)
    #expect(outcome.records[2].faults.first?.message == "the file does not exist")
    #expect(try space.runner(options).run(sources).counts.kept == 3, "the same faults again")
  }

  @Test func aProblemReplacedWhileItRunsFailsAndIsSolvedNextTime() throws {
    try space.addProblems(["a", "b", "c"])
    try space.write(Workspace.problem(rate: 50, name: "new"), to: "new.json")
    let script = try space.script("[ $id = b ] && mv $work/new.json $source 2>/dev/null; answer \"$id\"")
    let options = space.options(script)
    let outcome = try space.run(options)
    #expect(outcome.records.map(\.state) == [.done, .failed, .done])
    #expect(outcome.records[1].error?.contains("b.json was replaced while it was solved") == true)
    #expect(space.bytes(.plan, of: "b") == nil)
    let next = try space.run(options)
    #expect(next.counts.kept == 2 && next.counts.done == 3)
    #expect(space.read("out/jobs/b/problem.json")?.contains("\"new\"") == true)
  }

  @Test func twoRunnersShareTheJobs() throws {
    let names = (0..<12).map { "p\($0 + 10)" }
    try space.addProblems(names)
    let options = space.options(try space.script("echo $id >> $work/solved; answer \"$id\""))
    let sources = try space.sources()
    let finished = Flags(count: 3)
    DispatchQueue.concurrentPerform(iterations: 3) { index in
      if let outcome = try? space.runner(options).run(sources), outcome.counts.done == 12 { finished.set(index) }
    }
    #expect(finished.all == [0, 1, 2], "each waits for what the others have")
    #expect(space.lines("solved") == names, "nothing twice")
    try expectNoLeftovers()
  }

  /// A first request lets running jobs end; the run after that continues.
  @Test func aRequestToEndDrains() throws {
    try space.addProblems((0..<6).map { "p\($0)" })
    let options = space.options(
      try space.script("touch $work/begun; while [ ! -e $work/go ]; do sleep 0.01; done; answer ok"), jobs: 1)
    let runner = space.runner(options)
    let sources = try space.sources()
    let watcher = Thread { [space] in
      _ = eventually { space.read("begun") != nil }
      runner.stop.request()
      try? space.write("", to: "go")
    }
    watcher.start()
    let outcome = try runner.run(sources)
    #expect(outcome.isInterrupted)
    #expect(outcome.counts.done == 1 && outcome.counts.waiting == 5)
    #expect(try space.store.standing().map(\.state).filter { $0 == .queued }.count == 5)
    #expect(try space.run(options).counts.done == 6)
  }

  /// A second one stops running jobs and leaves them queued.
  @Test func aSecondRequestStopsRunningJobs() throws {
    try space.addProblems(["a", "b"])
    let options = space.options(try space.script("touch $work/begun-$id; exec sleep 1000"))
    let runner = space.runner(options)
    let sources = try space.sources()
    let watcher = Thread { [space] in
      _ = eventually { space.read("begun-a") != nil && space.read("begun-b") != nil }
      runner.stop.request()
      runner.stop.request()
    }
    watcher.start()
    let outcome = try runner.run(sources)
    #expect(outcome.isInterrupted && outcome.counts.waiting == 2)
    #expect(state("a") == .queued && state("b") == .queued)
    #expect(space.store.record(of: "a")?.deaths == 0)
    #expect(try space.run(space.options(try space.script("answer ok"))).counts.done == 2)
  }

  @Test func aRunningJobIsCancelledFromOutside() throws {
    try space.addProblems(["a", "b"])
    let options = space.options(
      try space.script("[ $id = a ] && { touch $work/begun; exec sleep 1000; }; answer ok"))
    let watcher = Thread { [space] in
      _ = eventually { space.read("begun") != nil }
      _ = try? space.store.cancel("a")
    }
    watcher.start()
    let outcome = try space.run(options)
    #expect(outcome.records.map(\.state) == [.cancelled, .done])
    #expect(!space.store.isCancelRequested("a"), "the request is used up")
    // It stays cancelled until it is put back.
    #expect(try space.run(options).counts.cancelled == 1)
    #expect(try space.store.retry("a") == .queued)
    #expect(try space.run(space.options(try space.script("answer ok"))).counts.done == 2)
  }

  @Test func shardsTogetherSolveEverythingOnce() throws {
    let names = (0..<12).map { "p\($0 + 10)" }
    try space.addProblems(names)
    var options = space.options(try space.script("echo $id >> $work/solved; answer \"$id\""))
    for index in 0..<3 {
      options.shard = Shard(index: index, count: 3)
      #expect(try !space.run(options).isInterrupted)
    }
    #expect(space.lines("solved") == names)
    #expect(try BatchSummary(space.store, knowing: []).counts.done == 12)
  }
}
