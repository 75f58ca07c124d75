import FleetOptimization
import FleetServing

/// Demand and balance:
///
///     demand:   ∀ w,t:  Σ_{c ∈ P ∪ G} x[w,c,t] = served[w,t]        [requests/s]
///     balance:  ∀ w,t:  Σ_{c ∈ P} x[w,c,t] − Σ_{c ∈ D} x[w,c,t] = 0  [requests/s]
///
/// `served[w,t]` is the offered rate, or a variable when traffic is the objective.
/// MathProg twin: `demand` and `balance` in models/program/planning.mod.
enum DemandConstraint {
  static func add(_ data: ProgramData, _ variables: PlanVariables, to model: inout Model) {
    for (classIndex, requestClass) in data.problem.classes.enumerated() {
      for period in 0..<data.periodCount {
        var entering = LinearExpression()
        var between = LinearExpression()
        for (index, candidate) in data.candidates.enumerated() {
          guard let position = candidate.loads.firstIndex(where: { $0.classIndex == classIndex }) else { continue }
          let rate = variables.rates[index][period][position]
          switch candidate.phase {
          case .prefill:
            entering.add(rate)
            between.add(rate)
          case .decode: between.add(rate, coefficient: -1)
          case .aggregated: entering.add(rate)
          }
        }
        let index = "[\(requestClass.id)\(data.periodSuffix(period))]"
        model.require(
          "demand\(index)", entering == variables.servedRate(data, classIndex: classIndex, period: period))
        if !between.terms.isEmpty { model.require("balance\(index)", between == 0) }
      }
    }
  }
}
