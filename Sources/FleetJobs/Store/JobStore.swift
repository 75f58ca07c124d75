import FleetJSON

/// The folder that a batch writes: `batch.json`, `jobs/<id>/…` and `summary.*`; see `docs/batch.md` for the layout.
///
/// A store is a path, not a connection: any number of processes may use one folder at a time. State files are replaced whole;
/// who may write a job's files is settled by its lease.
public struct JobStore: Sendable, Hashable {
  /// The output folder.
  public let path: String

  /// Files of a job's folder.
  public enum File: String, Sendable, CaseIterable {
    /// The problem as it was solved.
    case problem = "problem.json"
    case state = "state.json"
    case plan = "plan.json"
    case report = "report.html"
    /// What the worker processes said.
    case log = "log.txt"
    /// Its presence asks the holder of the lease to stop.
    case cancel = "cancel"
  }

  /// A store at `path`; nothing is read or written.
  public init(path: String) {
    self.path = path
  }

  /// Makes the folders that are missing and checks that they can be written.
  public func prepare() throws(FileFailure) {
    try FolderFiles.make(jobsFolder)
    try checkWritable()
  }

  /// Throws when nothing can be written into the folder.
  private func checkWritable() throws(FileFailure) {
    let probe = "\(path)/.fleetplan-probe-\(UInt32.random(in: .min ... .max)).tmp"
    try AtomicFile.write("", to: probe, flushes: false)
    try FolderFiles.remove(probe)
  }

  public var jobsFolder: String { "\(path)/jobs" }

  /// The folder of a job.
  public func folder(of id: String) -> String { "\(path)/jobs/\(id)" }

  /// A file of a job.
  public func file(_ file: File, of id: String) -> String { "\(path)/jobs/\(id)/\(file.rawValue)" }

  /// Ids of all jobs, sorted.
  /// - Throws: When the folder is no output folder of a batch.
  public func ids() throws(Faults) -> [String] {
    guard let names = FolderFiles.names(in: jobsFolder) else {
      throw Faults(
        source: path,
        all: [
          Fault(path: "", message: "expected the output folder of a batch, found no folder jobs that can be read")
        ])
    }
    return names.filter { !$0.hasPrefix(".") }.sorted()
  }

  /// What is known of a job; `nil` when there is none of this id. A state file that cannot be understood gives a failed record
  /// that says so.
  public func record(of id: String) -> JobRecord? {
    let path = file(.state, of: id)
    guard let bytes = FolderFiles.read(path) else { return nil }
    do throws(Faults) {
      return try JobRecord(json: bytes, source: path)
    } catch {
      var record = JobRecord(id: id, source: path, state: .failed)
      record.error = "the state file cannot be understood: \(error)"
      return record
    }
  }

  /// All jobs, sorted by id.
  public func records() throws(Faults) -> [JobRecord] {
    try ids().compactMap { record(of: $0) }
  }

  /// Replaces a job's state. Only the holder of its lease may do so.
  /// - Parameter flushes: Whether it must survive a loss of power; answers must, `queued` and `running` need not.
  public func write(_ record: JobRecord, flushes: Bool = true) throws(FileFailure) {
    try AtomicFile.write(record.encoded().encoded(), to: file(.state, of: record.id), flushes: flushes)
  }

  /// Adds a job that is not there yet.
  /// - Returns: Whether it is new.
  public func add(_ record: JobRecord) throws(FileFailure) -> Bool {
    let path = file(.state, of: record.id)
    if FolderFiles.exists(path) { return false }
    try FolderFiles.make(folder(of: record.id))
    return try AtomicFile.create(Array(record.encoded().encoded().utf8), at: path)
  }

  /// Whether a job's folder has the file.
  public func holds(_ file: File, of id: String) -> Bool { FolderFiles.exists(self.file(file, of: id)) }

  /// Whether somebody asked for the job to stop.
  public func isCancelRequested(_ id: String) -> Bool { FolderFiles.exists(file(.cancel, of: id)) }

  /// Age from which a temporary file counts as left behind by a killed writer [s].
  public static let temporaryFileSeconds = 600

  /// Removes what killed writers left.
  public func sweep(_ id: String? = nil, olderThan seconds: Int = temporaryFileSeconds) {
    FolderFiles.sweep(id.map { folder(of: $0) } ?? path, olderThan: seconds)
  }
}
