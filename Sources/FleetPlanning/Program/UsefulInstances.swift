import FleetServing

/// How many instances of a candidate can be of use: the bound on `n[c,t]`, and the coefficient of `used[c,t]`.
///
/// A coefficient far above what can be bought lets a solver hide instances behind a `used` that is nearly 0: within
/// its tolerance of 10⁻⁵, 100,000 useful instances open one for nothing.
extension ProgramData {
  /// All the traffic that a candidate may take, plus spares, as far as stock, budget and power cap can reach:
  ///
  ///     U[c,t] = min(max(floor[c], ⌈Σ_w load[c,w]·rate[w,t]⌉) + spares, ⌊most[a,t]/devices[c]⌋ + 1)
  ///
  /// The 1 keeps this bound away from the rules themselves, whose prices in the relaxation it would take over.
  func usefulInstances(_ candidate: Candidate, period: Int) -> Double {
    let work = candidate.loads.reduce(0) { $0 + load($1, of: candidate) * rates[$1.classIndex][period] }
    guard work > 0 else { return 0 }
    let needed =
      max(Double(candidate.floor), (work - 1e-9).rounded(.up)) + Double(problem.policy.spareInstancesPerGroup)
    guard scope.keepsLimits, let most = mostDevices(pool: candidate.poolIndex, period: period) else { return needed }
    return min(needed, (most / Double(candidate.devices) + 1e-9).rounded(.down) + 1)
  }

  /// Devices of a pool that can be held in a period, at most; `nil` without any limit.
  ///
  ///     most[a,t] = min(stock[a] + current[a], Σ_k unit[k]·units[k], cap/watts[a], budget/least cost of a device in t)
  func mostDevices(pool: Int, period: Int) -> Double? {
    let own = tiers.filter { $0.poolIndex == pool }
    func units(_ tier: HoldingTier) -> Double? { scope.admits(tier) ? tier.maximumUnits.map(Double.init) : 0 }
    var limits: [Double] = []
    if let stock = problem.pools[pool].stockDevices {
      let current = own.filter { $0.kind == .current }
      limits.append(Double(stock) + current.reduce(0) { $0 + Double($1.unitDevices) * (units($1) ?? 0) })
    }
    let offers = own.map { tier in units(tier).map { Double(tier.unitDevices) * $0 } }
    if !own.isEmpty, offers.allSatisfy({ $0 != nil }) { limits.append(offers.reduce(0) { $0 + ($1 ?? 0) }) }
    let watts = problem.pools[pool].accelerator.powerWatts
    if let cap = problem.policy.powerCapWatts, watts > 0 { limits.append(cap / watts) }
    if let budget = problem.policy.budgetUSDPerHour {
      let costs = own.map { $0.usdPerDeviceHour * ($0.kind.isCommitted ? 1 : periodShares[period]) }
      if let least = costs.min(), least > 0 { limits.append(budget / least) }
    }
    return limits.min()
  }
}
