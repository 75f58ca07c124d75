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
    /// Stable name for programs, for example `cost_usd_per_hour`; unique within the table.
    public var id: String
    public var title: String
    public var alignment: Alignment
    /// Whether its text may go over several lines.
    public var wraps: Bool
    /// In narrow places columns with the highest rank are left out first; 0 = never.
    public var rank: Int

    /// - Parameter id: Derived from the title where it is not given.
    public init(_ title: String, _ alignment: Alignment = .left, id: String? = nil, wraps: Bool = false, rank: Int = 0)
    {
      self.id = id ?? ReportTable.identifier(title)
      self.title = title
      self.alignment = alignment
      self.wraps = wraps
      self.rank = rank
    }
  }

  public struct Cell: Sendable, Hashable {
    /// As people read it.
    public var text: String
    public var tone: Tone
    /// What CSV and JSON carry; `nil` for cells that only have text, and for what is not known.
    public var value: ReportValue?
    /// How strongly a page shades the cell, 0...1, for tables that are maps; `nil` for no shade. The text says it too.
    public var shade: Double?

    public init(_ text: String, _ tone: Tone = .plain) {
      self.text = text
      self.tone = tone
      self.value = nil
    }

    /// A typed cell; its text is that of the value.
    /// - Parameter showsUnit: For tables whose columns do not say the unit.
    public init(_ value: ReportValue, _ tone: Tone = .plain, showsUnit: Bool = false) {
      self.text = value.spelled(showsUnit: showsUnit)
      self.tone = tone
      self.value = value
    }

    /// A number, or the sign for what is not known.
    public static func number(
      _ number: Double?, _ unit: ReportUnit, _ tone: Tone = .plain, showsUnit: Bool = false
    ) -> Cell {
      number.map { Cell(.number($0, unit), tone, showsUnit: showsUnit) } ?? Cell(Quantity.unknown, .muted)
    }

    /// A count, or the sign for what is not known.
    public static func count(
      _ count: Int?, _ unit: ReportUnit = .none, _ tone: Tone = .plain, showsUnit: Bool = false
    ) -> Cell {
      count.map { Cell(.count($0, unit), tone, showsUnit: showsUnit) } ?? Cell(Quantity.unknown, .muted)
    }
  }

  /// Stable name for programs; unique within a document.
  public var id: String
  public var title: String
  public var columns: [Column]
  /// Each row has one cell per column.
  public private(set) var rows: [[Cell]]
  /// Totals under the rows; one cell per column.
  public private(set) var footer: [Cell]?
  /// Said under the table.
  public var note: String?

  /// - Parameter id: Derived from the title where it is not given.
  public init(_ title: String, id: String? = nil, columns: [Column], note: String? = nil) {
    self.id = id ?? ReportTable.identifier(title)
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
    var table = ReportTable(title, id: id, columns: kept.map { columns[$0] }, note: note)
    table.rows = rows.map { row in kept.map { row[$0] } }
    table.footer = footer.map { row in kept.map { row[$0] } }
    return table
  }

  /// `cost_usd_per_h` for `Cost $/h`: lower-case ASCII letters and digits, the rest as underscores.
  static func identifier(_ title: String) -> String {
    let words = ["$": " usd ", "/": " per ", "%": " percent ", "≤": " at most ", "≥": " at least "]
    let spelled = title.lowercased().map { words[String($0)] ?? String($0) }.joined()
    let parts = spelled.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    return parts.isEmpty ? "column" : parts.joined(separator: "_")
  }
}

extension ReportTable.Cell: ExpressibleByStringLiteral {
  public init(stringLiteral value: String) { self.init(value) }
}
