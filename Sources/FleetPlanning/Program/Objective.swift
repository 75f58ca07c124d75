import FleetOptimization
import FleetServing

extension PlanObjective {
  /// The expression that is minimised; every objective is an average over periods.
  ///
  ///     cost:     Σ_k price[k]·unit[k]·held[k]                       [USD/h]
  ///     traffic:  Σ_{w,t} share[t]·(rate[w,t] − served[w,t])          [requests/s]
  ///     devices:  Σ_{k,t} share[t]·unit[k]·held[k,t]                  [devices]
  ///     power:    Σ_{k,t} share[t]·watts[a(k)]·unit[k]·held[k,t]      [W]
  ///
  /// MathProg twin: `objective` in models/program/planning.mod.
  func expression(_ data: ProgramData, _ variables: PlanVariables) -> LinearExpression {
    switch self {
    case .cost: return variables.cost(data)
    case .traffic:
      return data.averageOverPeriods { period in
        var unserved = LinearExpression()
        for classIndex in data.problem.classes.indices {
          unserved += data.rates[classIndex][period]
          unserved -= variables.servedRate(data, classIndex: classIndex, period: period)
        }
        return unserved
      }
    case .devices:
      return data.averageOverPeriods { variables.heldDevices(data, period: $0) { _ in true } }
    case .power:
      return data.averageOverPeriods { PowerConstraint.power(data, variables, period: $0) }
    }
  }
}

extension ProgramData {
  func averageOverPeriods(_ expression: (Int) -> LinearExpression) -> LinearExpression {
    var sum = LinearExpression()
    for period in 0..<periodCount {
      sum.add(expression(period), factor: periodShares[period])
    }
    return sum
  }
}
