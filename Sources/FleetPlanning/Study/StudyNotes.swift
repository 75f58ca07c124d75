import FleetServing

/// What a study left out, and why, in sentences.
enum StudyNotes {
  /// Relative difference of costs that is rounding.
  static let tolerance = 1e-6

  static func notes(on result: PlanStudy, _ study: StudySolver, _ joint: StudySolver.Answer) -> [String] {
    of(result, joint) + ofRules(study.problem, result) + ofRates(result) + ofLimits(study)
  }

  private static func of(_ result: PlanStudy, _ joint: StudySolver.Answer) -> [String] {
    guard let cost = joint.cost else {
      return [
        "The problem has no plan (\(joint.plan.status.rawValue)): prices, alternatives and sensitivities were not studied."
      ]
    }
    var notes: [String] = []
    if let own = result.plan.costUSDPerHour, abs(own - cost) > tolerance * cost {
      notes.append(
        "Solved again, the problem costs \(Amount.usd(cost))/h, not \(Amount.usd(own))/h as the plan at hand; "
          + "the study compares with the former.")
    }
    if !joint.isProven { notes.append("The plan itself is not proven to be the best, so nothing here is.") }
    return notes
  }

  private static func ofRules(_ problem: PlanningProblem, _ result: PlanStudy) -> [String] {
    var notes: [String] = []
    if problem.policy.vendorShares.contains(where: { $0.measure == .spend }), !result.breakEvenPrices.isEmpty {
      notes.append(
        "A rule limits shares of spending, so prices decide which plans are allowed: break-even prices were bracketed and "
          + "bisected to a thousandth, and further changes are possible.")
    }
    let free = result.breakEvenPrices.filter { price in
      problem.currentFleet.contains { $0.poolID == price.poolID && $0.usdPerDeviceHour == 0 }
    }
    for price in free {
      notes.append(
        "Devices of \(price.poolID) that are held for nothing stay at any price; its break-even price is about those paid for."
      )
    }
    let unpriced = problem.pools.filter { pool in pool.tiers.allSatisfy { $0.usdPerDeviceHour <= 0 } }.map(\.id)
    if !unpriced.isEmpty, !result.breakEvenPrices.isEmpty {
      notes.append("No break-even price for \(unpriced.joined(separator: ", ")): its devices cost nothing.")
    }
    return notes
  }

  private static func ofRates(_ result: PlanStudy) -> [String] {
    guard let points = result.breakEvenRates.first?.points,
      let last = points.last(where: { $0.costUSDPerHour != nil }),
      let next = points.first(where: { $0.ratePerSecond > last.ratePerSecond })
    else { return [] }
    let reason = next.isProven ? "stock or rules do not allow it" : "no answer within the limits"
    return [
      "Rates of \(Amount.fixed(next.ratePerSecond, decimals: 1)) requests/s and more have no plan (\(reason)); break-even rates "
        + "are sought up to \(Amount.fixed(last.ratePerSecond, decimals: 1)) requests/s."
    ]
  }

  private static func ofLimits(_ study: StudySolver) -> [String] {
    let counts = study.counts
    var notes: [String] = []
    func programs(_ count: Int) -> String { count == 1 ? "1 program" : "\(count) programs" }
    if counts.unproven > 0 {
      notes.append(
        "\(programs(counts.unproven)) of \(counts.solved) ended without a proof at the limit of "
          + "\(study.options.nodesPerSolve) subproblems or \(Amount.fixed(study.options.secondsPerSolve, decimals: 0)) s."
      )
    }
    if counts.skipped > 0 {
      notes.append(
        study.isCancelled
          ? "Not everything was reached before the study was cancelled."
          : "Not everything was reached within \(Amount.fixed(study.options.totalSeconds, decimals: 0)) s.")
    }
    if let first = counts.failures.sorted().first {
      notes.append("\(programs(counts.failures.count)) failed, among them: \(first)")
    }
    return notes
  }
}
