import FleetServing

/// What replaying a plan gave, beside what the plan promises.
extension Report {
  /// One row per class in its worst period; nil for plans that were not replayed.
  static func replayTable(of plan: Plan) -> ReportTable? {
    guard let verification = plan.verification else { return nil }
    let classes = verification.classes
    let metrics: [(name: String, rank: Int, value: (ReplayedClass) -> ReplayedClass.Latency)] = [
      ("TTFT", 0, { $0.ttft }), ("TPOT", 0, { $0.tpot }), ("E2E", 1, { $0.endToEnd }),
    ]
    let shown = metrics.filter { metric in
      metric.name != "E2E" || classes.contains { metric.value($0).objectiveSeconds != nil }
    }
    var columns: [ReportTable.Column] = [.init("Class"), .init("Period", rank: 3), .init("Requests", .right, rank: 4)]
    for metric in shown {
      let percentiles = Set(classes.map { metric.value($0).percentile })
      let common = percentiles.count == 1 ? percentiles.first.map { " p" + Quantity.percentile($0) } ?? "" : ""
      columns.append(.init(metric.name + common, .right, rank: metric.rank))
      columns.append(.init("predicted", .right, rank: metric.rank + 1))
      columns.append(.init("objective", .right, rank: metric.rank + 2))
      columns.append(.init("met by", .right, rank: metric.rank))
    }
    var table = ReportTable("Replayed", columns: columns)
    for entry in classes {
      var row: [ReportTable.Cell] = [
        .init(entry.id, .strong), .init(entry.periodID ?? ""), .init(Quantity.count(entry.requests)),
      ]
      for metric in shown {
        let latency = metric.value(entry)
        let percentiles = Set(classes.map { metric.value($0).percentile })
        let suffix = percentiles.count == 1 ? "" : " p" + Quantity.percentile(latency.percentile)
        row.append(
          latency.replayedSeconds.map { .init(Quantity.time($0) + suffix) } ?? .init(Quantity.unknown, .muted))
        row.append(replayTime(latency.predictedSeconds))
        row.append(replayTime(latency.objectiveSeconds))
        row.append(attainment(latency))
      }
      table.add(row)
    }
    table.note = replayNote(of: plan, verification)
    return table.droppingColumns { column, cells in
      (column.title == "Period" || column.title == "met by") && cells.allSatisfy { $0.text.isEmpty }
    }
  }

  private static func replayTime(_ seconds: Double?) -> ReportTable.Cell {
    seconds.map { .init(Quantity.time($0)) } ?? .init(Quantity.unknown, .muted)
  }

  private static func attainment(_ latency: ReplayedClass.Latency) -> ReportTable.Cell {
    guard let share = latency.attainment else { return .init(Quantity.unknown, .muted) }
    return .init(Quantity.attainment(share), latency.holds ? .good : .bad)
  }

  /// Whether it held, at what cost, and what could not be replayed.
  private static func replayNote(of plan: Plan, _ verification: PlanVerification) -> String {
    var sentences: [String] = []
    let requests = Quantity.count(verification.requests, "request")
    let time = Quantity.time(verification.simulatedSeconds)
    let base = "\(requests) in \(time) of simulated traffic"
    if verification.classes.isEmpty {
      sentences.append("No class could be replayed.")
    } else if verification.holds == true {
      sentences.append("\(base): every objective is attained.")
    } else {
      let missed = verification.classes.filter { !$0.holds }.map(\.id)
      sentences.append("\(base): \(Answer.list(missed)) \(missed.count == 1 ? "misses" : "miss") an objective.")
    }
    if verification.rounds > 1 {
      var text = "Tightened and solved again \(times(verification.rounds - 1))"
      if let before = verification.costBeforeUSDPerHour, let after = verification.costAfterUSDPerHour {
        text += ": \(Quantity.usdPerHour(before)) before, \(Quantity.usdPerHour(after)) now"
      }
      sentences.append(text + ".")
    }
    if !verification.notReplayed.isEmpty {
      sentences.append(
        "Not replayed, because measured capacity tables give no step times: \(Answer.list(verification.notReplayed)).")
    }
    if let note = verification.note { sentences.append(note.hasSuffix(".") ? note : note + ".") }
    return sentences.joined(separator: " ")
  }

  private static func times(_ count: Int) -> String {
    switch count {
    case 1: "once"
    case 2: "twice"
    default: "\(count) times"
    }
  }
}

extension Quantity {
  /// A share of requests near one, with the digits that matter: `97.3 %`, `99.64 %`.
  package static func attainment(_ share: Double) -> String {
    let percent = share * 100
    // Rounded down, so that what is shown never meets a percentile that the share misses.
    if share >= 1 { return "100" + space + "%" }
    let scale = percent >= 99 ? 100.0 : 10.0
    return fixed((percent * scale + 1e-9).rounded(.down) / scale, decimals: percent >= 99 ? 2 : 1) + space + "%"
  }
}
