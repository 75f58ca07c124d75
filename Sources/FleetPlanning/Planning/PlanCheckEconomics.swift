import FleetServing

/// What a plan says of costs per class, per token and of idle capacity, recomputed from its counts, rates and purchases.
extension PlanCheck {
  func economicsFaults(_ checked: CheckedPlan) -> [String] {
    let plan = checked.plan
    guard let cost = plan.costUSDPerHour, let economics = plan.economics else { return [] }
    var faults: [String] = []
    func compare(_ what: String, _ stated: Double?, _ recomputed: Double) {
      if let stated, !agree(stated, recomputed) { faults.append("\(what): \(stated), recomputed \(recomputed)") }
    }
    var tokens = (input: 0.0, output: 0.0)
    var requests = 0.0
    for requestClass in problem.classes {
      let served = problem.periods.indices.reduce(0) { sum, period in
        let routed = checked.routes(period: period).filter { $0.classID == requestClass.id }
        return sum + checked.periodShares[period] * routed.reduce(0) { $0 + $1.ratePerSecond }
      }
      requests += served
      tokens.input += served * requestClass.lengths.meanInputTokens
      tokens.output += served * requestClass.lengths.meanOutputTokens
    }
    func perMillion(_ cost: Double, _ tokens: Double) -> Double { tokens > 0 ? cost / (tokens * 3600) * 1e6 : 0 }
    compare("cost per million tokens", economics.usdPerMillionTokens, perMillion(cost, tokens.input + tokens.output))
    compare("cost per thousand requests", economics.usdPerThousandRequests, cost / (requests * 3600) * 1000)
    let input = plan.classes.compactMap(\.inputCostUSDPerHour)
    let output = plan.classes.compactMap(\.outputCostUSDPerHour)
    guard input.count == plan.classes.count, output.count == plan.classes.count else { return faults }
    let sums = (input: input.reduce(0, +), output: output.reduce(0, +))
    compare("cost of all classes", sums.input + sums.output, cost)
    compare(
      "cost per million input tokens", economics.usdPerMillionInputTokens, perMillion(sums.input, tokens.input))
    compare(
      "cost per million output tokens", economics.usdPerMillionOutputTokens, perMillion(sums.output, tokens.output))
    return faults + idleFaults(checked, cost: cost)
  }

  /// Idle cost lies between nothing and all of it; with one period it follows from the groups' utilization.
  private func idleFaults(_ checked: CheckedPlan, cost: Double) -> [String] {
    let plan = checked.plan
    var faults: [String] = []
    for group in plan.groups {
      guard let idle = group.idleCostUSDPerHour else { continue }
      let slack = sumTolerance * max(1, group.costUSDPerHour)
      if idle < -slack || idle > group.costUSDPerHour + slack {
        faults.append("\(group.id): idle cost \(idle) of \(group.costUSDPerHour) USD/h")
      }
    }
    guard let stated = plan.economics?.idleCostUSDPerHour, problem.periods.count == 1 else { return faults }
    let busy = plan.groups.reduce(0) { sum, group in
      let purchases = plan.purchases.filter { $0.poolID == group.poolID }
      let held = purchases.reduce(0) { $0 + ($1.devicesByPeriod.first ?? 0) }
      let poolCost = purchases.reduce(0) { $0 + $1.costUSDPerHour }
      return held > 0 ? sum + poolCost * group.utilization * Double(group.devices) / Double(held) : sum
    }
    if !agree(stated, cost - busy) { faults.append("idle cost \(stated) USD/h, recomputed \(cost - busy)") }
    return faults
  }
}
