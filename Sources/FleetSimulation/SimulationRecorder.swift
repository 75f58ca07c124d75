import FleetServing

/// Gathers the statistics of a run while it goes on. Every call takes constant time, and memory does not grow with the
/// number of requests.
///
/// Requests count when they arrive in the window from the end of the warm-up to the end of arrivals, whenever they finish;
/// steps, queues and transfers count with the part of their time that lies in the window.
public struct SimulationRecorder: Sendable {
  public let classes: [RecordedClass]
  public let groups: [RecordedGroup]
  public let links: [RecordedLink]
  public let warmupSeconds: Double
  /// End of the window; a run whose length is chosen by precision may move it while it goes on.
  public var endSeconds: Double

  /// Whether a request that arrives at the end of the window counts: so it is with the last one of a trace.
  private var includesEnd = false
  /// One row for each request, when asked for.
  public var log: RequestLog?
  /// A picture of the run, when asked for.
  public var timeline: TimelineTrace?

  var classRecords: [ClassRecord]
  var groupRecords: [GroupRecord]
  var linkRecords: [LinkRecord]

  /// - Parameter endSeconds: End of the window [s], above `warmupSeconds`.
  public init(
    classes: [RecordedClass], groups: [RecordedGroup], links: [RecordedLink], warmupSeconds: Double, endSeconds: Double,
    log: RequestLog? = nil, timeline: TimelineTrace? = nil
  ) {
    precondition(warmupSeconds >= 0 && endSeconds > warmupSeconds && endSeconds.isFinite)
    self.classes = classes
    self.groups = groups
    self.links = links
    self.warmupSeconds = warmupSeconds
    self.endSeconds = endSeconds
    let bin = endSeconds / 128
    classRecords = classes.map { ClassRecord(objective: $0.objective, binSeconds: bin, groups: groups.count) }
    groupRecords = groups.map { _ in GroupRecord(binSeconds: bin) }
    linkRecords = links.map { _ in LinkRecord(binSeconds: bin) }
    self.log = log
    self.timeline = timeline
    self.timeline?.begin(classes: classes, groups: groups, links: links)
  }

  /// A request arrived.
  public mutating func arrived(classIndex: Int, at time: Double) {
    classRecords[classIndex].arrivals.add(1, at: time)
    if isCounted(time) { classRecords[classIndex].offered += 1 }
  }

  /// No more requests arrive after `time`: the window ends there if it would end later, as with traces that are shorter
  /// than the run was meant to be.
  public mutating func arrivalsEnded(at time: Double) {
    guard time > warmupSeconds, time < endSeconds else { return }
    endSeconds = time
    includesEnd = true
  }

  /// A request got its last token.
  public mutating func finished(_ request: FinishedRequest) {
    let counted = isCounted(request.arrivalSeconds)
    if counted { classRecords[request.classIndex].add(request) }
    if log != nil {
      log?.append(
        request, classID: classes[request.classIndex].id, prefillGroupID: groups[request.prefillGroup].id,
        decodeGroupID: groups[request.decodeGroup].id, counted: counted)
    }
    if timeline != nil { timeline?.request(request) }
  }

  /// A request was turned away on arrival: no instance may or can take it.
  public mutating func rejected(classIndex: Int, arrivalSeconds: Double) {
    let counted = isCounted(arrivalSeconds)
    if counted { classRecords[classIndex].rejected += 1 }
    log?.append(.rejected, classID: classes[classIndex].id, arrivalSeconds: arrivalSeconds, counted: counted)
  }

  /// A request was lost with the instance or link that worked on it.
  public mutating func failed(classIndex: Int, arrivalSeconds: Double) {
    let counted = isCounted(arrivalSeconds)
    if counted { classRecords[classIndex].failed += 1 }
    log?.append(.failed, classID: classes[classIndex].id, arrivalSeconds: arrivalSeconds, counted: counted)
  }

  /// An instance took a step, or `count` equal steps one after the other.
  ///
  /// - Parameters:
  ///   - seconds: Time of all `count` steps together.
  ///   - batch: Sequences that got a token in each step; 0 for steps that only process prompts.
  ///   - promptTokens: Prompt tokens processed in all steps together.
  ///   - kvTokens: Tokens whose KV cache the instance holds.
  public mutating func step(
    group: Int, instance: Int, start: Double, seconds: Double, batch: Int, promptTokens: Int, kvTokens: Double,
    count: Int = 1
  ) {
    if timeline != nil {
      timeline?.step(
        group: group, instance: instance, start: start, seconds: seconds, batch: batch, promptTokens: promptTokens,
        kvTokens: kvTokens, count: count)
    }
    let from = max(start, warmupSeconds)
    let inside = min(start + seconds, endSeconds) - from
    guard inside > 0 else { return }
    groupRecords[group].addStep(
      from: from, inside: inside, seconds: seconds, batch: batch, promptTokens: promptTokens, kvTokens: kvTokens,
      count: count)
  }

  /// `count` sequences of a class waited `seconds` from one token to the next. To be called where classes share instances,
  /// and only there: gaps of groups with one class follow from their steps.
  public mutating func gaps(classIndex: Int, at time: Double, seconds: Double, count: Int) {
    if time >= warmupSeconds && time < endSeconds { classRecords[classIndex].gaps.add(seconds, times: count) }
  }

  /// The requests waiting in front of a group became `length`.
  public mutating func queue(group: Int, at time: Double, length: Int) {
    if timeline != nil { timeline?.queue(group: group, at: time, length: length) }
    groupRecords[group].setQueue(length, at: time, window: warmupSeconds, endSeconds)
  }

  /// A sequence lost its KV cache for want of memory.
  public mutating func preempted(group: Int, at time: Double) {
    if time >= warmupSeconds && time < endSeconds { groupRecords[group].preemptions += 1 }
  }

  /// A link was busy with a transfer.
  public mutating func link(index: Int, start: Double, seconds: Double, bytes: Double) {
    if timeline != nil { timeline?.link(index, start: start, seconds: seconds, bytes: bytes) }
    let from = max(start, warmupSeconds)
    let inside = min(start + seconds, endSeconds) - from
    guard inside > 0 else { return }
    linkRecords[index].add(from: from, inside: inside, seconds: seconds, bytes: bytes)
  }

  /// Largest ratio of confidence half width to value, over the mean TTFT and TPOT of all classes and the quantiles that
  /// their objectives name; infinite while one of them has no interval yet.
  public var relativeHalfWidth: Double {
    classRecords.reduce(0) { max($0, $1.relativeHalfWidth) }
  }

  private func isCounted(_ arrivalSeconds: Double) -> Bool {
    arrivalSeconds >= warmupSeconds && (includesEnd ? arrivalSeconds <= endSeconds : arrivalSeconds < endSeconds)
  }
}
