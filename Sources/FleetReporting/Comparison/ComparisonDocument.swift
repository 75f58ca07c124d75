import FleetServing

/// Puts the parts of a comparison into sections.
struct ComparisonDocument {
  let comparison: PlanComparison
  let studies: [ComparisonReport.ScenarioStudy]
  let answer: ComparisonAnswer
  let verdicts: [[WorthVerdict]]
  let differences: [FleetDifference]

  private var scenarios: [PlanComparison.Scenario] { comparison.scenarios }
  private var tables: ScenarioTables { ScenarioTables(comparison: comparison, recommended: answer.recommended) }
  /// The scenario that the figures speak of: the recommended one, else the first with a plan, else the first.
  private var subject: Int {
    answer.recommended ?? scenarios.firstIndex { PlanMeasures(plan: $0.plan).hasPlan } ?? 0
  }

  var document: ReportDocument {
    let problems = Set(scenarios.map(\.plan.problemName))
    let names = scenarios.map(\.name)
    let title =
      problems.count == 1 ? problems.first ?? "" : names.count <= 4 ? Answer.list(names) : "\(names.count) scenarios"
    return ReportDocument(
      kicker: scenarios.count == 1 ? "Fleet decision" : "Fleet comparison",
      title: title.isEmpty ? "Fleet plans" : title,
      subtitle: scenarios.count == 1 ? "" : "\(Quantity.count(scenarios.count, "scenario")), compared with \(names[0])",
      answer: answer.sentence, findings: findings, figures: figures, sections: sections)
  }

  // MARK: Over the sections

  private var findings: [String] {
    let scenario = scenarios[subject]
    var findings =
      (currentFleet(scenario.plan).map { [$0] } ?? []) + verdicts[subject].map { $0.sentence(of: scenario.plan) }
    if let study = studies.first(where: { $0.name == scenario.name })?.study {
      let prices = BreakEvenPriceSection(prices: study.breakEvenPrices, prefix: "")
      let known = study.breakEvenPrices.filter { $0.breakEvenUSDPerDeviceHour != nil }
      findings += known.sorted { nearness($0) < nearness($1) }.prefix(2).map(prices.sentence)
      findings += study.breakEvenRates.map(BreakEvenRateSection(rates: study.breakEvenRates, prefix: "").sentence)
      if let sentence = SensitivitySection.sentence(study.sensitivities) { findings.append(sentence) }
    }
    let assumed = Set(scenario.plan.runningGroups.filter { $0.evidence?.grade == .assumed }.map(\.poolID)).sorted()
    if !assumed.isEmpty {
      findings.append(
        "Proofs hold for predicted capacities. Nothing of the family of \(Answer.list(assumed)) was measured: measure one "
          + "instance before buying.")
    }
    if !answer.isSameTraffic, scenarios.count > 1 {
      findings.append("The scenarios are offered different traffic: compare their cost per token and per request.")
    }
    let partial = scenarios.filter { PlanMeasures(plan: $0.plan).hasPlan && !PlanMeasures(plan: $0.plan).servesAll }
    if !partial.isEmpty {
      findings.append("Not all traffic is served by \(Answer.list(partial.map(\.name))).")
    }
    return findings
  }

  /// What the fleet that is held would do alone; nil for problems without one.
  private func currentFleet(_ plan: Plan) -> String? {
    guard let held = plan.baselines.first(where: { $0.kind == "current_fleet" }) else { return nil }
    if held.status == .infeasible {
      return "The current fleet alone cannot serve this traffic" + (held.note.map { ": \($0)" } ?? "") + "."
    }
    guard let before = held.costUSDPerHour, let after = plan.costUSDPerHour, before > 0 else { return nil }
    let share = Quantity.percent(abs(before - after) / before)
    let word = after > before ? "more" : "less"
    return "The current fleet alone costs \(Quantity.usdPerHour(before)): this plan costs "
      + "\(Quantity.usdPerHour(abs(before - after))) (\(share)) \(word)."
  }

