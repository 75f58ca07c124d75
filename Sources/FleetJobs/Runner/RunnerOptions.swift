/// How one problem is solved. Part of a job's identity: other options, another answer.
public struct JobOptions: Sendable, Hashable {
  /// Overrides the problem's time limit [s].
  public var timeLimitSeconds: Double?
  /// Overrides the problem's relative gap.
  public var relativeGap: Double?
  /// Sizes every configuration for the bad end of its error band, whatever the problem's policy says.
  public var robust = false
  /// Whether other ways of planning are solved for comparison.
  public var baselines = true

  public init(
    timeLimitSeconds: Double? = nil, relativeGap: Double? = nil, robust: Bool = false, baselines: Bool = true
  ) {
    self.timeLimitSeconds = timeLimitSeconds
    self.relativeGap = relativeGap
    self.robust = robust
    self.baselines = baselines
  }
}

/// How a batch is run.
public struct RunnerOptions: Sendable {
  /// The program that solves, with its arguments: a process that speaks `WorkerRequest` and `WorkerAnswer` as JSON lines.
  public var workerCommand: [String]
  /// Worker processes at a time.
  public var jobs: Int
  /// Options of jobs that have none of their own.
  public var job = JobOptions()
  /// Whether each job gets `report.html`.
  public var writesReports = true
  /// Address space that a worker process may use beyond what it needs when it is idle [MiB]; `nil` = no limit.
  public var memoryLimitMebibytes: Int?
  /// Time that a worker gets beyond the solver's limit before it is killed [s]: for reading, baselines, checks and the report.
  /// After half of it the search is asked to end with what it has.
  public var graceSeconds = 60.0
  /// The part of the jobs that this runner takes.
  public var shard = Shard.whole
  /// Keeps running and picks up files that appear in the folders given.
  public var watches = false
  /// Time between two looks at a watched folder [s].
  public var pollSeconds = 1.0
  /// Time between two signs of life in a lease, and looks for cancel requests [s].
  public var heartbeatSeconds = 2.0
  /// Time without a sign of life after which the lease of another machine is taken over [s].
  public var staleSeconds = 30.0

  public init(workerCommand: [String], jobs: Int) {
    precondition(!workerCommand.isEmpty, "the worker command names a program")
    precondition(jobs >= 1, "at least one worker")
    self.workerCommand = workerCommand
    self.jobs = jobs
  }
}
