import FleetServing

/// A sweep made ready for reading, free of any output format.
public struct SweepReport: Sendable, Hashable {
  /// What pages, Markdown and JSON render.
  public var document: ReportDocument
  /// One row for each point: the table that CSV carries.
  public var points: ReportTable

  public init(_ result: SweepResult) {
    points = SweepReport.pointTable(of: result)
    let flips = SweepFlip.all(in: result).map(\.text)
    document = ReportDocument(
      kicker: "Sweep", title: result.problemName,
      subtitle: "Varied: "
        + Answer.list(result.axes.map { "\($0.path) (\(Quantity.count($0.values.count, "value")))" }),
      answer: SweepReport.answer(of: result), findings: flips, figures: SweepReport.figures(of: result),
      sections: SweepReport.pictures(of: result)
        + [
          .init("Points", tables: [points]),
          .init("Kinds of plan", tables: [SweepReport.kindTable(of: result)]),
        ].filter { section in section.tables.contains { !$0.rows.isEmpty } })
  }

  private static func answer(of result: SweepResult) -> String {
    let planned = result.planned
    let problems = Quantity.count(result.points.count, "problem")
    let all = planned.count == result.points.count
    var parts = [all ? "\(problems), all with a plan" : "\(problems): \(Quantity.count(planned.count)) with a plan"]
    for status in [SweepPoint.Status.infeasible, .unsolved, .failed, .skipped] {
      let count = result.points.count { $0.status == status }
      if count > 0 { parts.append("\(Quantity.count(count)) \(status.words)") }
    }
    var text = Answer.list(parts)
    if let (least, most) = result.extremes {
      text += "; from \(Quantity.usdPerHour(result.cost(least))) at \(result.place(ofPoint: least))"
      if most != least { text += " to \(Quantity.usdPerHour(result.cost(most))) at \(result.place(ofPoint: most))" }
      let kinds = result.kinds.count
      text += kinds == 1 ? ", all of one kind" : ", of \(Quantity.count(kinds, "kind"))"
    }
    return Answer.closed(text)
  }

  private static func figures(of result: SweepResult) -> [Report.Figure] {
    var figures = [
      Report.Figure("Points", .count(result.points.count, .none)),
      Report.Figure("With a plan", .count(result.planned.count, .none)),
    ]
    if let (least, most) = result.extremes {
      figures.append(
        .init(
          "Lowest cost", .number(result.cost(least), .usdPerHour), note: "per hour, at " + result.place(ofPoint: least))
      )
      figures.append(
        .init(
          "Highest cost", .number(result.cost(most), .usdPerHour), note: "per hour, at " + result.place(ofPoint: most))
      )
      figures.append(.init("Kinds of plan", .count(result.kinds.count, .none)))
    }
    return figures
  }

  // MARK: Tables

  private static func pointTable(of result: SweepResult) -> ReportTable {
    let pools = result.poolIDs
    let hasGaps = result.points.contains { $0.status == .feasible }
    var columns = result.axes.map { ReportTable.Column($0.label, .right, id: ReportTable.identifier($0.path)) }
    columns += [.init("Status"), .init("Cost $/h", .right, id: "cost_usd_per_hour")]
    if hasGaps { columns.append(.init("Gap", .right, id: "gap", rank: 1)) }
    columns += [.init("$/Mtok", .right, id: "usd_per_million_tokens", rank: 2)]
    columns += pools.map { .init($0, .right, id: "devices_" + $0, rank: 3) }
    columns += [.init("Kind"), .init("Runs", wraps: true)]
    var table = ReportTable(
      "Points", columns: columns,
      note: pools.isEmpty ? nil : "Under the names of accelerators: devices held at the peak.")
    let letters = result.letters
    for (index, point) in result.points.enumerated() {
      var row = zip(result.axes, result.valueIndices(ofPoint: index)).map { axis, value in axis.cell(axis.values[value])
      }
      row.append(.init(.text(point.status.words), point.status.tone))
      row.append(.number(point.costUSDPerHour, .usdPerHour))
      if hasGaps { row.append(.number(point.gap, .fraction)) }
      row.append(.number(point.usdPerMillionTokens, .usdPerMillionTokens))
      row += pools.map { .count(point.hasPlan ? point.devicesByPool[$0] ?? 0 : nil, .devices) }
      row.append(
        point.hasPlan ? .init(.text(letters[point.kind] ?? Quantity.unknown)) : .init(Quantity.unknown, .muted))
      row.append(
        point.hasPlan ? .init(.text(point.kind.words)) : .init(point.message ?? Quantity.unknown, .muted))
      table.add(row)
    }
    return table
  }

