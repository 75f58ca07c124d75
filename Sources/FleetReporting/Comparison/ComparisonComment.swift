import FleetServing

/// A comparison as a short Markdown comment for a pull request: totals first, the rest folded away.
public enum ComparisonComment {
  /// The same report gives the same bytes.
  public static func render(_ report: ComparisonReport) -> String {
    let scenarios = report.comparison.scenarios
    var blocks = ["### " + headline(of: report), escape(report.document.answer)]
    if scenarios.count > 1 {
      blocks.append(
        MarkdownReport.rows(
          of: ScenarioTables(comparison: report.comparison, recommended: report.recommended).overview.droppingColumns {
            column, _ in ["vendors", "offered_rate_per_s"].contains(column.id)
          }))
    }
    for difference in report.differences {
      let table = difference.table(onlyChanges: true)
      if table.rows.isEmpty { continue }
      blocks.append(details(table.title, MarkdownReport.rows(of: table)))
    }
    let findings = report.document.findings
    if !findings.isEmpty {
      blocks.append(details("Findings", findings.map { "- " + escape($0) }.joined(separator: "\n")))
    }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  /// `fleetplan: $55.68/h → $38.40/h (−$17.28/h, −31 %), −$12,614 a month`
  private static func headline(of report: ComparisonReport) -> String {
    let scenarios = report.comparison.scenarios
    let chosen = scenarios.count == 2 ? 1 : report.recommended ?? 0
    func cost(_ index: Int) -> String {
      PlanMeasures(plan: scenarios[index].plan).costUSDPerHour.map(Quantity.usdPerHour) ?? "no plan"
    }
    if chosen == 0 { return escape("fleetplan: \(scenarios[0].name) at \(cost(0))") }
    var text = "fleetplan: \(cost(0)) → \(cost(chosen))"
    let change = report.comparison.differences[chosen - 1]
    if let difference = change.costUSDPerHour {
      func signed(_ value: Double, _ unit: ReportUnit) -> String {
        ReportValue.number(value, unit.difference).spelled(showsUnit: true)
      }
      let share = change.costFraction.map { ", " + Quantity.signedPercent($0) } ?? ""
      text +=
        " (\(signed(difference, .usdPerHour))/h\(share)), "
        + "\(signed(difference * Report.hoursPerMonth, .usdPerMonth)) a month"
    }
    return escape(text)
  }

  private static func details(_ summary: String, _ content: String) -> String {
    "<details><summary>\(HTML.escape(plain(summary)))</summary>\n\n\(content)\n\n</details>"
  }

  private static func escape(_ text: String) -> String { MarkdownReport.escape(text) }
}
