import FleetServing

/// Candidates from measured capacity tables: they bypass the latency model, and are bought, packed and routed like others.
extension CandidateEnumeration {
  func addTables(phase: Phase, to set: inout CandidateSet) {
    guard phases.contains(phase) else { return }
    var part = Part()
    var ids = Set(problem.capacityTables.map(\.id))
    for (index, table) in problem.capacityTables.enumerated() where table.phase == phase {
      guard let modelIndex = problem.models.firstIndex(where: { $0.id == table.modelID }),
        let poolIndex = problem.pools.firstIndex(where: { $0.id == table.poolID })
      else { continue }
      func reject(_ reason: String) {
        part.rejected.append(
          RejectedCandidate(
            phase: phase, modelIndex: modelIndex, poolIndex: poolIndex, subject: "table \(table.id)",
            reason: reason))
      }
      let node = problem.pools[poolIndex].accelerator.devicesPerNode
      if let fault = StrategyEnumeration.packingFault(devices: table.strategy.devices, node: node) {
        reject(fault)
        continue
      }
      var matches: [MeasuredClass] = []
      for (classIndex, requestClass) in problem.classes.enumerated() where requestClass.modelID == table.modelID {
        switch table.load(for: requestClass) {
        case .serves(let match):
          matches.append(MeasuredClass(classIndex, match, requestClass.objective, phase))
        case .rejected(let reason): reject(reason)
        }
      }
      guard !matches.isEmpty else { continue }
      let partners =
        phase == .prefill
        ? set.endpoints.indices.filter { endpoint in
          set.endpoints[endpoint].modelIndex == modelIndex
            && TransferTimes.mayExchange(problem, poolIndex, set.endpoints[endpoint].poolIndex)
            && set.endpoints[endpoint].accepts(table.strategy)
        } : []
      if phase == .prefill, partners.isEmpty {
        let mayAny = set.endpoints.contains {
          $0.modelIndex == modelIndex && TransferTimes.mayExchange(problem, poolIndex, $0.poolIndex)
        }
        reject(
          mayAny
            ? "no decode instance has TP\(table.strategy.tensor) too"
            : "no decode pool may receive KV from \(table.poolID)")
        continue
      }
      for (number, members) in MeasuredClass.sharedSets(matches).enumerated() {
        var id = number == 0 ? table.id : "\(table.id)-\(number + 1)"
        while number > 0, !ids.insert(id).inserted { id += "-" }
        let loads = members.map { Candidate.ClassLoad(classIndex: $0.classIndex, load: $0.load) }
        part.candidates.append(
          Candidate(
            id: "\(phase.rawValue)-\(id)", phase: phase, modelIndex: modelIndex, poolIndex: poolIndex,
            strategy: table.strategy, weightPrecision: table.weightPrecision, kvPrecision: nil, configuration: nil,
            tableIndex: index, loads: loads, floor: 1, maximumBatch: table.maximumBatch ?? 1, partners: partners,
            endpoint: nil, transferAllowances: loads.map { _ in 0 },
            prefillShare: phase == .prefill ? 1 : phase == .decode ? 0 : 0.5))
      }
    }
    set.append(part, endpointsFrom: problem)
  }
}

/// A class on a measured configuration: what was measured for it, and what it asks for [s].
private struct MeasuredClass {
  var classIndex: Int
  var load: Double
  /// Measured latencies; 0 = known to meet any objective.
  var ttft: Double
  var tpot: Double
  /// Objectives that the phase decides; infinite = none.
  var ttftLimit: Double
  var tpotLimit: Double

  init(_ classIndex: Int, _ match: CapacityMatch, _ objective: ServiceLevelObjective, _ phase: Phase) {
    self.classIndex = classIndex
    load = match.load
    ttft = match.ttftSeconds ?? 0
    tpot = match.tpotSeconds ?? 0
    ttftLimit = phase == .decode ? .infinity : objective.ttft?.seconds ?? .infinity
    tpotLimit = phase == .prefill ? .infinity : objective.tpot?.seconds ?? .infinity
  }

  /// Which classes may share instances, ascending; sets within another one are left out.
  ///
  /// Sequences of one instance go through the same steps: beside a class with slower rows a class can be as slow as these.
  /// For each pair of limits the classes that ask for no less and whose rows keep both meet their objectives in every
  /// mix.
  static func sharedSets(_ classes: [MeasuredClass]) -> [[MeasuredClass]] {
    var sets: [[MeasuredClass]] = []
    for ttft in Set(classes.map(\.ttftLimit)).sorted(by: >) {
      for tpot in Set(classes.map(\.tpotLimit)).sorted(by: >) {
        let members = classes.filter {
          $0.ttftLimit >= ttft && $0.tpotLimit >= tpot && $0.ttft <= ttft && $0.tpot <= tpot
        }
        if !members.isEmpty { sets.append(members) }
      }
    }
    sets.sort { left, right in
      if left.count != right.count { return left.count > right.count }
      return left.lexicographicallyPrecedes(right) { $0.classIndex < $1.classIndex }
    }
    var kept: [[MeasuredClass]] = []
    for members in sets {
      let indices = Set(members.map(\.classIndex))
      if !kept.contains(where: { indices.isSubset(of: $0.map(\.classIndex)) }) { kept.append(members) }
    }
    return kept
  }
}
