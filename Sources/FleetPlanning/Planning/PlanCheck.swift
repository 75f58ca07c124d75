import FleetServing

/// Recomputes a plan without the solver: from names and integers alone it works out devices, costs, traffic, memory,
/// latencies and policy, and reports whatever contradicts the problem.
public struct PlanCheck: Sendable {
  public let problem: PlanningProblem
  public let constants: LatencyConstants
  /// Relative tolerance of sums of costs and rates.
  public var sumTolerance = 1e-5
  /// Relative tolerance of latencies against objectives: linear loads are safe up to the curvature of step times.
  public var latencyTolerance = PlanCheck.defaultLatencyTolerance
  static let defaultLatencyTolerance = 0.01

  public init(problem: PlanningProblem, constants: LatencyConstants) {
    self.problem = problem
    self.constants = constants
  }

  /// Everything that does not hold; empty for a sound plan.
  public func faults(of plan: Plan) -> [String] { findings(of: plan).map(\.text) }

  /// Something that does not hold.
  struct Finding: Sendable, Hashable {
    var text: String
    /// For a latency over its objective: where, and by how much.
    var miss: Miss?
  }

  /// A latency that is over its objective on a route.
  struct Miss: Sendable, Hashable {
    var classID: String
    /// The group whose capacity decides the latency; for an end-to-end time there are two findings.
    var groupID: String
    /// `nil` = in the only period.
    var periodID: String?
    /// Predicted or replayed ÷ objective; may be infinite.
    var ratio: Double
  }

  func findings(of plan: Plan) -> [Finding] {
    let context = CheckedPlan(plan: plan, problem: problem, constants: constants)
    let texts =
      context.unresolved + groupFaults(context) + deviceFaults(context) + costFaults(context)
      + economicsFaults(context) + trafficFaults(context)
    return texts.map { Finding(text: $0) } + latencyFindings(context)
      + policyFaults(context).map { Finding(text: $0) }
  }

  // MARK: Groups

  private func groupFaults(_ plan: CheckedPlan) -> [String] {
    var faults: [String] = []
    for group in plan.groups {
      let mode: ServingMode = group.plan.phase == .aggregated ? .aggregated : .disaggregated
      if !problem.policy.servingModes.contains(mode) {
        faults.append("\(group.plan.id): mode \(mode.rawValue) is not allowed")
      }
      let strategy = group.plan.strategy
      let degrees = group.plan.phase == .prefill ? problem.policy.contextDegrees : [1]
      if group.configuration != nil, !degrees.contains(strategy.context) {
        faults.append("\(group.plan.id): \(strategy) is not allowed for \(group.plan.phase.rawValue)")
      }
      let node = group.pool.accelerator.devicesPerNode
      if let fault = StrategyEnumeration.packingFault(devices: group.plan.devicesPerInstance, node: node) {
        faults.append("\(group.plan.id): \(fault)")
      }
      guard let configuration = group.configuration else { continue }
      if let fault = LatencyModel(constants: constants).unsupportedReason(configuration) {
        faults.append("\(group.plan.id): \(fault)")
      }
      if let fault = MemoryFootprint(configuration, constants: constants).shortfallText {
        faults.append("\(group.plan.id): \(fault)")
      }
    }
    return faults
  }

  // MARK: Devices

  private func deviceFaults(_ plan: CheckedPlan) -> [String] {
    var faults: [String] = []
    for pool in problem.pools {
      let node = pool.accelerator.devicesPerNode
      let purchases = plan.plan.purchases.filter { $0.poolID == pool.id }
      for period in problem.periods.indices {
        let sizes = plan.groups.filter { $0.plan.poolID == pool.id }.flatMap {
          Array(repeating: $0.plan.devicesPerInstance, count: $0.plan.instancesByPeriod[period])
        }
        let inUse = sizes.reduce(0, +)
        let held = purchases.reduce(0) { $0 + $1.devicesByPeriod[period] }
        if inUse > held { faults.append("\(pool.id): \(inUse) devices in use, \(held) held") }
        if pool.wholeNodes, Self.nodesNeeded(sizes, node: node) * node > held {
          faults.append("\(pool.id): instances do not pack into \(held / node) nodes")
        }
        let bought = purchases.filter { $0.tier != .current }.reduce(0) { $0 + $1.devicesByPeriod[period] }
        if let stock = pool.stockDevices, bought > stock {
          faults.append("\(pool.id): \(bought) devices bought, \(stock) in stock")
        }
      }
      for purchase in purchases where pool.wholeNodes && purchase.devicesByPeriod.contains(where: { $0 % node != 0 }) {
        faults.append("\(pool.id): \(purchase.tier.rawValue) devices are not whole nodes")
      }
      for kind in PriceTierKind.allCases {
        let limits = pool.tiers.filter { $0.kind == kind }.map(\.availableDevices)
        let owned = problem.currentFleet.filter { kind == .current && $0.poolID == pool.id }.map {
          Optional($0.devices)
        }
        let all = limits + owned
        guard !all.contains(where: { $0 == nil }) else { continue }
        let limit = all.reduce(0) { $0 + ($1 ?? 0) }
        for period in problem.periods.indices {
          let held = purchases.filter { $0.tier == kind }.reduce(0) { $0 + $1.devicesByPeriod[period] }
          if held > limit { faults.append("\(pool.id): \(held) \(kind.rawValue) devices held, \(limit) available") }
        }
      }
    }
    return faults
  }

