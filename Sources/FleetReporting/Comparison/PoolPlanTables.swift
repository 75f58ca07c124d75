import FleetServing

/// What runs, and what limits it, of one scenario.
enum PoolPlanTables {
  /// One row per configuration, by pool and phase.
  static func plan(of scenario: PlanComparison.Scenario, number: Int) -> ReportTable? {
    let groups = scenario.plan.runningGroups.sorted {
      ($0.poolID, $0.phase, $0.modelID, $0.id) < ($1.poolID, $1.phase, $1.modelID, $1.id)
    }
    if groups.isEmpty { return nil }
    var table = ReportTable(
      scenario.name, id: "plan_\(number)",
      columns: [
        .init("Pool", id: "pool"), .init("Accelerator", id: "accelerator", rank: 4),
        .init("Vendor", id: "vendor", rank: 3), .init("Phase", id: "phase"), .init("Model", id: "model", rank: 2),
        .init("TP", .right, id: "tp"), .init("PP", .right, id: "pp"), .init("EP", .right, id: "ep"),
        .init("DP", .right, id: "dp"), .init("Precision", id: "precision", rank: 2),
        .init("Batch", .right, id: "max_batch", rank: 2), .init("Instances", .right, id: "instances"),
        .init("Devices", .right, id: "devices"), .init("Load", .right, id: "utilization"),
        .init("$/h", .right, id: "cost_usd_per_hour"), .init("Idle $/h", .right, id: "idle_cost_usd_per_hour"),
      ])
    for group in groups {
      table.add([
        .init(group.poolID, .strong), .init(group.acceleratorName), .init(vendorName(group.vendor)),
        .init(group.phase.rawValue), .init(group.modelID), .count(group.strategy.tensor),
        .count(group.strategy.pipeline), .count(group.strategy.expert), .count(group.strategy.data),
        .init(group.precisionText), .count(group.maximumBatch, "sequences"), .count(group.instances, .instances),
        .count(group.devices, .devices), .number(group.utilization, .fraction),
        .number(group.costUSDPerHour, .usdPerHour), .number(group.idleCostUSDPerHour, .usdPerHour),
      ])
    }
    var footer = table.columns.map { _ in ReportTable.Cell("") }
    func total(_ id: String, _ cell: ReportTable.Cell) {
      if let index = table.columns.firstIndex(where: { $0.id == id }) { footer[index] = cell }
    }
    total("pool", "total")
    total("instances", .count(scenario.plan.runningInstances, .instances))
    total("devices", .count(scenario.plan.runningDevices, .devices))
    total("cost_usd_per_hour", .number(groups.reduce(0) { $0 + $1.costUSDPerHour }, .usdPerHour))
    let idle = groups.compactMap(\.idleCostUSDPerHour)
    if idle.count == groups.count { total("idle_cost_usd_per_hour", .number(idle.reduce(0, +), .usdPerHour)) }
    if groups.count > 1 { table.addFooter(footer) }
    if groups.contains(where: { Set($0.instancesByPeriod).count > 1 }) {
      table.note =
        "Counts are those of each group's busiest period, totals those of the period with the most; costs are "
        + "averages over periods."
    }
    let models = Set(groups.map(\.modelID)).count
    return table.droppingColumns { column, cells in
      switch column.id {
      case "pp", "ep", "dp": cells.allSatisfy { $0.text == "1" }
      case "model": models == 1
      case "idle_cost_usd_per_hour": idle.isEmpty
      default: false
      }
    }
  }

  /// Every way of planning against the joint optimum, for all scenarios that say it.
  static func baselines(of scenarios: [PlanComparison.Scenario]) -> ReportTable? {
    var table = ReportTable(
      "Other ways to plan the same problem", id: "baselines",
      columns: [
        .init("Scenario", id: "scenario"), .init("Plan", id: "plan", wraps: true),
        .init("Objective", .right, id: "objective"), .init("$/h", .right, id: "cost_usd_per_hour"),
        .init("±", .right, id: "difference_fraction"), .init("Status", id: "status"),
        .init("No plan below", .right, id: "bound", rank: 2), .init("Note", id: "note", wraps: true, rank: 1),
      ])
    for scenario in scenarios where !scenario.plan.baselines.isEmpty {
      let plan = scenario.plan
      let unit = ScenarioTables.objectiveUnit(of: plan)
      table.add([
        .init(scenario.name), .init("joint optimum", .strong), .number(plan.objective, unit, showsUnit: true),
        .number(plan.costUSDPerHour, .usdPerHour, .strong), "", .init(plan.status.rawValue),
        .number(plan.bound, unit), "",
      ])
      for baseline in plan.baselines {
        let excess = Report.excess(of: baseline, over: plan)
        table.add([
          .init(scenario.name), .init(baseline.name), .number(baseline.objective, unit, showsUnit: true),
          .number(baseline.costUSDPerHour, .usdPerHour),
          .number(excess, ReportUnit.fraction.difference, (excess ?? 0) > 0.0005 ? .bad : .plain),
          .init(baseline.status.rawValue, baseline.status == .infeasible ? .bad : .plain),
          .number(baseline.bound, unit), .init(baseline.note ?? "", .muted),
        ])
      }
    }
    if table.rows.isEmpty { return nil }
    let isCost = scenarios.allSatisfy { $0.plan.objectiveName == PlanObjective.cost.rawValue }
    return table.droppingColumns { column, cells in
      switch column.id {
      case "scenario": scenarios.count == 1
      case "objective": isCost
      case "note": cells.allSatisfy { $0.text.isEmpty }
      default: false
      }
    }
  }

  /// Rules without slack, in words, with what one more unit would change.
  static func binding(of scenarios: [PlanComparison.Scenario]) -> ReportTable? {
    var table = ReportTable(
      "What limits the plans", id: "binding",
      columns: [
        .init("Scenario", id: "scenario"), .init("Rule without slack", id: "rule", wraps: true),
        .init("One unit more", .right, id: "shadow_price"), .init("Row", id: "row", rank: 1),
      ])
    for scenario in scenarios {
      let unit = ScenarioTables.objectiveUnit(of: scenario.plan)
      for rule in scenario.plan.binding {
        let price = rule.shadowPrice.flatMap { $0 == 0 ? nil : $0 }
        table.add([
          .init(scenario.name), .init(rule.message.isEmpty ? rule.name : rule.message),
          .number(
            price,
            ReportUnit(
              "\(unit.symbol) per unit", style: unit.style == .cents ? .money : unit.style, isDifference: true),
            showsUnit: true),
          .init(rule.name, .muted),
        ])
      }
    }
    if table.rows.isEmpty { return nil }
    table.note =
      "One unit more of the limit (a device, a USD/h, …) changes the objective by this much in the linear relaxation; where "
      + "nothing is said it is not known or nothing."
    return scenarios.count == 1 ? table.droppingColumns { column, _ in column.id == "scenario" } : table
  }
}
