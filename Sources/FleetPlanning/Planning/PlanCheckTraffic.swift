import FleetServing

extension PlanCheck {
  /// All traffic is routed, over routes that exist, through groups that admit it.
  func trafficFaults(_ plan: CheckedPlan) -> [String] {
    var faults: [String] = []
    let mustServeAll = !problem.objectives.contains(.traffic)
    for route in plan.plan.routes {
      guard let from = plan.group(route.fromGroupID), let to = plan.group(route.toGroupID),
        let requestClass = problem.classes.first(where: { $0.id == route.classID })
      else {
        faults.append(
          "a route names an unknown class or group: \(route.classID), \(route.fromGroupID), \(route.toGroupID)")
        continue
      }
      let isPair = from.plan.phase == .prefill && to.plan.phase == .decode
      let isAggregated = from.plan.phase == .aggregated && from.plan.id == to.plan.id
      if !isPair && !isAggregated { faults.append("route \(from.plan.id) → \(to.plan.id) joins the wrong phases") }
      for group in [from, to] {
        if group.plan.modelID != requestClass.modelID || !group.plan.admittedClassIDs.contains(requestClass.id) {
          faults.append("\(group.plan.id) does not admit class \(requestClass.id)")
        }
      }
      if isPair, problem.policy.equalTensorDegrees, from.plan.strategy.tensor != to.plan.strategy.tensor {
        faults.append(
          "\(from.plan.id) has TP\(from.plan.strategy.tensor), \(to.plan.id) TP\(to.plan.strategy.tensor): they must be equal"
        )
      }
      if isPair, !TransferTimes.mayExchange(problem, from.poolIndex, to.poolIndex) {
        faults.append("\(from.plan.poolID) may not send KV caches to \(to.plan.poolID)")
      }
    }
    for period in problem.periods.indices {
      for requestClass in problem.classes {
        let routed = plan.routes(period: period).filter { $0.classID == requestClass.id }
          .reduce(0) { $0 + $1.ratePerSecond }
        let offered = requestClass.ratePerSecond[period]
        let isShort = mustServeAll && routed < offered - sumTolerance * max(1e-3, offered)
        if isShort || routed > offered + sumTolerance * max(1e-3, offered) {
          faults.append("class \(requestClass.id): \(routed) of \(offered) requests/s routed")
        }
      }
    }
    return faults
  }

  /// Every route meets every objective of its class at the rates chosen, with headroom; measured groups stay within what
  /// was measured.
  func latencyFindings(_ plan: CheckedPlan) -> [Finding] {
    var findings: [Finding] = []
    for period in problem.periods.indices {
      var predictions: [String: [Int: LatencyEvaluation.Prediction]] = [:]
      for group in plan.groups {
        let mix = plan.mix(of: group, period: period)
        guard !mix.isEmpty else { continue }
        let instances = group.plan.instancesByPeriod[period] - problem.policy.spareInstancesPerGroup
        guard instances > 0 else {
          findings.append(Finding(text: "\(group.plan.id) carries traffic without an instance beside its spares"))
          continue
        }
        if let table = group.table {
          findings += measuredFaults(plan, group, table, mix, instances).map { Finding(text: $0) }
          predictions[group.plan.id] = plan.evaluation.measured(table: table, classes: mix.map(\.classIndex))
        } else if let configuration = group.configuration {
          predictions[group.plan.id] = plan.evaluation.predict(
            phase: group.plan.phase, configuration: configuration, instances: instances,
            maximumBatch: group.plan.maximumBatch, chunkTokens: group.plan.chunkTokens,
            mix: mix.map { ($0.classIndex, $0.rate * (1 + problem.policy.headroom[group.plan.phase])) })
        }
      }
      for route in plan.routes(period: period) {
        findings += objectiveFindings(plan, route, predictions)
      }
      findings += linkFaults(plan, period: period).map { Finding(text: $0) }
    }
    return findings
  }

