/// Blocks of a page that reports of all kinds share.
extension HTMLReport {
  /// Empty without a title or without content.
  static func section(_ title: String?, _ content: String?) -> String {
    guard let title, let content, !content.isEmpty else { return "" }
    return HTML.element("section", [], HTML.text("h2", [], title) + "\n" + content)
  }

  static func details(_ summary: String, _ content: String) -> String {
    HTML.element("details", [], HTML.text("summary", [], summary) + content)
  }

  static func list(_ remarks: [Report.Remark]) -> String {
    if remarks.isEmpty { return "" }
    let items = remarks.map { remark in
      HTML.element(
        "li", [],
        HTML.escape(remark.text) + (remark.detail.map { " " + HTML.text("span", [("class", "note")], "(\($0))") } ?? "")
      )
    }
    return HTML.element("ul", [("class", "remarks")], items.joined())
  }

  /// A table within a frame that scrolls sideways when it is too wide.
  static func table(_ table: ReportTable) -> String {
    func attributes(_ index: Int, _ tone: ReportTable.Tone) -> [(String, String)] {
      var classes: [String] = []
      if table.columns[index].alignment == .right { classes.append("number") }
      if table.columns[index].wraps { classes.append("wide") }
      switch tone {
      case .plain: break
      case .strong: classes.append("strong")
      case .muted: classes.append("muted")
      case .good: classes.append("good")
      case .bad: classes.append("bad")
      }
      return classes.isEmpty ? [] : [("class", classes.joined(separator: " "))]
    }
    func shade(_ cell: ReportTable.Cell) -> [(String, String)] {
      // Up to 45 % of the accent colour: text stays legible on it, light and dark.
      cell.shade.map { [("style", "--shade:\(HTML.number(min(max($0, 0), 1) * 45))%")] } ?? []
    }
    func row(_ cells: [ReportTable.Cell]) -> String {
      let written = cells.enumerated().map { index, cell in
        index == 0
          ? HTML.text("th", [("scope", "row")] + attributes(index, cell.tone), cell.text)
          : HTML.text("td", attributes(index, cell.tone) + shade(cell), cell.text)
      }
      return HTML.element("tr", [], written.joined())
    }
    let titles = table.columns.enumerated().map { index, column in
      HTML.text("th", [("scope", "col")] + attributes(index, .plain), column.title)
    }
    let body = table.rows.map(row).joined(separator: "\n")
    let parts =
      HTML.element("thead", [], HTML.element("tr", [], titles.joined())) + "\n" + HTML.element("tbody", [], body)
      + (table.footer.map { HTML.element("tfoot", [], row($0)) } ?? "")
    return HTML.element(
      "div", [("class", "scroll"), ("role", "region"), ("aria-label", table.title), ("tabindex", "0")],
      HTML.element("table", [], parts))
      + (table.note.map { HTML.text("p", [("class", "note")], $0) } ?? "")
  }
}
