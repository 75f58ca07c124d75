import FleetReporting
import FleetServing
import Testing

/// Numbers of the study sections, computed here from the study.
@Suite struct StudyNumbersTests {
  private let report = Sample.comparison()
  private let study = Sample.study()

  private func table(_ id: String) throws -> ReportTable {
    try #require(report.document.sections.flatMap(\.tables).first { $0.id == id })
  }

  /// The numbers of one column; nil where nothing is known.
  private func column(_ table: ReportTable, _ id: String) throws -> [Double?] {
    let place = try #require(table.columns.firstIndex { $0.id == id }, "\(id)")
    return table.rows.map { row in
      switch row[place].value {
      case .number(let number, _): number
      case .count(let count, _): Double(count)
      default: nil
      }
    }
  }

  private func expect(
    _ table: ReportTable, _ id: String, _ values: [Double?], location: SourceLocation = #_sourceLocation
  ) throws {
    let shown = try column(table, id)
    #expect(shown.count == values.count, sourceLocation: location)
    for (first, second) in zip(shown, values) {
      let isSame =
        first == nil && second == nil || abs((first ?? .infinity) - (second ?? 0)) <= 1e-12 * max(1, abs(second ?? 0))
      #expect(isSame, "\(id): \(String(describing: first)) for \(String(describing: second))", sourceLocation: location)
    }
  }

  @Test func frontiers() throws {
    for frontier in study.frontiers {
      let table = try table("frontier_\(frontier.axis.rawValue)")
      let points = frontier.series.flatMap(\.points)
      try expect(table, "factor", points.map(\.factor))
      try expect(table, "objective_ms", points.map { $0.objectiveSeconds * 1000 })
      try expect(table, "cost_usd_per_hour", points.map(\.costUSDPerHour))
      try expect(table, "usd_per_million_tokens", points.map(\.usdPerMillionTokens))
      try expect(table, "devices", points.map(\.devices))
      try expect(table, "output_tokens_per_s_per_device", points.map(\.outputTokensPerSecondPerDevice))
      if frontier.axis == .tpot { try expect(table, "tokens_per_s_per_user", points.map { 1 / $0.objectiveSeconds }) }
    }
  }

  /// Charts show the numbers of the tables.
  @Test func chartsShowTheTables() throws {
    let charts = report.document.sections.flatMap(\.charts)
    #expect(charts.map(\.id) == ["chart_tpot", "chart_ttft", "chart_rates"])
    for (chart, frontier) in zip(charts, study.frontiers) {
      for (shown, series) in zip(chart.series, frontier.series) {
        let points = series.points.filter { $0.costUSDPerHour != nil }
        let expected = points.map { point in
          frontier.axis == .tpot
            ? [1 / point.objectiveSeconds, point.outputTokensPerSecondPerDevice ?? 0]
            : [point.objectiveSeconds * 1000, point.usdPerMillionTokens ?? 0]
        }.sorted { $0[0] < $1[0] }
        #expect(shown.points.map { [$0.x, $0.y] } == expected)
      }
    }
  }

  @Test func breakEvenPrices() throws {
    let table = try table("break_even_prices")
    let prices = study.breakEvenPrices
    try expect(table, "current_usd_per_device_hour", prices.map(\.currentUSDPerDeviceHour))
    try expect(table, "break_even_usd_per_device_hour", prices.map(\.breakEvenUSDPerDeviceHour))
    try expect(
      table, "change_fraction",
      prices.map { price in
        price.breakEvenUSDPerDeviceHour.map { ($0 - price.currentUSDPerDeviceHour) / price.currentUSDPerDeviceHour }
      })
    try expect(table, "cost_without_usd_per_hour", prices.map(\.costWithoutUSDPerHour))
    try expect(table, "devices", prices.map { Double($0.devices) })
  }

  @Test func breakEvenRates() throws {
    let table = try table("break_even_rates")
    let points = study.breakEvenRates.flatMap(\.points)
    func saving(_ point: BreakEvenRate.Point) -> Double? {
      point.costUSDPerHour.flatMap { cost in point.costWithoutUSDPerHour.map { $0 - cost } }
    }
    try expect(table, "rate_per_s", points.map(\.ratePerSecond))
    try expect(table, "saving_usd_per_hour", points.map(saving))
    try expect(
      table, "saving_fraction",
      points.map { point in
        point.costWithoutUSDPerHour.flatMap { without in saving(point).map { $0 / without } }
      })
  }

  /// The greatest effect comes first; what leaves no plan before all.
  @Test func sensitivities() throws {
    let table = try table("sensitivity")
    try expect(table, "difference_usd_per_hour", [nil, 3.9, -1.5, 0])
    try expect(table, "difference_fraction", [nil, 3.9 / 38.4, -1.5 / 38.4, 0])
    try expect(table, "cost_usd_per_hour", [nil, 42.3, 36.9, 38.4])
    try expect(table, "shadow_price", [nil, nil, -0.1875, nil])
  }

  @Test func alternatives() throws {
    let table = try table("alternatives")
    try expect(table, "rank", [1, 2])
    try expect(table, "cost_usd_per_hour", [38.4, 58])
    try expect(table, "difference_usd_per_hour", [nil, 58 - 38.4])
    try expect(table, "difference_fraction", [nil, 58 / 38.4 - 1])
    try expect(table, "devices", [13, 20])
  }

  /// Several studies keep their tables apart.
  @Test func idsAreUnique() {
    let both = ComparisonReport(
      PlanComparison([("a", Sample.oneVendor()), ("b", Sample.current())]),
      studies: [.init(name: "a", study: study), .init(name: "b", study: study)])
    for report in [report, both] {
      let sections = report.document.sections
      let tables = sections.flatMap(\.tables)
      #expect(Set(sections.map(\.id)).count == sections.count)
      #expect(Set(tables.map(\.id)).count == tables.count)
      #expect(tables.allSatisfy { Set($0.columns.map(\.id)).count == $0.columns.count })
      let charts = sections.flatMap(\.charts).map(\.id)
      #expect(Set(charts).count == charts.count)
    }
  }
}
