import FleetOptimization
import FleetServing

/// Where a solve begins: a plan of this problem or of one like it, carried over to the columns of the program.
///
/// Its routes keep their shares of each class's traffic, and every configuration gets the instances that its loads need at the
/// rates of this problem:
///
///     n[c,t] = max(floor[c], ⌈Σ_w load[c,w]·x[w,c,t]⌉) + spares      where c carries traffic
///
/// Devices are held as in the plan, then filled up or given back. Only whole columns are stated; the solver completes the
/// others, checks the point and drops one that is not feasible, so that nothing here can change what is optimal.
struct WarmStart {
  let program: Program
  private var data: ProgramData { program.data }

  init(_ program: Program) { self.program = program }

  /// The best of several plans: the first in the order of their cost here that can be completed.
  func values(from plans: [Plan]) -> [Double]? {
    var points: [(values: [Double], objective: Double)] = []
    for plan in plans {
      guard let values = values(from: plan) else { continue }
      let objective = program.model.objectiveValue(at: values)
      if !points.contains(where: { $0.values == values }) { points.append((values, objective)) }
    }
    // One alone is checked by the solver.
    guard points.count > 1 else { return points.first?.values }
    return points.enumerated().sorted { ($0.element.objective, $0.offset) < ($1.element.objective, $1.offset) }
      .first { isCompletable($0.element.values) }?.element.values
  }

  private func isCompletable(_ values: [Double]) -> Bool {
    var model = program.model
    for (index, record) in model.variables.enumerated() where record.kind == .integer {
      guard values[index] >= record.lower, values[index] <= record.upper,
        let variable = model.variable(named: record.name)
      else { return false }
      model.fix(variable, to: values[index])
    }
    let outcome = try? GLPKSolver().solveRelaxation(model)
    return outcome?.termination == .optimal
  }

  /// One value per column of the program; `nil` when the plan serves no traffic that could be carried over.
  func values(from plan: Plan) -> [Double]? {
    guard let rates = rates(of: plan) else { return nil }
    let counts = data.candidates.indices.map { index in
      (0..<data.periodCount).map { count(index, rates[index][$0]) }
    }
    var values = [Double](repeating: 0, count: program.model.variables.count)
    for index in data.candidates.indices {
      for period in 0..<data.periodCount {
        values[program.variables.instances[index][period].index] = Double(counts[index][period])
        if let used = program.variables.used[index][period] { values[used.index] = counts[index][period] > 0 ? 1 : 0 }
      }
    }
    for (vendor, variable) in program.variables.vendorUsed {
      let runs = data.candidates.indices.contains { index in
        data.vendor(pool: data.candidates[index].poolIndex) == vendor && counts[index].contains { $0 > 0 }
      }
      values[variable.index] = runs ? 1 : 0
    }
    for pool in data.problem.pools.indices { hold(pool, counts, plan, &values) }
    return values
  }

  // MARK: Traffic

  /// Rate of each class on each candidate, by candidate, period and position of its loads [requests/s].
  private func rates(of plan: Plan) -> [[[Double]]]? {
    let places = Dictionary(
      plan.groups.compactMap { group in candidate(for: group).map { (group.id, $0) } }, uniquingKeysWith: { $1 })
    var rates = data.candidates.map { candidate in
      Array(repeating: Array(repeating: 0.0, count: candidate.loads.count), count: data.periodCount)
    }
    for (classIndex, requestClass) in data.problem.classes.enumerated() {
      for (period, time) in data.problem.periods.enumerated() {
        let offered = data.rates[classIndex][period]
        guard offered > 0 else { continue }
        var paths: [(from: Int, to: Int, rate: Double)] = []
        for route in plan.routes
        where route.classID == requestClass.id && (route.periodID == nil || route.periodID == time.id) {
          guard let from = places[route.fromGroupID], let to = places[route.toGroupID],
            position(classIndex, from) != nil, position(classIndex, to) != nil
          else { continue }
          paths.append((from, to, route.ratePerSecond))
        }
        let total = paths.reduce(0) { $0 + $1.rate }
        guard total > 0 else { return nil }
        // Where traffic is the objective a plan may leave some of it unserved.
        let served = data.problem.objectives.contains(.traffic) ? min(total, offered) : offered
        for path in paths {
          let rate = served * path.rate / total
          for end in path.from == path.to ? [path.from] : [path.from, path.to] {
            if let position = position(classIndex, end) { rates[end][period][position] += rate }
          }
        }
      }
    }
    return rates
  }

  private func position(_ classIndex: Int, _ candidate: Int) -> Int? {
    data.candidates[candidate].loads.firstIndex { $0.classIndex == classIndex }
  }

