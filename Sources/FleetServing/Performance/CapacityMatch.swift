/// What a measured capacity table says about one request class.
public struct CapacityMatch: Sendable, Hashable {
  /// Instances needed per request/s of the class.
  public var load: Double
  /// Worst measured latencies over the rows used [s]; `nil` when the table states none.
  public var ttftSeconds: Double?
  public var tpotSeconds: Double?
}

extension CapacityTable {
  /// The load of a class on this configuration as measured: Σ weight/rate over the rows that its requests fall into.
  ///
  /// Rows about the class itself apply directly; of several, the one with the highest rate whose latencies meet the
  /// objectives. Without one, every length of the class goes into the smallest bucket (by input + output) that
  /// contains it; of several rows of a bucket, again the one with the highest rate. A row without a corner on a side is
  /// unbounded there. A row whose measured latency exceeds the class's objective cannot serve it. Mean requests per second
  /// add up as shares of an instance's time, which is how Mélange (Griggs et al. 2024) combines buckets.
  ///
  /// Only the latencies that the phase decides are held against objectives: TTFT for prefill, TPOT for decode, both
  /// for aggregated.
  public func load(for requestClass: RequestClass) -> EnvelopeResult<CapacityMatch> {
    let direct = rows.filter { $0.classID == requestClass.id && $0.ratePerSecond > 0 }
    if !direct.isEmpty {
      let fitting = direct.filter { violation($0, requestClass.objective) == nil }
      guard let best = fitting.max(by: { $0.ratePerSecond < $1.ratePerSecond }) else {
        return .rejected(reason: violation(direct[0], requestClass.objective) ?? "no measured row serves it")
      }
      return .serves(
        CapacityMatch(load: 1 / best.ratePerSecond, ttftSeconds: best.ttftSeconds, tpotSeconds: best.tpotSeconds))
    }
    let buckets = rows.filter { $0.classID == nil && $0.ratePerSecond > 0 }.sorted {
      ($0.size, -$0.ratePerSecond) < ($1.size, -$1.ratePerSecond)
    }
    guard !buckets.isEmpty else {
      return .rejected(reason: "capacity table \(id) has no row for class \(requestClass.id) and no bucket")
    }
    var match = CapacityMatch(load: 0)
    for point in requestClass.lengths.points {
      guard let smallest = buckets.first(where: { $0.contains(point) }) else {
        return .rejected(
          reason: "requests of \(Wording.tokens(point.inputTokens)) input and \(Wording.tokens(point.outputTokens)) "
            + "output tokens lie outside all buckets of capacity table \(id)")
      }
      let row = buckets.first { $0.contains(point) && violation($0, requestClass.objective) == nil }
      guard let row else {
        return .rejected(reason: violation(smallest, requestClass.objective) ?? "no measured row serves it")
      }
      match.load += point.weight / row.ratePerSecond
      match.ttftSeconds = Self.larger(match.ttftSeconds, row.ttftSeconds)
      match.tpotSeconds = Self.larger(match.tpotSeconds, row.tpotSeconds)
    }
    return .serves(match)
  }

  /// Why a row does not meet the objectives that this phase decides; `nil` when it does.
  private func violation(_ row: Row, _ objective: ServiceLevelObjective) -> String? {
    func exceeds(_ name: String, _ measured: Double?, _ limit: LatencyObjective?) -> String? {
      guard let measured, let limit, measured > limit.seconds else { return nil }
      return "capacity table \(id) measured a \(name) of \(Wording.milliseconds(measured)), over the objective of "
        + Wording.milliseconds(limit.seconds)
    }
    if phase != .decode, let reason = exceeds("TTFT", row.ttftSeconds, objective.ttft) { return reason }
    if phase != .prefill, let reason = exceeds("TPOT", row.tpotSeconds, objective.tpot) { return reason }
    return nil
  }

  private static func larger(_ left: Double?, _ right: Double?) -> Double? {
    guard let left, let right else { return left ?? right }
    return max(left, right)
  }
}

extension CapacityTable.Row {
  /// Input + output of the corner; infinite when a side is open.
  fileprivate var size: Double { (inputTokens ?? .infinity) + (outputTokens ?? .infinity) }

  fileprivate func contains(_ point: LengthDistribution.Point) -> Bool {
    point.inputTokens <= inputTokens ?? .infinity && point.outputTokens <= outputTokens ?? .infinity
  }
}
