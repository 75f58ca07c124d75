import FleetOptimization
import FleetServing

/// The mixed-integer program of a planning problem: columns, rows, and the objective that is minimised first.
///
/// Everything nonlinear was evaluated when candidates were sized; what is left is linear and exact. `docs/model.md`
/// lists symbols and families.
struct Program: Sendable {
  let data: ProgramData
  private(set) var model: Model
  private(set) var variables: PlanVariables

  init(_ data: ProgramData) {
    self.data = data
    var model = Model(data.problem.name)
    var variables = PlanVariables(data, into: &model)
    DemandConstraint.add(data, variables, to: &model)
    CapacityConstraint.add(data, variables, to: &model)
    PairingConstraint.add(data, &variables, to: &model)
    StockConstraint.add(data, variables, to: &model)
    DeviceLimitConstraint.add(data, variables, to: &model)
    BudgetConstraint.add(data, variables, to: &model)
    PowerConstraint.add(data, variables, to: &model)
    SpotConstraint.add(data, variables, to: &model)
    VendorShareConstraint.add(data, variables, to: &model)
    VendorCountConstraint.add(data, variables, to: &model)
    if let first = data.problem.objectives.first {
      model.minimize(first.expression(data, variables))
    }
    self.model = model
    self.variables = variables
  }

  /// The same program with an earlier objective held at its optimum (within the tolerance) and the next one minimised.
  func following(_ objective: PlanObjective, keeping earlier: PlanObjective, at value: Double, tolerance: Double)
    -> Program
  {
    var next = self
    next.model.require(
      "keep[\(earlier.rawValue)]", earlier.expression(data, variables) <= value + tolerance)
    next.model.minimize(objective.expression(data, variables))
    return next
  }

  /// Names of all row families, as they occur before the bracket in row names.
  static let families = [
    "demand", "balance", "capacity", "opened", "floor", "sent", "received", "link", "devices", "stock",
    "device_limit", "budget", "power", "spot", "share_spend", "share_devices", "share_capacity", "active", "vendors",
    "keep",
  ]
}
