import FleetReporting
import FleetServing
import Foundation
import Testing

@Suite struct ComparisonReportTests {
  @Test func goldens() throws {
    let report = Sample.comparison()
    try expectGolden(report.markdown(), "comparison-report.md")
    try expectGolden(ComparisonComment.render(report), "comparison-comment.md")
    try expectGolden(ComparisonText.render(report), "comparison-report.txt")
    if let folder = ProcessInfo.processInfo.environment["FLEETPLAN_LOOK"] {
      try report.html().write(toFile: folder + "/sample.html", atomically: true, encoding: .utf8)
    }
  }

  private func answer(_ plans: [(String, Plan)]) -> String {
    ComparisonReport(PlanComparison(plans)).document.answer.replacingOccurrences(of: "\u{A0}", with: " ")
  }

  /// The sentence that decides, for every way in which scenarios can stand.
  @Test func answers() {
    let (cheap, dear) = (Sample.current(), Sample.oneVendor())
    #expect(
      answer([("a", cheap), ("b", dear)])
        == "Stay with a: at $38.40/h ($28,032 a month), proven optimal, it is of 2 scenarios the cheapest that serves all traffic; next is b, +51 %."
    )
    var proven = dear
    proven.status = .optimal
    proven.bound = 58
    #expect(answer([("b", proven), ("a", cheap)]).hasSuffix("$19.60/h (34 %) less than b, both proven optimal."))
    #expect(answer([("b", dear), ("a", cheap)]).hasSuffix("less than b, of which $18.00/h is proven."))
    var loose = dear
    loose.bound = 20
    #expect(
      answer([("b", loose), ("a", cheap)]).hasSuffix("; b is not proven optimal and could cost $20.00/h at best."))
    #expect(
      answer([("none", Sample.infeasible()), ("a", cheap)])
        == "Choose a: it serves all traffic at $38.40/h ($28,032 a month), proven optimal; none has no plan (infeasible)."
    )
    #expect(answer([("x", Sample.infeasible()), ("y", Sample.unsolved())]) == "None of the scenarios has a plan.")
    #expect(
      answer([("x", Sample.traffic()), ("y", Sample.traffic())]) == "None of the scenarios serves all of its traffic.")
    #expect(
      answer([("t", Sample.traffic()), ("a", cheap)]).hasSuffix("; t costs $38.40/h and does not serve all of it."))
    var half = cheap
    half.classes[0].offeredRatePerSecond = 6
    half.classes[0].servedRatePerSecond = 6
    half.economics?.offeredRatePerSecond = 12
    half.economics?.servedRatePerSecond = 12
    half.economics?.usdPerMillionTokens = 0.2
    #expect(
      answer([("a", cheap), ("half", half)])
        == "half is the cheapest per token, $0.20 per million at $38.40/h ($28,032 a month); the scenarios carry different traffic, so their costs per hour do not compare."
    )
  }

  @Test func theFleetThatIsHeld() {
    var plan = Sample.current()
    func finding() -> String {
      let report = ComparisonReport(PlanComparison([("a", plan)]))
      return report.document.findings.first?.replacingOccurrences(of: "\u{A0}", with: " ") ?? ""
    }
    plan.baselines.append(
      BaselineResult(name: "current fleet", kind: "current_fleet", status: .optimal, costUSDPerHour: 48))
    #expect(finding() == "The current fleet alone costs $48.00/h: this plan costs $9.60/h (20 %) less.")
    plan.baselines[plan.baselines.count - 1] = BaselineResult(
      name: "current fleet", kind: "current_fleet", status: .infeasible, note: "stock does not allow it")
    #expect(finding() == "The current fleet alone cannot serve this traffic: stock does not allow it.")
  }

  /// Every section without data is left out, and the report says how to get it.
  @Test func whatIsMissingIsSaid() throws {
    var plan = Sample.chat()
    plan.baselines = []
    let report = ComparisonReport(PlanComparison([("old", plan), ("new", Sample.current())]))
    let missing = try #require(report.document.sections.first { $0.id == "missing" })
    let text = report.markdown().replacingOccurrences(of: "\n", with: " ")
    #expect(missing.blocks.count == 1)
    for words in ["give the problem instead of its plan", "for old: plan without --no-baselines", "of old: plan again"]
    {
      #expect(text.contains(words), "\(words)")
    }
    let sections = report.document.sections.map(\.id)
    for id in ["frontiers", "break_even_prices", "break_even_rates", "sensitivity", "alternatives"] {
      #expect(!sections.contains(id))
    }
    let full = Sample.comparison().document.sections.map(\.id)
    #expect(
      full == [
        "scenarios", "worth", "changes", "pools", "costs", "baselines", "frontiers", "break_even_prices",
        "break_even_rates", "sensitivity", "alternatives", "binding", "missing", "provenance",
      ])
  }
}
