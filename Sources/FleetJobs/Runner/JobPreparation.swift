import FleetJSON
import FleetPlanning
import FleetServing

/// A job that is ready to be worked on: what is known of its problem before it is solved.
struct PreparedJob: Sendable {
  enum Work: Sendable, Hashable {
    case solve
    /// Take over the files of the identical job of this id.
    case share(String)
    /// Write down why the problem cannot be solved.
    case refuse(error: String, faults: [Fault])
  }

  var source: JobSource
  /// Options in force.
  var options: JobOptions
  var work: Work
  var sourceHash: String?
  var key: String?
  /// Hash of the problem with the files that it names.
  var inputHash: String?
  /// Limit of the search [s].
  var limitSeconds = 0.0
}

/// Reads problems, so that identical ones are found and faulty ones are refused before a worker sees them.
struct JobPreparation: Sendable {
  let store: JobStore
  let catalog: Catalog
  let options: RunnerOptions

  /// What reading a job's problem led to.
  enum Finding {
    /// Its answer is there already.
    case kept(JobRecord)
    case work(PreparedJob)
  }

  func finding(_ source: JobSource) -> Finding {
    let job = prepared(source)
    if let record = store.record(of: source.id), isKept(record, job) { return .kept(record) }
    return .work(job)
  }

  /// Whether a record answers the job as it is now.
  func isKept(_ record: JobRecord, _ job: PreparedJob) -> Bool {
    guard record.state.isFinal else { return false }
    if record.state == .cancelled, record.key == nil { return true }
    guard record.source == job.source.path, record.sourceHash == job.sourceHash else { return false }
    if case .refuse(let error, let faults) = job.work {
      return record.state == .failed && record.error == error && record.faults == faults
    }
    guard let key = job.key, record.key == key else { return false }
    if record.state == .done || record.state == .infeasible {
      return store.holds(.plan, of: record.id) && (!options.writesReports || store.holds(.report, of: record.id))
    }
    return true
  }

  func prepared(_ source: JobSource) -> PreparedJob {
    let inForce = source.options ?? options.job
    var job = PreparedJob(source: source, options: inForce, work: .solve)
    do throws(Faults) {
      let bytes = try InputFile.read(path: source.path)
      job.sourceHash = sha256Hex(bytes)
      let problem = try PlanningProblem(
        json: bytes, source: source.path, baseDirectory: folder(of: source.path), catalog: catalog)
      job.inputHash = problem.inputHash
      job.key = key(problem.inputHash, inForce)
      job.limitSeconds = inForce.timeLimitSeconds ?? problem.limits.timeSeconds
    } catch {
      job.work = .refuse(error: "the problem cannot be read", faults: error.all)
    }
    return job
  }

  /// SHA-256 over all that an answer depends on.
  private func key(_ inputHash: String, _ options: JobOptions) -> String {
    let parts: JSONOutput = [
      "input": .string(inputHash), "catalog": .string(catalog.hash), "version": .string(FleetplanVersion.current),
      "options": options.encoded(),
    ]
    return sha256Hex(Array(parts.encoded(pretty: false).utf8))
  }
}

extension JobOptions {
  func encoded() -> JSONOutput {
    [
      "time_limit_s": JSONOutput(timeLimitSeconds), "gap": JSONOutput(relativeGap), "robust": .bool(robust),
      "baselines": .bool(baselines),
    ]
  }
}
