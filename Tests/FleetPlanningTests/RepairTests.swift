import FleetServing
import Testing

@testable import FleetPlanning

/// Every repair that an infeasible plan names is carried out alone, and a plan exists then.
@Suite struct RepairTests {
  @Test(
    arguments: [
      [.stock], [.stock, .periods], [.stock, .wholeNodes], [.stock, .tiers, .spares], [.stock, .models, .headroom],
      [.budget], [.budget, .periods, .tiers], [.power], [.power, .periods, .floors], [.stock, .budget],
      [.traffic, .stock],
      [.spotShare, .tiers, .stock], [.shares], [.shares, .modes, .stock], [.links, .stock], [.vendors, .stock],
      [.objective, .budget], [.currentFleet, .stock],
    ] as [Set<RandomProblem.Feature>], 301...310)
  func repairsRepair(features: Set<RandomProblem.Feature>, seed: Int) throws {
    var problem = RandomProblem(seed: seed, features: features).problem
    for index in problem.pools.indices {
      problem.pools[index].stockDevices = problem.pools[index].stockDevices.map { $0 / 2 }
    }
    problem.policy.budgetUSDPerHour = problem.policy.budgetUSDPerHour.map { $0 / 3 }
    problem.policy.powerCapWatts = problem.policy.powerCapWatts.map { $0 / 3 }
    try expectRepairs(problem, "seed \(seed), \(features.map(\.rawValue).sorted())")
  }

  @Test func severalClassesWithObjectives() throws {
    var problem = Sample.pair { $0.pools[1].stockDevices = 12 }
    problem.classes.append(Sample.requests(4, id: "v"))
    problem.capacityTables[0].rows += [
      CapacityTable.Row(classID: "v", ratePerSecond: 2, ttftSeconds: 0.123456),
      CapacityTable.Row(classID: "v", ratePerSecond: 8, ttftSeconds: 0.3),
    ]
    problem.capacityTables[1].rows += [
      CapacityTable.Row(classID: "v", ratePerSecond: 1, tpotSeconds: 0.0312345),
      CapacityTable.Row(classID: "v", ratePerSecond: 4, tpotSeconds: 0.0512345),
    ]
    problem.classes[1].objective = ServiceLevelObjective(
      ttft: LatencyObjective(seconds: 0.2, percentile: 0.95), tpot: LatencyObjective(seconds: 0.035, percentile: 0.95))
    let plan = try problem.solved()
    #expect(plan.conflict?.repairs.contains { $0.hasPrefix("TPOT ≥ ") } == true, "\(String(describing: plan.conflict))")
    try expectRepairs(problem, "objectives")
  }

  /// The amounts are rounded for the reader, towards what still repairs.
  @Test func amountsAreRoundedUp() throws {
    var budget = Sample.pair(policy: Policy(budgetUSDPerHour: 10))
    budget.pools[0].tiers = [Sample.tier(.onDemand, 1.0008)]
    #expect(try budget.solved().conflict?.repairs.contains("a budget of at least $15.01/h (now $10.00/h)") == true)
    try expectRepairs(budget, "budget")
    var power = Sample.pair(policy: Policy(powerCapWatts: 1000))
    power.pools[0].accelerator.powerWatts = 101
    #expect(try power.solved().conflict?.repairs.contains("a power cap of at least 1.6 kW (now 1.0 kW)") == true)
    try expectRepairs(power, "power")
  }

  /// Stock is one number for all periods.
  @Test func stockOfSeveralPeriodsIsNamedOnce() throws {
    var problem = Sample.pair { $0.pools[1].stockDevices = 8 }
    problem.periods = [Period(id: "day", hours: 12), Period(id: "night", hours: 12)]
    problem.classes[0].ratePerSecond = [12, 10]
    let repairs = try problem.solved().conflict?.repairs ?? []
    #expect(repairs.filter { $0.contains("in stock") } == ["4 more d in stock"], "\(repairs)")
    try expectRepairs(problem, "periods")
  }

  /// What a tier offers is not the stock.
  @Test(arguments: [
    (nil, "2 more d on offer"), (20, "2 more d on offer"), (9, "1 more d in stock and 2 more d on offer"),
  ])
  func tierThatOffersTooLittle(stock: Int?, repair: String) throws {
    let problem = Sample.pair {
      $0.pools[1].stockDevices = stock
      $0.pools[1].tiers[0].availableDevices = 8
    }
    let conflict = try #require(try problem.solved().conflict)
    #expect(conflict.repairs.filter { $0.contains(" more ") } == [repair], "\(conflict.repairs)")
    #expect(conflict.conflicting == ["the offer of 8 d is 2 short"])
    try expectRepairs(problem, "offer")
  }

