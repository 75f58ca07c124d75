import FleetOptimization
import FleetServing

/// The columns of the program, by meaning.
struct PlanVariables: Sendable {
  /// `n[c,t]`: instances running, integer.
  var instances: [[Variable]] = []
  /// `x[w,c,t]`: rate of class `w` handled by candidate `c` [requests/s]; parallel to `candidate.loads`.
  var rates: [[[Variable]]] = []
  /// `used[c,t]`: binary, only where a floor or spares hang on it.
  var used: [[Variable?]] = []
  /// `held[k,t]`: units of tier `k`; committed tiers have one variable for all periods. Where a pool has a single tier
  /// billed per device and period, holding more than is used cannot help: `held` is the devices in use, no column.
  var held: [[LinearExpression]] = []
  /// `flow[w,P,D,t]` [requests/s], by flow group; see `PairingConstraint`.
  var flows: [FlowKey: Variable] = [:]
  /// `served`: fraction of all traffic that is served, where the mix is fixed and traffic is the objective.
  var servedFraction: Variable?
  /// `served[w,t]` [requests/s], where the mix is free.
  var servedRates: [[Variable]] = []
  /// `vendor[v]`: binary, only where a least number of vendors is asked for.
  var vendorUsed: [String: Variable] = [:]

  struct FlowKey: Hashable, Sendable {
    var classIndex: Int
    var senders: Int
    var endpoint: Int
    var period: Int
  }

  /// Devices of a pool that instances occupy in a period.
  func devicesInUse(_ data: ProgramData, pool: Int, period: Int) -> LinearExpression {
    var sum = LinearExpression()
    for index in data.candidateIndices(pool: pool) {
      sum.add(instances[index][period], coefficient: Double(data.candidates[index].devices))
    }
    return sum
  }

  /// Devices held of a tier in a period.
  func heldDevices(_ data: ProgramData, tier: Int, period: Int) -> LinearExpression {
    Double(data.tiers[tier].unitDevices) * held[tier][period]
  }

  /// Devices held in a period in the tiers that pass the test.
  func heldDevices(_ data: ProgramData, period: Int, where test: (HoldingTier) -> Bool) -> LinearExpression {
    var sum = LinearExpression()
    for (index, tier) in data.tiers.enumerated() where test(tier) {
      sum.add(held[index][period], factor: Double(tier.unitDevices))
    }
    return sum
  }

  /// Cost of the tiers that pass the test [USD/h], averaged over periods.
  func cost(_ data: ProgramData, where test: (HoldingTier) -> Bool = { _ in true }) -> LinearExpression {
    var sum = LinearExpression()
    for (index, tier) in data.tiers.enumerated() where test(tier) {
      let unitPrice = tier.usdPerDeviceHour * Double(tier.unitDevices)
      if tier.kind.isCommitted {
        sum.add(held[index][0], factor: unitPrice)
      } else {
        for period in 0..<data.periodCount {
          sum.add(held[index][period], factor: unitPrice * data.periodShares[period])
        }
      }
    }
    return sum
  }

  /// Rate of a class that is to be served in a period: a number, or an expression when traffic is the objective.
  func servedRate(_ data: ProgramData, classIndex: Int, period: Int) -> LinearExpression {
    let rate = data.rates[classIndex][period]
    if let servedFraction { return rate * servedFraction }
    if !servedRates.isEmpty { return LinearExpression(servedRates[classIndex][period]) }
    return LinearExpression(constant: rate)
  }
}

