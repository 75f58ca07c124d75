import FleetServing

/// Candidates from measured capacity tables: they bypass the latency model, and are bought, packed and routed like others.
extension CandidateEnumeration {
  func addTables(phase: Phase, to set: inout CandidateSet) {
    guard phases.contains(phase) else { return }
    var part = Part()
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
      var loads: [Candidate.ClassLoad] = []
      for (classIndex, requestClass) in problem.classes.enumerated() where requestClass.modelID == table.modelID {
        switch table.load(for: requestClass) {
        case .serves(let match):
          loads.append(Candidate.ClassLoad(classIndex: classIndex, load: match.load))
        case .rejected(let reason): reject(reason)
        }
      }
      guard !loads.isEmpty else { continue }
      let partners =
        phase == .prefill
        ? set.endpoints.indices.filter { endpoint in
          set.endpoints[endpoint].modelIndex == modelIndex
            && TransferTimes.mayExchange(problem, poolIndex, set.endpoints[endpoint].poolIndex)
        } : []
      if phase == .prefill, partners.isEmpty {
        reject("no decode pool may receive KV from \(table.poolID)")
        continue
      }
      part.candidates.append(
        Candidate(
          id: "\(phase.rawValue)-\(table.id)", phase: phase, modelIndex: modelIndex, poolIndex: poolIndex,
          strategy: table.strategy, weightPrecision: table.weightPrecision, kvPrecision: nil, configuration: nil,
          tableIndex: index, loads: loads, floor: 1, maximumBatch: table.maximumBatch ?? 1, partners: partners,
          endpoint: nil, transferAllowances: loads.map { _ in 0 },
          prefillShare: phase == .prefill ? 1 : phase == .decode ? 0 : 0.5))
    }
    set.append(part, endpointsFrom: problem)
  }
}
