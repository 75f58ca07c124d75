import FleetServing

/// Which scenario to choose, and why, in one sentence.
struct ComparisonAnswer {
  let scenarios: [PlanComparison.Scenario]

  private func measures(_ index: Int) -> PlanMeasures { PlanMeasures(plan: scenarios[index].plan) }
  private var baseline: PlanComparison.Scenario { scenarios[0] }

  /// Whether the scenarios with a plan are offered the same traffic, so that their costs answer the same question.
  var isSameTraffic: Bool {
    let rates = scenarios.indices.filter { measures($0).hasPlan }.map { scenarios[$0].plan.offeredRatePerSecond }
    guard let least = rates.min(), let most = rates.max() else { return true }
    return most - least <= 1e-6 * most
  }

  /// The cheapest scenario that serves all its traffic, per hour, or per token where traffic differs; the first one of
  /// equals. `nil` when none serves all.
  var recommended: Int? {
    let able = scenarios.indices.filter { measures($0).servesAll && price($0) != nil }
    guard let least = able.compactMap(price).min() else { return nil }
    return able.first { (price($0) ?? .infinity) <= least * (1 + 1e-9) }
  }

  private func price(_ index: Int) -> Double? {
    isSameTraffic ? measures(index).costUSDPerHour : scenarios[index].plan.economics?.usdPerMillionTokens
  }

  var sentence: String {
    if scenarios.count == 1 { return Answer.sentence(for: baseline.plan) }
    guard let recommended else {
      if !scenarios.indices.contains(where: { measures($0).hasPlan }) { return "None of the scenarios has a plan." }
      return "None of the scenarios serves all of its traffic."
    }
    let choice = scenarios[recommended]
    let cost = measures(recommended).costUSDPerHour ?? 0
    let amount = "\(Quantity.usdPerHour(cost)) (\(Quantity.roundUSD(cost * Report.hoursPerMonth)) a month)"
    if !isSameTraffic {
      let token = choice.plan.economics.map { Quantity.usd($0.usdPerMillionTokens) } ?? Quantity.unknown
      return
        "\(choice.name) is the cheapest per token, \(token) per million at \(amount); the scenarios carry different "
        + "traffic, so their costs per hour do not compare\(against(recommended))."
    }
    if recommended == 0 {
      return "Stay with \(choice.name): at \(amount), \(Answer.proof(of: choice.plan)), it is of "
        + "\(Quantity.count(scenarios.count, "scenario")) the cheapest that serves all traffic\(runnerUp)."
    }
    guard measures(0).hasPlan else {
      return "Choose \(choice.name): it serves all traffic at \(amount), \(Answer.proof(of: choice.plan)); "
        + "\(baseline.name) has no plan (\(baseline.plan.status.rawValue))."
    }
    return "Choose \(choice.name): it serves all traffic at \(amount)\(against(recommended))."
  }

  /// `, $17.28/h (31 %) less than today, proven by both optima`
  private func against(_ index: Int) -> String {
    guard index != 0, let before = measures(0).costUSDPerHour, let after = measures(index).costUSDPerHour,
      isSameTraffic, before > 0
    else { return "" }
    let saving = before - after
    if !measures(0).servesAll {
      return "; \(baseline.name) costs \(Quantity.usdPerHour(before)) and does not serve all of it"
    }
    return ", \(Quantity.usdPerHour(saving)) (\(Quantity.percent(saving / before))) less than \(baseline.name)"
      + proof(of: index, saving: saving)
  }

  /// How much of the saving is between proven optima. The plans exist either way; what is not proven is that the baseline
  /// could not be planned for less.
  private func proof(of index: Int, saving: Double) -> String {
    let (first, other) = (scenarios[0].plan, scenarios[index].plan)
    if first.status == .optimal, other.status == .optimal { return ", both proven optimal" }
    guard let bound = measures(0).costBoundUSDPerHour, let cost = other.costUSDPerHour else {
      return "; how cheap \(baseline.name) could be is not proven"
    }
    let certain = bound - cost
    if certain >= saving * (1 - 1e-6) { return ", \(baseline.name) proven optimal" }
    return certain > 0
      ? ", of which \(Quantity.usdPerHour(certain)) is proven"
      : "; \(baseline.name) is not proven optimal and could cost \(Quantity.usdPerHour(bound)) at best"
  }

  private var runnerUp: String {
    let others = scenarios.indices.dropFirst().filter { measures($0).servesAll && measures($0).costUSDPerHour != nil }
    guard let next = others.min(by: { (measures($0).costUSDPerHour ?? 0) < (measures($1).costUSDPerHour ?? 0) }),
      let own = measures(0).costUSDPerHour, own > 0, let cost = measures(next).costUSDPerHour
    else { return "" }
    let share = (cost - own) / own
    if share < 0.0005 { return "; \(scenarios[next].name) costs the same" }
    return "; next is \(scenarios[next].name), \(Quantity.signedPercent(share))"
  }
}
