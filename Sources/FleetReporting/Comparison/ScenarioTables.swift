import FleetServing

/// Tables with one row or one column per scenario.
struct ScenarioTables {
  let comparison: PlanComparison
  let recommended: Int?

  private var scenarios: [PlanComparison.Scenario] { comparison.scenarios }

  var overview: ReportTable {
    var table = ReportTable(
      "Scenarios", id: "scenarios",
      columns: [
        .init("Scenario", id: "scenario"), .init("Status", id: "status"),
        .init("$/h", .right, id: "cost_usd_per_hour"), .init("$/month", .right, id: "cost_usd_per_month"),
        .init("± $/h", .right, id: "difference_usd_per_hour"), .init("±", .right, id: "difference_fraction"),
        .init("Devices", .right, id: "devices"), .init("Vendors", id: "vendors", wraps: true, rank: 2),
        .init("req/s", .right, id: "served_rate_per_s", rank: 1),
        .init("of", .right, id: "offered_rate_per_s", rank: 1),
        .init("Gap", .right, id: "gap"),
      ])
    for (index, scenario) in scenarios.enumerated() {
      let measures = PlanMeasures(plan: scenario.plan)
      let difference = index > 0 ? comparison.differences[index - 1] : nil
      let hasPlan = measures.hasPlan
      func change(_ value: Double?, _ unit: ReportUnit) -> ReportTable.Cell {
        if index == 0 { return .init("") }
        return .number(hasPlan ? value : nil, unit.difference, tone(value))
      }
      table.add([
        .init(scenario.name + (index == recommended && scenarios.count > 1 ? " (recommended)" : ""), .strong),
        status(of: scenario.plan),
        .number(measures.costUSDPerHour, .usdPerHour, index == recommended ? .strong : .plain),
        .number(measures.costUSDPerMonth, .usdPerMonth),
        change(difference?.costUSDPerHour, .usdPerHour), change(difference?.costFraction, .fraction),
        .count(hasPlan ? scenario.plan.heldDevices : nil, .devices),
        .init(Answer.list(scenario.plan.vendors.map(vendorName))),
        .number(
          hasPlan ? scenario.plan.servedRatePerSecond : nil, .requestsPerSecond,
          hasPlan && !measures.servesAll ? .bad : .plain),
        .number(hasPlan ? scenario.plan.offeredRatePerSecond : nil, .requestsPerSecond),
        .number(scenario.plan.gap, .fraction),
      ])
    }
    let objectives = Set(scenarios.map(\.plan.objectiveName))
    if objectives != [PlanObjective.cost.rawValue] {
      table.note = "Gaps are those of the objective: \(Answer.list(objectives.sorted()))."
    }
    return scenarios.count > 1
      ? table : table.droppingColumns { column, _ in column.id.hasPrefix("difference") }
  }

  private func tone(_ difference: Double?) -> ReportTable.Tone {
    guard let difference, abs(difference) > 1e-9 else { return .plain }
    return difference > 0 ? .bad : .good
  }

  private func status(of plan: Plan) -> ReportTable.Cell {
    switch plan.status {
    case .optimal: .init("proven optimal", .good)
    case .feasible: .init("not proven")
    case .infeasible: .init("infeasible", .bad)
    case .unsolved: .init("unsolved", .muted)
    }
  }

  static func objectiveUnit(of plan: Plan) -> ReportUnit {
    switch plan.objectiveName {
    case PlanObjective.traffic.rawValue: .requestsPerSecond
    case PlanObjective.devices.rawValue: .devices
    case PlanObjective.power.rawValue: .watts
    default: .usdPerHour
    }
  }

  /// Cost of the scenarios as bars.
  var bars: BaselineChart? {
    let known = scenarios.compactMap { PlanMeasures(plan: $0.plan).costUSDPerHour }
    if known.count < 2 { return nil }
    return BaselineChart(
      title: "Cost per hour of each scenario",
      bars: scenarios.enumerated().map { index, scenario in
        let cost = PlanMeasures(plan: scenario.plan).costUSDPerHour
        let share = index > 0 ? comparison.differences[index - 1].costFraction : nil
        let change = cost != nil ? share.map { " (\(Quantity.signedPercent($0)))" } ?? "" : ""
        return BaselineChart.Bar(
          label: scenario.name, value: cost,
          text: cost.map { Quantity.usdPerHour($0) + change } ?? scenario.plan.status.rawValue,
          isThisPlan: index == recommended, isInfeasible: scenario.plan.status == .infeasible)
      })
  }