  @Test func vendorsThatCannotBeUsed() throws {
    // Only acme and bolt have instances to run.
    var problem = Sample.pair(policy: Policy(minimumVendors: 3))
    problem.pools.append(Sample.pool("e", vendor: "crux"))
    let conflict = try problem.solved().conflict
    #expect(conflict?.repairs.contains("at least 2 vendors instead of 3") == true, "\(String(describing: conflict))")
    try expectRepairs(problem, "vendors")
  }

  // MARK: Carrying out what is named

  private func expectRepairs(_ problem: PlanningProblem, _ note: String) throws {
    let plan = try problem.solved()
    guard plan.status == .infeasible else { return }
    for repair in try #require(plan.conflict).repairs {
      let repaired = try #require(Self.apply(repair, to: problem), "\(note): no such repair: \(repair)")
      let status = try repaired.solved().status
      #expect(status == .optimal || status == .feasible, "\(note): \(repair) does not repair")
    }
  }

  /// The problem with one named change; `nil` for words that are not known.
  private static func apply(_ repair: String, to problem: PlanningProblem) -> PlanningProblem? {
    var result = problem
    let words = repair.split(separator: " ").map(String.init)
    func number(_ word: String) -> Double? { Double(word.filter { $0.isNumber || $0 == "." }) }
    if repair.hasSuffix(" in stock") || repair.hasSuffix(" on offer") {
      // "1 more p and 2 more d in stock and 3 more d on offer": each part belongs to the next place named.
      var isStock = repair.hasSuffix(" in stock")
      for part in repair.components(" and ").reversed() {
        if part.hasSuffix(" in stock") { isStock = true }
        let words = part.split(separator: " ").map(String.init)
        guard words.count >= 3, words[1] == "more", let amount = Int(words[0]),
          let pool = result.pools.firstIndex(where: { $0.id == words[2] })
        else { return nil }
        if isStock {
          result.pools[pool].stockDevices? += amount
        } else {
          result.pools[pool].tiers[0].availableDevices? += amount
        }
      }
    } else if repair.hasPrefix("a budget of at least "), let usd = words.count > 5 ? number(words[5]) : nil {
      result.policy.budgetUSDPerHour = usd
    } else if repair.hasPrefix("a power cap of at least "), let kilowatts = words.count > 6 ? number(words[6]) : nil {
      result.policy.powerCapWatts = kilowatts * 1000
    } else if repair.hasPrefix("serving "), let percent = number(words[1]) {
      for index in result.classes.indices {
        result.classes[index].ratePerSecond = result.classes[index].ratePerSecond.map { $0 * percent / 100 }
      }
    } else if repair.hasPrefix("loosening the limits on vendors' share of ") {
      let measures: [String: VendorShareLimit.Measure] = [
        "spending": .spend, "devices": .devices, "traffic": .capacity,
      ]
      guard let measure = measures[words[words.count - 1]] else { return nil }
      result.policy.vendorShares.removeAll { $0.measure == measure }
    } else if repair == "loosening the limit on spot devices" {
      result.policy.spotShareLimit = nil
    } else if repair == "loosening the bandwidth limits of links" {
      for index in result.links.indices { result.links[index].totalBytesPerSecond = nil }
    } else if repair.hasPrefix("at least "), let count = Int(words[2]) {
      result.policy.minimumVendors = count
    } else if let (name, rest) = repair.split(at: " ≥ "), let milliseconds = Double(rest.split(separator: " ")[0]),
      let index = result.classes.firstIndex(where: { rest.contains(" for class \($0.id) ") })
    {
      let seconds = milliseconds / 1000
      switch name {
      case "TTFT": result.classes[index].objective.ttft?.seconds = seconds
      case "TPOT": result.classes[index].objective.tpot?.seconds = seconds
      default: result.classes[index].objective.endToEnd?.seconds = seconds
      }
    } else {
      return nil
    }
    return result
  }
}

extension String {
  fileprivate func components(_ separator: String) -> [String] {
    var parts = [""]
    var rest = self[...]
    while !rest.isEmpty {
      if rest.hasPrefix(separator) {
        parts.append("")
        rest = rest.dropFirst(separator.count)
      } else {
        parts[parts.count - 1].append(rest.removeFirst())
      }
    }
    return parts
  }

  fileprivate func split(at separator: String) -> (String, String)? {
    let parts = components(separator)
    return parts.count == 2 ? (parts[0], parts[1]) : nil
  }
}
