import FleetServing

extension PlanCheck {
  /// Budget, power, spot share, vendors.
  func policyFaults(_ plan: CheckedPlan) -> [String] {
    let policy = problem.policy
    var faults: [String] = []
    if let budget = policy.budgetUSDPerHour, let cost = plan.plan.costUSDPerHour,
      cost > budget + sumTolerance * max(1, budget)
    {
      faults.append("cost \(cost) USD/h over the budget of \(budget)")
    }
    for period in problem.periods.indices {
      let devices = { (test: (PlanPurchase) -> Bool) in
        plan.plan.purchases.filter(test).reduce(0) { $0 + Double($1.devicesByPeriod[period]) }
      }
      for limit in policy.deviceLimits {
        let held = devices { limit.poolIDs.contains($0.poolID) }
        if held > Double(limit.maximumDevices) { faults.append("\(Int(held)) devices over the limit of \(limit.text)") }
      }
      if let cap = policy.powerCapWatts {
        let watts = plan.plan.purchases.reduce(0) { sum, purchase in
          let pool = problem.pools.first { $0.id == purchase.poolID }
          return sum + Double(purchase.devicesByPeriod[period]) * (pool?.accelerator.powerWatts ?? 0)
        }
        if watts > cap * (1 + sumTolerance) { faults.append("power \(watts) W over the cap of \(cap)") }
      }
      if let share = policy.spotShareLimit,
        devices({ $0.tier == .spot }) > share * devices({ _ in true }) + sumTolerance
      {
        faults.append("more than \(share) of the devices are spot")
      }
      for limit in policy.vendorShares where limit.measure != .spend {
        for vendor in vendors(limit) {
          let own =
            limit.measure == .devices
            ? devices { $0.vendor == vendor } : handled(plan, period) { $0 == vendor }
          let all = limit.measure == .devices ? devices { _ in true } : handled(plan, period) { _ in true }
          if own > limit.share * all + sumTolerance * max(1, all) {
            faults.append("\(vendor) has \(own) of \(all) \(limit.measure.rawValue), over \(limit.share)")
          }
        }
      }
    }
    for limit in policy.vendorShares where limit.measure == .spend {
      let all = plan.plan.costUSDPerHour ?? 0
      for vendor in vendors(limit) {
        let own = plan.plan.purchases.filter { $0.vendor == vendor }.reduce(0) { $0 + $1.costUSDPerHour }
        if own > limit.share * all + sumTolerance * max(1, all) {
          faults.append("\(vendor) has \(own) of \(all) USD/h, over \(limit.share)")
        }
      }
    }
    for group in plan.groups where group.plan.phase == .aggregated && group.configuration != nil {
      guard let wanted = policy.chunkTokens, let chunk = group.plan.chunkTokens, chunk != wanted else { continue }
      faults.append("\(group.plan.id): a token budget of \(chunk), the policy says \(wanted)")
    }
    if let least = policy.minimumVendors {
      let used = Set(plan.groups.filter { $0.plan.instances > 0 }.map(\.plan.vendor)).count
      if used < least { faults.append("\(used) vendors in use, \(least) asked for") }
    }
    return faults
  }

  private func vendors(_ limit: VendorShareLimit) -> [String] {
    var all: [String] = []
    for pool in problem.pools where !all.contains(pool.accelerator.vendor) { all.append(pool.accelerator.vendor) }
    return all.filter { limit.vendor == nil || limit.vendor == $0 }
  }

  /// Requests/s handled by groups of the vendors that pass the test; each half of a disaggregated request is one half.
  private func handled(_ plan: CheckedPlan, _ period: Int, where test: (String) -> Bool) -> Double {
    plan.routes(period: period).reduce(0) { sum, route in
      let from = plan.group(route.fromGroupID)?.plan.vendor
      let to = plan.group(route.toGroupID)?.plan.vendor
      return sum + route.ratePerSecond * 0.5 * [from, to].reduce(0) { $0 + ($1.map(test) == true ? 1 : 0) }
    }
  }
}
