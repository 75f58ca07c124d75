import FleetJSON
import FleetServing

/// A sweep as terminal text.
public enum SweepText {
  /// The answer, what changes where, the map of a sweep over two axes, and the points; text that ends with a line feed.
  public static func render(_ result: SweepResult, style: TextStyle = .init()) -> String {
    let report = SweepReport(result)
    var page = Page(style: style)
    page.paragraph(report.document.answer, ink: .bold)
    page.block(
      report.document.findings.flatMap { finding -> [String] in
        let lines = TextStyle.wrap(style.spell(finding), width: style.width - 2)
        return lines.enumerated().map { ($0 == 0 ? style.spell("•") + " " : "  ") + $1 }
      })
    for section in report.document.sections {
      for table in section.tables { page.table(table) }
    }
    return page.finished
  }
}

/// The points of a sweep as a CSV file.
public enum SweepCSV {
  /// One line for each point under the ids of the columns (RFC 4180, lines end with CR LF); numbers in full precision, what
  /// is not known empty.
  public static func render(_ result: SweepResult) -> String { DocumentCSV.render(table: SweepReport(result).points) }
}
