import FleetServing

/// Latencies at both ends of the error bands, at the rates and counts of the plan.
struct BandEvaluation: Sendable {
  let low: LatencyEvaluation
  let high: LatencyEvaluation

  /// `nil` when no error of the latency model is known.
  init?(problem: PlanningProblem, constants: LatencyConstants) {
    guard !constants.errors.table.isEmpty else { return nil }
    low = LatencyEvaluation(problem: problem, constants: constants, margin: .goodEnd)
    high = LatencyEvaluation(problem: problem, constants: constants, margin: .badEnd)
  }

  /// The band of one latency of a class, the worst of its routes at either end; `nil` when it is not predicted or when
  /// both ends are the same, as for measured latencies.
  static func band(low: [Double?], high: [Double?]) -> PlanClass.Band? {
    let least = low.compactMap(\.self)
    let most = high.compactMap(\.self)
    guard least.count == low.count, most.count == high.count, let lowest = least.max(), let highest = most.max(),
      lowest.isFinite, lowest != highest
    else { return nil }
    return PlanClass.Band(lowSeconds: lowest, highSeconds: highest.isFinite ? highest : nil)
  }
}
