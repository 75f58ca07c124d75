import FleetJSON
import FleetServing

/// A report as Markdown (CommonMark with tables), for a repository or a ticket.
public enum MarkdownReport {
  /// The whole document. The same report gives the same bytes.
  public static func render(_ report: Report) -> String {
    var blocks = ["# " + escape(report.title.isEmpty ? "Fleet plan" : report.title), "**\(escape(report.answer))**"]
    if let robustness = report.robustness { blocks.append(escape(robustness)) }
    if !report.figures.isEmpty {
      blocks.append(
        report.figures.map(item).joined(separator: "\n"))
    }
    blocks += list("These rules cannot hold together", report.conflicting.map { .init($0) })
    blocks += list("Each of these changes alone repairs it, the smallest first", report.repairs.map { .init($0) })
    blocks += [
      report.groups, report.classes, report.replay, report.trust, report.routes, report.purchases, report.baselines,
    ].flatMap(table)
    blocks += list(report.bindingTitle, report.binding)
    blocks += table(report.unused)
    blocks += table(report.provenance.rows.isEmpty ? nil : report.provenance)
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private static func list(_ title: String, _ remarks: [Report.Remark]) -> [String] {
    if remarks.isEmpty { return [] }
    return ["## " + escape(title), items(remarks)]
  }

  static func item(_ figure: Report.Figure) -> String {
    "- \(escape(figure.label)): \(escape(figure.value))" + (figure.note.map { " (\(escape($0)))" } ?? "")
  }

  static func items(_ remarks: [Report.Remark]) -> String {
    remarks.map { "- " + escape($0.text + ($0.detail.map { " (\($0))" } ?? "")) }.joined(separator: "\n")
  }

  private static func table(_ table: ReportTable?) -> [String] {
    guard let table else { return [] }
    return ["## " + escape(table.title), rows(of: table)] + (table.note.map { [escape($0)] } ?? [])
  }

  /// Titles, rows and totals.
  static func rows(of table: ReportTable) -> String {
    func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    var lines = [row(table.columns.map { escape($0.title) })]
    lines.append(row(table.columns.map { $0.alignment == .right ? "---:" : "---" }))
    lines += table.rows.map { row($0.map { escape($0.text) }) }
    if let footer = table.footer { lines.append(row(footer.map { $0.text.isEmpty ? "" : "**\(escape($0.text))**" })) }
    return lines.joined(separator: "\n")
  }

  /// `text` with the characters escaped that Markdown or HTML would read as markup, and with ordinary spaces.
  static func escape(_ text: String) -> String {
    var result = ""
    for character in printable(text) {
      switch character {
      case "\u{A0}": result.append(" ")
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case "\\", "`", "*", "_", "[", "]", "|", "#", "~", "$", "!":
        result.append("\\")
        result.append(character)
      default: result.append(character)
      }
    }
    return result
  }
}
