import FleetServing

/// Tables of what surrounds the plan: other ways of planning, what is not in it, what made it.
extension Report {
  static func baselineTable(of plan: Plan) -> ReportTable? {
    if plan.baselines.isEmpty || plan.status == .infeasible && plan.baselines.allSatisfy({ $0.status == .infeasible }) {
      return nil
    }
    let isCost = plan.objectiveName == PlanObjective.cost.rawValue
    var table = ReportTable(
      "Other ways to plan the same problem",
      columns: [
        .init("Plan"), .init(objectiveTitle(plan.objectiveName), .right), .init("$/h", .right),
        .init("difference", .right), .init("Status", wraps: true), .init("Note", wraps: true, rank: 1),
      ])
    if plan.status == .optimal || plan.status == .feasible {
      table.add([
        .init("this plan", .strong), value(plan.objective, isCost: isCost), value(plan.costUSDPerHour, isCost: true),
        "", status(plan.status, bound: nil, of: plan), "",
      ])
    }
    for baseline in plan.baselines {
      table.add([
        .init(baseline.name), value(baseline.objective, isCost: isCost), value(baseline.costUSDPerHour, isCost: true),
        difference(of: baseline, in: plan), status(baseline.status, bound: baseline.bound, of: plan),
        .init(baseline.note ?? "", .muted),
      ])
    }
    return table.droppingColumns { column, cells in
      column.title == objectiveTitle(PlanObjective.cost.rawValue) && isCost
        || column.title == "Note" && cells.allSatisfy { $0.text.isEmpty }
    }
  }

  /// (value of the baseline − value of the plan) ÷ value of the plan, by the plan's objective; nil without a plan of
  /// either, or when the plan's value is 0.
  static func excess(of baseline: BaselineResult, over plan: Plan) -> Double? {
    let isCost = plan.objectiveName == PlanObjective.cost.rawValue
    guard let other = isCost ? baseline.costUSDPerHour : baseline.objective,
      let own = isCost ? plan.costUSDPerHour : plan.objective, own > 0
    else { return nil }
    return (other - own) / own
  }

  private static func difference(of baseline: BaselineResult, in plan: Plan) -> ReportTable.Cell {
    guard let excess = excess(of: baseline, over: plan) else { return .init(Quantity.unknown, .muted) }
    return .init(Quantity.signedPercent(excess), excess > 0.0005 ? .bad : .plain)
  }

  private static func status(_ status: PlanStatus, bound: Double?, of plan: Plan) -> ReportTable.Cell {
    switch status {
    case .optimal: .init("optimal", .good)
    case .feasible:
      .init("not proven" + (bound.map { ", ≥" + Quantity.space + Answer.objectiveText($0, of: plan) } ?? ""))
    case .infeasible: .init("infeasible", .bad)
    case .unsolved: .init("unsolved", .muted)
    }
  }

  private static func value(_ number: Double?, isCost: Bool) -> ReportTable.Cell {
    guard let number else { return .init(Quantity.unknown, .muted) }
    return .init(isCost ? Quantity.fixed(number, decimals: 2) : Quantity.significant(number))
  }

  private static func objectiveTitle(_ name: String) -> String {
    switch name {
    case PlanObjective.traffic.rawValue: "Unserved req/s"
    case PlanObjective.devices.rawValue: "Devices"
    case PlanObjective.power.rawValue: "Power [W]"
    default: "Objective"
    }
  }

  // MARK: What is not in the plan

  /// One row per model and pool without an instance: the reason that covers most of what was tried.
  static func unusedTable(of plan: Plan) -> ReportTable? {
    let used = Set(plan.runningGroups.map { [$0.modelID, $0.poolID] })
    let rejected = plan.rejected.filter { !used.contains([$0.modelID, $0.poolID]) }
    if rejected.isEmpty { return nil }
    var table = ReportTable(
      "Accelerators that are not used, and why",
      columns: [.init("Pool"), .init("Model"), .init("Main reason", wraps: true)])
    let byPair = Dictionary(grouping: rejected) { [$0.poolID, $0.modelID] }
    for (_, alternatives) in byPair.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      guard let first = alternatives.first else { continue }
      table.add([.init(first.poolID, .strong), .init(first.modelID), .init(mainReason(alternatives))])
    }
    return table.droppingColumns { column, cells in column.title == "Model" && Set(cells).count == 1 }
  }

  /// The reason given for the accelerator as a whole, if any, else the one that covers most strategies.
  private static func mainReason(_ alternatives: [RejectedAlternative]) -> String {
    let whole = alternatives.filter { $0.subject == nil }
    let pool = whole.isEmpty ? alternatives : whole
    guard let main = pool.max(by: { ($0.count, $1.reason) < ($1.count, $0.reason) }) else { return "" }
    let phases = Set(pool.filter { $0.reason == main.reason }.map(\.phase)).sorted().map(\.rawValue)
    let reasons = Set(pool.map(\.reason)).count
    return "\(Answer.list(phases)): "
      + (main.subject.map { "\($0): " } ?? "") + main.reason
      + (reasons > 1 ? " (and \(Quantity.count(reasons - 1, "further reason")))" : "")
  }

  static func rejectedTable(of plan: Plan) -> ReportTable? {
    if plan.rejected.isEmpty { return nil }
    var table = ReportTable(
      "Everything that was considered and is not in the plan",
      columns: [
        .init("Pool"), .init("Model"), .init("Phase"), .init("What", wraps: true), .init("Reason", wraps: true),
        .init("Strategies", .right),
      ])
    for alternative in plan.rejected {
      table.add([
        .init(alternative.poolID), .init(alternative.modelID), .init(alternative.phase.rawValue),
        .init(alternative.subject ?? "the whole pool"), .init(alternative.reason),
        .init(Quantity.count(alternative.count)),
      ])
    }
    return table
  }

  // MARK: What made it

  static func provenanceTable(of plan: Plan) -> ReportTable {
    let origin = plan.provenance
    var table = ReportTable("What made this answer", columns: [.init("What"), .init("Value", wraps: true)])
    func add(_ what: String, _ value: String) {
      if !value.isEmpty { table.add([.init(what), .init(value)]) }
    }
    add("Problem", origin.inputHash.isEmpty ? "" : "SHA-256 " + origin.inputHash)
    add("Catalog", origin.catalogHash.isEmpty ? "" : "SHA-256 " + origin.catalogHash)
    add("fleetplan", origin.version)
    add("Latency model", origin.latencyModel)
    add("Solver", origin.solver)
    add("Solver's own words", origin.solverStatus)
    if let objective = plan.objective { add("Objective", Answer.objectiveText(objective, of: plan)) }
    if let bound = plan.bound { add("Proven bound", Answer.objectiveText(bound, of: plan)) }
    if let gap = plan.gap { add("Gap", Quantity.percent(gap)) }
    if origin.rows + origin.columns > 0 {
      add(
        "Program",
        "\(Quantity.count(origin.rows, "row")), \(Quantity.count(origin.columns, "column")), "
          + "\(Quantity.count(origin.integerColumns)) of them integer")
    }
    if origin.candidates > 0 {
      add(
        "Candidates",
        "\(Quantity.count(origin.candidates)) enumerated, \(Quantity.count(origin.reducedCandidates)) after dominance")
    }
    return table
  }
}
