import FleetJSON
import FleetReporting
import Foundation
import Testing

@Suite struct DocumentTests {
  @Test func valuesAsPeopleReadThem() {
    func plain(_ value: ReportValue, showsUnit: Bool = false) -> String {
      value.spelled(showsUnit: showsUnit).replacingOccurrences(of: "\u{A0}", with: " ")
    }
    #expect(plain(.number(38.4, .usdPerHour)) == "38.40")
    #expect(plain(.number(38.4, .usdPerHour), showsUnit: true) == "$38.40")
    #expect(plain(.number(-17.284, .usdPerHour.difference)) == "−17.28")
    #expect(plain(.number(17.284, .usdPerHour.difference), showsUnit: true) == "+$17.28")
    #expect(plain(.number(-0.001, .usdPerHour.difference), showsUnit: true) == "$0.00")
    #expect(plain(.number(0.001, .usdPerHour.difference)) == "0.00")
    #expect(plain(.number(-0.31, .fraction.difference)) == "−31 %")
    #expect(plain(.number(312.4, .milliseconds)) == "312 ms")
    #expect(plain(.number(7950, .watts)) == "7.95 kW")
    #expect(plain(.number(1234.5, .kilowattHoursPerMonth), showsUnit: true) == "1,235 kWh/month")
    #expect(plain(.count(3, ReportUnit.devices.difference)) == "+3")
    #expect(plain(.count(3, "jobs"), showsUnit: true) == "3 jobs")
    #expect(plain(.number(.nan, .usdPerHour)) == "–")
  }

  @Test func csvIsTidyQuotedAndHarmless() throws {
    var table = ReportTable("A table", columns: [.init("Name"), .init("$/h", .right, id: "cost_usd_per_hour")])
    table.add([.init("=HYPERLINK(\"x\")"), .number(1.0 / 3, .usdPerHour)])
    table.add([.init("-2+3, \"quoted\"\nline"), .number(nil, .usdPerHour)])
    table.addFooter(["total", .number(-4, .usdPerHour)])
    let document = ReportDocument(
      kicker: "k", title: "@t", answer: "a",
      sections: [.init("Costs", tables: [table])])
    #expect(
      DocumentCSV.render(document)
        == [
          "section,table,row,column,unit,value", "summary,summary,1,what,,title", "summary,summary,1,text,,'@t",
          "summary,summary,2,what,,answer", "summary,summary,2,text,,a",
          "costs,a_table,1,name,,\"'=HYPERLINK(\"\"x\"\")\"",
          "costs,a_table,1,cost_usd_per_hour,USD/h,0.3333333333333333",
          "costs,a_table,2,name,,\"'-2+3, \"\"quoted\"\"\\nline\"", "costs,a_table,2,cost_usd_per_hour,,",
          "costs,a_table,total,name,,total", "costs,a_table,total,cost_usd_per_hour,USD/h,-4", "",
        ].joined(separator: "\r\n"))
  }

  @Test func identifiersOfTitles() {
    #expect(ReportTable.Column("$/h").id == "usd_per_h")
    #expect(ReportTable.Column("Cost ($/Mtok), 90 %").id == "cost_usd_per_mtok_90_percent")
    #expect(ReportTable.Column("…").id == "column")
  }

  @Test(arguments: [LineChart.Style.points, .lines, .steps])
  func chartsCanBeReadWithoutSeeing(style: LineChart.Style) {
    let chart = LineChart(
      "Cost over rate", xAxis: .init("Rate", unit: "req/s", scale: .log), yAxis: .init("Cost", unit: "USD/h"),
      series: [
        .init("joint", points: [.init(x: 1, y: 3), .init(x: 8, y: 20), .init(x: 0, y: 1)]),
        .init("one vendor", points: [.init(x: 1, y: 4), .init(x: 8, y: .nan)]),
      ], marks: [.init(x: 4, label: "today")], style: style)
    let html = DocumentHTML.render(
      ReportDocument(kicker: "k", title: "t", answer: "a", sections: [.init("Charts", charts: [chart])]))
    let text =
      "Cost (USD/h) against Rate (req/s). joint: 1 req/s: 3 USD/h, 8 req/s: 20 USD/h; one vendor: 1 req/s: 4 USD/h; today at 4 req/s."
    #expect(html.contains("<desc>\(text)</desc>"))
    #expect(html.contains("<title>Cost over rate</title>"))
    #expect(!html.lowercased().contains("nan\"") && !html.contains("inf\""))
    #expect(html.components(separatedBy: "class=\"dot ").count - 1 == 5, "three points, two keys")
    #expect(html.contains("class=\"curve ") == (style != .points))
  }

  /// Charts of one value, equal values and huge ranges still have a few ticks.
  @Test(arguments: [[5.0, 5], [0, 0], [1e-9, 1e9], [-3, 4], [1, 1.001], [1, 1.51], [0.2, 0.21], [1e6, 2e6]])
  func axesHaveTicks(values: [Double]) {
    for scale in [LineChart.Axis.Scale.linear, .log] where scale == .linear || values.allSatisfy({ $0 > 0 }) {
      let chart = LineChart(
        "c", xAxis: .init("x", unit: "", scale: scale), yAxis: .init("y", unit: "", scale: scale),
        series: [.init("s", points: values.map { .init(x: $0, y: $0) })])
      let html = DocumentHTML.render(
        ReportDocument(kicker: "k", title: "t", answer: "a", sections: [.init("Charts", charts: [chart])]))
      let ticks = html.components(separatedBy: "class=\"grid\"").count - 1
      #expect((2...9).contains(ticks), "\(values) \(scale): \(ticks)")
    }
  }

  @Test func jsonCarriesTextAndValue() throws {
    var table = ReportTable("T", columns: [.init("Name"), .init("$/h", id: "cost")])
    table.add(["a", .number(0.1 + 0.2, .usdPerHour)])
    let text = DocumentJSON.render(
      ReportDocument(kicker: "k", title: "t", answer: "a", sections: [.init("S", tables: [table])]))
    #expect(text.contains("\"value\": 0.30000000000000004") && text.contains("\"text\": \"0.30\""))
    #expect(text.contains("\"format\": \"fleetplan-report/1\""))
  }
}
