import FleetOptimization
import FleetServing

/// Budget:  Σ_k cost[k] ≤ budget   [USD/h, averaged over periods]
/// MathProg twin: `budget` in models/program/planning.mod.
enum BudgetConstraint {
  static func add(_ data: ProgramData, _ variables: PlanVariables, to model: inout Model) {
    guard let budget = data.problem.policy.budgetUSDPerHour else { return }
    model.require("budget", variables.cost(data) <= budget)
  }
}

/// Power cap:  ∀ t:  Σ_k watts[a(k)]·unit[k]·held[k,t] ≤ cap   [W]
/// Board power of held devices, busy or not.
/// MathProg twin: `power` in models/program/planning.mod.
enum PowerConstraint {
  static func add(_ data: ProgramData, _ variables: PlanVariables, to model: inout Model) {
    guard let cap = data.problem.policy.powerCapWatts else { return }
    for period in 0..<data.periodCount {
      model.require("power\(data.periodIndex(period))", power(data, variables, period: period) <= cap)
    }
  }

  static func power(_ data: ProgramData, _ variables: PlanVariables, period: Int) -> LinearExpression {
    var watts = LinearExpression()
    for (index, tier) in data.tiers.enumerated() {
      let perUnit = data.problem.pools[tier.poolIndex].accelerator.powerWatts * Double(tier.unitDevices)
      watts.add(variables.held[index][period], factor: perUnit)
    }
    return watts
  }
}

/// Spot share:  ∀ t:  Σ_{spot k} unit[k]·held[k,t] ≤ share · Σ_k unit[k]·held[k,t]   [devices]
/// MathProg twin: `spot` in models/program/planning.mod.
enum SpotConstraint {
  static func add(_ data: ProgramData, _ variables: PlanVariables, to model: inout Model) {
    guard let share = data.problem.policy.spotShareLimit else { return }
    for period in 0..<data.periodCount {
      let spot = variables.heldDevices(data, period: period) { $0.kind == .spot }
      let all = variables.heldDevices(data, period: period) { _ in true }
      model.require("spot\(data.periodIndex(period))", spot - share * all <= 0)
    }
  }
}

/// Least number of vendors:
///
///     vendors:  Σ_v vendor[v] ≥ q
///     active:   ∀ v:  vendor[v] ≤ Σ_{c of v, t} n[c,t]
///
/// MathProg twin: `vendors` and `active` in models/program/planning.mod.
enum VendorCountConstraint {
  static func add(_ data: ProgramData, _ variables: PlanVariables, to model: inout Model) {
    guard data.requiresVendorCount, let least = data.problem.policy.minimumVendors else { return }
    var count = LinearExpression()
    for vendor in data.vendors {
      guard let isUsed = variables.vendorUsed[vendor] else { continue }
      count.add(isUsed)
      var running = LinearExpression()
      for (index, candidate) in data.candidates.enumerated()
      where data.vendor(pool: candidate.poolIndex) == vendor {
        running.add(LinearExpression.sum(variables.instances[index]))
      }
      model.require("active[\(vendor)]", LinearExpression(isUsed) <= running)
    }
    model.require("vendors", count >= Double(least))
  }
}