  private static func kindTable(of result: SweepResult) -> ReportTable {
    var table = ReportTable(
      "Kinds of plan",
      columns: [
        .init("Kind"), .init("Runs", wraps: true), .init("Points", .right),
        .init("Cost $/h from", .right, id: "least_cost_usd_per_hour"),
        .init("to", .right, id: "most_cost_usd_per_hour"),
      ], note: "Plans of one kind differ only in counts, strategies and batches.")
    for (index, kind) in result.kinds.enumerated() {
      let costs = result.points.filter { $0.hasPlan && $0.kind == kind }.compactMap(\.costUSDPerHour)
      table.add([
        .init(.text(SweepResult.letter(index)), .strong), .init(.text(kind.words)), .count(costs.count),
        .number(costs.min(), .usdPerHour), .number(costs.max(), .usdPerHour),
      ])
    }
    return table
  }
}

extension SweepPoint.Status {
  var words: String {
    switch self {
    case .optimal: "optimal"
    case .feasible: "feasible"
    case .infeasible: "infeasible"
    case .unsolved: "not solved"
    case .failed: "failed"
    case .skipped: "not begun"
    }
  }

  var tone: ReportTable.Tone {
    switch self {
    case .optimal: .plain
    case .feasible, .skipped: .muted
    case .infeasible, .unsolved, .failed: .bad
    }
  }
}

extension SweepAxis {
  /// One of its values under `label`.
  func cell(_ value: SweepValue) -> ReportTable.Cell {
    var cell = ReportTable.Cell(cellText(value), .strong)
    cell.value = value.number.map { .number($0, ReportUnit(value.isFactor ? "" : unit)) } ?? .text(value.spelling)
    return cell
  }
}

extension SweepResult {
  /// Points with a plan.
  var planned: [Int] { points.indices.filter { points[$0].costUSDPerHour != nil } }

  func cost(_ point: Int) -> Double { points[point].costUSDPerHour ?? 0 }

  /// The first of the points with the lowest and with the highest cost.
  var extremes: (least: Int, most: Int)? {
    guard let least = planned.min(by: { cost($0) < cost($1) }), let most = planned.max(by: { cost($0) < cost($1) })
    else { return nil }
    return (least, most)
  }

  /// The kinds of plan in the order in which they first appear.
  var kinds: [Set<PoolUse>] {
    var seen: Set<Set<PoolUse>> = []
    return points.filter { $0.hasPlan && seen.insert($0.kind).inserted }.map(\.kind)
  }

  /// `A` for the first kind, `Z`, then `AA`.
  static func letter(_ index: Int) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return (index >= letters.count ? letter(index / letters.count - 1) : "") + String(letters[index % letters.count])
  }

  /// The letter of each kind.
  var letters: [Set<PoolUse>: String] {
    Dictionary(kinds.enumerated().map { ($1, SweepResult.letter($0)) }, uniquingKeysWith: { first, _ in first })
  }

  /// `$1.80 per device-hour`; with several axes each with its name.
  func place(ofPoint point: Int) -> String {
    let indices = valueIndices(ofPoint: point)
    return Answer.list(
      zip(axes, indices).map { axis, value in
        let text = axis.text(axis.values[value])
        return axes.count == 1 && !axis.unit.isEmpty ? text : "\(axis.name) \(text)"
      })
  }
}
