import FleetServing

/// The price at which a pool enters or leaves the fleet.
///
/// Let every price of the pool be multiplied by `f`, and let each plan cost `a + b·f`, `b` being what it spends on the pool at
/// today's prices. The optimal cost `V(f)` is the least of these lines over all plans that obey the rules: concave, piecewise
/// linear and never falling. It meets `W`, the optimum that spends nothing on the pool, at
///
///     f* = min { f : V(f) = W }
///
/// and stays there. Below `f*` every optimal plan pays for the pool; above, one does without it. From any `f` with `V(f) < W`
/// the line of an optimal plan meets `W` at `(W − a) / b`, beyond `f` and not beyond `f*`. Newton's iteration solves there
/// again, until the optimum is `W`: it ends after finitely many steps, because every step meets a flatter line, and its end is
/// exact and proven by two optima.
///
/// Where a rule limits shares of spending the prices decide which plans are allowed, and `V` need not be concave: then the
/// change is bracketed by doubling or halving the price and bisected, which finds one change and not necessarily all.
struct BreakEvenPriceSearch: Sendable {
  let study: StudySolver
  /// The optimum of the problem as it stands.
  let joint: StudySolver.Answer

  /// Savings below this share of a cost are rounding.
  static let tolerance = 1e-7
  /// "For nothing": small enough not to matter, large enough that a plan says what it would pay.
  static let nothing = 1e-6
  /// Relative distance that bisection leaves.
  static let resolution = 1e-3
  static let maximumSteps = 60

  /// Every pool whose devices cost something, in the order of the problem.
  func all() -> [BreakEvenPrice] {
    let pools = study.problem.pools.filter { pool in price(pool) > 0 }
    return study.concurrently(pools.count) { result(pools[$0]) }
  }

  private func price(_ pool: AcceleratorPool) -> Double { pool.tiers.map(\.usdPerDeviceHour).max() ?? 0 }

  /// Programs at various prices, all with the same loads.
  private struct Search {
    let study: StudySolver
    let pool: AcceleratorPool
    var adjustments: LoadAdjustments

    mutating func solve(factor: Double, start: Plan?) -> StudySolver.Answer {
      let answer = study.solve(study.varied(.price(factor: factor, poolID: pool.id), adjustments), start: start)
      adjustments = answer.adjustments
      return answer
    }

    /// The optimum that spends nothing on the pool.
    mutating func solveWithout(start: Plan?) -> StudySolver.Answer {
      let problem = study.problem
      let hasFree =
        pool.tiers.contains { $0.usdPerDeviceHour <= 0 }
        || problem.currentFleet.contains { $0.poolID == pool.id && $0.usdPerDeviceHour <= 0 }
      let without =
        hasFree
        ? study.varied(.withoutPaidDevices(poolID: pool.id), adjustments)
        : study.original(adjustments).keepingPools { $0.id != pool.id }
      let answer = study.solve(without, start: start)
      adjustments = answer.adjustments
      return answer
    }
  }

  private func result(_ pool: AcceleratorPool) -> BreakEvenPrice {
    var search = Search(study: study, pool: pool, adjustments: joint.adjustments)
    var result = BreakEvenPrice(
      poolID: pool.id, vendor: pool.accelerator.vendor, verdict: .unknown, currentUSDPerDeviceHour: price(pool),
      isProven: false)
    // The check outside the solver may tighten loads on the way; then all programs are solved again with the same loads.
    for _ in 0..<4 {
      let before = search.adjustments
      result = pass(pool, &search)
      if search.adjustments == before { break }
    }
    return result
  }

  private func pass(_ pool: AcceleratorPool, _ search: inout Search) -> BreakEvenPrice {
    var result = BreakEvenPrice(
      poolID: pool.id, vendor: pool.accelerator.vendor, verdict: .unknown, currentUSDPerDeviceHour: price(pool),
      isProven: false)
    let isUsed = joint.plan.spending(on: pool.id) > 0
    let joint = search.adjustments == joint.adjustments ? joint : search.solve(factor: 1, start: joint.plan)
    let without = search.solveWithout(start: joint.plan)
    result.costWithoutUSDPerHour = without.cost
    guard without.isProven, joint.isProven else { return result }
    guard let target = without.cost else {
      result.verdict = .indispensable
      result.isProven = true
      result.take(joint.plan)
      return result
    }
    let verdict: BreakEvenPrice.Verdict = isUsed ? .leavesAbove : .entersBelow
    let pays = (joint.cost ?? .infinity) < target * (1 - Self.tolerance)
    if study.problem.policy.vendorShares.contains(where: { $0.measure == .spend }) {
      bisect(&result, &search, target: target, present: joint, pays: pays, verdict)
      return result
    }

    var factor = pays ? 1 : Self.nothing
    var below: Plan?
    for _ in 0..<Self.maximumSteps {
      let answer = pays && below == nil ? joint : search.solve(factor: factor, start: below ?? joint.plan)
      guard answer.plan.status == .optimal, let cost = answer.cost else { return result }
      let spending = answer.plan.spending(on: pool.id) / factor
      guard cost < target * (1 - Self.tolerance), spending > 0 else {
        result.isProven = true
        guard let below else {
          result.verdict = .never
          return result
        }
        result.verdict = verdict
        result.breakEvenUSDPerDeviceHour = factor * result.currentUSDPerDeviceHour
        result.take(below)
        return result
      }
      below = answer.plan
      factor = (target - (cost - spending * factor)) / spending
    }
    return result
  }

  /// One change between a price at which the pool pays and one at which it does not.
  private func bisect(
    _ result: inout BreakEvenPrice, _ search: inout Search, target: Double,
    present: StudySolver.Answer, pays: Bool, _ verdict: BreakEvenPrice.Verdict
  ) {
    var low = pays ? 1 : 0.0
    var high = pays ? Double.infinity : 1
    var below = pays ? present.plan : nil
    for _ in 0..<Self.maximumSteps where high > low * (1 + Self.resolution) {
      var factor = (low * high).squareRoot()
      if high == .infinity { factor = low * 2 }
      if low == 0 { factor = high / 2 }
      if factor < Self.nothing {
        result.verdict = .never
        return
      }
      let answer = search.solve(factor: factor, start: below ?? present.plan)
      guard answer.isProven else { return }
      if (answer.cost ?? .infinity) < target * (1 - Self.tolerance) {
        low = factor
        below = answer.plan
      } else {
        high = factor
      }
      if low > 1 / Self.nothing { return }
    }
    guard let below else { return }
    result.verdict = verdict
    result.breakEvenUSDPerDeviceHour = low * result.currentUSDPerDeviceHour
    result.take(below)
  }
}

extension BreakEvenPrice {
  /// What the pool does in a plan.
  fileprivate mutating func take(_ plan: Plan) {
    phases = Phase.allCases.filter { phase in plan.kind.contains(PoolUse(poolID: poolID, phase: phase)) }
    let held = plan.purchases.filter { $0.poolID == poolID }.map(\.devicesByPeriod)
    devices = (held.first ?? []).indices.map { period in held.reduce(0) { $0 + $1[period] } }.max() ?? 0
  }
}

extension Plan {
  /// What a pool's devices cost in the plan [USD/h].
  func spending(on poolID: String) -> Double {
    purchases.filter { $0.poolID == poolID }.reduce(0) { $0 + $1.costUSDPerHour }
  }
}
