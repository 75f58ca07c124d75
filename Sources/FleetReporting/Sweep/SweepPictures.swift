import FleetServing

extension SweepReport {
  /// Most columns of a map, and most curves of a chart.
  private static let mapColumns = 16
  private static let curves = 6

  /// Cost along one axis as a chart; over two as a map, and as curves where there are few.
  static func pictures(of result: SweepResult) -> [ReportDocument.Section] {
    switch result.axes.count {
    case 1: return chart(of: result, curvesFrom: nil).map { [.init("Cost", charts: [$0])] } ?? []
    case 2:
      let maps = map(of: result).map { [$0] } ?? []
      let chart = chart(of: result, curvesFrom: 0) ?? chart(of: result, curvesFrom: 1)
      if maps.isEmpty, chart == nil { return [] }
      return [.init("Cost", charts: chart.map { [$0] } ?? [], tables: maps)]
    default: return []
    }
  }

  /// Cost against the one axis, or against the other axis with a curve for each value of axis `family`.
  private static func chart(of result: SweepResult, curvesFrom family: Int?) -> LineChart? {
    guard let across = result.axes.indices.first(where: { $0 != family }) else { return nil }
    let axis = result.axes[across]
    let numbers = axis.values.compactMap(\.number)
    guard numbers.count == axis.values.count, numbers.count > 1, Set(axis.values.map(\.isFactor)).count == 1 else {
      return nil
    }
    let families = family.map { result.axes[$0].values.count } ?? 1
    if families > curves { return nil }
    let series = (0..<families).map { member in
      let name = family.map { result.axes[$0].name + " " + result.axes[$0].text(result.axes[$0].values[member]) }
      let points = result.planned.compactMap { point -> LineChart.Point? in
        let indices = result.valueIndices(ofPoint: point)
        if let family, indices[family] != member { return nil }
        return .init(
          x: numbers[indices[across]], y: result.cost(point), label: result.points[point].kind.words)
      }
      return LineChart.Series(name ?? "Cost", points: points.sorted { $0.x < $1.x })
    }
    let low = numbers.min() ?? 0
    let isWide = low > 0 && (numbers.max() ?? 0) >= 10 * low
    let chart = LineChart(
      "Cost against \(axis.name)", id: "cost",
      xAxis: .init(axis.name, unit: axis.isFactor ? "× today" : axis.unit, scale: isWide ? .log : .linear),
      yAxis: .init("Cost", unit: "USD/h", includesZero: true), series: series,
      marks: (axis.isFactor ? 1 : axis.current).flatMap { today in
        (low...max(low, numbers.max() ?? low)).contains(today) ? [.init(x: today, label: "today")] : nil
      } ?? [])
    return chart.isEmpty ? nil : chart
  }

  /// Cost and kind by both axes, shaded by cost; the axis with fewer values across.
  private static func map(of result: SweepResult) -> ReportTable? {
    let isTurned = result.axes[1].values.count > result.axes[0].values.count
    let (rows, columns) = isTurned ? (1, 0) : (0, 1)
    let (down, across) = (result.axes[rows], result.axes[columns])
    if across.values.count > mapColumns { return nil }
    var table = ReportTable(
      "Cost $/h and kind of plan by \(down.name) and \(across.name)", id: "map",
      columns: [.init(down.label, .right, id: "value")]
        + across.values.map { .init(across.text($0), .right, id: across.name + " " + $0.spelling) },
      note: "Down: \(down.path). Across: \(across.path). The stronger the shade, the dearer; letters are kinds."
    )
    let letters = result.letters
    let costs = result.planned.map { result.cost($0) }
    let low = costs.min() ?? 0
    let span = (costs.max() ?? 0) - low
    for row in down.values.indices {
      var cells = [down.cell(down.values[row])]
      for column in across.values.indices {
        let point = isTurned ? column * down.values.count + row : row * across.values.count + column
        cells.append(mapCell(result, point, letters) { span > 0 ? ($0 - low) / span : 0 })
      }
      table.add(cells)
    }
    return table
  }

  private static func mapCell(
    _ result: SweepResult, _ point: Int, _ letters: [Set<PoolUse>: String], shade: (Double) -> Double
  ) -> ReportTable.Cell {
    let answer = result.points[point]
    guard let cost = answer.costUSDPerHour, let letter = letters[answer.kind] else {
      return .init(.text(answer.status.words), .muted)
    }
    let value = ReportValue.number(cost, .usdPerHour)
    var cell = ReportTable.Cell(value.spelled() + Quantity.space + letter)
    cell.value = value
    cell.shade = shade(cost)
    return cell
  }
}
