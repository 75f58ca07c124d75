/// How many jobs of a run stand where.
public struct RunCounts: Sendable, Hashable {
  /// Not started: queued, waiting for an identical job, or held by another runner.
  public var waiting = 0
  public var running = 0
  public var done = 0
  public var infeasible = 0
  public var failed = 0
  public var timedOut = 0
  public var cancelled = 0
  /// Of those with an answer: had it before the run.
  public var kept = 0

  public init() {}

  public var total: Int { waiting + running + settled }
  /// Jobs to which nothing more happens.
  public var settled: Int { done + infeasible + failed + timedOut + cancelled }

  mutating func add(_ state: JobState, _ count: Int) {
    switch state {
    case .queued: waiting += count
    case .running: running += count
    case .done: done += count
    case .infeasible: infeasible += count
    case .failed: failed += count
    case .timedOut: timedOut += count
    case .cancelled: cancelled += count
    }
  }

  mutating func add(_ place: JobBoard.Place, _ count: Int) {
    switch place {
    case .waiting, .ready, .following, .held, .left: waiting += count
    case .running: running += count
    case .settled(let record): add(record.state, count)
    }
  }

  /// Counts the states of records.
  public init(_ records: some Sequence<JobRecord>) {
    for record in records { add(record.state, 1) }
  }
}
