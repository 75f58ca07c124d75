import FleetServing

/// A plan as text for a terminal: the answer first, then tables, then what surrounds them.
public enum PlanText {
  /// Text that ends with a line feed. The same plan and style give the same text.
  public static func render(_ plan: Plan, style: TextStyle = TextStyle()) -> String {
    render(Report(plan: plan), style: style)
  }

  static func render(_ report: Report, style: TextStyle) -> String {
    var page = Page(style: style)
    page.paragraph(report.answer, ink: ink(for: report.status))
    if let robustness = report.robustness { page.paragraph(robustness, ink: nil) }
    page.figures(report.figures.filter { !$0.isInAnswer })
    page.list("These rules cannot hold together", report.conflicting.map { .init($0) })
    page.list("Each of these changes alone repairs it, the smallest first", report.repairs.map { .init($0) })
    page.table(report.groups)
    page.table(report.classes)
    page.table(report.replay)
    page.table(report.trust)
    page.table(report.routes, limit: 24)
    page.table(report.purchases)
    page.table(report.baselines)
    page.list(report.bindingTitle, report.binding)
    page.table(report.unused, limit: 24)
    page.origin(report.provenance)
    return page.finished
  }

  private static func ink(for status: PlanStatus) -> TextStyle.Ink? {
    switch status {
    case .optimal: .green
    case .feasible, .unsolved: .yellow
    case .infeasible: .red
    }
  }
}

/// Blocks of text with an empty line between them.
package struct Page {
  package let style: TextStyle
  package private(set) var text = ""

  package init(style: TextStyle) { self.style = style }

  /// The text with ordinary spaces.
  package var finished: String { String(text.map { $0 == "\u{A0}" ? " " : $0 }) }

  package mutating func block(_ lines: [String]) {
    if lines.isEmpty { return }
    if !text.isEmpty { text += "\n" }
    for line in lines { text += line + "\n" }
  }

  package mutating func paragraph(_ sentence: String, ink: TextStyle.Ink?) {
    block(TextStyle.wrap(style.spell(sentence), width: style.width).map { style.paint($0, ink) })
  }

  /// `label value (note)`, as many to a line as fit.
  package mutating func figures(_ figures: [Report.Figure]) {
    let separator = style.spell(" · ")
    var lines: [[String]] = []
    var width = 0
    for figure in figures {
      let note = figure.note.map { " (\($0))" } ?? ""
      let plain = style.spell("\(figure.label) \(figure.value)\(note)")
      let size = TextStyle.columns(of: plain) + TextStyle.columns(of: separator)
      let painted =
        style.spell(figure.label) + " " + style.paint(style.spell(figure.value), .bold)
        + style.paint(style.spell(note), .dim)
      if lines.isEmpty || width + size > style.width {
        lines.append([painted])
        width = size + 2
      } else {
        lines[lines.count - 1].append(painted)
        width += size
      }
    }
    block(lines.map { "  " + $0.joined(separator: style.paint(separator, .dim)) })
  }

  package mutating func table(_ table: ReportTable?, limit: Int = .max) {
    guard let table else { return }
    block(TextTable(style: style).lines(of: table, limit: limit))
  }

  package mutating func list(_ title: String, _ remarks: [Report.Remark]) {
    if remarks.isEmpty { return }
    var lines = [style.paint(style.spell(title), .bold)]
    for remark in remarks {
      let text = style.spell(remark.text + (remark.detail.map { " (\($0))" } ?? ""))
      for (index, line) in TextStyle.wrap(text, width: style.width - 4).enumerated() {
        lines.append((index == 0 ? "  " + style.spell("•") + " " : "    ") + line)
      }
    }
    block(lines)
  }

  /// What made the plan, on a few dim lines; hashes are shortened, and what the answer says is left out.
  package mutating func origin(_ table: ReportTable) {
    let known = ["Objective", "Proven bound", "Gap"]
    let words = table.rows.filter { !known.contains($0[0].text) }.map { row in
      let value = row[1].text.hasPrefix("SHA-256 ") ? String(row[1].text.dropFirst(8).prefix(12)) : row[1].text
      return "\(row[0].text): \(value)"
    }
    if words.isEmpty { return }
    let text = style.spell(words.joined(separator: "; "))
    block(TextStyle.wrap(text, width: style.width).map { style.paint($0, .dim) })
  }
}
