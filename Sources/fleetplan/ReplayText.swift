import FleetPlan

/// Simulations of a plan as people read them.
enum ReplayText {
  static func render(_ report: ReplayReport, style: TextStyle) -> String {
    var page = Page(style: style)
    page.paragraph(answer(report), ink: report.meetsObjectives ? .green : .red)
    let result = report.subject.result
    let window =
      "\(Quantity.time(result.windowSeconds)) of traffic after \(Quantity.time(result.warmupSeconds)) of warm-up"
    page.paragraph(
      "\(Quantity.count(result.requests, "request")), \(report.options.arrivals.words), \(window), seed \(result.seed)."
        + (report.options.loadFactor == 1 ? "" : " Rates × \(Quantity.significant(report.options.loadFactor))."),
      ink: .dim)
    page.table(report.runs.count > 1 ? comparison(report) : objectives(result))
    page.table(latencies(result))
    page.table(groups(result))
    page.table(links(result))
    if let bottleneck = result.bottleneck { page.list("What limits the fleet", [.init(bottleneck.sentence)]) }
    page.list("Notes", result.notes.map { .init($0) })
    return page.finished
  }

  private static func answer(_ report: ReplayReport) -> String {
    let result = report.subject.result
    let when = report.subject.hasFaults ? " with the faults" : ""
    if result.classes.allSatisfy({ $0.offered == 0 }) { return "No request arrived in the time counted." }
    if result.meetsObjectives { return "Every class attains its objectives\(when)." }
    let missed = result.classes.filter { !$0.meetsObjectives }.map(\.id)
    return "\(missed.joined(separator: ", ")) \(missed.count == 1 ? "misses" : "miss") an objective\(when)."
  }

  // MARK: Tables

  /// One row per class and objective.
  static func objectives(_ result: SimulationResult) -> ReportTable? {
    var table = ReportTable(
      "Objectives",
      columns: [
        .init("Class"), .init("Objective"), .init("limit", .right), .init("replayed", .right),
        .init("± 95 %", .right, rank: 2), .init("met by", .right), .init("req/s", .right, rank: 3),
        .init("within all", .right, rank: 1),
      ])
    for entry in result.classes where entry.offered > 0 {
      for (name, objective) in entry.objectives {
        table.add([
          .init(entry.id, .strong), .init("\(name) p\(Quantity.percentile(objective.objective.percentile))"),
          .init(Quantity.time(objective.objective.seconds)), time(objective.simulated?.value),
          time(objective.simulated?.halfWidth), attainment(objective), .init(Quantity.rate(entry.offeredPerSecond)),
          .init(Quantity.attainment(entry.attainment)),
        ])
      }
    }
    return table.rows.isEmpty ? nil : table
  }

  /// One row per class and objective, one column of attainment per run.
  private static func comparison(_ report: ReplayReport) -> ReportTable {
    var table = ReportTable(
      "Requests within the objective",
      columns: [.init("Class"), .init("Objective")] + report.runs.map { .init($0.name, .right) })
    for (index, entry) in report.runs[0].result.classes.enumerated() where entry.offered > 0 {
      for (position, stated) in entry.objectives.enumerated() {
        let limit = Quantity.time(stated.objective.objective.seconds)
        let percentile = Quantity.percentile(stated.objective.objective.percentile)
        table.add(
          [.init(entry.id, .strong), .init("\(stated.name) p\(percentile) ≤ \(limit)")]
            + report.runs.map { attainment($0.result.classes[index].objectives[position].objective) })
      }
      table.add(
        [.init(entry.id, .strong), .init("all of them")]
          + report.runs.map { .init(Quantity.attainment($0.result.classes[index].attainment)) })
    }
    table.addFooter(
      [.init("goodput"), .init("req/s")] + report.runs.map { .init(Quantity.rate($0.result.goodputPerSecond)) })
    return table
  }

