import FleetJSON

/// A document's tables as one tidy CSV file (RFC 4180): one line per cell, numbers in full precision with their unit.
public enum DocumentCSV {
  public static let columns = ["section", "table", "row", "column", "unit", "value"]

  /// The whole file, with a header; lines end with CR LF. `row` counts from 1, or is `total`.
  ///
  /// A text that a spreadsheet would take for a formula is written with an apostrophe before it, control characters as
  /// escapes. What is not known is empty.
  public static func render(_ document: ReportDocument) -> String {
    var text = line(columns)
    for table in document.summaryTables { text += lines(of: table, section: "summary") }
    for section in document.sections {
      for table in section.tables { text += lines(of: table, section: section.id) }
    }
    return text
  }

  /// One table as it stands: a line for each row under the ids of the columns; without totals.
  public static func render(table: ReportTable) -> String {
    line(table.columns.map(\.id)) + table.rows.map { row in line(row.map { value($0.exported) }) }.joined()
  }

  private static func lines(of table: ReportTable, section: String) -> String {
    var text = ""
    func write(_ cells: [ReportTable.Cell], _ row: String) {
      for (column, cell) in zip(table.columns, cells) {
        text += line([section, table.id, row, column.id, cell.exportedUnit ?? "", value(cell.exported)])
      }
    }
    for (index, row) in table.rows.enumerated() { write(row, String(index + 1)) }
    if let footer = table.footer { write(footer, "total") }
    return text
  }

  private static func value(_ value: JSONOutput) -> String {
    switch value {
    case .string(let text): guarded(printable(text))
    case .null: ""
    default: String(value.encoded(pretty: false).dropLast())
    }
  }

  /// Spreadsheets read texts that begin with one of these as formulas.
  private static func guarded(_ text: String) -> String {
    guard let first = text.unicodeScalars.first else { return text }
    return ["=", "+", "-", "@"].contains(first) ? "'" + text : text
  }

  private static func line(_ fields: [String]) -> String {
    fields.map(quoted).joined(separator: ",") + "\r\n"
  }

  private static func quoted(_ field: String) -> String {
    let needsQuotes = field.unicodeScalars.contains { [",", "\"", "\r", "\n"].contains($0) }
    if !needsQuotes { return field }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}

extension ReportTable.Cell {
  /// The value as CSV and JSON carry it: a number, a text with ordinary spaces, or null for what is not known.
  var exported: JSONOutput {
    switch value {
    case .number(let number, _): .number(number)
    case .count(let count, _): .integer(count)
    case .text(let text): .string(plain(text))
    case nil: text.isEmpty || text == Quantity.unknown ? .null : .string(plain(text))
    }
  }

  var exportedUnit: String? {
    guard let unit = value?.unit, !unit.symbol.isEmpty else { return nil }
    return unit.symbol
  }
}

/// With ordinary spaces.
func plain(_ text: String) -> String { String(text.map { $0 == "\u{A0}" ? " " : $0 }) }