extension PlanVariables {
  /// Adds all columns but flows to the model.
  init(_ data: ProgramData, into model: inout Model) {
    for candidate in data.candidates {
      var counts: [Variable] = []
      var rows: [[Variable]] = []
      var indicators: [Variable?] = []
      for period in 0..<data.periodCount {
        let suffix = data.periodSuffix(period)
        let useful = data.usefulInstances(candidate, period: period)
        counts.append(
          model.addVariable("n[\(candidate.id)\(suffix)]", lower: 0, upper: useful, kind: .integer))
        indicators.append(
          data.needsUseIndicator(candidate)
            ? model.addVariable("used[\(candidate.id)\(suffix)]", lower: 0, upper: 1, kind: .integer) : nil)
        rows.append(
          candidate.loads.map { load in
            let name = data.problem.classes[load.classIndex].id
            return model.addVariable(
              "x[\(name),\(candidate.id)\(suffix)]", lower: 0, upper: data.rates[load.classIndex][period])
          })
      }
      instances.append(counts)
      used.append(indicators)
      rates.append(rows)
    }
    addHoldings(data, into: &model)
    if data.problem.objectives.contains(.traffic) { addServedTraffic(data, into: &model) }
    if data.requiresVendorCount {
      for vendor in data.vendors {
        vendorUsed[vendor] = model.addVariable("vendor[\(vendor)]", lower: 0, upper: 1, kind: .integer)
      }
    }
  }

  private mutating func addHoldings(_ data: ProgramData, into model: inout Model) {
    for (index, tier) in data.tiers.enumerated() {
      if data.holdsWhatItUses(pool: tier.poolIndex) {
        held.append((0..<data.periodCount).map { devicesInUse(data, pool: tier.poolIndex, period: $0) })
        continue
      }
      let name = "held[\(data.problem.pools[tier.poolIndex].id),\(data.tierLabel(index))"
      let isKept = data.scope.admits(tier)
      let upper = isKept ? tier.maximumUnits.map(Double.init) ?? .infinity : 0
      if tier.kind.isCommitted {
        let variable = model.addVariable("\(name)]", lower: 0, upper: upper, kind: .integer)
        held.append(Array(repeating: LinearExpression(variable), count: data.periodCount))
      } else {
        held.append(
          (0..<data.periodCount).map { period in
            LinearExpression(
              model.addVariable("\(name)\(data.periodSuffix(period))]", lower: 0, upper: upper, kind: .integer))
          })
      }
    }
  }

  private mutating func addServedTraffic(_ data: ProgramData, into model: inout Model) {
    switch data.problem.trafficMix {
    case .proportional:
      servedFraction = model.addVariable("served", lower: 0, upper: 1)
    case .free:
      servedRates = data.problem.classes.enumerated().map { index, requestClass in
        (0..<data.periodCount).map { period in
          model.addVariable(
            "served[\(requestClass.id)\(data.periodSuffix(period))]", lower: 0, upper: data.rates[index][period])
        }
      }
    }
  }
}

extension ProgramData {
  /// `""` with one period, else `,day`: the last index of names that depend on the period.
  func periodSuffix(_ period: Int) -> String {
    periodCount == 1 ? "" : ",\(problem.periods[period].id)"
  }

  /// `[day]` or `""`: the whole index of names that depend on the period alone.
  func periodIndex(_ period: Int) -> String {
    periodCount == 1 ? "" : "[\(problem.periods[period].id)]"
  }

  /// `on_demand`, or `on_demand-2` for a further tier of the same kind in the same pool.
  func tierLabel(_ index: Int) -> String {
    let tier = tiers[index]
    let earlier = tiers[..<index].filter { $0.poolIndex == tier.poolIndex && $0.kind == tier.kind }.count
    return earlier == 0 ? tier.label : "\(tier.label)-\(earlier + 1)"
  }

  /// Whether the devices held of a pool are simply those in use: one tier, billed per device and per period.
  func holdsWhatItUses(pool: Int) -> Bool {
    let own = tiers.filter { $0.poolIndex == pool }
    guard own.count == 1, let tier = own.first, scope.tierKinds == nil else { return false }
    return tier.unitDevices == 1 && (!tier.kind.isCommitted || periodCount == 1) && !sharesNeedIdleDevices
  }

  /// Idle devices of one vendor can only be of use where a share of devices or spending is limited.
  private var sharesNeedIdleDevices: Bool {
    problem.policy.spotShareLimit != nil
      || problem.policy.vendorShares.contains { $0.measure != .capacity }
  }

  var requiresVendorCount: Bool {
    (problem.policy.minimumVendors ?? 1) > 1
  }
}
