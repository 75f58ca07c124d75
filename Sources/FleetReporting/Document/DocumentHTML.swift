/// A document as one HTML file: no scripts, nothing fetched, light and dark, for screens of any width and for paper.
public enum DocumentHTML {
  /// The whole document. The same document gives the same bytes.
  public static func render(_ document: ReportDocument) -> String {
    let parts =
      [header(of: document), HTMLReport.figures(document.figures), contents(of: document)]
      + document.sections.map(section) + [HTML.text("footer", [], "fleetplan")]
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(HTML.escape(document.title)) · fleetplan</title>
      <style>
      \(HTMLReport.stylesheet)
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

  private static func header(of document: ReportDocument) -> String {
    var text = HTML.text("p", [("class", "kicker")], document.kicker) + HTML.text("h1", [], document.title)
    if !document.subtitle.isEmpty { text += HTML.text("p", [("class", "subtitle")], document.subtitle) }
    if !document.answer.isEmpty { text += HTML.text("p", [("class", "answer")], document.answer) }
    if !document.findings.isEmpty {
      let items = document.findings.map { HTML.text("li", [], $0) }.joined()
      text += HTML.element("ul", [("class", "findings")], items)
    }
    return HTML.element("header", [], text)
  }

  private static func contents(of document: ReportDocument) -> String {
    if document.sections.count < 3 { return "" }
    let items = document.sections.map { section in
      HTML.element("li", [], HTML.text("a", [("href", "#" + section.id)], section.title))
    }
    return HTML.element("nav", [("aria-label", "Contents")], HTML.element("ul", [], items.joined()))
  }

  private static func section(_ section: ReportDocument.Section) -> String {
    let needsTitles = section.tables.count > 1 || section.tables.contains { $0.title != section.title }
    let blocks = section.blocks.map { block(_: $0, showsTitle: needsTitles) }
    return HTML.element(
      "section", [("id", section.id)],
      ([HTML.text("h2", [], section.title)] + blocks.filter { !$0.isEmpty }).joined(separator: "\n"))
  }

  private static func block(_ block: ReportDocument.Block, showsTitle: Bool) -> String {
    switch block {
    case .paragraph(let text): return HTML.text("p", [], text)
    case .note(let text): return HTML.text("p", [("class", "note")], text)
    case .remarks(let remarks): return HTMLReport.list(remarks)
    case .table(let table):
      if table.rows.isEmpty { return "" }
      return (showsTitle ? HTML.text("h3", [], table.title) + "\n" : "") + HTMLReport.table(table)
    case .collapsed(let table):
      return table.rows.isEmpty ? "" : HTMLReport.details(table.title, HTMLReport.table(table))
    case .charts(let charts):
      let shown = charts.filter { !$0.isEmpty }.map { LineChartPicture(chart: $0).figure }
      return shown.isEmpty ? "" : HTML.element("div", [("class", "charts")], shown.joined(separator: "\n"))
    case .bars(let chart): return BaselinePicture(chart: chart).figure
    case .effects(let chart): return chart.bars.isEmpty ? "" : EffectPicture(chart: chart).figure
    }
  }
}
