import FleetServing

/// What the scenarios rest on: evidence behind predicted times, and what made each plan.
enum ComparisonContext {
  /// One row per model, pool and kind of evidence over all scenarios; nil for plans that do not say.
  static func trust(of scenarios: [PlanComparison.Scenario]) -> ReportTable? {
    var table = ReportTable(
      "How far to trust it", id: "trust",
      columns: [
        .init("Scenarios", id: "scenarios", wraps: true), .init("Model", id: "model"), .init("Pool", id: "pool"),
        .init("Phase", id: "phase"), .init("TPOT from", .right, id: "tpot_low"), .init("to", .right, id: "tpot_high"),
        .init("Prompts from", .right, id: "prefill_low"), .init("to", .right, id: "prefill_high"),
        .init("Because", id: "evidence", wraps: true),
      ])
    struct Key: Hashable {
      var model: String
      var pool: String
      var phase: Phase
      var evidence: PlanEvidence
    }
    var order: [Key] = []
    var users: [Key: [String]] = [:]
    for scenario in scenarios {
      for group in scenario.plan.runningGroups {
        guard let evidence = group.evidence else { continue }
        let key = Key(model: group.modelID, pool: group.poolID, phase: group.phase, evidence: evidence)
        if users[key] == nil { order.append(key) }
        if users[key]?.last != scenario.name { users[key, default: []].append(scenario.name) }
      }
    }
    let sorted = order.sorted { ($0.pool, $0.model, $0.phase) < ($1.pool, $1.model, $1.phase) }
    for key in sorted {
      func ratio(_ value: Double?) -> ReportTable.Cell { .number(value.map { $0 - 1 }, ReportUnit.fraction.difference) }
      let names = users[key] ?? []
      table.add([
        .init(names.count == scenarios.count ? "all" : Answer.list(names)), .init(key.model), .init(key.pool, .strong),
        .init(key.phase.rawValue), ratio(key.evidence.tpot?.lowRatio), ratio(key.evidence.tpot?.highRatio),
        ratio(key.evidence.prefill?.lowRatio), ratio(key.evidence.prefill?.highRatio),
        .init(key.evidence.text, key.evidence.grade == .assumed ? .bad : .plain),
      ])
    }
    if table.rows.isEmpty { return nil }
    table.note =
      "90 % of the measurements of such configurations that were left out of the fit lay within these bands around the "
      + "prediction. Without a band the error is not known, or the capacity itself was measured."
    return table.droppingColumns { column, cells in
      switch column.id {
      case "scenarios": scenarios.count == 1
      case "model": Set(cells.map(\.text)).count == 1
      default: false
      }
    }
  }

  /// What made each plan: one row per fact, one column per scenario.
  static func provenance(of scenarios: [PlanComparison.Scenario]) -> ReportTable {
    var table = ReportTable(
      "What made these answers", id: "provenance",
      columns: [.init("What", id: "what")]
        + scenarios.enumerated().map { .init($1.name, id: "scenario_\($0 + 1)", wraps: true) })
    func add(_ what: String, _ cell: (Plan) -> ReportTable.Cell) {
      let cells = scenarios.map { cell($0.plan) }
      if cells.contains(where: { !$0.text.isEmpty && $0.text != Quantity.unknown }) { table.add([.init(what)] + cells) }
    }
    func text(_ what: String, _ value: (PlanProvenance) -> String) { add(what) { .init(value($0.provenance)) } }
    func count(_ what: String, _ value: (PlanProvenance) -> Int) {
      add(what) { plan in .count(value(plan.provenance) == 0 ? nil : value(plan.provenance)) }
    }
    text("Solver") { $0.solver }
    text("Solver's own words") { $0.solverStatus }
    add("Status") { .init($0.status.rawValue) }
    add("Objective") { .init($0.objectiveName) }
    add("Value") { .number($0.objective, ScenarioTables.objectiveUnit(of: $0), showsUnit: true) }
    add("Proven bound") { .number($0.bound, ScenarioTables.objectiveUnit(of: $0), showsUnit: true) }
    add("Gap") { .number($0.gap, .fraction) }
    count("Rows of the program") { $0.rows }
    count("Columns") { $0.columns }
    count("Integer columns") { $0.integerColumns }
    count("Candidates enumerated") { $0.candidates }
    count("Candidates after dominance") { $0.reducedCandidates }
    text("Latency model") { $0.latencyModel }
    text("fleetplan") { $0.version }
    text("Problem, SHA-256") { $0.inputHash }
    text("Catalog, SHA-256") { $0.catalogHash }
    let catalogs = Set(scenarios.map(\.plan.provenance.catalogHash)).subtracting([""])
    if catalogs.count > 1 {
      table.note =
        "The scenarios were planned with different catalogs: part of the difference may come from that. Plan them again "
        + "with one catalog to be sure."
    }
    return table
  }
}
