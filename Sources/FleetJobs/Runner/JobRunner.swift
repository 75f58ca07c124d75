import FleetJSON
import FleetServing
import Foundation
import Synchronization

/// Runs the jobs of a batch on worker processes until all have an answer.
///
/// Runners on one output folder share its jobs; a run that was killed is continued by the next one.
public struct JobRunner: Sendable {
  public let store: JobStore
  public let options: RunnerOptions
  public let catalog: Catalog
  /// Ends the run.
  public let stop: RunnerStop

  public init(store: JobStore, catalog: Catalog, options: RunnerOptions, stop: RunnerStop = RunnerStop()) {
    self.store = store
    self.stop = stop
    self.catalog = catalog
    self.options = options
  }

  /// Time between two progress events [s].
  private static let progressSeconds = 0.2

  /// Runs the jobs of `sources` that belong to the runner's shard.
  /// - Parameters:
  ///   - spool: Watched folders; new files become jobs until the run is asked to end.
  ///   - report: Hears of the run; called by one thread at a time.
  /// - Throws: When the output folder cannot be used at all.
  public func run(
    _ sources: [JobSource], spool: Spool? = nil, report: @escaping @Sendable (RunnerEvent) -> Void = { _ in }
  ) throws(FileFailure) -> RunnerOutcome {
    ignoreBrokenPipes()
    try store.prepare()
    store.sweep()
    let speaker = Speaker(report)
    let preparation = JobPreparation(store: store, catalog: catalog, options: options)
    let board = JobBoard()
    let heartbeats = Heartbeats(store: store, seconds: options.heartbeatSeconds)
    let slot = JobSlot(
      store: store, options: options, preparation: preparation, board: board, heartbeats: heartbeats,
      watch: LeaseWatch(staleSeconds: options.staleSeconds), stop: stop,
      report: { speaker.say(.settled($0, speaker.progress(board.counts))) })
    add(sources, to: board)

    heartbeats.start()
    let slots = DispatchGroup()
    for _ in 0..<options.jobs {
      slots.enter()
      let thread = Thread {
        slot.run()
        slots.leave()
      }
      thread.stackSize = 4 << 20
      thread.start()
    }
    lead(board, preparation, spool, speaker)
    board.close()
    slots.wait()
    heartbeats.close()
    speaker.say(.progress(speaker.progress(board.counts)))
    let counts = board.counts
    return RunnerOutcome(records: board.settled, counts: counts, isInterrupted: counts.waiting > 0)
  }

  /// Puts the jobs of the runner's shard into the store's queue, where they are not there yet. One that cannot be put there
  /// fails when its turn comes.
  private func add(_ sources: [JobSource], to board: JobBoard) {
    let own = options.shard.count == 1 ? sources : sources.filter { options.shard.contains(Self.content(of: $0)) }
    for source in own { _ = try? store.add(JobRecord(id: source.id, source: source.path)) }
    board.add(own)
  }

  /// What shards are told apart by: the content of the problem file, so that identical problems fall into one shard and are
  /// solved once; the id where it cannot be read.
  private static func content(of source: JobSource) -> String {
    (try? InputFile.read(path: source.path)).map { sha256Hex($0) } ?? source.id
  }

  /// Reads problems ahead of the slots, looks at the spool, reports progress, until there is nothing left to do.
  private func lead(_ board: JobBoard, _ preparation: JobPreparation, _ spool: Spool?, _ speaker: Speaker) {
    var spool = spool
    var nextPoll = 0.0
    while !stop.drains {
      let seen = board.bell.count
      let now = MonotonicClock.seconds()
      if spool != nil, now >= nextPoll {
        nextPoll = now + options.pollSeconds
        let found = spool?.poll() ?? Spool.Findings()
        for note in found.notes { speaker.say(.note(note)) }
        add(found.sources, to: board)
        add(retried(board), to: board)
      }
      if let (index, source) = board.nextWaiting() {
        let finding = preparation.finding(source)
        board.place(index, finding)
        if case .kept(let record) = finding { speaker.say(.kept(record)) }
        speaker.sayProgress(board.counts, every: Self.progressSeconds)
        continue
      }
      let counts = board.counts
      if spool == nil, counts.waiting + counts.running == 0 { return }
      speaker.sayProgress(counts, every: Self.progressSeconds)
      board.bell.wait(after: seen, seconds: min(Self.progressSeconds, options.pollSeconds))
    }
  }

  /// Jobs of the run without an answer that somebody put back into the queue meanwhile.
  private func retried(_ board: JobBoard) -> [JobSource] {
    let unanswered = Set(
      board.settled.filter { [.failed, .timedOut, .cancelled].contains($0.state) }.map(\.id))
    return board.sources.filter { unanswered.contains($0.id) && store.record(of: $0.id)?.state == .queued }
  }
}

/// Passes events on, one at a time.
private final class Speaker: Sendable {
  private let report: @Sendable (RunnerEvent) -> Void
  private let start = MonotonicClock.seconds()
  private let lastProgress = Mutex(0.0)
  private let turn = Mutex(())

  init(_ report: @escaping @Sendable (RunnerEvent) -> Void) {
    self.report = report
  }

  /// Since the start [s].
  var seconds: Double { MonotonicClock.seconds() - start }

  func progress(_ counts: RunCounts) -> RunProgress { RunProgress(counts: counts, seconds: seconds) }

  func say(_ event: RunnerEvent) {
    turn.withLock { _ in report(event) }
  }

  func sayProgress(_ counts: RunCounts, every interval: Double) {
    let now = seconds
    let isDue = lastProgress.withLock { last in
      if now - last < interval { return false }
      last = now
      return true
    }
    if isDue { say(.progress(progress(counts))) }
  }
}
