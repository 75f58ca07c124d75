/// A document as Markdown (CommonMark with tables), for a repository or a ticket. Charts are left out: their numbers are in
/// the tables beside them.
public enum DocumentMarkdown {
  /// The whole document. The same document gives the same bytes.
  public static func render(_ document: ReportDocument) -> String {
    var blocks = ["# " + MarkdownReport.escape(document.title)]
    if !document.subtitle.isEmpty { blocks.append(MarkdownReport.escape(document.subtitle)) }
    if !document.answer.isEmpty { blocks.append("**\(MarkdownReport.escape(document.answer))**") }
    if !document.findings.isEmpty {
      blocks.append(document.findings.map { "- " + MarkdownReport.escape($0) }.joined(separator: "\n"))
    }
    if !document.figures.isEmpty {
      blocks.append(document.figures.map(MarkdownReport.item).joined(separator: "\n"))
    }
    for section in document.sections {
      blocks.append("## " + MarkdownReport.escape(section.title))
      let needsTitles = section.tables.count > 1 || section.tables.contains { $0.title != section.title }
      blocks += section.blocks.flatMap { block(_: $0, showsTitle: needsTitles) }
    }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private static func block(_ block: ReportDocument.Block, showsTitle: Bool) -> [String] {
    switch block {
    case .paragraph(let text), .note(let text): return [MarkdownReport.escape(text)]
    case .remarks(let remarks): return remarks.isEmpty ? [] : [MarkdownReport.items(remarks)]
    case .table(let table), .collapsed(let table):
      if table.rows.isEmpty { return [] }
      return (showsTitle ? ["### " + MarkdownReport.escape(table.title)] : [])
        + [MarkdownReport.rows(of: table)] + (table.note.map { [MarkdownReport.escape($0)] } ?? [])
    case .charts, .bars, .effects: return []
    }
  }
}
