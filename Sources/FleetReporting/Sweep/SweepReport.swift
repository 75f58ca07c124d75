import FleetServing

/// A sweep made ready for reading: sentences and tables, free of any output format.
public struct SweepReport: Sendable, Hashable {
  public var title: String
  /// The answer in one sentence.
  public var answer: String
  /// One sentence for each change of the kind of plan along the axis of a sweep that has one.
  public var flips: [String]
  /// One row for each point.
  public var points: ReportTable

  public init(_ result: SweepResult) {
    title = result.problemName
    answer = SweepReport.answer(of: result)
    flips = SweepFlip.all(in: result).map(\.text)
    points = SweepReport.pointTable(of: result)
  }

  private static func answer(of result: SweepResult) -> String {
    let planned = result.points.indices.filter { result.points[$0].costUSDPerHour != nil }
    var parts = ["\(Quantity.count(result.points.count, "problem")): \(Quantity.count(planned.count)) with a plan"]
    for status in [SweepPoint.Status.infeasible, .unsolved, .failed, .skipped] {
      let count = result.points.count { $0.status == status }
      if count > 0 { parts.append("\(Quantity.count(count)) \(status.words)") }
    }
    var text = Answer.list(parts)
    func cost(_ point: Int) -> Double { result.points[point].costUSDPerHour ?? 0 }
    if let least = planned.min(by: { cost($0) < cost($1) }), let most = planned.max(by: { cost($0) < cost($1) }) {
      text += "; from \(Quantity.usdPerHour(cost(least))) at \(result.place(ofPoint: least))"
      if most != least { text += " to \(Quantity.usdPerHour(cost(most))) at \(result.place(ofPoint: most))" }
      let kinds = Set(planned.map { result.points[$0].kind }).count
      text += kinds == 1 ? ", all of one kind" : ", of \(Quantity.count(kinds, "kind"))"
    }
    return Answer.closed(text)
  }

  private static func pointTable(of result: SweepResult) -> ReportTable {
    let pools = result.poolIDs
    var columns = result.axes.map { ReportTable.Column($0.label, .right) }
    columns += [
      .init("Status"), .init("Cost $/h", .right), .init("$/Mtok", .right, rank: 1),
    ]
    columns += pools.map { .init($0, .right, rank: 2) }
    columns.append(.init("Runs", wraps: true))
    var table = ReportTable("Points", columns: columns)
    for (index, point) in result.points.enumerated() {
      var row = zip(result.axes, result.valueIndices(ofPoint: index)).map { axis, value in
        ReportTable.Cell(axis.cellText(axis.values[value]), .strong)
      }
      row.append(.init(point.status.words, point.status.tone))
      row.append(.init(point.costUSDPerHour.map { Quantity.usd($0) } ?? Quantity.unknown))
      row.append(.init(point.usdPerMillionTokens.map { Quantity.usd($0) } ?? Quantity.unknown))
      row += pools.map { pool in
        point.hasPlan ? .init(Quantity.count(point.devicesByPool[pool] ?? 0)) : .init(Quantity.unknown, .muted)
      }
      row.append(point.hasPlan ? .init(point.kind.words) : .init(point.message ?? Quantity.unknown, .muted))
      table.add(row)
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

  fileprivate var tone: ReportTable.Tone {
    switch self {
    case .optimal: .plain
    case .feasible, .skipped: .muted
    case .infeasible, .unsolved, .failed: .bad
    }
  }
}

extension SweepResult {
  /// `$1.80 per device-hour`, `12 req/s and $2.00 per device-hour`.
  func place(ofPoint point: Int) -> String {
    Answer.list(zip(axes, valueIndices(ofPoint: point)).map { axis, value in axis.text(axis.values[value]) })
  }
}