  private func measuredFaults(
    _ plan: CheckedPlan, _ group: CheckedPlan.Group, _ table: CapacityTable,
    _ mix: [(classIndex: Int, rate: Double)], _ instances: Int
  ) -> [String] {
    var work = 0.0
    for entry in mix {
      guard case .serves(let match) = table.load(for: problem.classes[entry.classIndex]) else {
        return ["\(group.plan.id): table \(table.id) does not serve class \(problem.classes[entry.classIndex].id)"]
      }
      work += match.load * entry.rate * (1 + problem.policy.headroom[table.phase])
    }
    return work <= Double(instances) * (1 + sumTolerance)
      ? [] : ["\(group.plan.id): measured capacity exceeded: \(work) instances of \(instances)"]
  }

  private func objectiveFindings(
    _ plan: CheckedPlan, _ route: PlanRoute, _ predictions: [String: [Int: LatencyEvaluation.Prediction]]
  ) -> [Finding] {
    guard let classIndex = problem.classes.firstIndex(where: { $0.id == route.classID }),
      let from = plan.group(route.fromGroupID), let to = plan.group(route.toGroupID)
    else { return [] }
    let transfer =
      from.plan.id == to.plan.id
      ? 0
      : plan.evaluation.transferSeconds(
        from: from.configuration, pool: from.poolIndex, to: to.configuration, pool: to.poolIndex,
        classIndex: classIndex)
    let first = predictions[from.plan.id]?[classIndex]?.ttftSeconds.map { $0 + transfer }
    let each = predictions[to.plan.id]?[classIndex]?.tpotSeconds
    let stated = problem.classes[classIndex].objective
    var total: Double?
    if let first, let each, let endToEnd = stated.endToEnd {
      let output = problem.classes[classIndex].lengths.outputQuantile(endToEnd.percentile)
      total = first + max(0, output - 1) * each
    }
    var findings: [Finding] = []
    for (name, objective, predicted, groups) in [
      ("TTFT", stated.ttft, first, [from]), ("TPOT", stated.tpot, each, [to]),
      ("end-to-end time", stated.endToEnd, total, from.plan.id == to.plan.id ? [from] : [from, to]),
    ] {
      guard let objective, let predicted, !(predicted <= objective.seconds * (1 + latencyTolerance)) else { continue }
      let text =
        "class \(route.classID) on \(route.fromGroupID) → \(route.toGroupID): \(name) "
        + "\(Amount.milliseconds(predicted)) over the objective of \(Amount.milliseconds(objective.seconds))"
      for (index, group) in groups.enumerated() where group.configuration != nil || index == 0 {
        let miss = Miss(
          classID: route.classID, groupID: group.plan.id, periodID: route.periodID, ratio: predicted / objective.seconds
        )
        findings.append(Finding(text: text, miss: group.configuration == nil ? nil : miss))
      }
    }
    return findings
  }

  private func linkFaults(_ plan: CheckedPlan, period: Int) -> [String] {
    var faults: [String] = []
    for link in problem.links {
      guard let limit = link.totalBytesPerSecond else { continue }
      var carried = 0.0
      for route in plan.routes(period: period) {
        guard let from = plan.group(route.fromGroupID), let to = plan.group(route.toGroupID),
          from.plan.id != to.plan.id, from.plan.poolID == link.prefillPoolID, to.plan.poolID == link.decodePoolID,
          let requestClass = problem.classes.first(where: { $0.id == route.classID }),
          let architecture = from.model.architecture
        else { continue }
        // Measured groups do not state the precision of their KV: the widest allowed counts.
        let precisions = from.configuration.map { [$0.kvPrecision] } ?? from.model.kvPrecisions
        let bytes = precisions.map { precision in
          requestClass.lengths.mean { architecture.kvBytesPerSequence(contextTokens: $0.inputTokens, in: precision) }
        }
        carried += route.ratePerSecond * (bytes.max() ?? 0)
      }
      if carried > limit * (1 + sumTolerance) {
        faults.append("link \(link.prefillPoolID) → \(link.decodePoolID): \(carried) of \(limit) bytes/s")
      }
    }
    return faults
  }
}
