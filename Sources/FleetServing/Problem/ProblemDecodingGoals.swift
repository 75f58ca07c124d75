import FleetJSON

extension ProblemReading {
  func readFleet(_ object: JSONObject) -> [CurrentFleetEntry]? {
    guard let reader = object.optional("current_fleet") else { return [] }
    return reader.array("an array of held devices", count: 0...1000)?.allOrNil { element in
      guard let entry = element.object("held devices", .currentFleet) else { return nil }
      let pool = pools.id(at: entry.required("accelerator", "the id of an accelerator"))
      let devices = entry.integer("devices", unit: "devices", in: .closed(0, ProblemBounds.devices))
      let price = entry.optional("usd_per_device_hour").map { devicePrice($0) } ?? 0
      guard let pool, let devices, let price else { return nil }
      return CurrentFleetEntry(poolID: pool, devices: devices, usdPerDeviceHour: price)
    }
  }

  func readObjectives(_ object: JSONObject) -> [PlanObjective]? {
    guard let reader = object.optional("objective") else { return [.cost] }
    if reader.isString { return reader.choice(of: PlanObjective.self).map { [$0] } }
    let elements = reader.array(
      "an objective, or an array of objectives", count: 1...PlanObjective.allCases.count)
    let objectives = elements?.allOrNil { $0.choice(of: PlanObjective.self) }
    if let objectives, Set(objectives).count != objectives.count {
      reader.fault("an objective is named twice")
      return nil
    }
    return objectives
  }

  func readLimits(_ object: JSONObject) -> SolverLimits? {
    guard let reader = object.optional("solver") else { return SolverLimits() }
    guard let entry = reader.object("limits of the solver", .solver) else { return nil }
    let usual = SolverLimits()
    let before = reader.faults.faults.count
    let limits = SolverLimits(
      timeSeconds: entry.number(
        "time_limit_s", unit: "s", in: .above(0, upTo: 1e7), default: usual.timeSeconds),
      relativeGap: entry.number("relative_gap", in: .closed(0, 1), default: usual.relativeGap),
      nodes: entry.optionalInteger("node_limit", in: .closed(1, 2e9)))
    return reader.faults.faults.count > before ? nil : limits
  }
}
