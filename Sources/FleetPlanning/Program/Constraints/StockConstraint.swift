import FleetOptimization
import FleetServing

/// Devices in use, held and in stock:
///
///     devices:  ∀ a,t:  Σ_{c on a} devices[c]·n[c,t] ≤ Σ_{k of a} unit[k]·held[k,t]   [devices]
///     stock:    ∀ a,t:  Σ_{k of a} unit[k]·held[k,t] ≤ stock[a]                        [devices]
///
/// The current fleet is held beside the stock: it does not count against what can still be had. Where whole nodes are
/// billed `unit` is the node size; instances are powers of two or whole nodes, so that they pack without loss.
/// MathProg twin: `devices` and `stock` in models/program/planning.mod.
enum StockConstraint {
  static func add(_ data: ProgramData, _ variables: PlanVariables, to model: inout Model) {
    for (poolIndex, pool) in data.problem.pools.enumerated() {
      let isSubstituted = data.holdsWhatItUses(pool: poolIndex)
      for period in 0..<data.periodCount {
        let inUse = variables.devicesInUse(data, pool: poolIndex, period: period)
        let held = variables.heldDevices(data, period: period) { $0.poolIndex == poolIndex }
        let name = "[\(pool.id)\(data.periodSuffix(period))]"
        if !isSubstituted, !inUse.terms.isEmpty { model.require("devices\(name)", inUse <= held) }
        if let stock = data.stockLimit(pool: poolIndex) {
          let bought = variables.heldDevices(data, period: period) {
            $0.poolIndex == poolIndex && $0.kind != .current
          }
          if !bought.terms.isEmpty { model.require("stock\(name)", bought <= Double(stock)) }
        }
      }
    }
  }
}

extension ProgramData {
  /// Devices of a pool that can be bought or hired; the tier's own limit counts where `held` is no column.
  func stockLimit(pool: Int) -> Int? {
    let stock = problem.pools[pool].stockDevices
    return [stock, soleOffer(pool: pool)].compactMap { $0 }.min()
  }

  /// Devices that the only tier of a pool offers, where `held` is no column that could be bounded by it.
  func soleOffer(pool: Int) -> Int? {
    holdsWhatItUses(pool: pool) ? tiers.first { $0.poolIndex == pool }?.maximumUnits : nil
  }
}
