import FleetOptimization
import FleetServing

/// Most devices over several pools together:
///
///     device_limit:  ∀ i,t:  Σ_{k of pools(i)} unit[k]·held[k,t] ≤ limit[i]   [devices]
///
/// What is held counts, busy or not, the current fleet included: a limit stands for places, power feeds or quotas that any
/// device takes up. MathProg twin: `device_limit` in models/program/planning.mod.
enum DeviceLimitConstraint {
  static func add(_ data: ProgramData, _ variables: PlanVariables, to model: inout Model) {
    for (number, limit) in data.problem.policy.deviceLimits.enumerated() {
      for period in 0..<data.periodCount {
        let held = variables.heldDevices(data, period: period) {
          limit.poolIDs.contains(data.problem.pools[$0.poolIndex].id)
        }
        guard !held.terms.isEmpty else { continue }
        model.require(
          "device_limit[\(number + 1)\(data.periodSuffix(period))]", held <= Double(limit.maximumDevices))
      }
    }
  }
}
