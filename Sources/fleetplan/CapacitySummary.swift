import FleetJSON
import FleetPlan

/// What `tabulate` says of the tables that it made.
struct CapacitySummary {
  let capacity: MeasuredCapacity
  /// Measurements that were read.
  let measurements: Int

  init(_ capacity: MeasuredCapacity, measurements: Int) {
    self.capacity = capacity
    self.measurements = measurements
  }

  /// Most notes of one kind that are shown.
  static let notesShown = 20

  func text(style: TextStyle) -> String {
    let tables = capacity.tables.count
    let rows = capacity.tables.reduce(0) { $0 + $1.rows.count }
    var lines = [
      "\(Quantity.count(tables)) table\(tables == 1 ? "" : "s") with \(Quantity.count(rows)) row\(rows == 1 ? "" : "s") "
        + "from \(Quantity.count(capacity.usedCount)) of \(Quantity.count(measurements)) measurements"
    ]
    for table in capacity.tables {
      let rates = table.rows.map(\.ratePerSecond)
      let range = [rates.min(), rates.max()].compactMap(\.self).map { Quantity.rate($0) }
      let shown = range.first == range.last ? range.prefix(1).joined() : range.joined(separator: " to ")
      lines.append("  \(table.id): \(shown) req/s")
    }
    for note in capacity.notes.prefix(Self.notesShown) {
      let place = note.origin.map { "\($0.file):\($0.line): " } ?? ""
      lines.append("note: " + printable(place + note.reason))
    }
    let rest = capacity.notes.count - Self.notesShown
    if rest > 0 { lines.append("and \(rest) more notes; --json shows all") }
    return lines.map { style.spell($0) + "\n" }.joined()
  }

  func encoded() -> JSONOutput {
    .object([
      "format": "fleetplan-tabulation/1", "measurements": .integer(measurements), "used": .integer(capacity.usedCount),
      "tables": .array(
        capacity.tables.map { .object(["id": .string($0.id), "rows": .integer($0.rows.count)]) }),
      "notes": .array(
        capacity.notes.map { note in
          .object([
            "file": note.origin.map { .string($0.file) } ?? .null,
            "line": note.origin.map { .integer($0.line) } ?? .null,
            "reason": .string(note.reason),
          ])
        }),
    ])
  }
}
