import FleetServing

extension SimulationRecorder {
  /// The statistics of the run.
  /// - Parameters:
  ///   - requests: Arrivals of the whole run.
  ///   - events: Events of the whole run.
  ///   - notes: What a reader must know, such as groups that could not be simulated.
  public func result(seed: UInt64, requests: Int, events: Int, notes: [String] = []) -> SimulationResult {
    let window = endSeconds - warmupSeconds
    var notes = notes
    if requests > 0, classRecords.allSatisfy({ $0.offered == 0 }) {
      notes.append(
        "none of the \(requests) requests arrived in the time that is counted, from \(warmupSeconds) to \(endSeconds) s; "
          + "a shorter warm-up would count some")
    }
    var result = SimulationResult(
      seed: seed, warmupSeconds: warmupSeconds, endSeconds: endSeconds, requests: requests, events: events,
      classes: classes.indices.map { simulatedClass($0, window: window) },
      groups: groups.indices.map { simulatedGroup($0, window: window) },
      links: links.indices.map { simulatedLink($0, window: window) }, notes: notes)
    result.bottleneck = Bottleneck(result)
    return result
  }

  private func simulatedClass(_ index: Int, window: Double) -> SimulatedClass {
    let record = classRecords[index]
    let offered = Double(max(record.offered, 1))
    let finished = Double(max(record.finished, 1))
    func judged(_ objective: LatencyObjective?, _ statistics: BatchedStatistics, _ met: Int) -> SimulatedObjective? {
      objective.map {
        SimulatedObjective(
          objective: $0, simulated: statistics.quantile($0.percentile),
          attainment: record.offered == 0 ? 1 : Double(met) / offered,
          attainmentHalfWidth: statistics.shareHalfWidth(within: $0.seconds))
      }
    }
    return SimulatedClass(
      id: classes[index].id, offered: record.offered, finished: record.finished, rejected: record.rejected,
      failed: record.failed, preemptions: record.preemptions, ttft: LatencySummary(record.ttft),
      tpot: LatencySummary(record.tpot), itl: LatencySummary(gaps(of: index)),
      endToEnd: LatencySummary(record.endToEnd),
      ttftObjective: judged(record.objective.ttft, record.ttft, record.meetsTTFT),
      tpotObjective: judged(record.objective.tpot, record.tpot, record.meetsTPOT),
      endToEndObjective: judged(record.objective.endToEnd, record.endToEnd, record.meetsEndToEnd),
      attainment: record.offered == 0 ? 1 : Double(record.meetsAll) / offered,
      goodputPerSecond: Double(record.meetsAll) / window, offeredPerSecond: Double(record.offered) / window,
      meanInputTokens: record.inputTokens / finished, meanOutputTokens: record.outputTokens / finished,
      cachedShare: record.inputTokens > 0 ? record.cachedTokens / record.inputTokens : 0,
      stages: record.finished == 0
        ? nil
        : StageSeconds(
          prefillWait: record.prefillWait / finished, prefill: record.prefill / finished,
          transfer: record.transfer / finished, decodeWait: record.decodeWait / finished,
          decode: record.decode / finished),
      arrivals: SimulatedSeries(binSeconds: record.arrivals.binSeconds, means: record.arrivals.means),
      byGroup: record.byGroup.summary(groups))
  }

  /// Gaps reported for the class, and those of the groups that serve no other class.
  private func gaps(of classIndex: Int) -> QuantileSketch {
    var gaps = classRecords[classIndex].gaps
    for (group, record) in zip(groups, groupRecords) where group.classIndices == [classIndex] {
      gaps.merge(record.gaps)
    }
    return gaps
  }

  private func simulatedGroup(_ index: Int, window: Double) -> SimulatedGroup {
    let group = groups[index]
    var record = groupRecords[index]
    record.setQueue(0, at: endSeconds, window: warmupSeconds, endSeconds)
    let instanceSeconds = Double(max(group.instances, 1)) * window
    let busyShare = record.busySeconds / instanceSeconds
    let batchShare = record.batchSeconds / (instanceSeconds * Double(max(group.maximumBatch, 1)))
    let hasMemory = group.kvCapacityTokens > 0
    func series(_ values: TimeSeries, dividedBy scale: Double = 1) -> SimulatedSeries {
      SimulatedSeries(binSeconds: values.binSeconds, means: values.means.map { $0 / scale })
    }
    let instances = Double(max(group.instances, 1))
    return SimulatedGroup(
      id: group.id, phase: group.phase, instances: group.instances, busyShare: busyShare,
      promptShare: record.promptSeconds / instanceSeconds,
      utilization: group.phase == .prefill ? busyShare : batchShare,
      meanBatch: record.busySeconds > 0 ? record.batchSeconds / record.busySeconds : 0,
      maximumBatch: record.maximumBatch,
      meanKVOccupancy: hasMemory ? record.kvSeconds / (instanceSeconds * group.kvCapacityTokens) : nil,
      maximumKVOccupancy: hasMemory ? record.maximumKVTokens / group.kvCapacityTokens : nil,
      meanQueue: record.queueSeconds / window, maximumQueue: record.maximumQueue,
      promptTokensPerSecond: record.promptTokens / window, outputTokensPerSecond: record.outputTokens / window,
      steps: record.steps, preemptions: record.preemptions, itl: LatencySummary(record.gaps),
      busySeries: series(record.busySeries, dividedBy: instances),
      batchSeries: series(record.batchSeries, dividedBy: instances),
      kvSeries: hasMemory ? series(record.kvSeries, dividedBy: instances * group.kvCapacityTokens) : nil,
      queueSeries: series(record.queueSeries))
  }

  private func simulatedLink(_ index: Int, window: Double) -> SimulatedLink {
    let record = linkRecords[index]
    let channels = Double(max(links[index].channels, 1))
    return SimulatedLink(
      id: links[index].id, utilization: record.busySeconds / (window * channels), bytes: record.bytes,
      transfers: record.transfers,
      busySeries: SimulatedSeries(
        binSeconds: record.busySeries.binSeconds, means: record.busySeries.means.map { $0 / channels }))
  }
}

extension LatencySummary {
  /// `nil` without observations.
  init?(_ statistics: BatchedStatistics) {
    guard let mean = statistics.mean, let p50 = statistics.quantile(0.5), let p90 = statistics.quantile(0.9),
      let p95 = statistics.quantile(0.95), let p99 = statistics.quantile(0.99)
    else { return nil }
    self.init(
      count: statistics.count, mean: mean, p50: p50, p90: p90, p95: p95, p99: p99,
      maximumSeconds: statistics.all.maximum)
  }

  /// Without confidence intervals; `nil` without observations.
  init?(_ sketch: QuantileSketch) {
    guard let p50 = sketch.quantile(0.5), let p90 = sketch.quantile(0.9), let p95 = sketch.quantile(0.95),
      let p99 = sketch.quantile(0.99)
    else { return nil }
    self.init(
      count: Int(sketch.count), mean: Estimate(value: sketch.mean), p50: Estimate(value: p50),
      p90: Estimate(value: p90), p95: Estimate(value: p95), p99: Estimate(value: p99), maximumSeconds: sketch.maximum)
  }
}
