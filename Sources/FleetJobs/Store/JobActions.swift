import FleetJSON

/// What people do to jobs from outside a run.
extension JobStore {
  /// What became of a request for one job.
  public enum Effect: String, Sendable, Hashable {
    case cancelled
    /// Its runner will stop it at its next sign of life.
    case cancelling
    case queued
    /// It has an answer already, or is in the state wanted.
    case unchanged
    /// A runner is working on it.
    case running
    case unknown
  }

  /// All jobs as they stand, sorted by id: one that says `running` though its runner is gone is queued again.
  public func standing() throws(Faults) -> [JobRecord] {
    let watch = LeaseWatch(staleSeconds: .infinity)
    return try records().map { record in
      guard record.state == .running else { return record }
      var record = record
      if let lease = Lease.highest(in: folder(of: record.id)), watch.isHeld(record.id, lease.bytes) { return record }
      record.state = .queued
      return record
    }
  }

  /// Cancels a job: at once where it waits, through its runner where it runs.
  public func cancel(_ id: String) throws(FileFailure) -> Effect {
    guard let record = record(of: id) else { return .unknown }
    if record.state.isFinal { return .unchanged }
    let effect = try change(id) { record in
      record.requeue()
      record.state = .cancelled
      record.error = "cancelled on request"
      return .cancelled
    }
    if let effect { return effect }
    _ = try AtomicFile.create([], at: file(.cancel, of: id))
    return .cancelling
  }

  /// Puts a failed, timed out or cancelled job back into the queue.
  public func retry(_ id: String) throws(FileFailure) -> Effect {
    guard let record = record(of: id) else { return .unknown }
    if ![.failed, .timedOut, .cancelled].contains(record.state) { return .unchanged }
    try FolderFiles.remove(file(.cancel, of: id))
    return try change(id) { record in
      record.requeue()
      return .queued
    } ?? .running
  }

  /// Changes the state of a job that nobody works on.
  /// - Returns: `nil` when somebody does.
  private func change(_ id: String, _ body: (inout JobRecord) -> Effect) throws(FileFailure) -> Effect? {
    let watch = LeaseWatch(staleSeconds: .infinity)
    guard var lease = try Lease.acquire(in: folder(of: id), watch: watch) else { return nil }
    defer { lease.release() }
    guard var record = record(of: id) else { return .unknown }
    let state = record.state
    let effect = body(&record)
    if state.isFinal, effect == .cancelled { return .unchanged }
    try write(record)
    return effect
  }
}
