import FleetServing

/// A report as one HTML file: no scripts, nothing fetched, light and dark, for screens of any width and for paper.
public enum HTMLReport {
  /// The whole document. The same report gives the same bytes.
  public static func render(_ report: Report) -> String {
    let title = report.title.isEmpty ? "Fleet plan" : report.title
    let parts: [String] = [
      header(of: report, title: title), figures(report.figures),
      conflict(of: report),
      section("How requests flow", report.flowChart.map { FlowPicture(chart: $0).figure }),
      section(report.groups?.title, report.groups.map(table)),
      section(report.classes?.title, latency(of: report)),
      section(report.replay?.title, report.replay.map(table)),
      section(report.trust?.title, report.trust.map(table)),
      section(report.baselines?.title, baselines(of: report)),
      section(report.bindingTitle, list(report.binding)),
      section(report.purchases?.title, report.purchases.map(table)),
      section(report.routes?.title, report.routes.map(routes)),
      section(report.unused?.title ?? report.rejected?.title, rejected(of: report)),
      section(report.provenance.title, report.provenance.rows.isEmpty ? nil : table(report.provenance)),
    ]
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(HTML.escape(title)) · fleetplan</title>
      <style>
      \(stylesheet)
      </style>
      </head>
      <body>
      <main>
      \(parts.filter { !$0.isEmpty }.joined(separator: "\n"))
      </main>
      </body>
      </html>

      """
  }

  // MARK: Parts

  private static func header(of report: Report, title: String) -> String {
    let state =
      switch report.status {
      case .optimal: "proven optimal"
      case .feasible: "not proven optimal"
      case .infeasible: "infeasible"
      case .unsolved: "unsolved"
      }
    return HTML.element(
      "header", [],
      HTML.element(
        "p", [("class", "kicker")],
        "Fleet plan " + HTML.text("span", [("class", "state \(report.status.rawValue)")], state))
        + HTML.text("h1", [], title) + HTML.text("p", [("class", "answer")], report.answer)
        + (report.robustness.map { HTML.text("p", [("class", "note")], $0) } ?? ""))
  }

  static func figures(_ figures: [Report.Figure]) -> String {
    if figures.isEmpty { return "" }
    let cards = figures.map { figure in
      HTML.element(
        "div", [],
        HTML.text("dt", [], figure.label) + HTML.text("dd", [("class", "value")], figure.value)
          + (figure.note.map { HTML.text("dd", [("class", "note")], $0) } ?? ""))
    }
    return HTML.element("dl", [("class", "figures")], cards.joined(separator: "\n"))
  }

  private static func conflict(of report: Report) -> String {
    var text = ""
    if !report.conflicting.isEmpty {
      text += section("These rules cannot hold together", list(report.conflicting.map { .init($0) }))
    }
    if !report.repairs.isEmpty {
      let items = report.repairs.map { HTML.text("li", [], $0) }.joined()
      text += section(
        "Each of these changes alone repairs it",
        HTML.element("ol", [("class", "remarks")], items)
          + HTML.text("p", [("class", "note")], "The smallest comes first."))
    }
    return text
  }

  private static func latency(of report: Report) -> String? {
    guard let classes = report.classes else { return nil }
    return (report.latencyChart.map { LatencyPicture(chart: $0).figure } ?? "") + table(classes)
  }

  private static func baselines(of report: Report) -> String? {
    guard let baselines = report.baselines else { return nil }
    guard let chart = report.baselineChart else { return table(baselines) }
    return BaselinePicture(chart: chart).figure
      + details("The same as a table, with bounds and notes", table(baselines))
  }

  private static func routes(_ routes: ReportTable) -> String {
    routes.rows.count <= 12 ? table(routes) : details("All \(routes.rows.count) routes", table(routes))
  }

  private static func rejected(of report: Report) -> String? {
    let parts = [
      report.unused.map(table), report.rejected.map { details("\($0.title) (\($0.rows.count))", table($0)) },
    ]
    let text = parts.compactMap { $0 }.joined()
    return text.isEmpty ? nil : text
  }
}