  /// How far a price has to move, as a share of today's.
  private func nearness(_ price: BreakEvenPrice) -> Double {
    guard let level = price.breakEvenUSDPerDeviceHour, price.currentUSDPerDeviceHour > 0 else { return .infinity }
    return abs(level / price.currentUSDPerDeviceHour - 1)
  }

  private var figures: [Report.Figure] {
    let measures = PlanMeasures(plan: scenarios[subject].plan)
    guard let cost = measures.costUSDPerHour else { return [] }
    var figures = [
      Report.Figure(
        "Cost per hour", .number(cost, .usdPerHour), note: scenarios.count > 1 ? scenarios[subject].name : nil),
      Report.Figure("Cost per month", .number(cost * Report.hoursPerMonth, .usdPerMonth), note: "at 730 h"),
    ]
    if subject != 0, answer.isSameTraffic, let before = PlanMeasures(plan: scenarios[0].plan).costUSDPerMonth {
      let saving = before - cost * Report.hoursPerMonth
      figures.append(
        Report.Figure(
          saving >= 0 ? "Saved per month" : "More per month", .number(abs(saving), .usdPerMonth),
          note: "against \(scenarios[0].name)"))
    }
    if let economics = measures.plan.economics {
      figures.append(
        Report.Figure(
          "Per million tokens", .number(economics.usdPerMillionTokens, .usdPerMillionTokens),
          note:
            "in \(tokenPrice(economics.usdPerMillionInputTokens)), out \(tokenPrice(economics.usdPerMillionOutputTokens))"
        ))
      figures.append(
        Report.Figure("Per 1,000 requests", .number(economics.usdPerThousandRequests, .usdPerThousandRequests)))
    }
    figures.append(
      Report.Figure(
        "Devices", .count(measures.plan.heldDevices, .none),
        note: Answer.list(measures.plan.vendors.map(vendorName))))
    if let idle = measures.idleCostUSDPerHour {
      figures.append(
        Report.Figure(
          "Idle cost per hour", .number(idle, .usdPerHour),
          note: measures.idleShare.map { Quantity.percent($0) + " of the cost" }))
    }
    if let watts = measures.plan.economics?.powerWatts {
      let energy = measures.kilowattHoursPerMonth.map { Quantity.significant($0) + " kWh a month, board power" }
      figures.append(Report.Figure("Power", .number(watts, .watts), note: energy))
    }
    return figures
  }

  private func tokenPrice(_ price: Double) -> String {
    ReportValue.number(price, .usdPerMillionTokens).spelled(showsUnit: true)
  }

  // MARK: Sections

  private var sections: [ReportDocument.Section] {
    let own: [ReportDocument.Section?] = [
      overview, worth, changes, poolPlans, costs, baselines,
    ]
    let context: [ReportDocument.Section?] = [
      PoolPlanTables.binding(of: scenarios).map { .init($0.title, id: "binding", tables: [$0]) },
      ComparisonContext.trust(of: scenarios).map { .init($0.title, id: "trust", tables: [$0]) },
      missing,
      .init("What made these answers", id: "provenance", tables: [ComparisonContext.provenance(of: scenarios)]),
    ]
    return (own + studySections + context).compactMap { $0 }
  }

  private var overview: ReportDocument.Section? {
    if scenarios.count == 1 { return nil }
    let bars = tables.bars.map { [ReportDocument.Block.bars($0)] } ?? []
    return .init("Scenarios", id: "scenarios", blocks: bars + [.table(tables.overview)])
  }

  private var worth: ReportDocument.Section? {
    tables.verdicts(verdicts).map { table in
      let sentences =
        scenarios.count == 1
        ? []
        : verdicts[subject].map {
          ReportDocument.Block.paragraph("\(scenarios[subject].name): \($0.sentence(of: scenarios[subject].plan))")
        }
      return .init(table.title, id: "worth", blocks: sentences + [.table(table)])
    }
  }

