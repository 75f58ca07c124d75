import FleetJobs
import FleetPlan
import FleetReporting

/// A batch as text for a terminal.
enum BatchText {
  /// Rows beyond which only the jobs without a plan are listed.
  private static let rows = 40

  static func render(_ summary: BatchSummary, style: TextStyle) -> String {
    var page = Page(style: style)
    var records = summary.records
    var note: String?
    if records.count > rows {
      records = records.filter { $0.state != .done }
      note = "The jobs that are not done; all are in summary.csv and with --json."
      if records.count > rows {
        note = "\(records.count - rows) more are not done; all jobs are in summary.csv and with --json."
        records = Array(records.prefix(rows))
      }
    }
    if !records.isEmpty {
      var table = summary.table(of: records)
      table.note = note
      page.table(table)
    }
    page.paragraph(summary.answer, ink: .bold)
    return page.finished
  }
}
