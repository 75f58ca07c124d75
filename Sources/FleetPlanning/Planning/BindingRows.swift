import FleetOptimization
import FleetServing

/// Rules without slack at the solution, with their price in the linear relaxation.
enum BindingRows {
  /// Row families that are rules of the user, not mechanics of the program.
  static let families: Set<String> = [
    "stock", "device_limit", "budget", "power", "spot", "share_spend", "share_devices", "share_capacity", "vendors",
    "link",
  ]
  /// A row counts as binding when its slack is at most this share of its limit.
  static let tolerance = 1e-6

  static func binding(_ program: Program, _ solution: Solution) -> [BindingConstraint] {
    let relaxation = try? GLPKSolver().solveRelaxation(program.model)
    let granules = unitDevices(program)
    var result: [BindingConstraint] = []
    for (index, row) in program.model.rows.enumerated() {
      let family = BindingText.family(row.name)
      guard families.contains(family) else { continue }
      let value = row.terms.reduce(0) { $0 + $1.coefficient * solution[$1.variable] }
      let limit = row.upper.isFinite ? row.upper : row.lower
      let slack = row.upper.isFinite ? row.upper - value : value - row.lower
      // A stock is used up when no further unit of purchase fits.
      let unit = pools(family, row.name, program).compactMap { granules[$0] }.min() ?? 0
      guard slack <= max(tolerance * max(1, abs(limit)), unit - 1 + tolerance) else { continue }
      if family == "stock", limit == 0 { continue }
      var price: Double?
      if let relaxation, relaxation.termination == .optimal, index < relaxation.rowDuals.count {
        let dual = relaxation.rowDuals[index]
        price = abs(dual) > 1e-9 ? dual : 0
      }
      result.append(
        BindingConstraint(
          family: family, name: row.name, message: BindingText.message(row: row.name, program: program),
          shadowPrice: price))
    }
    return result
  }

  /// The pools whose devices a row limits in number.
  private static func pools(_ family: String, _ name: String, _ program: Program) -> [String] {
    switch family {
    case "stock": [BindingText.index(name)[0]]
    case "device_limit": program.data.problem.policy.deviceLimit(row: name)?.poolIDs ?? []
    default: []
    }
  }

  private static func unitDevices(_ program: Program) -> [String: Double] {
    var units: [String: Double] = [:]
    for pool in program.data.problem.pools {
      units[pool.id] = pool.wholeNodes ? Double(pool.accelerator.devicesPerNode) : 1
    }
    return units
  }
}
