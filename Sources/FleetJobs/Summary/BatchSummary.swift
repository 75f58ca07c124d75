import FleetJSON
import FleetReporting

/// What came of a batch. The same jobs with the same answers give the same bytes, however often the batch was interrupted.
public struct BatchSummary: Sendable {
  public static let format = "fleetplan-batch-summary/1"

  /// Sorted by id.
  public var records: [JobRecord]
  public var counts: RunCounts

  public init(_ records: [JobRecord]) {
    self.records = records.sorted { $0.id < $1.id }
    counts = RunCounts(records)
  }

  /// The state of every job in the store, with what is only known in memory in its place.
  public init(_ store: JobStore, knowing settled: [JobRecord]) throws(Faults) {
    let known = Dictionary(settled.map { ($0.id, $0) }) { first, _ in first }
    var records = try store.standing().map { known[$0.id] ?? $0 }
    let present = Set(records.map(\.id))
    records += settled.filter { !present.contains($0.id) }
    self.init(records)
  }

  /// The whole in one sentence.
  public var answer: String {
    let planned =
      "\(counts.done) of \(Quantity.count(counts.total, "problem")) \(counts.done == 1 ? "has" : "have") a plan"
    let others: [(Int, String)] = [
      (counts.infeasible, "infeasible"), (counts.timedOut, "without an answer in time"), (counts.failed, "failed"),
      (counts.cancelled, "cancelled"), (counts.running, "running"), (counts.waiting, "queued"),
    ]
    let rest = others.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return rest.isEmpty ? planned + "." : "\(planned); \(rest.joined(separator: ", "))."
  }

  public var document: ReportDocument {
    var sections = [ReportDocument.Section("Jobs", tables: [table(of: records)])]
    let faults = faultTable
    if !faults.rows.isEmpty { sections.append(ReportDocument.Section("Faults", tables: [faults])) }
    return ReportDocument(kicker: "Batch", title: "Batch of problems", answer: answer, sections: sections)
  }

  /// One row per job.
  public func table(of records: [JobRecord]) -> ReportTable {
    var table = ReportTable(
      "Jobs", id: "jobs",
      columns: [
        .init("Job", id: "job"), .init("State", id: "state"), .init("Plan", id: "plan_status", rank: 2),
        .init("$/h", .right, id: "cost_usd_per_hour"), .init("Gap", .right, id: "gap", rank: 1),
        .init("Same as", id: "same_as", rank: 3), .init("Note", id: "note", wraps: true),
      ])
    for record in records {
      table.add([
        .init(record.id, .strong), .init(.text(record.state.rawValue), tone(of: record.state)),
        text(record.planStatus?.rawValue), .number(record.costUSDPerHour, .usdPerHour), .number(record.gap, .fraction),
        text(record.sameAs), text(note(on: record)),
      ])
    }
    return table
  }

  private var faultTable: ReportTable {
    var table = ReportTable(
      "Faults of problem files", id: "faults",
      columns: [
        .init("Job", id: "job"), .init("Line", .right, id: "line"), .init("Column", .right, id: "column"),
        .init("Path", id: "path", wraps: true), .init("Fault", id: "fault", wraps: true),
      ])
    for record in records {
      for fault in record.faults {
        table.add([
          .init(record.id, .strong), count(fault.line), count(fault.column), text(fault.path),
          .init(fault.message + (fault.hint.map { " (\($0))" } ?? "")),
        ])
      }
    }
    return table
  }

  private func note(on record: JobRecord) -> String? {
    guard let error = record.error else { return nil }
    let first = error.split(separator: "\n").first.map(String.init) ?? ""
    return record.faults.first.map { "\(first): \($0)" + (record.faults.count > 1 ? ", …" : "") } ?? first
  }

  private func tone(of state: JobState) -> ReportTable.Tone {
    switch state {
    case .done: .good
    case .failed, .infeasible, .timedOut: .bad
    case .queued, .running, .cancelled: .muted
    }
  }

  private func text(_ text: String?) -> ReportTable.Cell { text.map { .init($0) } ?? .init("") }

  private func count(_ number: Int?) -> ReportTable.Cell {
    number.map { .init(.count($0, .none)) } ?? .init("")
  }

  public func encoded() -> JSONOutput {
    var members = DocumentJSON.members(of: document)
    members["format"] = .string(Self.format)
    members["counts"] = counts.encoded()
    members["jobs"] = .array(records.map { $0.summary() })
    return .object(members)
  }

  /// Writes `summary.json`, `.csv`, `.md` and `.html`.
  public func write(to store: JobStore) throws(FileFailure) {
    let document = document
    try AtomicFile.write(encoded().encoded(), to: "\(store.path)/summary.json")
    try AtomicFile.write(DocumentCSV.render(document), to: "\(store.path)/summary.csv")
    try AtomicFile.write(DocumentMarkdown.render(document), to: "\(store.path)/summary.md")
    try AtomicFile.write(DocumentHTML.render(document), to: "\(store.path)/summary.html")
  }
}

extension RunCounts {
  public func encoded() -> JSONOutput {
    [
      "queued": .integer(waiting), "running": .integer(running), "done": .integer(done),
      "infeasible": .integer(infeasible), "failed": .integer(failed), "timed_out": .integer(timedOut),
      "cancelled": .integer(cancelled),
    ]
  }
}

extension JobRecord {
  /// What does not depend on when and how often the job ran.
  func summary() -> JSONOutput {
    guard case .object(var members) = encoded() else { return .null }
    for key in ["format", "attempt", "deaths", "seconds"] { members[key] = nil }
    return .object(members)
  }
}
