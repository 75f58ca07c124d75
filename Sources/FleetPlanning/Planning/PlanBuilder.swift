import FleetOptimization
import FleetServing

/// Turns a solved program into a plan: names, integers, and latencies predicted anew at the rates chosen.
struct PlanBuilder: Sendable {
  let program: Program
  let evaluation: LatencyEvaluation
  /// `nil` when no error of the latency model is known.
  let bands: BandEvaluation?

  init(program: Program, constants: LatencyConstants) {
    self.program = program
    evaluation = LatencyEvaluation(problem: program.data.problem, constants: constants)
    bands = BandEvaluation(problem: program.data.problem, constants: constants)
  }

  var data: ProgramData { program.data }
  var problem: PlanningProblem { program.data.problem }

  func plan(of solve: ProgramSolve) -> Plan {
    var plan = Plan(
      problemName: problem.name, status: solve.status,
      objectiveName: (problem.objectives.first ?? .cost).rawValue, objective: solve.objective, bound: solve.bound,
      provenance: PlanProvenance())
    guard let solution = solve.solution else {
      plan.objective = nil
      return plan
    }
    plan.gap = gap(solve)
    let assignment = Assignment(program, solution).consolidated(data)
    plan.purchases = purchases(assignment)
    plan.costUSDPerHour = plan.purchases.reduce(0) { $0 + $1.costUSDPerHour }
    let used = data.candidates.indices.filter { assignment.instances[$0].contains { $0 > 0 } }
    plan.groups = used.map { group($0, assignment, plan.purchases) }
      .sorted { ($0.phase, $0.modelID, $0.poolID, $0.id) < ($1.phase, $1.modelID, $1.poolID, $1.id) }
    plan.routes = routes(assignment, evaluation)
    plan.classes = classes(assignment, plan.routes)
    plan.periods = problem.periods.map { PlanPeriod(id: $0.id, hours: $0.hours) }
    attributeCosts(assignment, in: &plan)
    plan.binding = BindingRows.binding(program, solution) + BindingObjectives.binding(plan.classes)
    return plan
  }

  private func gap(_ solve: ProgramSolve) -> Double? {
    if solve.status == .optimal { return 0 }
    guard let objective = solve.objective, let bound = solve.bound else { return nil }
    return max(0, objective - bound) / max(abs(objective), 1e-12)
  }

  private func purchases(_ assignment: Assignment) -> [PlanPurchase] {
    data.tiers.enumerated().compactMap { index, tier in
      let units = assignment.heldUnits[index]
      guard units.contains(where: { $0 > 0 }) else { return nil }
      let devices = units.map { $0 * tier.unitDevices }
      let pool = problem.pools[tier.poolIndex]
      let mean = zip(devices, data.periodShares).reduce(0) { $0 + Double($1.0) * $1.1 }
      return PlanPurchase(
        poolID: pool.id, vendor: pool.accelerator.vendor, tier: tier.kind, devicesByPeriod: devices,
        nodesByPeriod: pool.wholeNodes ? units : nil, usdPerDeviceHour: tier.usdPerDeviceHour,
        costUSDPerHour: mean * tier.usdPerDeviceHour)
    }
  }

  private func group(_ index: Int, _ assignment: Assignment, _ purchases: [PlanPurchase]) -> PlanGroup {
    let candidate = data.candidates[index]
    let pool = problem.pools[candidate.poolIndex]
    let instances = assignment.instances[index]
    let peak = instances.max() ?? 0
    let poolCost = purchases.filter { $0.poolID == pool.id }.reduce(0) { $0 + $1.costUSDPerHour }
    let own = meanDevices(index, assignment)
    let all = data.candidateIndices(pool: candidate.poolIndex).reduce(0) { $0 + meanDevices($1, assignment) }
    return PlanGroup(
      id: candidate.id, phase: candidate.phase, modelID: problem.models[candidate.modelIndex].id, poolID: pool.id,
      acceleratorName: pool.accelerator.name, vendor: pool.accelerator.vendor, region: pool.region,
      weightPrecision: candidate.weightPrecision?.rawValue, kvPrecision: candidate.kvPrecision?.rawValue,
      strategy: candidate.strategy, maximumBatch: candidate.maximumBatch, chunkTokens: candidate.chunkTokens,
      admittedClassIDs: candidate.loads.map { problem.classes[$0.classIndex].id }, instancesByPeriod: instances,
      devicesPerInstance: candidate.devices,
      nodes: Double(peak * candidate.devices) / Double(pool.accelerator.devicesPerNode),
      costUSDPerHour: all > 0 ? poolCost * own / all : 0, utilization: utilization(index, assignment),
      capacitySource: candidate.tableIndex.map { problem.capacityTables[$0].id } ?? "latency model",
      evidence: candidate.tableIndex.map { PlanEvidence(problem.capacityTables[$0]) }
        ?? candidate.configuration.map { PlanEvidence(evaluation.serving.latency, $0, phase: candidate.phase) })
  }

  private func meanDevices(_ index: Int, _ assignment: Assignment) -> Double {
    zip(assignment.instances[index], data.periodShares).reduce(0) {
      $0 + Double($1.0 * data.candidates[index].devices) * $1.1
    }
  }