  /// Nodes that instances of these sizes occupy when packed largest first.
  static func nodesNeeded(_ sizes: [Int], node: Int) -> Int {
    var nodes = 0
    var free = 0
    for size in sizes.sorted(by: >) {
      if size >= node {
        nodes += (size + node - 1) / node
      } else if free >= size {
        free -= size
      } else {
        nodes += 1
        free = node - size
      }
    }
    return nodes
  }

  // MARK: Costs

  private func costFaults(_ plan: CheckedPlan) -> [String] {
    var faults: [String] = []
    var total = 0.0
    for purchase in plan.plan.purchases {
      let mean = zip(purchase.devicesByPeriod, plan.periodShares).reduce(0) { $0 + Double($1.0) * $1.1 }
      let cost = mean * purchase.usdPerDeviceHour
      if !agree(cost, purchase.costUSDPerHour) {
        faults.append("\(purchase.poolID): cost \(purchase.costUSDPerHour) USD/h, recomputed \(cost)")
      }
      let tiers = problem.pools.first { $0.id == purchase.poolID }?.tiers.filter { $0.kind == purchase.tier } ?? []
      let current = problem.currentFleet.filter { $0.poolID == purchase.poolID && purchase.tier == .current }
      let prices = tiers.map(\.usdPerDeviceHour) + current.map(\.usdPerDeviceHour)
      if !prices.contains(purchase.usdPerDeviceHour) {
        faults.append("\(purchase.poolID): no \(purchase.tier.rawValue) price of \(purchase.usdPerDeviceHour) USD/h")
      }
      total += cost
    }
    if let stated = plan.plan.costUSDPerHour, !agree(stated, total) {
      faults.append("cost \(stated) USD/h, recomputed \(total)")
    }
    if let kind = PlanObjective(rawValue: plan.plan.objectiveName), let objective = plan.plan.objective {
      let recomputed = self.objective(kind, of: plan, cost: total)
      if !agree(objective, recomputed) {
        faults.append("objective \(objective), recomputed \(kind.rawValue) \(recomputed)")
      }
    }
    let shares = plan.plan.groups.reduce(0) { $0 + $1.costUSDPerHour }
    if shares > total + sumTolerance * max(1, total) { faults.append("groups cost \(shares) USD/h of \(total)") }
    return faults
  }

  /// The value of an objective, averaged over periods: USD/h, requests/s left unserved, devices, W.
  private func objective(_ kind: PlanObjective, of plan: CheckedPlan, cost: Double) -> Double {
    func held(_ weight: (PlanPurchase) -> Double) -> Double {
      plan.plan.purchases.reduce(0) { sum, purchase in
        let mean = zip(purchase.devicesByPeriod, plan.periodShares).reduce(0) { $0 + Double($1.0) * $1.1 }
        return sum + mean * weight(purchase)
      }
    }
    switch kind {
    case .cost: return cost
    case .devices: return held { _ in 1 }
    case .power:
      return held { purchase in problem.pools.first { $0.id == purchase.poolID }?.accelerator.powerWatts ?? 0 }
    case .traffic:
      return problem.periods.indices.reduce(0) { sum, period in
        let offered = problem.classes.reduce(0) { $0 + $1.ratePerSecond[period] }
        let routed = plan.routes(period: period).reduce(0) { $0 + $1.ratePerSecond }
        return sum + (offered - routed) * plan.periodShares[period]
      }
    }
  }

  func agree(_ a: Double, _ b: Double) -> Bool {
    abs(a - b) <= sumTolerance * max(1, abs(a), abs(b))
  }
}
