import FleetServing

/// Merges groups that the solver left apart for no reason.
///
/// Variants of one configuration (class sets, least pool sizes, partner sets) stand on the same devices, so solutions of
/// equal cost may split traffic between them. One larger pool is simpler to run and waits less.
extension Assignment {
  /// The same devices and cost with fewer groups: each group is merged into another of the same configuration when that
  /// one admits all its traffic and partners, and carries the sum within its loads in every period.
  func consolidated(_ data: ProgramData) -> Assignment {
    var result = self
    let used = data.candidates.indices.filter { instances[$0].contains { $0 > 0 } }
    for source in used {
      let target = used.first { other in
        other != source && result.instances[other].contains { $0 > 0 }
          && result.instances[source].contains { $0 > 0 } && result.canMerge(source, into: other, data)
      }
      if let target { result.merge(source, into: target, data) }
    }
    return result
  }

  private func canMerge(_ source: Int, into target: Int, _ data: ProgramData) -> Bool {
    let from = data.candidates[source]
    let to = data.candidates[target]
    guard from.phase == to.phase, from.poolIndex == to.poolIndex, from.modelIndex == to.modelIndex,
      from.tableIndex == to.tableIndex, from.strategy == to.strategy, from.weightPrecision == to.weightPrecision,
      from.kvPrecision == to.kvPrecision, from.endpoint == to.endpoint
    else { return false }
    let reachesPartners = flows.allSatisfy { flow in
      guard flow.from == source, from.phase == .prefill, let endpoint = data.candidates[flow.to].endpoint else {
        return true
      }
      return to.partners.contains(endpoint)
    }
    return reachesPartners && (0..<data.periodCount).allSatisfy { carries(source, on: target, data, period: $0) }
  }

  private func carries(_ source: Int, on target: Int, _ data: ProgramData, period: Int) -> Bool {
    let count = instances[source][period] + instances[target][period]
    guard instances[source][period] > 0 else { return true }
    let spares = Double(data.problem.policy.spareInstancesPerGroup)
    guard Double(count) >= Double(data.candidates[target].floor) + spares else { return false }
    var work = spares
    let candidate = data.candidates[target]
    for (load, rate) in zip(candidate.loads, rates[target][period]) { work += data.load(load, of: candidate) * rate }
    for (load, rate) in zip(data.candidates[source].loads, rates[source][period]) where rate > 0 {
      guard let own = candidate.loads.first(where: { $0.classIndex == load.classIndex }) else { return false }
      work += data.load(own, of: candidate) * rate
    }
    return work <= Double(count) * (1 + 1e-9)
  }

  private mutating func merge(_ source: Int, into target: Int, _ data: ProgramData) {
    for period in 0..<data.periodCount {
      instances[target][period] += instances[source][period]
      instances[source][period] = 0
      for (position, load) in data.candidates[source].loads.enumerated() where rates[source][period][position] > 0 {
        let place = data.candidates[target].loads.firstIndex { $0.classIndex == load.classIndex }
        if let place { rates[target][period][place] += rates[source][period][position] }
        rates[source][period][position] = 0
      }
    }
    var merged: [Flow] = []
    for var flow in flows {
      if flow.from == source { flow.from = target }
      if flow.to == source { flow.to = target }
      let same = merged.firstIndex {
        $0.classIndex == flow.classIndex && $0.period == flow.period && $0.from == flow.from && $0.to == flow.to
      }
      if let same { merged[same].ratePerSecond += flow.ratePerSecond } else { merged.append(flow) }
    }
    flows = merged
  }
}
