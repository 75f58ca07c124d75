/// A table of a report, free of any output format.
public struct ReportTable: Sendable, Hashable {
  public enum Alignment: Sendable, Hashable {
    case left, right
  }

  /// What a cell says beside its text.
  public enum Tone: Sendable, Hashable {
    case plain, strong, muted, good, bad
  }

  public struct Column: Sendable, Hashable {
    public var title: String
    public var alignment: Alignment
    /// Whether its text may go over several lines.
    public var wraps: Bool
    /// In narrow places columns with the highest rank are left out first; 0 = never.
    public var rank: Int

    public init(_ title: String, _ alignment: Alignment = .left, wraps: Bool = false, rank: Int = 0) {
      self.title = title
      self.alignment = alignment
      self.wraps = wraps
      self.rank = rank
    }
  }

  public struct Cell: Sendable, Hashable {
    public var text: String
    public var tone: Tone

    public init(_ text: String, _ tone: Tone = .plain) {
      self.text = text
      self.tone = tone
    }
  }

  public var title: String
  public var columns: [Column]
  /// Each row has one cell per column.
  public private(set) var rows: [[Cell]]
  /// Totals under the rows; one cell per column.
  public private(set) var footer: [Cell]?
  /// Said under the table.
  public var note: String?

  public init(_ title: String, columns: [Column], note: String? = nil) {
    self.title = title
    self.columns = columns
    self.rows = []
    self.footer = nil
    self.note = note
  }

  public mutating func add(_ row: [Cell]) {
    precondition(row.count == columns.count, "a row needs one cell per column")
    rows.append(row)
  }

  public mutating func addFooter(_ row: [Cell]) {
    precondition(row.count == columns.count, "a footer needs one cell per column")
    footer = row
  }

  /// Without the columns that say nothing: those with the same text in all rows out of `texts`.
  func droppingColumns(where isIdle: (Column, [Cell]) -> Bool) -> ReportTable {
    let kept = columns.indices.filter { index in !isIdle(columns[index], rows.map { $0[index] }) }
    var table = ReportTable(title, columns: kept.map { columns[$0] }, note: note)
    table.rows = rows.map { row in kept.map { row[$0] } }
    table.footer = footer.map { row in kept.map { row[$0] } }
    return table
  }
}

extension ReportTable.Cell: ExpressibleByStringLiteral {
  public init(stringLiteral value: String) { self.init(value) }
}
