import FleetServing

/// Figures that follow from a plan by arithmetic.
struct PlanMeasures {
  let plan: Plan

  var hasPlan: Bool { plan.status == .optimal || plan.status == .feasible }

  /// Whether all offered requests are served.
  var servesAll: Bool {
    hasPlan && !Quantity.isPartial(plan.servedRatePerSecond, of: plan.offeredRatePerSecond)
      && plan.classes.allSatisfy { !Quantity.isPartial($0.servedRatePerSecond, of: $0.offeredRatePerSecond) }
  }

  var costUSDPerHour: Double? { hasPlan ? plan.costUSDPerHour : nil }

  /// Cost per hour · 730 h.
  var costUSDPerMonth: Double? { costUSDPerHour.map { $0 * Report.hoursPerMonth } }

  /// No plan of the same problem costs less than this [USD/h]; `nil` where nothing was proven of the cost.
  var costBoundUSDPerHour: Double? {
    guard plan.objectiveName == PlanObjective.cost.rawValue else { return nil }
    return plan.status == .optimal ? plan.costUSDPerHour : plan.bound
  }

  var idleCostUSDPerHour: Double? { plan.economics?.idleCostUSDPerHour }

  /// Idle cost ÷ cost.
  var idleShare: Double? {
    guard let idle = idleCostUSDPerHour, let cost = costUSDPerHour, cost > 0 else { return nil }
    return idle / cost
  }

  /// Input and output tokens of all served requests [tokens/s]: from the mean lengths of the classes, or, where a plan does
  /// not say them, from its cost ÷ its cost per token.
  var tokensPerSecond: Double? {
    if !plan.classes.isEmpty, plan.classes.allSatisfy({ $0.meanInputTokens != nil && $0.meanOutputTokens != nil }) {
      return plan.classes.reduce(0) { sum, entry in
        sum + entry.servedRatePerSecond * ((entry.meanInputTokens ?? 0) + (entry.meanOutputTokens ?? 0))
      }
    }
    guard let price = plan.economics?.usdPerMillionTokens, price > 0, let cost = costUSDPerHour else { return nil }
    return cost / price * 1e6 / 3600
  }

  /// Output tokens of all served requests [tokens/s].
  var outputTokensPerSecond: Double? {
    if plan.classes.isEmpty || plan.classes.contains(where: { $0.meanOutputTokens == nil }) { return nil }
    return plan.classes.reduce(0) { $0 + $1.servedRatePerSecond * ($1.meanOutputTokens ?? 0) }
  }

  /// Board power of all held devices · 730 h [kWh].
  var kilowattHoursPerMonth: Double? { plan.economics.map { $0.powerWatts * Report.hoursPerMonth / 1000 } }

  /// Board power ÷ served requests/s ÷ 3600 [Wh].
  var wattHoursPerRequest: Double? {
    guard let economics = plan.economics, economics.servedRatePerSecond > 0 else { return nil }
    return economics.powerWatts / economics.servedRatePerSecond / 3600
  }

  /// Board power ÷ tokens/s, input and output [J].
  var joulesPerToken: Double? {
    guard let economics = plan.economics, let tokens = tokensPerSecond, tokens > 0 else { return nil }
    return economics.powerWatts / tokens
  }
}
