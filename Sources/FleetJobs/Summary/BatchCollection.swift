import FleetJSON
import FleetReporting

/// The jobs of one or several output folders as one batch: parts that ran on machines without a common folder, or one folder
/// that all of them wrote to.
public struct BatchCollection: Sendable {
  public static let format = "fleetplan-batch-collection/1"

  /// One job, from one folder or from several that agree.
  public struct Job: Sendable, Hashable {
    public var record: JobRecord
    /// Folders that have the job, in the order given; the record is that of the first with the furthest state.
    public var folders: [String]
  }

  /// A job to which two folders give different answers.
  public struct Conflict: Sendable, Hashable {
    public var id: String
    public var folders: [String]
    /// What differs, in a sentence.
    public var text: String
  }

  /// In the order given.
  public var folders: [String]
  /// Sorted by id.
  public var jobs: [Job]
  /// Sorted by id.
  public var conflicts: [Conflict]
  /// Jobs of the sources that are in no folder, sorted; `nil` where the sources are not known or cannot be read.
  public var missing: [String]?
  /// What could not be looked at, in sentences.
  public var notes: [String]

  /// Reads the folders; runners may be at work on them.
  /// - Parameter sources: Folders, patterns and manifests that should all be in; by default those that the folders say they were
  ///   made from.
  /// - Throws: The faults of folders that are no output folders of a batch, and of `sources` that cannot be read.
  public init(folders: [String], sources: [String] = []) throws(Faults) {
    self.folders = folders
    var found: [String: [(folder: String, record: JobRecord)]] = [:]
    for folder in folders {
      for record in try JobStore(path: folder).standing() { found[record.id, default: []].append((folder, record)) }
    }
    jobs = []
    conflicts = []
    notes = []
    for (id, entries) in found.sorted(by: { $0.key < $1.key }) {
      guard var best = entries.first else { continue }
      for entry in entries.dropFirst() where Self.rank(entry.record.state) > Self.rank(best.record.state) {
        best = entry
      }
      jobs.append(Job(record: best.record, folders: entries.map(\.folder)))
      if let conflict = Self.conflict(id, entries) { conflicts.append(conflict) }
    }
    let wanted = sources.isEmpty ? Self.statedSources(folders) : sources
    if wanted.isEmpty {
      missing = nil
      return
    }
    do throws(Faults) {
      let intake = Intake(arguments: wanted, output: folders.first ?? "", options: JobOptions())
      missing = try intake.findings().sources.map(\.id).filter { found[$0] == nil }.sorted()
    } catch {
      if !sources.isEmpty { throw error }
      missing = nil
      notes.append("the sources of the batch cannot be read again, so that missing jobs are not known")
    }
  }

  /// Jobs by state; `missing` ones are not among them.
  public var counts: RunCounts { RunCounts(jobs.map(\.record)) }

  /// Cost of all jobs that are done [USD/h].
  public var costUSDPerHour: Double { jobs.reduce(0) { $0 + ($1.record.costUSDPerHour ?? 0) } }

  /// Attempts of all jobs; a job that shares the answer of an identical one has its own.
  public var attempts: Int { jobs.reduce(0) { $0 + $1.record.attempt } }

  /// How far a state is from the start: answers are the furthest.
  private static func rank(_ state: JobState) -> Int {
    switch state {
    case .queued: 0
    case .running: 1
    case .cancelled: 2
    case .failed: 3
    case .timedOut: 4
    case .infeasible, .done: 5
    }
  }

  /// What tells the answers of a job apart, where several folders have one.
  private static func conflict(_ id: String, _ entries: [(folder: String, record: JobRecord)]) -> Conflict? {
    let answered = entries.filter { $0.record.state.isShared }
    guard let first = answered.first else { return nil }
    for other in answered.dropFirst() {
      var difference: String?
      if first.record.key != other.record.key {
        difference = "the problem, its options or the catalog differ"
      } else if first.record.state != other.record.state || first.record.planStatus != other.record.planStatus {
        difference = "\(first.record.state.rawValue) in one, \(other.record.state.rawValue) in the other"
      } else if plan(first) != plan(other) {
        difference = "the plans differ"
      }
      if let difference {
        return Conflict(
          id: id, folders: [first.folder, other.folder],
          text: "\(id) has different answers in \(first.folder) and \(other.folder): \(difference)")
      }
    }
    return nil
  }

  private static func plan(_ entry: (folder: String, record: JobRecord)) -> [UInt8]? {
    FolderFiles.read(JobStore(path: entry.folder).file(.plan, of: entry.record.id))
  }

  /// What the `batch.json` of the folders say they were made from; empty unless all say the same.
  private static func statedSources(_ folders: [String]) -> [String] {
    var stated: Set<[String]> = []
    for folder in folders {
      guard let bytes = FolderFiles.read("\(folder)/batch.json"),
        let node = try? JSONParser.parse(bytes, source: "batch.json"), case .object(let members) = node.value,
        case .array(let elements)? = members.first(where: { $0.key == "sources" })?.node.value
      else { return [] }
      stated.insert(elements.compactMap { if case .string(let text) = $0.value { text } else { nil } })
    }
    return stated.count == 1 ? stated.first ?? [] : []
  }
}
