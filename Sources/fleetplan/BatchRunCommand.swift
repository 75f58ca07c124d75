import ArgumentParser
import FleetJSON
import FleetJobs
import FleetPlan
import Foundation

struct BatchRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Plan all problems of folders, patterns and manifests.",
    discussion: """
      Sources are folders (searched for *.json that say fleetplan-problem/1), patterns, problem files, and manifests: text \
      files with one path per line, or JSON lists of paths and of objects with path, id, time_limit_s, gap, robust, baselines. \
      The same command again continues where a run was ended, by whatever, and solves again what has changed. Ctrl-C or SIGTERM \
      lets running jobs end; a second one stops them and leaves them queued.

        fleetplan batch problems --output out
        fleetplan batch 'grid/*.json' --output out --jobs 8 --time-limit 60 --memory-limit-mb 2048
        fleetplan batch manifest.txt --output out --no-baselines --no-reports
        fleetplan batch spool --output out --watch
        fleetplan batch run problems --output out --shard 0/4

      Exit status: 0 all done; 3 some infeasible, none worse; 4 some without an answer in time, none worse; 5 some failed; \
      2 bad arguments, or an output folder that cannot be used; 7 ended or cancelled with jobs left. With --watch, 0 after SIGTERM.
      """)

  @Argument(
    help: ArgumentHelp("Folders, patterns, manifests or problem files.", valueName: "source"), completion: .file())
  var sources: [String]

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Folder for jobs and summary; made when missing.", valueName: "folder"),
    completion: .directory)
  var output: String

  @Option(name: .shortAndLong, help: ArgumentHelp("Jobs at a time (default: the number of cores).", valueName: "n"))
  var jobs: Int?

  @OptionGroup var limits: SolveLimitOptions

  @Option(
    name: .customLong("memory-limit-mb"),
    help: ArgumentHelp("Memory for each job: address space of a worker beyond its own needs, in MiB.", valueName: "mib")
  )
  var memoryLimit: Int?

  @Option(
    name: .customLong("grace-s"),
    help: ArgumentHelp(
      "Seconds beyond the time limit after which a worker is killed; after half of them its search is ended.",
      valueName: "seconds"))
  var grace = 60.0

  @Flag(help: "Size every configuration for the bad end of its 90 % error band.")
  var robust = false

  @Flag(inversion: .prefixedNo, help: "Solve other ways of planning for comparison.")
  var baselines = true

  @Flag(inversion: .prefixedNo, help: "Write report.html for every job.")
  var reports = true

  @Flag(help: "Keep running and pick up files that appear in the source folders, until SIGTERM.")
  var watch = false

  @Option(
    name: .customLong("poll-s"),
    help: ArgumentHelp("Seconds between two looks at watched folders.", valueName: "seconds"))
  var poll = 1.0

  @Option(
    help: ArgumentHelp(
      "Take only part i of n of the jobs, from 0 (default: as SLURM_ARRAY_TASK_* or JOB_COMPLETION_INDEX say).",
      valueName: "i/n"))
  var shard: String?

  @Option(
    name: .customLong("shard-count"),
    help: ArgumentHelp("n, where only the index is in the environment.", valueName: "n"))
  var shardCount: Int?

  @OptionGroup var catalog: CatalogOptions
  @OptionGroup var appearance: AppearanceOptions

  @Flag(name: .shortAndLong, help: "Print nothing but errors.")
  var quiet = false

  func validate() throws {
    if sources.isEmpty { throw ValidationError("batch needs at least one folder, pattern, manifest or problem file") }
    if output.isEmpty { throw ValidationError("--output: the path is empty") }
    if let jobs, !(1...1024).contains(jobs) {
      throw ValidationError("--jobs: expected a whole number from 1 to 1024, found \(jobs)")
    }
    if let memoryLimit, !(32...(1 << 24)).contains(memoryLimit) {
      throw ValidationError("--memory-limit-mb: expected a whole number from 32, found \(memoryLimit)")
    }
    for (name, value) in [("--grace-s", grace), ("--poll-s", poll)] where !(value > 0 && value <= 86_400) {
      throw ValidationError("\(name): expected a number of seconds > 0, found \(value)")
    }
    if let shardCount, shardCount < 1 {
      throw ValidationError("--shard-count: expected a whole number from 1, found \(shardCount)")
    }
    _ = try chosenShard()
  }

  /// The shard given, else the one of the environment, else everything.
  private func chosenShard() throws -> Shard {
    guard let shard else {
      do throws(Shard.EnvironmentFault) {
        return try Shard.from(environment: ProcessInfo.processInfo.environment, count: shardCount) ?? .whole
      } catch {
        throw ValidationError(error.description)
      }
    }
    guard let chosen = Shard(shard) else {
      throw ValidationError("--shard: expected i/n with 0 <= i < n, found \(shard)")
    }
    return chosen
  }

  func run() throws {
    BatchInterruption.listen()
    let loaded = try catalog.load()
    let options = try runnerOptions()
    let intake = Intake(arguments: sources, output: output, options: options.job)
    let store = JobStore(path: output)
    let progress = quiet ? nil : BatchProgress(isWatching: watch)
    do {
      try store.prepare()
      let findings = try watch ? watched(intake) : intake.findings()
      for note in findings.notes { progress?.show(.note(note)) }
      try BatchFile(
        arguments: sources, options: options.job, catalogHash: loaded.hash, version: FleetplanVersion.current
      ).write(to: store)
      let runner = JobRunner(store: store, catalog: loaded, options: options, stop: BatchInterruption.stop)
      let outcome = try runner.run(
        findings.sources, spool: watch ? Spool(folders: intake.folders, output: output) : nil,
        report: { progress?.show($0) })
      progress?.clear()
      try finish(store, outcome)
    } catch let failure as FileFailure {
      throw CommandFailure(failure)
    } catch let faults as Faults {
      throw CommandFailure([faults])
    }
  }

  private func watched(_ intake: Intake) throws -> Intake.Findings {
    for source in sources where !Terminal.isFolder(source) {
      throw CommandFailure(.badInput, "--watch needs folders, and \(source) is none")
    }
    return Intake.Findings()
  }

  private func runnerOptions() throws -> RunnerOptions {
    // The name leads to this program also when its file has been replaced by a newer one.
    let own = "/proc/self/exe"
    let program = Terminal.isRegularFile(own) ? own : CommandLine.arguments[0]
    var command = [program, "batch-worker", "--models", try catalog.directory()]
    if let calibration = catalog.calibration { command += ["--calibration", calibration] }
    var options = RunnerOptions(
      workerCommand: command, jobs: jobs ?? ProcessInfo.processInfo.activeProcessorCount)
    options.job = JobOptions(
      timeLimitSeconds: limits.timeLimit, relativeGap: limits.gap, robust: robust, baselines: baselines)
    options.writesReports = reports
    options.memoryLimitMebibytes = memoryLimit
    options.graceSeconds = grace
    options.shard = try chosenShard()
    options.pollSeconds = poll
    return options
  }

  private func finish(_ store: JobStore, _ outcome: RunnerOutcome) throws {
    let whole = try BatchSummary(store, knowing: outcome.records)
    do {
      try whole.write(to: store)
    } catch {
      // The jobs have their answers; the summary can be made again.
      Terminal.errors.write(appearance.faultStyle.error(error.description))
    }
    if appearance.json {
      Terminal.output.write(whole.encoded().encoded())
    } else if !quiet {
      Terminal.output.write(BatchText.render(BatchSummary(outcome.records), style: appearance.style))
    }
    if watch { return }
    try ExitStatus(outcome).throwUnlessDone()
  }
}

extension ExitStatus {
  /// The worst that happened to a job of a batch.
  init(_ outcome: RunnerOutcome) {
    let counts = outcome.counts
    if outcome.isInterrupted || counts.cancelled > 0 {
      self = .interrupted
    } else if counts.failed > 0 {
      self = .solverFailure
    } else if counts.timedOut > 0 {
      self = .unsolved
    } else {
      self = counts.infeasible > 0 ? .infeasible : .done
    }
  }
}
