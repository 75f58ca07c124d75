import FleetJSON
import FleetServing

/// What is known of one job: the content of its `state.json` (`fleetplan-job/1`, see `docs/batch.md`).
public struct JobRecord: Sendable, Hashable {
  /// Name of the job and of its folder.
  public var id: String
  /// Absolute path of the problem file.
  public var source: String
  public var state: JobState
  /// Generation of the lease under which the job last ran; 0 before the first.
  public var attempt: Int
  /// How often a worker process died of itself while it had this job, since the job was last queued by hand.
  public var deaths: Int
  /// SHA-256 of the problem file as it was read; `nil` before that.
  public var sourceHash: String?
  /// SHA-256 over all that the answer depends on: problem, the files it names, catalog, options, program version. `nil` where
  /// the problem could not be read.
  public var key: String?
  /// Id of the identical job whose files this one got.
  public var sameAs: String?
  /// Status of the plan, where there is one.
  public var planStatus: PlanStatus?
  public var objectiveName: String?
  /// Value of the problem's objective.
  public var objective: Double?
  /// [USD/h], averaged over periods.
  public var costUSDPerHour: Double?
  /// Relative distance of the objective from its proven bound.
  public var gap: Double?
  /// Why there is no plan, in a sentence or more.
  public var error: String?
  /// Faults of the problem file, with their places in it.
  public var faults: [Fault]
  /// Wall-clock time of the attempt that gave the answer [s].
  public var seconds: Double?

  public init(id: String, source: String, state: JobState = .queued) {
    self.id = id
    self.source = source
    self.state = state
    attempt = 0
    deaths = 0
    faults = []
  }

  /// Puts the job back into the queue: nothing of earlier answers is kept.
  public mutating func requeue() {
    var fresh = JobRecord(id: id, source: source)
    fresh.attempt = attempt
    self = fresh
  }

  /// The record with another answer: its own identity and the answer of `other`.
  mutating func adopt(_ other: JobRecord) {
    state = other.state
    planStatus = other.planStatus
    objectiveName = other.objectiveName
    objective = other.objective
    costUSDPerHour = other.costUSDPerHour
    gap = other.gap
    error = other.error
    faults = other.faults
  }
}
