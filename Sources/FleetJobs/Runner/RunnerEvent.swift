/// What a runner tells while it runs. Events come one at a time, from any thread.
public enum RunnerEvent: Sendable {
  /// Something about the input that is no job's fault.
  case note(String)
  /// A job got its answer, or its failure.
  case settled(JobRecord, RunProgress)
  /// A job has its answer since an earlier run.
  case kept(JobRecord)
  /// Where the run stands, a few times per second.
  case progress(RunProgress)
}

/// Where a run stands.
public struct RunProgress: Sendable, Hashable {
  public var counts: RunCounts
  /// Time since the start [s].
  public var seconds: Double
  /// Time to the end at the pace so far [s]; `nil` before anything was solved.
  public var remainingSeconds: Double?

  init(counts: RunCounts, seconds: Double) {
    self.counts = counts
    self.seconds = seconds
    let solved = counts.settled - counts.kept
    let left = counts.waiting + counts.running
    remainingSeconds = solved > 0 ? seconds / Double(solved) * Double(left) : nil
  }
}

/// How a run ended.
public struct RunnerOutcome: Sendable {
  /// Records of the jobs of this run that have an answer, in the order of the jobs.
  public var records: [JobRecord]
  public var counts: RunCounts
  /// Whether jobs were left because the run was ended.
  public var isInterrupted: Bool
}
