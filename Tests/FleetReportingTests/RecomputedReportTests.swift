import FleetPlanning
import FleetReporting
import FleetServing
import Foundation
import Testing

/// Every number of a report is that which the plan files imply, and there is no other.
@Suite struct RecomputedReportTests {
  @Test(arguments: RenderingAgreementTests.reports.indices)
  func everyNumberFollowsFromThePlanFiles(index: Int) throws {
    try expectAllNumbers(of: RenderingAgreementTests.reports[index])
  }

  /// Plans of examples, as the planner makes them.
  @Test func everyNumberOfExamples() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let catalog = try Catalog(contentsOf: root.appending(path: "models").path)
    let names = ["second-vendor/today", "second-vendor", "current-fleet", "budget-throughput", "infeasible"]
    let plans = try names.map { name in
      let file = root.appending(path: "examples/\(name)/problem.json").path
      return (
        name == "second-vendor/today" ? "today" : name,
        try Planner(catalog: catalog).solve(PlanningProblem(contentsOf: file, catalog: catalog))
      )
    }
    let report = ComparisonReport(PlanComparison(plans))
    try expectAllNumbers(of: report)
    let pair = ComparisonReport(PlanComparison(Array(plans.prefix(2))))
    try expectDocumented(pair, in: root.appending(path: "docs/reports.md"))
    for (name, plan) in plans { try expectAllNumbers(of: ComparisonReport(PlanComparison([(name, plan)]))) }
    // Present plans say everything: classes carry the cost, and the report leaves nothing out but the studies.
    for (_, plan) in plans where plan.status == .optimal {
      let cost = plan.classes.reduce(0) { $0 + ($1.inputCostUSDPerHour ?? 0) + ($1.outputCostUSDPerHour ?? 0) }
      #expect(isClose(cost, plan.costUSDPerHour ?? -1))
    }
    let missing = report.document.sections.first { $0.id == "missing" }
    #expect(missing?.blocks.count == 1)
  }

  /// The documentation shows the answer and the verdicts as they are.
  private func expectDocumented(_ report: ComparisonReport, in file: URL) throws {
    func words(_ text: String) -> String { text.split { $0.isWhitespace }.joined(separator: " ") }
    let text = words(try String(contentsOf: file, encoding: .utf8))
    #expect(text.contains(words(report.document.answer)), "\(report.document.answer)")
    let sentences = ComparisonReport(PlanComparison([report.comparison.scenarios[1]].map { ($0.name, $0.plan) }))
      .document
      .findings
    #expect(!sentences.isEmpty)
    for sentence in sentences { #expect(text.contains(words(sentence)), "\(sentence)") }
  }

  private func expectAllNumbers(of report: ComparisonReport) throws {
    let expected = try RecomputedNumbers(
      report.comparison.scenarios.map { (name: $0.name, json: $0.plan.encoded().encoded()) }
    ).numbers
    var shown = numbers(of: report)
    let studied = shown.keys.filter { Self.studyTables.contains(String($0.prefix { $0 != "/" })) }
    for key in studied { shown[key] = nil }
    for key in Set(expected.keys).union(shown.keys).sorted() {
      guard let found = shown[key] else {
        Issue.record("\(key) is not in the report")
        continue
      }
      guard let value = expected[key] else {
        Issue.record("\(key) does not follow from the plans")
        continue
      }
      #expect(isClose(found, value), "\(key): \(found) instead of \(value)")
    }
  }

  @Test(arguments: RenderingAgreementTests.reports.indices)
  func figuresFollowFromThePlanFiles(index: Int) throws {
    let report = RenderingAgreementTests.reports[index]
    let scenarios = report.comparison.scenarios
    let plans = try scenarios.map { scenario in
      try JSONSerialization.jsonObject(with: Data(scenario.plan.encoded().encoded().utf8)) as? [String: Any] ?? [:]
    }
    func planned(_ plan: [String: Any]) -> Bool { ["optimal", "feasible"].contains(plan["status"] as? String ?? "") }
    guard let subject = report.recommended ?? plans.firstIndex(where: planned) else {
      #expect(report.document.figures.isEmpty)
      return
    }
    let economics = plans[subject]["economics"] as? [String: Any]
    func number(_ object: [String: Any]?, _ key: String) -> Double? { (object?[key] as? NSNumber)?.doubleValue }
    let cost = try #require(number(plans[subject], "cost_usd_per_hour"))
    for figure in report.document.figures {
      let shown: Double
      switch try #require(figure.number) {
      case .number(let number, _): shown = number
      case .count(let count, _): shown = Double(count)
      case .text: continue
      }
      let value: Double?
      switch figure.label {
      case "Cost per hour": value = cost
      case "Cost per month": value = cost * 730
      case "Saved per month", "More per month":
        let saved = (number(plans[0], "cost_usd_per_hour") ?? 0) - cost
        #expect((saved >= 0) == (figure.label == "Saved per month"))
        value = abs(saved) * 730
      case "Per million tokens": value = number(economics, "usd_per_million_tokens")
      case "Per 1,000 requests": value = number(economics, "usd_per_thousand_requests")
      case "Idle cost per hour": value = number(economics, "idle_cost_usd_per_hour")
      case "Power": value = number(economics, "power_watts")
      case "Devices": value = peakDevices(plans[subject])
      default: value = nil
      }
      let expected = try #require(value, "\(figure.label)")
      #expect(isClose(shown, expected), "\(figure.label)")
    }
  }

  static let studyTables: Set<String> = [
    "frontier_tpot", "frontier_ttft", "break_even_prices", "break_even_rates", "sensitivity", "alternatives",
  ]

  /// All numbers of all tables by table, row and column.
  private func numbers(of report: ComparisonReport) -> [String: Double] {
    var numbers: [String: Double] = [:]
    func put(_ key: String, _ value: ReportValue?) {
      switch value {
      case .number(let number, _): numbers[key] = number
      case .count(let count, _): numbers[key] = Double(count)
      default: break
      }
    }
    for table in report.document.sections.flatMap(\.tables) {
      for (index, row) in table.rows.enumerated() {
        for (column, cell) in zip(table.columns, row) { put("\(table.id)/\(index + 1)/\(column.id)", cell.value) }
      }
      for (column, cell) in zip(table.columns, table.footer ?? []) { put("\(table.id)/total/\(column.id)", cell.value) }
    }
    return numbers
  }

  /// Devices held, or running where the plan does not say what is held, in the period with the most.
  private func peakDevices(_ plan: [String: Any]) -> Double {
    var sums: [Int: Int] = [:]
    func add(_ counts: Any?, times factor: Int) {
      for (period, count) in (counts as? [NSNumber] ?? []).enumerated() {
        sums[period, default: 0] += count.intValue * factor
      }
    }
    let purchases = plan["purchases"] as? [[String: Any]] ?? []
    for purchase in purchases { add(purchase["devices_by_period"], times: 1) }
    for group in plan["groups"] as? [[String: Any]] ?? [] where purchases.isEmpty {
      add(group["instances_by_period"], times: (group["devices_per_instance"] as? NSNumber)?.intValue ?? 0)
    }
    return Double(sums.values.max() ?? 0)
  }

  private func isClose(_ first: Double, _ second: Double) -> Bool {
    abs(first - second) <= 1e-9 * max(abs(first), abs(second)) + 1e-12
  }
}
