import FleetJSON
import FleetServing

/// One of the places of a runner where jobs are worked on: a thread with a worker process of its own.
struct JobSlot {
  let store: JobStore
  let options: RunnerOptions
  let preparation: JobPreparation
  let board: JobBoard
  let heartbeats: Heartbeats
  let watch: LeaseWatch
  let stop: RunnerStop
  /// Hears of every job that is settled.
  let report: @Sendable (JobRecord) -> Void

  /// Time after which a job that another runner has is looked at again [s].
  private static let heldSeconds = 0.2
  /// Longest wait for something to do [s].
  private static let idleSeconds = 0.2
  /// Worker processes that may die on a job.
  static let deathsAllowed = 2

  func run() {
    var worker = WorkerConnection(
      command: options.workerCommand, memoryLimitMebibytes: options.memoryLimitMebibytes)
    defer { worker.close() }
    while true {
      let seen = board.bell.count
      if stop.drains { return }
      switch board.take(now: MonotonicClock.seconds()) {
      case .end: return
      case .wait: board.bell.wait(after: seen, seconds: Self.idleSeconds)
      case .work(let index, let job): work(index, job, &worker)
      }
    }
  }

  /// Takes the job's lease, does the work, writes down what came of it.
  private func work(_ index: Int, _ job: PreparedJob, _ worker: inout WorkerConnection) {
    let id = job.source.id
    do throws(FileFailure) {
      if let record = store.record(of: id), preparation.isKept(record, job) { return settle(index, record) }
      try FolderFiles.make(store.folder(of: id))
      guard let lease = try Lease.acquire(in: store.folder(of: id), watch: watch) else {
        return board.hold(index, job, until: MonotonicClock.seconds() + Self.heldSeconds)
      }
      heartbeats.keep(lease, id: id, index: index)
      defer { heartbeats.release(index) }
      store.sweep(id, olderThan: 0)
      // Somebody may have answered it between the look and the lease.
      let record = store.record(of: id)
      if let record, preparation.isKept(record, job) { return settle(index, record) }
      var attempt = JobAttempt(
        slot: self, index: index, job: job, record: started(job, lease, after: record))
      try attempt.run(&worker)
    } catch {
      var record = JobRecord(id: id, source: job.source.path, state: .failed)
      record.error = error.description
      record.sourceHash = job.sourceHash
      try? store.write(record)
      settle(index, record)
    }
  }

  /// The record of a job that starts now; deaths of its workers under an earlier, interrupted runner count.
  private func started(_ job: PreparedJob, _ lease: Lease, after earlier: JobRecord?) -> JobRecord {
    var record = JobRecord(id: job.source.id, source: job.source.path, state: .running)
    record.attempt = lease.generation
    record.sourceHash = job.sourceHash
    record.key = job.key
    if let earlier, earlier.key == job.key, !earlier.state.isFinal { record.deaths = earlier.deaths }
    return record
  }

  func settle(_ index: Int, _ record: JobRecord) {
    board.settle(index, record)
    report(record)
  }
}
