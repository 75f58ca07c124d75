import FleetServing

/// Who causes a plan's cost: phases, classes, and capacity that no work uses.
extension PlanBuilder {
  /// Device-hours per hour that the load of a candidate keeps busy, by class: Σ_t share(t) · load(w,c) · x[w,c,t] ·
  /// devices(c).
  private func work(_ index: Int, _ assignment: Assignment) -> [(classIndex: Int, devices: Double)] {
    let candidate = data.candidates[index]
    return candidate.loads.enumerated().map { position, entry in
      let rate = zip(assignment.rates[index], data.periodShares).reduce(0) { $0 + $1.0[position] * $1.1 }
      return (entry.classIndex, rate * entry.load * Double(candidate.devices))
    }
  }

  /// Writes into groups, classes and economics what each costs.
  ///
  /// A group's work costs its share of the hours of all devices held of its pool; the rest of its cost is idle. The cost of
  /// a group with its idle part goes to the classes by their share of its work, and is split between prefill and decode by
  /// the time that each takes. What no class uses is carried by all classes in proportion, so that they add up to the cost
  /// of the plan.
  func attributeCosts(_ assignment: Assignment, in plan: inout Plan) {
    let cost = plan.costUSDPerHour ?? 0
    var poolCosts: [String: Double] = [:]
    var poolDevices: [String: Double] = [:]
    for purchase in plan.purchases {
      poolCosts[purchase.poolID, default: 0] += purchase.costUSDPerHour
      poolDevices[purchase.poolID, default: 0] += zip(purchase.devicesByPeriod, data.periodShares)
        .reduce(0) { $0 + Double($1.0) * $1.1 }
    }
    var input = [Double](repeating: 0, count: problem.classes.count)
    var output = input
    var inputWork = input
    var outputWork = input
    var busyCost = 0.0
    for position in plan.groups.indices {
      let group = plan.groups[position]
      guard let index = data.candidates.firstIndex(where: { $0.id == group.id }) else { continue }
      let work = work(index, assignment)
      let total = work.reduce(0) { $0 + $1.devices }
      let held = poolDevices[group.poolID] ?? 0
      let busy = held > 0 ? min(group.costUSDPerHour, (poolCosts[group.poolID] ?? 0) * total / held) : 0
      plan.groups[position].idleCostUSDPerHour = group.costUSDPerHour - busy
      busyCost += busy
      guard total > 0 else { continue }
      let share = data.candidates[index].prefillShare
      for (classIndex, devices) in work {
        input[classIndex] += group.costUSDPerHour * devices / total * share
        output[classIndex] += group.costUSDPerHour * devices / total * (1 - share)
        inputWork[classIndex] += devices * share
        outputWork[classIndex] += devices * (1 - share)
      }
    }
    // Where all work is done on devices held for nothing, what stands idle is carried by work instead of cost.
    if (input + output).reduce(0, +) <= 0 { (input, output) = (inputWork, outputWork) }
    let attributed = (input + output).reduce(0, +)
    let scale = attributed > 0 ? cost / attributed : 0
    for index in plan.classes.indices {
      let lengths = problem.classes[index].lengths
      plan.classes[index].meanInputTokens = lengths.meanInputTokens
      plan.classes[index].meanOutputTokens = lengths.meanOutputTokens
      plan.classes[index].inputCostUSDPerHour = input[index] * scale
      plan.classes[index].outputCostUSDPerHour = output[index] * scale
    }
    plan.economics = economics(assignment, plan, idle: max(0, cost - busyCost))
  }

  private func economics(_ assignment: Assignment, _ plan: Plan, idle: Double) -> PlanEconomics? {
    let cost = plan.costUSDPerHour ?? 0
    func sum(_ value: (PlanClass) -> Double) -> Double { plan.classes.reduce(0) { $0 + value($1) } }
    let served = sum(\.servedRatePerSecond)
    guard served > 0 else { return nil }
    let inputTokens = sum { $0.servedRatePerSecond * ($0.meanInputTokens ?? 0) }
    let outputTokens = sum { $0.servedRatePerSecond * ($0.meanOutputTokens ?? 0) }
    func perMillion(_ cost: Double, _ tokensPerSecond: Double) -> Double {
      tokensPerSecond > 0 ? cost / (tokensPerSecond * 3600) * 1e6 : 0
    }
    let power = data.tiers.enumerated().reduce(0) { sum, entry in
      let watts = problem.pools[entry.element.poolIndex].accelerator.powerWatts * Double(entry.element.unitDevices)
      return sum
        + zip(assignment.heldUnits[entry.offset], data.periodShares).reduce(0) { $0 + Double($1.0) * $1.1 } * watts
    }
    return PlanEconomics(
      usdPerMillionTokens: perMillion(cost, inputTokens + outputTokens),
      usdPerMillionInputTokens: perMillion(sum { $0.inputCostUSDPerHour ?? 0 }, inputTokens),
      usdPerMillionOutputTokens: perMillion(sum { $0.outputCostUSDPerHour ?? 0 }, outputTokens),
      usdPerThousandRequests: cost / (served * 3600) * 1000,
      offeredRatePerSecond: sum(\.offeredRatePerSecond), servedRatePerSecond: served, powerWatts: power,
      idleCostUSDPerHour: idle)
  }
}
