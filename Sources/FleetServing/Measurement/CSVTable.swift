import FleetJSON

/// A CSV text (RFC 4180) with one line of column names and records of as many fields.
///
/// Strict: beside the faults of the text itself, empty and repeated column names, empty lines before the last record and
/// records with more or fewer fields are refused, all at once. Rows are counted from 1 without the line of names.
public struct CSVTable: Sendable {
  /// Name of the input in faults.
  public let source: String
  /// Column names in the order of the file.
  public let columns: [String]
  /// Number of rows.
  public let rowCount: Int

  private let records: CSVRecords

  /// Reads a table from memory.
  /// - Throws: Every fault, with line and column.
  public init(_ bytes: [UInt8], source: String) throws(Faults) {
    let faults = FaultCollector(source: source)
    let records = CSVRecords(bytes, faults: faults)
    try faults.throwIfAny()
    self = Self.table(records, source: source, faults: faults)
    try faults.throwIfAny()
  }

  /// Reads the file at `path`.
  public init(contentsOf path: String) throws(Faults) {
    try self.init(InputFile.read(path: path), source: path)
  }

  private init(source: String, columns: [String], rowCount: Int, records: CSVRecords) {
    self.source = source
    self.columns = columns
    self.rowCount = rowCount
    self.records = records
  }

  private static func table(_ records: CSVRecords, source: String, faults: FaultCollector) -> CSVTable {
    var count = records.count
    while count > 0, records.isBlank(count - 1) { count -= 1 }
    guard count > 0 else {
      faults.add(Fault(path: "", message: "expected a line of column names, found an empty file"))
      return CSVTable(source: source, columns: [], rowCount: 0, records: records)
    }
    let header = records.fields(ofRecord: 0)
    let columns = header.map { records.text(of: $0).trimmed }
    var seen: [String: Int] = [:]
    for (index, field) in header.enumerated() {
      let name = columns[index]
      if name.isEmpty {
        let message = "expected the name of column \(index + 1), found nothing"
        faults.add(records.placed(field, ofRecord: 0, path: "header", message, hint: nil))
      } else if let first = seen[name] {
        let message = "column \(index + 1) has the name \(shown(name)) of column \(first + 1)"
        faults.add(records.placed(field, ofRecord: 0, path: "header", message, hint: nil))
      } else {
        seen[name] = index
      }
    }
    for record in 1..<max(count, 1) {
      let fields = records.fields(ofRecord: record)
      if fields.count == columns.count, columns.count > 1 || !records.isBlank(record) { continue }
      let found = records.isBlank(record) ? "an empty line" : "\(fields.count)"
      let message = "expected \(columns.count) field\(columns.count == 1 ? "" : "s"), found \(found)"
      let hint = fields.count > columns.count ? "a field that holds a comma stands in quotes" : nil
      if let field = fields.last {
        faults.add(records.placed(field, ofRecord: record, path: "row \(record)", message, hint: hint))
      }
    }
    return CSVTable(source: source, columns: columns, rowCount: count - 1, records: records)
  }

  /// The position of a column; `nil` when there is none of this name.
  public func column(_ name: String) -> Int? { columns.firstIndex(of: name) }

  /// The content of a field. Rows and columns count from 0.
  public func text(row: Int, column: Int) -> String { records.text(of: field(row, column)) }

  /// Whether a field is empty. Rows and columns count from 0.
  public func isEmpty(row: Int, column: Int) -> Bool {
    let field = field(row, column)
    return field.start == field.end
  }

  /// The bytes of a field as they stand in the file, quotes included. Rows and columns count from 0.
  public func raw(row: Int, column: Int) -> ArraySlice<UInt8> { records.raw(field(row, column)) }

  /// The line of the file on which a row starts, from 1. Rows count from 0.
  public func line(ofRow row: Int) -> Int { Int(records.lines[row + 1]) }

  /// A fault at a field. Rows and columns count from 0.
  public func fault(row: Int, column: Int, _ message: String, hint: String? = nil) -> Fault {
    records.placed(
      field(row, column), ofRecord: row + 1, path: "row \(row + 1), \(columns[column])", message, hint: hint)
  }

  /// A fault at the name of a column. Columns count from 0.
  public func fault(column: Int, _ message: String, hint: String? = nil) -> Fault {
    records.placed(
      records.fields(ofRecord: 0)[column], ofRecord: 0, path: "header", message, hint: hint)
  }

  private func field(_ row: Int, _ column: Int) -> CSVRecords.Field {
    precondition(row >= 0 && row < rowCount && column >= 0 && column < columns.count, "no such field")
    let fields = records.fields(ofRecord: row + 1)
    return fields[fields.startIndex + column]
  }
}

extension CSVTable {
  /// A field as it is written in CSV: in quotes where it holds a comma, a quote or a line end.
  public static func encoded(_ text: String) -> String {
    guard text.utf8.contains(where: { ",\"\n\r".utf8.contains($0) }) else { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { quoted += "\"\"" } else { quoted.unicodeScalars.append(scalar) }
    }
    return quoted + "\""
  }
}

/// `text` in quotes for messages, shortened and without control characters.
func shown(_ text: String) -> String {
  let part = text.prefix(60)
  return "\"" + printable(String(part)) + (part.endIndex == text.endIndex ? "" : "…") + "\""
}

extension String {
  /// The text without spaces and tabs at its ends.
  var trimmed: String {
    guard let first = firstIndex(where: { $0 != " " && $0 != "\t" }),
      let last = lastIndex(where: { $0 != " " && $0 != "\t" })
    else { return "" }
    return String(self[first...last])
  }
}
