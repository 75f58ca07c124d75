import FleetServing
import FleetSimulation

extension PlanReplay {
  /// What the plan file says of it.
  func summary(
    rounds: Int, options: ReplayOptions, costBefore: Double?, adjustments: LoadAdjustments, note: String?
  ) -> PlanVerification {
    PlanVerification(
      holds: holds, rounds: rounds, seed: options.seed,
      requests: periods.reduce(0) { $0 + $1.result.classes.reduce(0) { $0 + $1.offered } },
      simulatedSeconds: periods.reduce(0) { $0 + $1.result.windowSeconds }, costBeforeUSDPerHour: costBefore,
      costAfterUSDPerHour: plan.costUSDPerHour, classes: problem.classes.indices.compactMap(replayed),
      tightened: adjustments.tightened,
      notReplayed: plan.groups.filter { group in
        group.capacitySource != "latency model" && !periods.contains { $0.result.groups.contains { $0.id == group.id } }
      }.map(\.id), note: note)
  }

  /// A class in the period in which it comes closest to missing an objective, or misses most; `nil` without requests.
  private func replayed(_ classIndex: Int) -> ReplayedClass? {
    func margin(_ entry: SimulatedClass) -> Double {
      [entry.ttftObjective, entry.tpotObjective, entry.endToEndObjective].compactMap { objective in
        objective.map { ($0.attainment - $0.objective.percentile) / (1 - $0.objective.percentile) }
      }.min() ?? .infinity
    }
    let candidates = periods.map { ($0.periodIndex, $0.result.classes[classIndex]) }.filter { $0.1.offered > 0 }
    guard let (period, entry) = candidates.min(by: { margin($0.1) < margin($1.1) }) else { return nil }
    let id = problem.periods.count > 1 ? problem.periods[period].id : nil
    let routes = plan.routes.filter { $0.classID == entry.id && $0.periodID == id }
    func worst(_ value: (PlanRoute) -> Double?) -> Double? {
      let known = routes.compactMap(value)
      return known.count == routes.count ? known.max() : nil
    }
    let percentile = entry.endToEndObjective?.objective.percentile ?? AdmittedClass.defaultPercentile
    let further = max(0, problem.classes[classIndex].lengths.outputQuantile(percentile) - 1)
    func latency(
      _ stated: SimulatedObjective?, _ summary: LatencySummary?, _ predicted: Double?
    ) -> ReplayedClass.Latency {
      let simulated = stated?.simulated ?? (stated == nil ? summary?.p95 : nil)
      return ReplayedClass.Latency(
        percentile: stated?.objective.percentile ?? AdmittedClass.defaultPercentile, predictedSeconds: predicted,
        replayedSeconds: simulated?.value, replayedHalfWidthSeconds: simulated?.halfWidth,
        objectiveSeconds: stated?.objective.seconds, attainment: stated?.attainment,
        attainmentHalfWidth: stated?.attainmentHalfWidth)
    }
    return ReplayedClass(
      id: entry.id, periodID: id, requests: entry.offered,
      ttft: latency(entry.ttftObjective, entry.ttft, worst(\.ttftSeconds)),
      tpot: latency(entry.tpotObjective, entry.tpot, worst(\.tpotSeconds)),
      endToEnd: latency(
        entry.endToEndObjective, entry.endToEnd,
        worst { route in
          guard let first = route.ttftSeconds, let each = route.tpotSeconds else { return nil }
          return first + further * each
        }))
  }
}
