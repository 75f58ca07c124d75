import FleetServing

/// Running statistics of one class.
struct ClassRecord: Sendable {
  let objective: ServiceLevelObjective
  var ttft = BatchedStatistics()
  var tpot = BatchedStatistics()
  var endToEnd = BatchedStatistics()
  var gaps = QuantileSketch()
  var arrivals: TimeSeries
  var offered = 0
  var finished = 0
  var rejected = 0
  var failed = 0
  var meetsTTFT = 0
  var meetsTPOT = 0
  var meetsEndToEnd = 0
  var meetsAll = 0
  var inputTokens = 0.0
  var outputTokens = 0.0
  var cachedTokens = 0.0
  var preemptions = 0
  /// Sums over finished requests [s].
  var prefillWait = 0.0
  var prefill = 0.0
  var transfer = 0.0
  var decodeWait = 0.0
  var decode = 0.0

  /// Where requests were served.
  var byGroup: GroupShares

  init(objective: ServiceLevelObjective, binSeconds: Double, groups: Int) {
    self.objective = objective
    byGroup = GroupShares(groups: groups)
    arrivals = TimeSeries(binSeconds: binSeconds)
  }

  mutating func add(_ request: FinishedRequest) {
    finished += 1
    let first = request.ttftSeconds
    let whole = request.endToEndSeconds
    ttft.add(first)
    endToEnd.add(whole)
    var meets = true
    let isPrompt = first <= objective.ttft?.seconds ?? .infinity
    let isFast = request.tpotSeconds.map { $0 <= objective.tpot?.seconds ?? .infinity } ?? true
    byGroup.add(request, meetsTTFT: isPrompt, meetsTPOT: isFast)
    if isPrompt { meetsTTFT += 1 } else { meets = false }
    if isFast { meetsTPOT += 1 } else { meets = false }
    if let perToken = request.tpotSeconds { tpot.add(perToken) }
    if whole <= objective.endToEnd?.seconds ?? .infinity { meetsEndToEnd += 1 } else { meets = false }
    if meets { meetsAll += 1 }
    inputTokens += Double(request.inputTokens)
    outputTokens += Double(request.outputTokens)
    cachedTokens += Double(request.cachedTokens)
    preemptions += request.preemptions
    prefillWait += request.prefillStartSeconds - request.arrivalSeconds
    prefill += request.prefillEndSeconds - request.prefillStartSeconds
    transfer += request.transferSeconds
    decodeWait += max(0, request.decodeStartSeconds - request.prefillEndSeconds - request.transferSeconds)
    decode += request.lastTokenSeconds - request.decodeStartSeconds
  }

  var relativeHalfWidth: Double {
    if offered == 0 { return 0 }
    var worst = max(Self.ratio(ttft.mean), Self.ratio(tpot.mean))
    if let goal = objective.ttft { worst = max(worst, Self.ratio(ttft.quantile(goal.percentile))) }
    if let goal = objective.tpot { worst = max(worst, Self.ratio(tpot.quantile(goal.percentile))) }
    if let goal = objective.endToEnd { worst = max(worst, Self.ratio(endToEnd.quantile(goal.percentile))) }
    return worst
  }

  private static func ratio(_ estimate: Estimate?) -> Double {
    guard let estimate, let halfWidth = estimate.halfWidth else { return .infinity }
    return estimate.value > 0 ? halfWidth / estimate.value : 0
  }
}

/// Running statistics of one group.
struct GroupRecord: Sendable {
  var busySeconds = 0.0
  /// Time in steps that process prompts.
  var promptSeconds = 0.0
  var batchSeconds = 0.0
  var kvSeconds = 0.0
  var maximumBatch = 0
  var maximumKVTokens = 0.0
  var promptTokens = 0.0
  var outputTokens = 0.0
  var steps = 0
  var preemptions = 0
  var gaps = QuantileSketch()
  var queueLength = 0
  var queueSince = 0.0
  var queueSeconds = 0.0
  var maximumQueue = 0
  var busySeries: TimeSeries
  var batchSeries: TimeSeries
  var kvSeries: TimeSeries
  var queueSeries: TimeSeries

  init(binSeconds: Double) {
    let empty = TimeSeries(binSeconds: binSeconds)
    busySeries = empty
    batchSeries = empty
    kvSeries = empty
    queueSeries = empty
  }

  mutating func addStep(
    from: Double, inside: Double, seconds: Double, batch: Int, promptTokens: Int, kvTokens: Double, count: Int
  ) {
    let share = inside / seconds
    busySeconds += inside
    if promptTokens > 0 { promptSeconds += inside }
    batchSeconds += Double(batch) * inside
    kvSeconds += kvTokens * inside
    if batch > maximumBatch { maximumBatch = batch }
    if kvTokens > maximumKVTokens { maximumKVTokens = kvTokens }
    self.promptTokens += Double(promptTokens) * share
    outputTokens += Double(batch * count) * share
    steps += count
    if batch > 0 { gaps.add(seconds / Double(count), times: batch * count) }
    busySeries.add(1, from: from, seconds: inside)
    if batch > 0 { batchSeries.add(Double(batch), from: from, seconds: inside) }
    if kvTokens > 0 { kvSeries.add(kvTokens, from: from, seconds: inside) }
  }

  mutating func setQueue(_ length: Int, at time: Double, window start: Double, _ end: Double) {
    let from = max(queueSince, start)
    let inside = min(time, end) - from
    if inside > 0 {
      if queueLength > 0 {
        queueSeconds += Double(queueLength) * inside
        queueSeries.add(Double(queueLength), from: from, seconds: inside)
      }
    }
    queueLength = length
    queueSince = time
    if time >= start && time < end && length > maximumQueue { maximumQueue = length }
  }
}

/// Running statistics of one link.
struct LinkRecord: Sendable {
  var busySeconds = 0.0
  var bytes = 0.0
  var transfers = 0
  var busySeries: TimeSeries

  init(binSeconds: Double) {
    busySeries = TimeSeries(binSeconds: binSeconds)
  }

  mutating func add(from: Double, inside: Double, seconds: Double, bytes: Double) {
    busySeconds += inside
    self.bytes += bytes * inside / seconds
    transfers += 1
    busySeries.add(1, from: from, seconds: inside)
  }
}
