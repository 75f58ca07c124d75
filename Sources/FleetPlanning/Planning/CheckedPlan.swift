import FleetServing

/// A plan with its ids resolved against the problem again.
struct CheckedPlan {
  struct Group {
    var plan: PlanGroup
    var model: ServedModel
    var pool: AcceleratorPool
    var poolIndex: Int
    /// `nil` for measured tables.
    var configuration: InstanceConfiguration?
    var table: CapacityTable?
  }

  let plan: Plan
  let problem: PlanningProblem
  let groups: [Group]
  /// Ids that the problem does not know.
  let unresolved: [String]
  let periodShares: [Double]
  let evaluation: LatencyEvaluation

  init(plan: Plan, problem: PlanningProblem, constants: LatencyConstants) {
    self.plan = plan
    self.problem = problem
    let hours = problem.periods.reduce(0) { $0 + $1.hours }
    periodShares = problem.periods.map { $0.hours / hours }
    evaluation = LatencyEvaluation(problem: problem, constants: constants)
    var resolved: [Group] = []
    var unresolved: [String] = []
    for group in plan.groups {
      guard let model = problem.models.first(where: { $0.id == group.modelID }),
        let poolIndex = problem.pools.firstIndex(where: { $0.id == group.poolID }),
        group.instancesByPeriod.count == problem.periods.count
      else {
        unresolved.append("group \(group.id) names a model, pool or period that the problem does not have")
        continue
      }
      let pool = problem.pools[poolIndex]
      let table = problem.capacityTables.first {
        $0.id == group.capacitySource && $0.phase == group.phase && group.capacitySource != "latency model"
      }
      var configuration: InstanceConfiguration?
      if table == nil, let architecture = model.architecture,
        let weights = group.weightPrecision.flatMap(Precision.init(rawValue:)),
        let kv = group.kvPrecision.flatMap(Precision.init(rawValue:))
      {
        configuration = InstanceConfiguration(
          model: architecture, accelerator: pool.accelerator, strategy: group.strategy, weightPrecision: weights,
          kvPrecision: kv, backend: pool.backend)
      }
      if table == nil, configuration == nil { unresolved.append("group \(group.id) has no configuration") }
      resolved.append(
        Group(plan: group, model: model, pool: pool, poolIndex: poolIndex, configuration: configuration, table: table))
    }
    groups = resolved
    self.unresolved = unresolved
  }

  func group(_ id: String) -> Group? { groups.first { $0.plan.id == id } }

  func routes(period: Int) -> [PlanRoute] {
    plan.routes.filter { $0.periodID == nil || $0.periodID == problem.periods[period].id }
  }

  /// Rates by class that a group carries in a period [requests/s]; each class once, in the order of the problem.
  func mix(of group: Group, period: Int) -> [(classIndex: Int, rate: Double)] {
    problem.classes.indices.compactMap { index in
      let rate = routes(period: period).filter { route in
        guard route.classID == problem.classes[index].id else { return false }
        return group.plan.phase == .decode ? route.toGroupID == group.plan.id : route.fromGroupID == group.plan.id
      }.reduce(0) { $0 + $1.ratePerSecond }
      return rate > 0 ? (index, rate) : nil
    }
  }
}
