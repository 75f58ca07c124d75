import FleetOptimization
import FleetServing

/// Vendor share, for each limit and each vendor that it names (or every vendor):
///
///     spend:     Σ_{k of v} cost[k] ≤ share · Σ_k cost[k]                                   [USD/h]
///     devices:   ∀ t:  Σ_{k of v} unit[k]·held[k,t] ≤ share · Σ_k unit[k]·held[k,t]          [devices]
///     capacity:  ∀ t:  ½ Σ_{c ∈ P∪D of v} x + Σ_{c ∈ G of v} x ≤ share · (the same of all)   [requests/s]
///
/// MathProg twin: `share_spend`, `share_devices` and `share_capacity` in models/program/planning.mod.
enum VendorShareConstraint {
  static func add(_ data: ProgramData, _ variables: PlanVariables, to model: inout Model) {
    for (number, limit) in data.problem.policy.vendorShares.enumerated() {
      for vendor in data.vendors where limit.vendor == nil || limit.vendor == vendor {
        let index = "\(vendor),\(number + 1)"
        switch limit.measure {
        case .spend:
          let own = variables.cost(data) { data.vendor(pool: $0.poolIndex) == vendor }
          model.require("share_spend[\(index)]", own - limit.share * variables.cost(data) <= 0)
        case .devices:
          for period in 0..<data.periodCount {
            let own = variables.heldDevices(data, period: period) { data.vendor(pool: $0.poolIndex) == vendor }
            let all = variables.heldDevices(data, period: period) { _ in true }
            model.require(
              "share_devices[\(index)\(data.periodSuffix(period))]", own - limit.share * all <= 0)
          }
        case .capacity:
          for period in 0..<data.periodCount {
            let own = handled(data, variables, period: period) { data.vendor(pool: $0.poolIndex) == vendor }
            let all = handled(data, variables, period: period) { _ in true }
            model.require(
              "share_capacity[\(index)\(data.periodSuffix(period))]", own - limit.share * all <= 0)
          }
        }
      }
    }
  }

  /// Requests handled by the candidates that pass the test; each half of a disaggregated request counts one half.
  private static func handled(
    _ data: ProgramData, _ variables: PlanVariables, period: Int, where test: (Candidate) -> Bool
  ) -> LinearExpression {
    var sum = LinearExpression()
    for (index, candidate) in data.candidates.enumerated() where test(candidate) {
      let weight = candidate.phase == .aggregated ? 1 : 0.5
      for rate in variables.rates[index][period] { sum.add(rate, coefficient: weight) }
    }
    return sum
  }
}
