import FleetServing

/// A comparison as text for a terminal.
public enum ComparisonText {
  /// Text that ends with a line feed.
  /// - Parameter plans: At least one; the first is what the others are measured against.
  public static func render(_ plans: [(name: String, plan: Plan)], style: TextStyle = TextStyle()) -> String {
    render(PlanComparison(plans), style: style)
  }

  public static func render(_ comparison: PlanComparison, style: TextStyle = TextStyle()) -> String {
    var page = Page(style: style)
    add(comparison, to: &page)
    return page.finished
  }

  private static func add(_ comparison: PlanComparison, to page: inout Page) {
    page.table(scenarioTable(of: comparison))
    for difference in comparison.differences {
      page.paragraph(headline(of: difference, in: comparison), ink: .bold)
      if difference.costUSDPerHour == nil { continue }
      page.table(changeTable("Devices held", difference.pools, unit: "devices"))
      page.table(changeTable("Groups", difference.groups, unit: "instances"))
    }
  }

  /// What to choose, the comparison, and the main findings.
  public static func render(_ report: ComparisonReport, style: TextStyle = TextStyle()) -> String {
    var page = Page(style: style)
    page.paragraph(report.document.answer, ink: report.recommended == nil ? .yellow : .green)
    if report.comparison.scenarios.count == 1 {
      page.figures(Report(plan: report.comparison.scenarios[0].plan).figures.filter { !$0.isInAnswer })
      page.table(Report(plan: report.comparison.scenarios[0].plan).baselines)
    } else {
      add(report.comparison, to: &page)
    }
    page.list("Findings", report.document.findings.map { .init($0) })
    return page.finished
  }

  private static func scenarioTable(of comparison: PlanComparison) -> ReportTable {
    var table = ReportTable(
      "Scenarios",
      columns: [
        .init("Scenario"), .init("Status"), .init("$/h", .right), .init("difference", .right),
        .init("Devices", .right), .init("req/s", .right), .init("$/Mtok", .right, rank: 1),
        .init("Power", .right, rank: 2), .init("Gap", .right, rank: 3),
      ])
    for (index, scenario) in comparison.scenarios.enumerated() {
      let plan = scenario.plan
      let hasPlan = plan.status == .optimal || plan.status == .feasible
      let fraction = index > 0 ? comparison.differences[index - 1].costFraction : nil
      table.add([
        .init(scenario.name, .strong), .init(plan.status.rawValue, plan.status == .infeasible ? .bad : .plain),
        cell(plan.costUSDPerHour) { Quantity.fixed($0, decimals: 2) },
        index == 0 ? "" : cell(fraction, Quantity.signedPercent),
        cell(hasPlan ? plan.heldDevices : nil, Quantity.count),
        cell(hasPlan ? plan.servedRatePerSecond : nil, Quantity.rate),
        cell(plan.economics?.usdPerMillionTokens) { String(Quantity.usd($0).dropFirst()) },
        cell(plan.economics?.powerWatts, Quantity.watts), cell(plan.gap, Quantity.percent),
      ])
    }
    return table
  }

  private static func cell<Value>(_ value: Value?, _ text: (Value) -> String) -> ReportTable.Cell {
    value.map { .init(text($0)) } ?? .init(Quantity.unknown, .muted)
  }

  static func headline(of difference: PlanComparison.Difference, in comparison: PlanComparison) -> String {
    let first = comparison.scenarios[0].name
    guard let cost = difference.costUSDPerHour else {
      return "\(difference.name) cannot be compared with \(first): one of them has no plan."
    }
    let changed = difference.groups.isEmpty && difference.pools.isEmpty ? " with the same groups" : ""
    if cost == 0 { return "\(difference.name) costs the same as \(first)\(changed)." }
    let share = difference.costFraction.map { " (\(Quantity.signedPercent($0)))" } ?? ""
    let word = cost > 0 ? "more" : "less"
    return "\(difference.name) costs \(Quantity.usdPerHour(abs(cost))) \(word) than \(first)\(share)\(changed)."
  }

  private static func changeTable(_ title: String, _ changes: [PlanComparison.Change], unit: String) -> ReportTable? {
    if changes.isEmpty { return nil }
    var table = ReportTable(
      title,
      columns: [
        .init(unit == "devices" ? "Pool" : "Group"), .init(unit == "devices" ? "Vendor" : "What", rank: 1),
        .init("before", .right), .init("after", .right), .init("change", .right),
      ])
    for change in changes {
      let step = change.after - change.before
      table.add([
        .init(change.id), .init(change.description), .init(Quantity.count(change.before)),
        .init(Quantity.count(change.after)), .init((step > 0 ? "+" : "") + Quantity.count(step), .strong),
      ])
    }
    return table
  }
}