  private var changes: ReportDocument.Section? {
    if scenarios.count == 1 { return nil }
    var blocks: [ReportDocument.Block] = []
    for (index, change) in comparison.differences.enumerated() {
      blocks.append(.paragraph(ComparisonText.headline(of: change, in: comparison)))
      guard let difference = differences.first(where: { $0.name == change.name }) else { continue }
      var table = difference.table()
      table.id = "difference_\(index + 2)"
      blocks.append(.table(table))
      if !change.groups.isEmpty { blocks.append(.collapsed(groups(change, number: index + 2))) }
    }
    return .init("What changes against \(scenarios[0].name)", id: "changes", blocks: blocks)
  }

  private func groups(_ change: PlanComparison.Difference, number: Int) -> ReportTable {
    var table = ReportTable(
      "\(change.name) against \(scenarios[0].name): instances", id: "instances_\(number)",
      columns: [
        .init("Group", id: "group"), .init("What", id: "description"),
        .init("Instances before", .right, id: "instances_before"), .init("after", .right, id: "instances_after"),
        .init("±", .right, id: "instances_change"),
      ])
    for group in change.groups {
      table.add([
        .init(group.id, .strong), .init(group.description), .count(group.before, .instances),
        .count(group.after, .instances), .count(group.after - group.before, ReportUnit.instances.difference),
      ])
    }
    return table
  }

  private var poolPlans: ReportDocument.Section? {
    var order = scenarios.indices.filter { $0 != subject }
    order.insert(subject, at: 0)
    let blocks = order.enumerated().compactMap { place, index -> ReportDocument.Block? in
      guard let table = PoolPlanTables.plan(of: scenarios[index], number: index + 1) else { return nil }
      return place < 3 ? .table(table) : .collapsed(table)
    }
    return blocks.isEmpty ? nil : .init("Plan per pool", id: "pools", blocks: blocks)
  }

  private var costs: ReportDocument.Section? {
    guard let costs = tables.costs else { return nil }
    return .init("What it costs", id: "costs", tables: [costs] + (tables.classes.map { [$0] } ?? []))
  }

  private var baselines: ReportDocument.Section? {
    guard let table = PoolPlanTables.baselines(of: scenarios) else { return nil }
    let plan = scenarios[subject].plan
    let chart = BaselineChart(plan: plan).map { chart in
      var chart = chart
      if scenarios.count > 1 { chart.title = "\(scenarios[subject].name): \(chart.title.lowercased())" }
      return chart
    }
    return .init(table.title, id: "baselines", blocks: (chart.map { [.bars($0)] } ?? []) + [.table(table)])
  }

  /// Parts that these inputs cannot give, with what would.
  private var missing: ReportDocument.Section? {
    var remarks: [Report.Remark] = []
    if studies.isEmpty {
      remarks.append(
        .init(
          "Frontiers, break-even prices and rates, sensitivities and alternatives: give the problem instead of its plan, with "
            + "--study recommended or --study all; a plan alone cannot be solved again."))
    }
    for study in studies { remarks += study.study.notes.map { .init("\(study.name): \($0)") } }
    let planned = scenarios.filter { PlanMeasures(plan: $0.plan).hasPlan }
    let silent = planned.filter { $0.plan.baselines.isEmpty }
    if !silent.isEmpty {
      remarks.append(
        .init(
          "Verdicts and other ways of planning for \(Answer.list(silent.map(\.name))): plan without --no-baselines, or give "
            + "the problem."))
    }
    let old = planned.filter { $0.plan.economics?.idleCostUSDPerHour == nil }
    if !old.isEmpty {
      remarks.append(
        .init(
          "Idle cost and cost per class of \(Answer.list(old.map(\.name))): plan again; plans of earlier versions do not say."
        ))
    }
    return remarks.isEmpty ? nil : .init("What is not in this report", id: "missing", remarks: remarks)
  }
}
