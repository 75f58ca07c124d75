import FleetReporting
import FleetServing
import Foundation
import Testing

@Suite struct HTMLReportTests {
  private let plans = [
    Sample.chat(), Sample.feasible(), Sample.infeasible(), Sample.unsolved(), Sample.fleet(), Sample.traffic(),
    Sample.robust(),
  ]

  @Test func goldens() throws {
    try expectGolden(HTMLReport.render(Report(plan: Sample.chat())), "chat.html")
    try expectGolden(MarkdownReport.render(Report(plan: Sample.chat())), "chat.md")
    try expectGolden(MarkdownReport.render(Report(plan: Sample.infeasible())), "infeasible.md")
    try expectGolden(MarkdownReport.render(Report(plan: Sample.robust())), "robust.md")
  }

  @Test func robustPlansSayWhatTheyCost() {
    let html = HTMLReport.render(Report(plan: Sample.robust())).replacingOccurrences(of: "\u{A0}", with: " ")
    #expect(html.contains("$38.40/h, 6.1 % more than the nominal $36.20/h."))
    #expect(html.contains("How far to trust it") && html.contains("assumed: no measurement of hopper"))
    #expect(html.contains("−12 % … +15 %"))
  }

  @Test func everyTagIsClosed() {
    for plan in plans {
      let html = HTMLReport.render(Report(plan: plan))
      #expect(unbalanced(html) == nil)
    }
    #expect(unbalanced("<p><b>x</p></b>") != nil)
    #expect(unbalanced("<p>") != nil)
    #expect(unbalanced("</p>") != nil)
  }

  @Test func theFileStandsAlone() {
    for plan in plans {
      let html = HTMLReport.render(Report(plan: plan)).lowercased()
      #expect(!html.contains("<script") && !html.contains("javascript:") && !html.contains("onload"))
      #expect(!html.contains("<link") && !html.contains("@import") && !html.contains("url(") && !html.contains("src="))
      #expect(html.hasPrefix("<!doctype html>") && html.contains("<h1>") && html.contains("lang=\"en\""))
      #expect(html.components(separatedBy: "<svg").count == html.components(separatedBy: "<svg role=\"img\"").count)
      #expect(html.components(separatedBy: "<svg").count == html.components(separatedBy: "<desc>").count)
    }
  }

  /// A hostile text in each place where a plan carries text of the user.
  @Test func textOfTheUserIsNeverMarkup() {
    let evil = "<script>alert(1)</script>&\"'\u{1B}[31m"
    var plan = Sample.chat()
    plan.problemName = evil
    for index in plan.groups.indices {
      plan.groups[index].modelID = evil
      plan.groups[index].poolID = evil
      plan.groups[index].vendor = evil
      plan.groups[index].region = evil
      plan.groups[index].acceleratorName = evil
      plan.groups[index].weightPrecision = evil
      plan.groups[index].capacitySource = evil
    }
    for index in plan.classes.indices { plan.classes[index].id = evil }
    for index in plan.routes.indices {
      plan.routes[index].classID = evil
      plan.routes[index].periodID = evil
    }
    plan.purchases[0].poolID = evil
    plan.binding = [BindingConstraint(family: evil, name: evil, message: evil, shadowPrice: 1)]
    plan.baselines[0].name = evil
    plan.baselines[0].note = evil
    plan.rejected[0].reason = evil
    plan.rejected[0].subject = evil
    plan.rejected[0].poolID = evil
    plan.provenance.solverStatus = evil
    plan.provenance.latencyModel = evil
    var refused = plan
    refused.status = .infeasible
    refused.conflict = ConflictReport(summary: evil, conflicting: [evil], repairs: [evil])
    for report in [Report(plan: plan), Report(plan: refused)] {
      let html = HTMLReport.render(report)
      #expect(!html.contains("<script") && !html.contains("\u{1B}"))
      #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;"))
      #expect(unbalanced(html) == nil)
      let markdown = MarkdownReport.render(report)
      #expect(!markdown.contains("<script"))
    }
  }

  @Test func markdownTablesKeepTheirColumns() {
    var plan = Sample.chat()
    plan.groups[0].poolID = "a|b`*_[x](y)"
    let lines = MarkdownReport.render(Report(plan: plan)).split(separator: "\n")
    var columns: Int?
    for line in lines {
      guard line.hasPrefix("|") else {
        columns = nil
        continue
      }
      let count = line.replacingOccurrences(of: "\\|", with: "").filter { $0 == "|" }.count
      #expect(columns == nil || columns == count, "\(line)")
      columns = count
    }
  }

  /// The bars of the baselines are as long as their values say.
  @Test func barsAreProportional() throws {
    let html = HTMLReport.render(Report(plan: Sample.chat()))
    let widths = try html.matches(of: Regex(#"width="([0-9.]+)%" height="14""#)).map { match in
      try #require(Double(match.output[1].substring ?? ""))
    }
    let values = [38.4] + Sample.chat().baselines.compactMap(\.costUSDPerHour)
    #expect(widths.count == values.count)
    let greatest = try #require(values.max())
    let longest = try #require(widths.max())
    for (width, value) in zip(widths, values) {
      #expect(abs(width / longest - value / greatest) < 0.001)
    }
  }

  /// Cards and differences, computed here in another way.
  @Test func derivedNumbersFollowThePlan() throws {
    for seed in 1...50 {
      var plan = Sample.chat()
      let cost = Double(seed) * 7.3
      let other = cost + Double(seed * seed) / 8
      plan.costUSDPerHour = cost
      plan.objective = cost
      plan.baselines = [BaselineResult(name: "other", kind: "two_step", status: .optimal, costUSDPerHour: other)]
      plan.purchases[1].devicesByPeriod = [seed]
      let report = Report(plan: plan)
      func value(_ label: String) throws -> String {
        try #require(report.figures.first { $0.label == label }).value
      }
      func plain(_ text: String) -> Double? {
        Double(text.filter { "0123456789.−-".contains($0) }.replacingOccurrences(of: "−", with: "-"))
      }
      #expect(try value("Cost per hour") == "$" + String(format: "%.2f", cost))
      let month = try #require(plain(value("Cost per month")))
      #expect(abs(month - cost * 8760 / 12) <= 0.5)
      #expect(try value("Devices") == "\(11 + seed)")
      let bar = try #require(report.baselineChart?.bars.last)
      let percent = try #require(plain(String(bar.text.drop { $0 != "(" })))
      let exact = (other / cost - 1) * 100
      #expect(abs(percent - exact) <= (exact < 9.95 ? 0.05001 : 0.5001))
    }
  }

  /// The first tag that does not match, by the rules of XML with HTML's void elements.
  private func unbalanced(_ html: String) -> String? {
    let void: Set<String> = ["!doctype", "meta", "br"]
    var open: [String] = []
    var rest = Substring(html)
    while let start = rest.firstIndex(of: "<") {
      guard let end = rest[start...].firstIndex(of: ">") else { return String(rest[start...].prefix(40)) }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      let isClosing = tag.hasPrefix("/")
      let name = String((isClosing ? tag.dropFirst() : tag).prefix { !" /".contains($0) })
      if void.contains(name) || tag.hasSuffix("/") { continue }
      if isClosing {
        if open.popLast() != name { return "</\(name)>" }
      } else {
        open.append(name)
      }
    }
    return open.last.map { "<\($0)>" }
  }
}