  private static func latencies(_ result: SimulationResult) -> ReportTable? {
    var table = ReportTable(
      "Latency",
      columns: [
        .init("Class"), .init("Time"), .init("mean", .right), .init("P50", .right), .init("P90", .right, rank: 1),
        .init("P95", .right), .init("P99", .right), .init("longest", .right, rank: 2),
      ])
    for entry in result.classes where entry.finished > 0 {
      for (name, summary) in [
        ("TTFT", entry.ttft), ("TPOT", entry.tpot), ("ITL", entry.itl), ("E2E", entry.endToEnd),
      ] {
        guard let summary else { continue }
        table.add(
          [.init(entry.id, .strong), .init(name)]
            + [summary.mean, summary.p50, summary.p90, summary.p95, summary.p99].map { time($0.value) }
            + [time(summary.maximumSeconds)])
      }
    }
    return table.rows.isEmpty ? nil : table
  }

  private static func groups(_ result: SimulationResult) -> ReportTable? {
    if result.groups.isEmpty { return nil }
    var table = ReportTable(
      "Instances",
      columns: [
        .init("Group"), .init("Instances", .right), .init("busy", .right), .init("batch mean", .right),
        .init("most", .right), .init("KV cache mean", .right, rank: 1), .init("most", .right, rank: 1),
        .init("waiting mean", .right, rank: 2), .init("most", .right, rank: 2),
        .init("prompt tokens/s", .right, rank: 4), .init("output tokens/s", .right, rank: 4),
        .init("preempted", .right, rank: 3),
      ])
    for group in result.groups {
      table.add([
        .init(group.id, .strong), .init(Quantity.count(group.instances)), .init(Quantity.percent(group.busyShare)),
        group.phase == .prefill ? none : .init(Quantity.significant(group.meanBatch)),
        group.phase == .prefill ? none : .init(Quantity.count(group.maximumBatch)),
        share(group.meanKVOccupancy), share(group.maximumKVOccupancy), .init(Quantity.significant(group.meanQueue)),
        .init(Quantity.count(group.maximumQueue)), .init(Quantity.rate(group.promptTokensPerSecond)),
        .init(Quantity.rate(group.outputTokensPerSecond)), .init(Quantity.count(group.preemptions)),
      ])
    }
    return table.droppingIdle(["preempted"])
  }

  private static func links(_ result: SimulationResult) -> ReportTable? {
    let used = result.links.filter { $0.transfers > 0 }
    if used.isEmpty { return nil }
    var table = ReportTable(
      "KV transfers",
      columns: [
        .init("Link"), .init("transfers", .right), .init("bytes/s", .right), .init("busy", .right),
      ])
    for link in used {
      table.add([
        .init(link.id, .strong), .init(Quantity.count(link.transfers)),
        .init(Figures.bytes(link.bytes / max(result.windowSeconds, 1e-9))), .init(Quantity.percent(link.utilization)),
      ])
    }
    return table
  }

  // MARK: Cells

  private static let none = ReportTable.Cell(Quantity.unknown, .muted)

  private static func time(_ seconds: Double?) -> ReportTable.Cell {
    seconds.map { .init(Quantity.time($0)) } ?? .init(Quantity.unknown, .muted)
  }

  private static func share(_ share: Double?) -> ReportTable.Cell {
    share.map { .init(Quantity.percent($0)) } ?? .init(Quantity.unknown, .muted)
  }

  private static func attainment(_ objective: SimulatedObjective) -> ReportTable.Cell {
    .init(Quantity.attainment(objective.attainment), objective.isMet ? .good : .bad)
  }
}

extension SimulatedClass {
  /// Its objectives with their names.
  var objectives: [(name: String, objective: SimulatedObjective)] {
    [("TTFT", ttftObjective), ("TPOT", tpotObjective), ("E2E", endToEndObjective)].compactMap { name, objective in
      objective.map { (name, $0) }
    }
  }
}

extension ReportTable {
  /// Without the named columns where they hold nothing but zeros.
  fileprivate func droppingIdle(_ titles: Set<String>) -> ReportTable {
    let idle = columns.indices.filter { index in
      titles.contains(columns[index].title) && rows.allSatisfy { $0[index].text == "0" }
    }
    let kept = columns.indices.filter { !idle.contains($0) }
    var table = ReportTable(title, columns: kept.map { columns[$0] }, note: note)
    for row in rows { table.add(kept.map { row[$0] }) }
    return table
  }
}
