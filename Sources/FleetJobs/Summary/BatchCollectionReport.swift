import FleetJSON
import FleetReporting

extension BatchCollection {
  /// The whole in one sentence.
  public var answer: String {
    let counts = counts
    let total = counts.total + (missing?.count ?? 0)
    var parts = [
      "\(Quantity.count(counts.done)) of \(Quantity.count(total, "problem")) \(counts.done == 1 ? "has" : "have") a plan"
    ]
    let others: [(Int, String)] = [
      (counts.infeasible, "infeasible"), (counts.timedOut, "without an answer in time"), (counts.failed, "failed"),
      (counts.cancelled, "cancelled"), (counts.running, "running"), (counts.waiting, "queued"),
      (missing?.count ?? 0, "missing"), (conflicts.count, "with different answers in different folders"),
    ]
    parts += others.filter { $0.0 > 0 }.map { "\(Quantity.count($0.0)) \($0.1)" }
    return parts.joined(separator: "; ") + "."
  }

  public var document: ReportDocument {
    var sections = [ReportDocument.Section("Jobs", tables: [jobTable])]
    if !conflicts.isEmpty {
      sections.insert(
        .init("Different answers", id: "conflicts", remarks: conflicts.map { Report.Remark($0.text) }), at: 0)
    }
    if let missing, !missing.isEmpty {
      var table = ReportTable("Missing jobs", id: "missing", columns: [.init("Job", id: "job")])
      for id in missing { table.add([.init(.text(id), .strong)]) }
      sections.insert(.init("Missing jobs", id: "missing_jobs", tables: [table]), at: 0)
    }
    if !notes.isEmpty { sections.append(.init("Notes", paragraphs: notes)) }
    return ReportDocument(
      kicker: "Batch", title: "Collected batch", subtitle: folders.joined(separator: ", "), answer: answer,
      findings: conflicts.map { $0.text + "." }, figures: figures, sections: sections)
  }

  private var figures: [Report.Figure] {
    let counts = counts
    var figures = [
      Report.Figure("Jobs", .count(counts.total, .none)), .init("Done", .count(counts.done, .none)),
    ]
    for (count, label) in [
      (counts.infeasible, "Infeasible"), (counts.timedOut, "No answer in time"), (counts.failed, "Failed"),
      (counts.cancelled, "Cancelled"), (counts.running + counts.waiting, "Left"), (missing?.count ?? 0, "Missing"),
    ] where count > 0 {
      figures.append(.init(label, .count(count, .none)))
    }
    figures.append(.init("All plans", .number(costUSDPerHour, .usdPerHour), note: "per hour, all jobs together"))
    figures.append(.init("Attempts", .count(attempts, .none)))
    return figures
  }

  /// One row per job, with totals.
  public var jobTable: ReportTable {
    let showsFolders = folders.count > 1
    var columns: [ReportTable.Column] = [
      .init("Job", id: "job"), .init("State", id: "state"), .init("Plan", id: "plan_status", rank: 2),
      .init("$/h", .right, id: "cost_usd_per_hour"), .init("Gap", .right, id: "gap", rank: 2),
      .init("Attempts", .right, id: "attempts", rank: 1), .init("Same as", id: "same_as", rank: 3),
    ]
    if showsFolders { columns.append(.init("Folder", id: "folder", rank: 1)) }
    columns.append(.init("Error", id: "error", wraps: true))
    var table = ReportTable("Jobs", id: "jobs", columns: columns)
    for job in jobs {
      let record = job.record
      var row: [ReportTable.Cell] = [
        .init(.text(record.id), .strong), .init(.text(record.state.rawValue), record.state.tone),
        .init(.text(record.planStatus?.rawValue ?? "")), .number(record.costUSDPerHour, .usdPerHour),
        .number(record.gap, .fraction), .count(record.attempt), .init(.text(record.sameAs ?? "")),
      ]
      if showsFolders { row.append(.init(.text(job.folders.joined(separator: ", ")))) }
      row.append(.init(.text(record.errorLine ?? "")))
      table.add(row)
    }
    var footer: [ReportTable.Cell] = [
      "all", "", "", .number(costUSDPerHour, .usdPerHour), "", .count(attempts), "",
    ]
    if showsFolders { footer.append("") }
    table.addFooter(footer + [""])
    return table
  }

  /// `docs/batch-format.md` documents every key.
  public func encoded() -> JSONOutput {
    [
      "format": .string(Self.format),
      "answer": .string(String(answer.map { $0 == "\u{A0}" ? " " : $0 })),
      "folders": .array(folders.map { .string($0) }),
      "counts": counts.encoded(),
      "cost_usd_per_hour": .number(costUSDPerHour),
      "attempts": .integer(attempts),
      "jobs": .array(
        jobs.map { job in
          guard case .object(var members) = job.record.encoded() else { return .null }
          members["format"] = nil
          members["folders"] = .array(job.folders.map { .string($0) })
          return .object(members)
        }),
      "conflicts": .array(
        conflicts.map {
          ["id": .string($0.id), "folders": .array($0.folders.map { .string($0) }), "text": .string($0.text)]
        }),
      "missing": missing.map { .array($0.map { .string($0) }) } ?? .null,
      "notes": .array(notes.map { .string($0) }),
    ]
  }

  /// One line per job under the ids of the columns (RFC 4180); numbers in full precision.
  public func csv() -> String {
    return DocumentCSV.render(table: jobTable)
  }
}

extension JobRecord {
  /// The first line of the error, with the first fault of the problem file.
  fileprivate var errorLine: String? {
    guard let error else { return nil }
    let first = error.split(separator: "\n").first.map(String.init) ?? ""
    return faults.first.map { "\(first): \($0)" + (faults.count > 1 ? ", …" : "") } ?? first
  }
}

extension JobState {
  fileprivate var tone: ReportTable.Tone {
    switch self {
    case .done: .good
    case .failed, .infeasible, .timedOut: .bad
    case .queued, .running, .cancelled: .muted
    }
  }
}
