import FleetJSON
import FleetServing

/// One attempt at a job, under its lease.
struct JobAttempt {
  let slot: JobSlot
  let index: Int
  let job: PreparedJob
  var record: JobRecord

  private var store: JobStore { slot.store }
  private var id: String { job.source.id }

  /// - Throws: When a file of the job cannot be written.
  mutating func run(_ worker: inout WorkerConnection) throws(FileFailure) {
    switch job.work {
    case .refuse(let error, let faults):
      try refuse(error, faults)
    case .share(let leader):
      if try !share(leader) { try solve(&worker) }
    case .solve:
      try solve(&worker)
    }
  }

  private mutating func refuse(_ error: String, _ faults: [Fault]) throws(FileFailure) {
    if let bytes = try? InputFile.read(path: job.source.path) {
      try AtomicFile.write(bytes, to: store.file(.problem, of: id))
    }
    var log = JobLog(path: store.file(.log, of: id))
    log.append(Faults(source: job.source.path, all: faults).description + "\n")
    log.close()
    record.faults = faults
    try finish(.failed, error: error)
  }

  /// Takes over the answer of the identical job `leader`.
  /// - Returns: Whether it has one.
  private mutating func share(_ leader: String) throws(FileFailure) -> Bool {
    guard let answer = store.record(of: leader), answer.key == job.key, answer.state.isShared,
      let problem = FolderFiles.read(store.file(.problem, of: leader))
    else { return false }
    let plan = FolderFiles.read(store.file(.plan, of: leader))
    if plan == nil, answer.state != .timedOut { return false }
    try AtomicFile.write(problem, to: store.file(.problem, of: id))
    if let plan { try AtomicFile.write(plan, to: store.file(.plan, of: id)) }
    if let page = FolderFiles.read(store.file(.report, of: leader)) {
      try AtomicFile.write(page, to: store.file(.report, of: id))
    }
    record.adopt(answer)
    record.sameAs = answer.sameAs ?? leader
    try finish(answer.state, error: answer.error)
    return true
  }

  private mutating func solve(_ worker: inout WorkerConnection) throws(FileFailure) {
    if store.isCancelRequested(id) { return try cancel() }
    let stamp = FileStamp(path: job.source.path)
    guard let bytes = try? InputFile.read(path: job.source.path), sha256Hex(bytes) == job.sourceHash else {
      // It changed since it was read, before anything was solved.
      try backToQueue()
      return slot.board.readAgain(index)
    }
    try AtomicFile.write(bytes, to: store.file(.problem, of: id))
    try store.write(record, flushes: false)
    var log = JobLog(path: store.file(.log, of: id))
    defer { log.close() }
    let start = MonotonicClock.seconds()
    while true {
      log.append("attempt \(record.attempt): solving\n")
      let outcome: WorkerConnection.Outcome
      do throws(ChildProcess.Failure) {
        outcome = try ask(&worker, &log)
      } catch {
        log.append(error.reason + "\n")
        return try finish(.failed, error: error.reason)
      }
      record.seconds = MonotonicClock.seconds() - start
      switch outcome {
      case .answer(let answer): return try take(answer, stamp, &log)
      case .unwanted: return try end()
      case .timedOut:
        let text = "no answer \(Int(slot.options.graceSeconds)) s after the time limit of \(job.limitSeconds) s"
        log.append(text + "\n")
        return try finish(.timedOut, error: text)
      case .died(let how):
        if try isGivenUp(how, &log) { return }
      }
    }
  }

  private func ask(
    _ worker: inout WorkerConnection, _ log: inout JobLog
  ) throws(ChildProcess.Failure) -> WorkerConnection.Outcome {
    let request = WorkerRequest(
      id: id, problem: store.file(.problem, of: id), source: job.source.path, options: job.options,
      wantsReport: slot.options.writesReports)
    let now = MonotonicClock.seconds()
    let grace = slot.options.graceSeconds
    let deadlines = WorkerConnection.Deadlines(
      soft: now + job.limitSeconds + grace / 2, hard: now + job.limitSeconds + grace)
    return try worker.solve(request, deadlines: deadlines, log: &log) {
      slot.stop.aborts || slot.heartbeats.reason(index) != nil
    }
  }

