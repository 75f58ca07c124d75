import FleetCalibration
import FleetJSON
import FleetPlan

/// Predictions beside what others published, as people and programs read them.
struct ValidationText {
  let sections: [ValidationSection]
  /// The Markdown file that was written.
  let written: String?

  init(_ sections: [ValidationSection], written: String?) {
    self.sections = sections
    self.written = written
  }

  // MARK: Text

  /// All points; where a file holds them, the figures of the groups only.
  func rendered(_ style: TextStyle) -> String {
    var page = Page(style: style)
    for section in sections {
      page.table(summary(section))
      if written == nil {
        for (name, points) in section.groups { page.table(table(name, points, section)) }
        let sources = sources(section)
        page.list("Sources", sources.enumerated().map { .init("\($0 + 1). \($1)") })
      }
      page.list("Not predicted", section.unpredicted.map { .init("\($0.row): \($0.reason)") })
    }
    if let written { page.paragraph("Written to \(written)", ink: .dim) }
    return page.finished
  }

  private func summary(_ section: ValidationSection) -> ReportTable {
    var table = ReportTable(
      section.title,
      columns: [
        .init("Group"), .init("points", .right), .init("geometric mean", .right), .init("median error", .right),
        .init("inside the band", .right),
      ])
    for (name, points) in section.groups {
      if let statistics = ValidationStatistics(points) { table.add(cells(name, statistics)) }
    }
    if section.groups.count > 1, let all = ValidationStatistics(section.points) {
      table.addFooter(cells("All", all))
    }
    return table
  }

  private func cells(_ name: String, _ statistics: ValidationStatistics) -> [ReportTable.Cell] {
    [
      .init(name), .init(Quantity.count(statistics.points)),
      .init(Quantity.fixed(statistics.geometricMean, decimals: 2), .strong),
      .init(Quantity.percent(statistics.medianError)),
      .init(statistics.insideShare.map { Quantity.percent($0) } ?? Quantity.unknown),
    ]
  }

  private func table(_ name: String, _ points: [ValidationPoint], _ section: ValidationSection) -> ReportTable {
    var table = ReportTable(
      "\(name), \(section.unit)",
      columns: [
        .init("Configuration"), .init("load"), .init("predicted", .right), .init(section.observedName, .right),
        .init("ratio", .right), .init("90 % band", .right, rank: 1), .init("inside", rank: 2),
        .init("source", .right, rank: 3),
      ])
    let sources = sources(section)
    for point in points {
      let band = point.band.map { "\(figure($0.lowerBound)) to \(figure($0.upperBound))" }
      table.add([
        .init(point.configuration), .init(point.load), .init(figure(point.predicted)), .init(figure(point.observed)),
        .init(Quantity.fixed(point.ratio, decimals: 2), .strong), .init(band ?? Quantity.unknown),
        point.isInside.map { .init($0 ? "yes" : "no", $0 ? .good : .bad) } ?? .init(Quantity.unknown, .muted),
        .init(sources.firstIndex(of: point.source).map { "\($0 + 1)" } ?? Quantity.unknown),
      ])
    }
    return table
  }

  private func figure(_ value: Double) -> String { Quantity.significant(value, digits: 4) }

  private func sources(_ section: ValidationSection) -> [String] {
    var seen: Set<String> = [""]
    return section.points.map(\.source).filter { seen.insert($0).inserted }
  }

  // MARK: JSON

  func encoded() -> JSONOutput {
    .object(["format": "fleetplan-validation/1", "sections": .array(sections.map { encoded($0) })])
  }

  private func encoded(_ section: ValidationSection) -> JSONOutput {
    .object([
      "id": .string(section.id), "title": .string(section.title), "unit": .string(section.unit),
      "groups": .array(
        section.groups.compactMap { name, points in
          ValidationStatistics(points).map { statistics in
            .object([
              "name": .string(name), "points": .integer(statistics.points),
              "geometric_mean": .number(statistics.geometricMean), "median_error": .number(statistics.medianError),
              "inside_share": statistics.insideShare.map { .number($0) } ?? .null,
            ])
          }
        }),
      "points": .array(section.points.map { encoded($0) }),
      "not_predicted": .array(
        section.unpredicted.map { .object(["row": .string($0.row), "reason": .string($0.reason)]) }),
    ])
  }

  private func encoded(_ point: ValidationPoint) -> JSONOutput {
    .object([
      "group": .string(point.group), "configuration": .string(point.configuration), "load": .string(point.load),
      "predicted": .number(point.predicted), "observed": .number(point.observed), "ratio": .number(point.ratio),
      "low": point.band.map { .number($0.lowerBound) } ?? .null,
      "high": point.band.map { .number($0.upperBound) } ?? .null,
      "inside": point.isInside.map { .bool($0) } ?? .null, "grade": .string(point.evidence),
      "source": .string(point.source),
    ])
  }
}