  /// Load ÷ instances in the busiest period; headroom counts as free.
  private func utilization(_ index: Int, _ assignment: Assignment) -> Double {
    let candidate = data.candidates[index]
    return data.problem.periods.indices.reduce(0) { busiest, period in
      let instances = assignment.instances[index][period]
      guard instances > 0 else { return busiest }
      let work = zip(candidate.loads, assignment.rates[index][period]).reduce(0) { $0 + $1.0.load * $1.1 }
      return max(busiest, work / Double(instances))
    }
  }

  // MARK: Routes and latencies

  private func routes(_ assignment: Assignment, _ evaluation: LatencyEvaluation) -> [PlanRoute] {
    var predictions: [Int: [Int: [Int: LatencyEvaluation.Prediction]]] = [:]
    func prediction(_ candidate: Int, _ period: Int, _ classIndex: Int) -> LatencyEvaluation.Prediction? {
      if predictions[candidate]?[period] == nil {
        predictions[candidate, default: [:]][period] = predict(candidate, period, assignment, evaluation)
      }
      return predictions[candidate]?[period]?[classIndex]
    }
    return assignment.flows.map { flow in
      let sender = data.candidates[flow.from]
      let receiver = data.candidates[flow.to]
      let isAggregated = flow.from == flow.to
      let transfer =
        isAggregated
        ? 0
        : evaluation.transferSeconds(
          from: sender.configuration, pool: sender.poolIndex, to: receiver.configuration,
          pool: receiver.poolIndex, classIndex: flow.classIndex)
      let first = prediction(flow.from, flow.period, flow.classIndex)?.ttftSeconds
      return PlanRoute(
        classID: problem.classes[flow.classIndex].id,
        periodID: data.periodCount > 1 ? problem.periods[flow.period].id : nil,
        fromGroupID: sender.id, toGroupID: receiver.id, ratePerSecond: flow.ratePerSecond,
        ttftSeconds: first.map { $0 + transfer },
        tpotSeconds: prediction(flow.to, flow.period, flow.classIndex)?.tpotSeconds,
        kvTransferSeconds: transfer)
    }
  }

  private func predict(
    _ index: Int, _ period: Int, _ assignment: Assignment, _ evaluation: LatencyEvaluation
  ) -> [Int: LatencyEvaluation.Prediction] {
    let candidate = data.candidates[index]
    let mix = zip(candidate.loads, assignment.rates[index][period])
      .filter { $0.1 > 0 }
      .map { (classIndex: $0.0.classIndex, rate: $0.1) }
    guard !mix.isEmpty else { return [:] }
    if let table = candidate.tableIndex {
      return evaluation.measured(table: problem.capacityTables[table], classes: mix.map(\.classIndex))
    }
    guard let configuration = candidate.configuration else { return [:] }
    // Spares stand idle by the policy: they do not share the load.
    let instances = max(1, assignment.instances[index][period] - problem.policy.spareInstancesPerGroup)
    return evaluation.predict(
      phase: candidate.phase, configuration: configuration, instances: instances,
      maximumBatch: candidate.maximumBatch, chunkTokens: candidate.chunkTokens, mix: mix)
  }

  private func classes(_ assignment: Assignment, _ routes: [PlanRoute]) -> [PlanClass] {
    let ends = bands.map { (low: self.routes(assignment, $0.low), high: self.routes(assignment, $0.high)) }
    return problem.classes.enumerated().map { index, requestClass in
      func own(_ routes: [PlanRoute]) -> [PlanRoute] { routes.filter { $0.classID == requestClass.id } }
      let served = assignment.flows.filter { $0.classIndex == index }
        .reduce(0) { $0 + $1.ratePerSecond * data.periodShares[$1.period] }
      let effective = evaluation.objectives[index]
      let stated = requestClass.objective
      func prediction(
        _ objective: LatencyObjective?, _ percentile: Double?, _ value: (PlanRoute) -> Double?
      ) -> PlanClass.Prediction {
        let values = own(routes).map(value)
        let known = values.compactMap { $0 }
        return PlanClass.Prediction(
          percentile: percentile ?? objective?.percentile ?? AdmittedClass.defaultPercentile,
          predictedSeconds: known.count == values.count ? known.max() : nil, objectiveSeconds: objective?.seconds,
          band: ends.flatMap { BandEvaluation.band(low: own($0.low).map(value), high: own($0.high).map(value)) })
      }
      let endToEndPercentile = stated.endToEnd?.percentile ?? AdmittedClass.defaultPercentile
      let further = requestClass.lengths.outputQuantile(endToEndPercentile) - 1
      return PlanClass(
        id: requestClass.id, modelID: requestClass.modelID, offeredRatePerSecond: data.meanRate(index),
        servedRatePerSecond: served,
        ttft: prediction(stated.ttft, effective.ttft?.percentile, \.ttftSeconds),
        tpot: prediction(stated.tpot, effective.tpot?.percentile, \.tpotSeconds),
        endToEnd: prediction(stated.endToEnd, endToEndPercentile) { route in
          guard let first = route.ttftSeconds, let each = route.tpotSeconds else { return nil }
          return first + further * each
        })
    }
  }
}