  /// A worker died: once is tried again, twice is the job's end.
  private mutating func isGivenUp(_ how: String, _ log: inout JobLog) throws(FileFailure) -> Bool {
    record.deaths += 1
    log.append("the worker process ended with \(how)\n")
    if record.deaths < JobSlot.deathsAllowed {
      try store.write(record)
      return false
    }
    var text = "its worker process ended \(record.deaths) times, with \(how)"
    if let limit = slot.options.memoryLimitMebibytes { text += ", under a memory limit of \(limit) MiB" }
    try finish(.failed, error: text + "; its last words:\n" + log.lastLines(10))
    return true
  }

  /// Writes the answer down, unless the world has changed meanwhile.
  private mutating func take(
    _ answer: WorkerAnswer, _ stamp: FileStamp?, _ log: inout JobLog
  ) throws(FileFailure) {
    if let change = change(answer, stamp) {
      log.append(change + "\n")
      return try finish(.failed, error: change)
    }
    record.planStatus = answer.planStatus
    record.objectiveName = answer.objectiveName
    record.objective = answer.objective
    record.costUSDPerHour = answer.costUSDPerHour
    record.gap = answer.gap
    record.faults = answer.faults
    if let error = answer.error { log.append(error + "\n") }
    guard slot.heartbeats.isHolder(index) else { return try end() }
    if let plan = answer.plan { try AtomicFile.write(plan, to: store.file(.plan, of: id)) }
    if let page = answer.report { try AtomicFile.write(page, to: store.file(.report, of: id)) }
    switch answer.planStatus {
    case .optimal, .feasible: try finish(.done, error: nil)
    case .infeasible: try finish(.infeasible, error: answer.error)
    case .unsolved: try finish(.timedOut, error: answer.error)
    case nil: try finish(.failed, error: answer.error ?? "the worker gave no plan")
    }
  }

  /// What changed while the job ran, in a sentence.
  private func change(_ answer: WorkerAnswer, _ stamp: FileStamp?) -> String? {
    let again = "run the batch again to solve what is there now"
    if FileStamp(path: job.source.path) != stamp {
      guard let bytes = try? InputFile.read(path: job.source.path) else {
        return "\(job.source.path) was removed while it was solved"
      }
      if sha256Hex(bytes) != job.sourceHash { return "\(job.source.path) was replaced while it was solved: \(again)" }
    }
    if let hash = answer.inputHash, hash != job.inputHash {
      return "a file that \(job.source.path) names was replaced while it was solved: \(again)"
    }
    if let hash = answer.catalogHash, hash != slot.preparation.catalog.hash {
      return "the catalog was changed while the batch ran: run it again"
    }
    return nil
  }

  /// The job cannot go on here.
  private mutating func end() throws(FileFailure) {
    guard slot.heartbeats.isHolder(index) else {
      // The files are another runner's now.
      return slot.board.hold(index, job, until: MonotonicClock.seconds() + 1)
    }
    if slot.heartbeats.reason(index) == .cancelled { return try cancel() }
    try backToQueue()
    slot.board.leave(index)
  }

  private mutating func cancel() throws(FileFailure) {
    try finish(.cancelled, error: "cancelled on request")
  }

  private func backToQueue() throws(FileFailure) {
    var queued = record
    queued.requeue()
    queued.deaths = record.deaths
    queued.key = record.key
    try store.write(queued, flushes: false)
  }

  private mutating func finish(_ state: JobState, error: String?) throws(FileFailure) {
    record.state = state
    record.error = error
    guard slot.heartbeats.isHolder(index) else { return try end() }
    try store.write(record)
    try FolderFiles.remove(store.file(.cancel, of: id))
    slot.settle(index, record)
  }
}
