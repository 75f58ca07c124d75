import FleetOptimization
import FleetServing

/// Capacity, least count and spares of a candidate's instances:
///
///     capacity:  ∀ c,t:  Σ_w load[c,w]·x[w,c,t] + spares·used[c,t] ≤ n[c,t]   [instances]
///     opened:    ∀ c,t:  n[c,t] ≤ U[c,t]·used[c,t]                             [instances]
///     floor:     ∀ c,t:  (floor[c] + spares)·used[c,t] ≤ n[c,t]                [instances]
///
/// The last two exist only where `used` does: waiting-time bounds of a queue shared by `floor[c]` instances hold for
/// every larger number, but not for fewer, and spares do not share the load.
/// MathProg twin: `capacity`, `opened` and `least` in models/program/planning.mod.
enum CapacityConstraint {
  static func add(_ data: ProgramData, _ variables: PlanVariables, to model: inout Model) {
    let spares = Double(data.problem.policy.spareInstancesPerGroup)
    for (index, candidate) in data.candidates.enumerated() {
      for period in 0..<data.periodCount {
        let name = "[\(candidate.id)\(data.periodSuffix(period))]"
        let count = variables.instances[index][period]
        var work = LinearExpression()
        for (position, load) in candidate.loads.enumerated() {
          work.add(variables.rates[index][period][position], coefficient: data.load(load, of: candidate))
        }
        if let used = variables.used[index][period] {
          if spares > 0 { work.add(used, coefficient: spares) }
          let useful = data.usefulInstances(candidate, period: period)
          model.require("opened\(name)", LinearExpression(count) <= useful * used)
          if candidate.floor > 1 {
            model.require("floor\(name)", (Double(candidate.floor) + spares) * used <= count)
          }
        }
        model.require("capacity\(name)", work <= count)
      }
    }
  }
}