  /// Costs, energy and idle capacity: one row per figure, one column per scenario with a plan.
  var costs: ReportTable? {
    let shown = scenarios.enumerated().filter { PlanMeasures(plan: $0.element.plan).hasPlan }
    if shown.isEmpty { return nil }
    var table = ReportTable(
      "Costs, energy and idle capacity", id: "costs",
      columns: [.init("Figure", id: "figure", wraps: true)]
        + shown.map { .init($0.element.name, .right, id: "scenario_\($0.offset + 1)") })
    typealias Figure = (title: String, unit: ReportUnit, value: (PlanMeasures) -> Double?)
    let figures: [Figure] = [
      ("Cost per hour", .usdPerHour, { $0.costUSDPerHour }),
      ("Cost per month (730 h)", .usdPerMonth, { $0.costUSDPerMonth }),
      ("Per million tokens, input and output", .usdPerMillionTokens, { $0.plan.economics?.usdPerMillionTokens }),
      ("Per million input tokens", .usdPerMillionTokens, { $0.plan.economics?.usdPerMillionInputTokens }),
      ("Per million output tokens", .usdPerMillionTokens, { $0.plan.economics?.usdPerMillionOutputTokens }),
      (
        "Per request", .usdPerRequest,
        { $0.plan.economics.map { $0.usdPerThousandRequests / 1000 } }
      ),
      ("Idle cost per hour", .usdPerHour, { $0.idleCostUSDPerHour }),
      ("Idle cost as a share", .fraction, { $0.idleShare }),
      ("Board power of held devices", .watts, { $0.plan.economics?.powerWatts }),
      ("Energy per month", .kilowattHoursPerMonth, { $0.kilowattHoursPerMonth }),
      ("Energy per request", .wattHoursPerRequest, { $0.wattHoursPerRequest }),
      ("Energy per token", .joulesPerToken, { $0.joulesPerToken }),
    ]
    for figure in figures {
      let values = shown.map { figure.value(PlanMeasures(plan: $0.element.plan)) }
      if values.allSatisfy({ $0 == nil }) { continue }
      table.add([.init(figure.title)] + values.map { .number($0, figure.unit, showsUnit: true) })
    }
    var notes = [
      "Energy and power are the board power of all held devices at full load, without hosts, network or cooling (no PUE)."
    ]
    if shown.contains(where: { PlanMeasures(plan: $0.element.plan).idleCostUSDPerHour != nil }) {
      notes.append(
        "Idle cost is what unused capacity of running instances and devices that are held but not running cost.")
    }
    table.note = notes.joined(separator: " ")
    return table
  }

  /// Cost of each class; nil when no plan says it.
  var classes: ReportTable? {
    var table = ReportTable(
      "Cost per class", id: "classes",
      columns: [
        .init("Scenario", id: "scenario"), .init("Class", id: "class"),
        .init("req/s", .right, id: "served_rate_per_s"), .init("Tokens in", .right, id: "mean_input_tokens", rank: 2),
        .init("out", .right, id: "mean_output_tokens", rank: 2), .init("$/h", .right, id: "cost_usd_per_hour"),
        .init("$/request", .right, id: "usd_per_request"),
        .init("$/Mtok in", .right, id: "usd_per_million_input_tokens"),
        .init("$/Mtok out", .right, id: "usd_per_million_output_tokens"),
      ])
    for scenario in scenarios where PlanMeasures(plan: scenario.plan).hasPlan {
      for entry in scenario.plan.classes {
        guard let input = entry.inputCostUSDPerHour, let output = entry.outputCostUSDPerHour else { continue }
        let requests = entry.servedRatePerSecond * 3600
        func perToken(_ cost: Double, _ tokens: Double?) -> Double? {
          guard let tokens, requests * tokens > 0 else { return nil }
          return cost / (requests * tokens) * 1e6
        }
        table.add([
          .init(scenario.name), .init(entry.id, .strong), .number(entry.servedRatePerSecond, .requestsPerSecond),
          .number(entry.meanInputTokens, .tokens), .number(entry.meanOutputTokens, .tokens),
          .number(input + output, .usdPerHour),
          .number(requests > 0 ? (input + output) / requests : nil, .usdPerRequest),
          .number(perToken(input, entry.meanInputTokens), .usdPerMillionTokens),
          .number(perToken(output, entry.meanOutputTokens), .usdPerMillionTokens),
        ])
      }
    }
    if table.rows.isEmpty { return nil }
    table.note =
      "Each class carries its share of the work of the groups that serve it, and of their idle capacity in proportion; "
      + "all classes of a scenario together carry its whole cost."
    return scenarios.count == 1 ? table.droppingColumns { column, _ in column.id == "scenario" } : table
  }

  /// Whether disaggregation and a second vendor are worth it.
  func verdicts(_ verdicts: [[WorthVerdict]]) -> ReportTable? {
    var table = ReportTable(
      "Is it worth it?", id: "verdicts",
      columns: [
        .init("Scenario", id: "scenario"), .init("Question", id: "question"), .init("Verdict", id: "verdict"),
        .init("With it", .right, id: "value_with"), .init("Without it", .right, id: "value_without"),
        .init("Saves at least", .right, id: "saving_at_least"), .init("at most", .right, id: "saving_at_most"),
        .init("Best without it", id: "best_without", wraps: true, rank: 1),
      ])
    for (scenario, answers) in zip(scenarios, verdicts) {
      let unit = ScenarioTables.objectiveUnit(of: scenario.plan)
      for answer in answers {
        let saving = answer.saving
        table.add([
          .init(scenario.name),
          .init(answer.subject == .disaggregation ? "disaggregation" : "a second vendor", .strong),
          verdict(saving), .number(answer.value, unit, showsUnit: true),
          .number(answer.valueWithout, unit, showsUnit: true), .number(saving.atLeast, unit, showsUnit: true),
          .number(saving.atMost, unit, showsUnit: true), .init(answer.nameWithout ?? ""),
        ])
      }
    }
    if table.rows.isEmpty { return nil }
    table.note =
      "The saving is the optimum without it − the optimum with it. Where one of them is not proven, its bound is taken "
      + "for the end that is safe to say."
    return scenarios.count == 1 ? table.droppingColumns { column, _ in column.id == "scenario" } : table
  }

  private func verdict(_ saving: Saving) -> ReportTable.Cell {
    switch saving.verdict {
    case .pays: .init(saving.isExact ? "pays, proven" : "pays", .good)
    case .doesNotPay: .init("does not pay, proven")
    case .mayPay: .init("may pay, not proven")
    case .needed: .init("needed, proven", .good)
    case .unknown: .init("not settled", .muted)
    }
  }
}
