import FleetReporting
import FleetServing
import Testing

@Suite struct PlanTextTests {
  @Test func goldens() throws {
    try expectGolden(PlanText.render(Sample.chat()), "chat.txt")
    try expectGolden(PlanText.render(Sample.chat(), style: TextStyle(width: 72, unicode: false)), "chat-72-ascii.txt")
    try expectGolden(PlanText.render(Sample.feasible()), "feasible.txt")
    try expectGolden(PlanText.render(Sample.infeasible()), "infeasible.txt")
    try expectGolden(PlanText.render(Sample.unsolved()), "unsolved.txt")
    try expectGolden(PlanText.render(Sample.fleet()), "fleet.txt")
    try expectGolden(PlanText.render(Sample.traffic()), "traffic.txt")
    try expectGolden(PlanText.render(Sample.robust()), "robust.txt")
  }

  /// A pool that could not carry its load at the bad end has no latency there.
  @Test func overloadAtTheBadEnd() {
    var plan = Sample.robust()
    plan.robustness = nil
    plan.classes[1].tpot.band?.highSeconds = nil
    let text = MarkdownReport.render(Report(plan: plan))
    #expect(text.contains("| 28.7 ms – overload |"))
    #expect(text.contains("or plan with --robust."))
    #expect(!text.contains("Predicted with every time at the bad end"))
  }

  @Test func thePriceOfRobustness() {
    var plan = Sample.robust()
    func sentence() -> String? {
      Report(plan: plan).robustness.map { String($0.map { $0 == "\u{A0}" ? " " : $0 }) }
    }
    #expect(
      sentence() == "Robust to the 90 % band of every configuration: $38.40/h, 6.1 % more than the nominal $36.20/h.")
    plan.robustness?.nominal?.status = .feasible
    #expect(sentence()?.hasSuffix("the nominal $36.20/h (not proven optimal).") == true)
    plan.robustness?.nominal?.costUSDPerHour = 38.4
    #expect(sentence()?.contains("$38.40/h, no more than the nominal plan") == true)
    plan.groups[0].evidence = .capacityTable
    plan.groups[1].evidence?.prefill = nil
    #expect(sentence()?.contains("; measured capacity tables carry no margin") == true)
    #expect(sentence()?.contains("; no margin for h100, whose error is not known.") == true)
    plan.robustness?.nominal = nil
    #expect(sentence()?.hasPrefix("Robust to the 90 % band of every configuration; ") == true)
    plan.status = .infeasible
    #expect(sentence() == "Every configuration is sized for the bad end of its 90 % band.")
    plan.robustness?.nominal = BaselineResult(name: "without margins", kind: "nominal", status: .infeasible)
    #expect(sentence()?.hasSuffix("without these margins the problem is infeasible too.") == true)
    plan.robustness = nil
    #expect(sentence() == nil)
  }

  /// A measured group that is used to the last request is named; one with headroom is not.
  @Test func measuredGroupsWithoutHeadroomAreNamed() {
    var plan = Sample.robust()
    func note() -> String? {
      Report(plan: plan).trust?.note.map { String($0.map { $0 == "\u{A0}" ? " " : $0 }) }
    }
    plan.groups[0].evidence = .capacityTable
    plan.groups[0].utilization = 0.98
    let sentence = "\(plan.groups[0].id) runs at up to 98 % of what was measured"
    #expect(note()?.contains(sentence) == true, "\(note() ?? "")")
    plan.groups[0].utilization = 0.83
    #expect(note()?.contains("of what was measured") != true)
  }

  @Test func comparisonGolden() throws {
    var grown = Sample.chat()
    grown.costUSDPerHour = 41.88
    grown.objective = 41.88
    grown.groups[0].instancesByPeriod = [6]
    grown.groups.removeLast()
    grown.purchases[2].devicesByPeriod = [6]
    grown.purchases.remove(at: 1)
    let plans = [
      ("a.json", Sample.chat()), ("b.json", grown), ("c.json", Sample.infeasible()), ("d.json", Sample.chat()),
    ]
    try expectGolden(ComparisonText.render(plans), "comparison.txt")
    try expectGolden(PlanComparison(plans).encoded().encoded(), "comparison.json")
  }

  @Test(arguments: [40, 60, 72, 80, 100, 140], [true, false])
  func linesStayWithinTheWidth(width: Int, unicode: Bool) {
    for plan in [Sample.chat(), Sample.feasible(), Sample.infeasible(), Sample.unsolved()] {
      let text = PlanText.render(plan, style: TextStyle(width: width, unicode: unicode))
      let long = text.split(separator: "\n").filter { $0.count > max(width, 72) }
      #expect(long.isEmpty, "\(long)")
      if !unicode { #expect(text.utf8.allSatisfy { $0 < 0x80 }) }
    }
  }

  @Test func colourChangesNothingButColour() {
    for plan in [Sample.chat(), Sample.infeasible(), Sample.fleet()] {
      let plain = PlanText.render(plan, style: TextStyle(color: false, width: 90))
      let painted = PlanText.render(plan, style: TextStyle(color: true, width: 90))
      #expect(painted != plain)
      var stripped = ""
      var inEscape = false
      for character in painted {
        if character == "\u{1B}" { inEscape = true }
        if !inEscape { stripped.append(character) }
        if character == "m" { inEscape = false }
      }
      #expect(stripped == plain)
    }
  }

  @Test func namesCannotSteerTheTerminal() {
    var plan = Sample.chat()
    plan.classes[0].id = "chat\u{1B}[2J\u{7}"
    plan.binding[0].message = "line\nfeed"
    let text = PlanText.render(plan)
    #expect(!text.contains("\u{1B}") && !text.contains("\u{7}"))
    #expect(text.contains("line\\nfeed"))
  }

  @Test func wideCharactersKeepTheColumnsAligned() {
    var plan = Sample.chat()
    plan.classes[0].id = "聊天"
    let lines = PlanText.render(plan).split(separator: "\n")
    let chat = lines.first { $0.contains("聊天") && $0.contains("188 ms") }
    let code = lines.first { $0.contains("code") && $0.contains("129 ms") }
    #expect(chat?.count == code.map { $0.count - 2 })
  }

  /// Numbers that the text derives are those that the plan implies.
  @Test func derivedNumbersFollowThePlan() {
    var plan = Sample.chat()
    for cost in [38.4, 21.07, 1234.5] {
      plan.costUSDPerHour = cost
      plan.baselines[0].costUSDPerHour = cost * 1.25
      plan.baselines[1].costUSDPerHour = cost * 1.5
      let text = PlanText.render(plan)
      #expect(text.contains("20 % below the best single vendor"))
      #expect(text.contains("+25 %") && text.contains("+50 %"))
    }
    #expect(PlanText.render(plan).contains("Cost per month $901,185"))
  }

  @Test(arguments: [
    (0, "nothing"), (1, "$0.00/h, proven optimal: nothing has to run."),
  ])
  func aPlanWithNothingInIt(groups: Int, expected: String) {
    let plan = Plan(
      problemName: "empty", status: .optimal, objectiveName: "cost", objective: 0, bound: 0, gap: 0, costUSDPerHour: 0,
      provenance: PlanProvenance())
    #expect(PlanText.render(plan).contains(expected))
  }
}
