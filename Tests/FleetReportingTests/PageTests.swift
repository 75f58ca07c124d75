import FleetReporting
import FleetServing
import Foundation
import Testing

/// Pages as a browser lays them out.
@Suite(.enabled(if: Browser.path != nil, "needs Chromium"), .serialized) struct PageTests {
  static let pages: [(name: String, html: String)] = [
    ("comparison", Sample.comparison().html()),
    ("one plan", ComparisonReport(PlanComparison([("chat", Sample.current())])).html()),
    ("no plan", ComparisonReport(PlanComparison([("a", Sample.infeasible()), ("b", Sample.unsolved())])).html()),
    ("long names", longNames().html()), ("random", RandomPlans.report(seed: 5).html()),
    ("plan report", HTMLReport.render(Report(plan: Sample.fleet()))),
    ("sweep", DocumentHTML.render(SweepReport(sweep(rows: nil)).document)),
    ("map of a sweep", DocumentHTML.render(SweepReport(sweep(rows: [1, 2, 4])).document)),
  ]

  @Test(arguments: pages.indices, [390, 1280])
  func nothingOverflowsOrIsEmpty(page: Int, width: Int) throws {
    let browser = try Browser()
    defer { browser.close() }
    let (name, html) = Self.pages[page]
    for isDark in page == 0 ? [false, true] : [false] {
      let found = try browser.measure(html, width: width, isDark: isDark)
      #expect(found.window == Double(width))
      #expect(found.content <= found.window, "\(name) is \(found.content) px wide in \(width)")
      #expect(found.faults.isEmpty, "\(name) at \(width) px: \(found.faults)")
      #expect(found.tables > 0)
      #expect(found.background == (isDark ? "rgb(17, 22, 29)" : "rgb(246, 247, 249)"))
    }
  }

  @Test func chartsAreDrawn() throws {
    let browser = try Browser()
    defer { browser.close() }
    let found = try browser.measure(Sample.comparison().html(), width: 1280, isDark: false)
    #expect(found.charts == 6, "three pictures of bars, three charts")
  }

  /// The measuring finds what it is there to find.
  @Test func brokenPagesAreNoticed() throws {
    let browser = try Browser()
    defer { browser.close() }
    let html = Sample.comparison().html()
    func faults(_ piece: String, _ replacement: String) throws -> Browser.Measure {
      #expect(html.contains(piece))
      return try browser.measure(html.replacingOccurrences(of: piece, with: replacement), width: 390, isDark: false)
    }
    let wide = try faults(".scroll { overflow-x: auto; }", "")
    #expect(wide.content > 390)
    let fixed = try faults("<h2>Scenarios</h2>", "<h2 style=\"width:600px\">Scenarios</h2>")
    #expect(fixed.content > 390 && fixed.faults.contains { $0.hasPrefix("sticks out: h2") })
    let empty = try faults("<h2>Scenarios</h2>", "<h2></h2>")
    #expect(empty.faults.contains { $0.hasPrefix("empty: h2") })
    let hidden = try faults("svg { display: block;", "svg { display: none;")
    #expect(hidden.faults.contains { $0.hasPrefix("no size: svg") })
    let clipped = try faults(
      "h2 { font-size: 17px;", "h2 { font-size: 17px; overflow: hidden; white-space: nowrap; width: 40px;")
    #expect(clipped.faults.contains { $0.hasPrefix("clipped: h2") })
    let dead = try faults("<section id=\"scenarios\">", "<section>")
    #expect(dead.faults.contains { $0.hasPrefix("dead link: a Scenarios") })
  }

  /// With FLEETPLAN_RECORD_SCREENSHOTS set, the picture of the documentation is taken anew.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["FLEETPLAN_RECORD_SCREENSHOTS"] == "1"))
  func screenshot() throws {
    let browser = try Browser()
    defer { browser.close() }
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "docs/images")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appending(path: "comparison.png")
    let page = ProcessInfo.processInfo.environment["FLEETPLAN_SCREENSHOT_PAGE"]
    let html = try page.map { try String(contentsOfFile: $0, encoding: .utf8) } ?? Sample.comparison().html()
    try browser.screenshot(html, to: file, width: 1100, height: 1400)
    #expect(try Data(contentsOf: file).count < 400_000)
  }

  /// Prices, with one axis or over rates too; the last price has no plan.
  private static func sweep(rows: [Double]?) -> SweepResult {
    func axis(_ path: String, _ unit: String, _ numbers: [Double]) -> SweepAxis {
      SweepAxis(
        path: path, pointers: ["/" + path], unit: unit,
        values: numbers.map { SweepValue(spelling: "\($0)", number: $0, isFactor: false) }, current: numbers[0])
    }
    let prices = axis("accelerators[mi300x].prices.reserved_usd_per_device_hour", "USD/h", [1, 1.5, 2, 2.5, 3, 3.5])
    let rates = rows.map { axis("classes[*].rate_per_s", "requests/s", $0) }
    let points = (0..<(rows?.count ?? 1)).flatMap { _ in
      prices.values.indices.map { index in
        switch index {
        case 5: SweepPoint(.infeasible, message: "the budget does not allow it")
        case 0...2: SweepPoint(Sample.current())
        default: SweepPoint(Sample.fleet())
        }
      }
    }
    return SweepResult(
      problemName: "chat", inputHash: "a", catalogHash: "b", axes: (rates.map { [$0] } ?? []) + [prices],
      points: points)
  }

  /// Names as long as people make them, some without a place to break.
  private static func longNames() -> ComparisonReport {
    var plan = Sample.current()
    let name = "a-very-long-name-of-a-pool-in-the-region-of-northern-europe-that-someone-chose"
    plan.problemName = name + "/" + name
    for index in plan.groups.indices {
      plan.groups[index].poolID = name
      plan.groups[index].modelID = name
    }
    for index in plan.purchases.indices { plan.purchases[index].poolID = name }
    for index in plan.classes.indices { plan.classes[index].id = name + "\(index)" }
    for index in plan.baselines.indices { plan.baselines[index].name = "only vendor " + name }
    plan.binding[0].message = name
    var study = Sample.study()
    for index in study.frontiers.indices { study.frontiers[index].series[0].name = name }
    study.breakEvenPrices[0].poolID = name
    study.sensitivities[0].change = name
    return ComparisonReport(
      PlanComparison([(name + "-today", Sample.oneVendor()), (name + "-tomorrow", plan)]),
      studies: [.init(name: name + "-tomorrow", study: study)])
  }
}
