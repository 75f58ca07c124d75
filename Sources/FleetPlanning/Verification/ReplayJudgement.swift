import FleetServing
import FleetSimulation

extension PlanReplay {
  /// Whether every class attains every objective in every period. Where the replay could not decide that in the longest
  /// time, it counts as missed.
  public var holds: Bool {
    periods.allSatisfy { $0.result.classes.allSatisfy { !$0.misses($0.allObjectives) } }
  }

  /// Where a class missed an objective, and on which groups.
  var misses: [PlanCheck.Miss] {
    var misses: [PlanCheck.Miss] = []
    // What is undecided counts when nothing is missed for certain: the next plan may settle it.
    let isCertain = periods.contains { $0.result.classes.contains(where: \.missesForCertain) }
    for period in periods {
      let id = problem.periods.count > 1 ? problem.periods[period.periodIndex].id : nil
      for entry in period.result.classes where entry.misses(entry.allObjectives) {
        let routes = plan.routes.filter { $0.classID == entry.id && $0.periodID == id }
        func blame(
          _ objective: SimulatedObjective?, _ groups: [String], _ share: ((ClassOnGroup) -> Double?)? = nil
        ) {
          guard let objective, entry.misses([objective]), !(isCertain && objective.isUndecided) else { return }
          let ratio = (objective.simulated?.value ?? .infinity) / objective.objective.seconds
          for group in entry.culprits(of: objective, among: groups, share) {
            misses.append(PlanCheck.Miss(classID: entry.id, groupID: group, periodID: id, ratio: ratio))
          }
        }
        blame(entry.ttftObjective, routes.map(\.fromGroupID)) { $0.ttftAttainment }
        blame(entry.tpotObjective, routes.map(\.toGroupID)) { $0.tpotAttainment }
        // A whole answer is late because of either phase; where one of them misses by itself it is blamed already.
        if !entry.misses([entry.ttftObjective, entry.tpotObjective]) {
          blame(entry.endToEndObjective, routes.flatMap { [$0.fromGroupID, $0.toGroupID] })
        }
      }
    }
    let measured = Set(plan.groups.filter { $0.capacitySource != "latency model" }.map(\.id))
    return misses.filter { !measured.contains($0.groupID) }
  }
}

extension SimulatedClass {
  fileprivate var allObjectives: [SimulatedObjective?] { [ttftObjective, tpotObjective, endToEndObjective] }

  /// Whether an objective may or may not be attained, as far as the run can tell.
  var isUndecided: Bool { offered > 0 && allObjectives.contains { $0?.isUndecided ?? false } }

  /// Whether an objective is missed beyond doubt.
  var missesForCertain: Bool {
    offered > 0 && allObjectives.contains { $0.map { !$0.isMet && !$0.isUndecided } ?? false }
  }

  /// Whether one of the objectives is missed, or could not be told to be attained.
  fileprivate func misses(_ objectives: [SimulatedObjective?]) -> Bool {
    offered > 0 && objectives.contains { $0.map { !$0.isMet || $0.isUndecided } ?? false }
  }

  /// The groups on which the class misses an objective by itself; the one on which it fares worst when there is none.
  fileprivate func culprits(
    of objective: SimulatedObjective, among groups: [String], _ share: ((ClassOnGroup) -> Double?)?
  ) -> [String] {
    var seen: Set<String> = []
    let distinct = groups.filter { seen.insert($0).inserted }
    guard let share else { return distinct }
    let shares = distinct.map { id in byGroup.first { $0.groupID == id }.flatMap(share) ?? 0 }
    let missing = zip(distinct, shares).filter { $0.1 < objective.objective.percentile }.map(\.0)
    if !missing.isEmpty { return missing }
    return zip(distinct, shares).min { $0.1 < $1.1 }.map { [$0.0] } ?? []
  }
}

extension SimulatedObjective {
  /// Whether the percentile asked for lies within the confidence interval of the attainment.
  fileprivate var isUndecided: Bool {
    guard let attainmentHalfWidth else { return false }
    return abs(attainment - objective.percentile) < attainmentHalfWidth
  }
}
