import FleetServing

/// Requests of one class by the groups that served them: where an objective is missed.
struct GroupShares: Sendable {
  private var prefills: [Count]
  private var decodes: [Count]

  private struct Count: Sendable {
    var finished = 0
    var met = 0
  }

  init(groups: Int) {
    prefills = [Count](repeating: Count(), count: groups)
    decodes = prefills
  }

  mutating func add(_ request: FinishedRequest, meetsTTFT: Bool, meetsTPOT: Bool) {
    prefills[request.prefillGroup].finished += 1
    if meetsTTFT { prefills[request.prefillGroup].met += 1 }
    decodes[request.decodeGroup].finished += 1
    if meetsTPOT { decodes[request.decodeGroup].met += 1 }
  }

  /// One entry for each group that finished a request of the class.
  func summary(_ groups: [RecordedGroup]) -> [ClassOnGroup] {
    groups.indices.compactMap { index in
      let (first, rest) = (prefills[index], decodes[index])
      if first.finished == 0 && rest.finished == 0 { return nil }
      return ClassOnGroup(
        groupID: groups[index].id, requests: max(first.finished, rest.finished),
        ttftAttainment: first.finished > 0 ? Double(first.met) / Double(first.finished) : nil,
        tpotAttainment: rest.finished > 0 ? Double(rest.met) / Double(rest.finished) : nil)
    }
  }
}

/// Requests of a class that one group served.
public struct ClassOnGroup: Sendable, Hashable {
  public var groupID: String
  /// Finished requests.
  public var requests: Int
  /// Share within the TTFT objective; `nil` for decode groups.
  public var ttftAttainment: Double?
  /// Share within the TPOT objective; `nil` for prefill groups.
  public var tpotAttainment: Double?

  public init(groupID: String, requests: Int, ttftAttainment: Double?, tpotAttainment: Double?) {
    self.groupID = groupID
    self.requests = requests
    self.ttftAttainment = ttftAttainment
    self.tpotAttainment = tpotAttainment
  }
}
