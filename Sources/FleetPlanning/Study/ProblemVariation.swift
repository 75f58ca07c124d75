import FleetServing

/// One thing changed in a planning problem; the problem itself stays as it is.
public enum ProblemVariation: Sendable, Hashable {
  /// Rates of one class, or of all (`nil`), multiplied in every period.
  case rate(factor: Double, classID: String? = nil)
  /// All prices of a pool multiplied, those of devices already held included.
  case price(factor: Double, poolID: String)
  /// Devices added to what can be had of a pool (taken away when negative); no effect where no limit is stated.
  case stock(devices: Int, poolID: String)
  /// Objectives of one kind multiplied, of one class or of all (`nil`).
  case objective(LatencyKind, factor: Double, classID: String? = nil)
  /// A pool left out, with its tables, links and devices already held.
  case withoutPool(String)
  /// Nothing of a pool that costs money; devices that are held for nothing stay.
  case withoutPaidDevices(poolID: String)
  /// Aggregated instances alone.
  case withoutDisaggregation
  /// All pools of other vendors left out.
  case onlyVendor(String)
  /// The budget [USD/h]; `nil` = none.
  case budget(usdPerHour: Double?)
  /// The power cap [W]; `nil` = none.
  case powerCap(watts: Double?)

  /// A latency that an objective may bound.
  public enum LatencyKind: String, Sendable, Hashable, CaseIterable {
    case ttft, tpot
    case endToEnd = "e2e"

    var path: WritableKeyPath<ServiceLevelObjective, LatencyObjective?> {
      switch self {
      case .ttft: \.ttft
      case .tpot: \.tpot
      case .endToEnd: \.endToEnd
      }
    }
  }

  /// Whether the ways to run instances are the same before and after: prices, stock and caps do not matter to them.
  var keepsCandidates: Bool {
    switch self {
    case .price, .stock, .withoutPaidDevices, .budget, .powerCap: true
    case .rate, .objective, .withoutPool, .withoutDisaggregation, .onlyVendor: false
    }
  }
}

extension PlanningProblem {
  /// The problem with one thing changed.
  ///
  /// Ids that the problem does not have change nothing.
  ///
  /// - Precondition: Factors are positive and finite.
  public func varied(_ variation: ProblemVariation) -> PlanningProblem {
    var problem = self
    switch variation {
    case .rate(let factor, let classID):
      for index in problem.classes.indices where classID == nil || problem.classes[index].id == classID {
        problem.classes[index].ratePerSecond = problem.classes[index].ratePerSecond.map { $0 * checked(factor) }
      }
    case .price(let factor, let poolID):
      problem.changePrices(of: poolID) { $0 * checked(factor) }
    case .stock(let devices, let poolID):
      problem.changeStock(of: poolID) { max(0, $0 + devices) }
    case .objective(let kind, let factor, let classID):
      for index in problem.classes.indices where classID == nil || problem.classes[index].id == classID {
        problem.classes[index].objective[keyPath: kind.path]?.seconds *= checked(factor)
      }
    case .withoutPool(let poolID):
      problem.keepPools { $0.id != poolID }
    case .withoutPaidDevices(let poolID):
      problem.currentFleet.removeAll { $0.poolID == poolID && $0.usdPerDeviceHour > 0 }
      for index in problem.pools.indices where problem.pools[index].id == poolID {
        for tier in problem.pools[index].tiers.indices where problem.pools[index].tiers[tier].usdPerDeviceHour > 0 {
          problem.pools[index].tiers[tier].availableDevices = 0
        }
      }
    case .withoutDisaggregation:
      problem.policy.servingModes = [.aggregated]
    case .onlyVendor(let vendor):
      problem.keepPools { $0.accelerator.vendor == vendor }
    case .budget(let usdPerHour): problem.policy.budgetUSDPerHour = usdPerHour
    case .powerCap(let watts): problem.policy.powerCapWatts = watts
    }
    return problem
  }

  private func checked(_ factor: Double) -> Double {
    precondition(factor > 0 && factor.isFinite, "a factor must be positive")
    return factor
  }

  private mutating func changePrices(of poolID: String, _ change: (Double) -> Double) {
    for index in pools.indices where pools[index].id == poolID {
      for tier in pools[index].tiers.indices {
        pools[index].tiers[tier].usdPerDeviceHour = change(pools[index].tiers[tier].usdPerDeviceHour)
      }
    }
    for index in currentFleet.indices where currentFleet[index].poolID == poolID {
      currentFleet[index].usdPerDeviceHour = change(currentFleet[index].usdPerDeviceHour)
    }
  }

  /// Changes the stated limit of a pool: of all its tiers together, or of its only tier.
  private mutating func changeStock(of poolID: String, _ change: (Int) -> Int) {
    for index in pools.indices where pools[index].id == poolID {
      if let stock = pools[index].stockDevices { pools[index].stockDevices = change(stock) }
      if pools[index].tiers.count == 1, let available = pools[index].tiers[0].availableDevices {
        pools[index].tiers[0].availableDevices = change(available)
      }
    }
  }

  private mutating func keepPools(where test: (AcceleratorPool) -> Bool) {
    pools.removeAll { !test($0) }
    let kept = Set(pools.map(\.id))
    capacityTables.removeAll { !kept.contains($0.poolID) }
    links.removeAll { !kept.contains($0.prefillPoolID) || !kept.contains($0.decodePoolID) }
    currentFleet.removeAll { !kept.contains($0.poolID) }
  }
}