  /// The candidate of a group's name, or else the one of the same configuration that needs the fewest instances for the
  /// classes that the group admits.
  private func candidate(for group: PlanGroup) -> Int? {
    if let same = data.candidates.firstIndex(where: { $0.id == group.id }) { return same }
    let problem = data.problem
    let classes = problem.classes.indices.filter { group.admittedClassIDs.contains(problem.classes[$0].id) }
    let alike = data.candidates.indices.filter { index in
      let candidate = data.candidates[index]
      return candidate.phase == group.phase && problem.pools[candidate.poolIndex].id == group.poolID
        && problem.models[candidate.modelIndex].id == group.modelID && candidate.strategy == group.strategy
        && candidate.weightPrecision?.rawValue == group.weightPrecision
        && candidate.kvPrecision?.rawValue == group.kvPrecision
        && classes.allSatisfy { candidate.load(of: $0) != nil }
    }
    func work(_ index: Int) -> Double {
      classes.reduce(Double(data.candidates[index].floor)) {
        $0 + (data.candidates[index].load(of: $1) ?? 0) * data.meanRate($1)
      }
    }
    return alike.min { (work($0), $0) < (work($1), $1) }
  }

  private func count(_ index: Int, _ rates: [Double]) -> Int {
    let candidate = data.candidates[index]
    let work = zip(candidate.loads, rates).reduce(0) { $0 + data.load($1.0, of: candidate) * $1.1 }
    guard work > 0, work < 1e9 else { return 0 }
    return max(candidate.floor, Int((work - 1e-9).rounded(.up))) + data.problem.policy.spareInstancesPerGroup
  }

  // MARK: Devices

  /// Units held of a pool: those of the plan, less what stands idle, dearest first, and what is missing, cheapest first.
  private func hold(_ pool: Int, _ counts: [[Int]], _ plan: Plan, _ values: inout [Double]) {
    guard !data.holdsWhatItUses(pool: pool) else { return }
    let tiers = data.tiers.indices.filter { data.tiers[$0].poolIndex == pool }
    guard let unit = tiers.first.map({ data.tiers[$0].unitDevices }) else { return }
    let needed = (0..<data.periodCount).map { period in
      let devices = data.candidateIndices(pool: pool).reduce(0) {
        $0 + counts[$1][period] * data.candidates[$1].devices
      }
      return (devices + unit - 1) / unit
    }
    var held = unitsHeld(tiers, plan, unit)
    let byPrice = tiers.indices.sorted {
      (data.tiers[tiers[$0]].usdPerDeviceHour, $0) < (data.tiers[tiers[$1]].usdPerDeviceHour, $1)
    }
    func excess() -> [Int] { needed.indices.map { period in held.reduce(0) { $0 + $1[period] } - needed[period] } }
    for place in byPrice.reversed() {
      let tier = data.tiers[tiers[place]]
      let idle = excess().map { -max(0, $0) }
      held[place] = changed(held[place], by: idle, committed: tier.kind.isCommitted, most: .max)
    }
    // What is hired per period fits every need; commitments are raised only for what is left.
    for committed in [false, true] {
      for place in byPrice where data.tiers[tiers[place]].kind.isCommitted == committed {
        let tier = data.tiers[tiers[place]]
        let most = data.scope.admits(tier) ? tier.maximumUnits ?? .max : 0
        let missing = excess().map { max(0, -$0) }
        held[place] = changed(held[place], by: missing, committed: committed, most: most)
      }
    }
    for (place, tier) in tiers.enumerated() {
      for period in 0..<data.periodCount {
        if let column = program.variables.held[tier][period].terms.first?.variable {
          values[column.index] = Double(held[place][period])
        }
      }
    }
  }

  private func unitsHeld(_ tiers: [Int], _ plan: Plan, _ unit: Int) -> [[Int]] {
    var left = plan.purchases
    return tiers.map { index in
      let tier = data.tiers[index]
      let match = left.firstIndex {
        $0.poolID == data.problem.pools[tier.poolIndex].id && $0.tier == tier.kind
          && $0.devicesByPeriod.count == data.periodCount
      }
      guard data.scope.admits(tier), let match else { return Array(repeating: 0, count: data.periodCount) }
      let most = tier.maximumUnits ?? .max
      return left.remove(at: match).devicesByPeriod.map { min($0 / unit, most) }
    }
  }

  /// Units of a tier with a step added in each period, up to `most`; a committed tier takes one step for all periods.
  private func changed(_ units: [Int], by steps: [Int], committed: Bool, most: Int) -> [Int] {
    // The largest step gives back only what stands idle in every period, and adds what any period lacks.
    let common = committed ? steps.max() : nil
    return zip(units, steps).map { own, step in max(0, min(own + (common ?? step), max(most, own))) }
  }
}
