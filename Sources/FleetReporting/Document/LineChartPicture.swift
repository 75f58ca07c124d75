/// A line chart as inline SVG. Series differ by colour, by marker and by the dashes of their lines, so that none of the
/// three is needed to tell them apart.
struct LineChartPicture {
  let chart: LineChart
  private let width = 400.0
  private let left = 46.0
  private let right = 14.0
  private let plotHeight = 190.0
  private var top: Double { chart.marks.isEmpty ? 30 : 46 }
  private var bottom: Double { top + plotHeight }
  /// Series that colours and markers tell apart; further ones repeat them.
  private static let kinds = 6

  var figure: String {
    let series = chart.drawable
    let points = series.flatMap(\.points)
    let x = ChartScale(points.map(\.x) + marks.map(\.x), axis: chart.xAxis)
    let y = ChartScale(points.map(\.y), axis: chart.yAxis)
    var content = frame(x: x, y: y)
    for mark in marks { content += line(of: mark, x: x) }
    for (index, one) in series.enumerated().reversed() { content += curve(one, kind: index % Self.kinds, x: x, y: y) }
    var height = bottom + 42
    if series.count > 1 {
      for (index, one) in series.enumerated() {
        content += legend(one, kind: index % Self.kinds, y: height)
        height += 18
      }
    }
    let svg = HTML.element(
      "svg",
      [
        ("role", "img"), ("class", "plot"), ("viewBox", "0 0 \(HTML.number(width)) \(HTML.number(height))"),
        ("xmlns", "http://www.w3.org/2000/svg"),
      ], HTML.text("title", [], chart.title) + HTML.text("desc", [], chart.description) + content)
    return HTML.element(
      "figure", [("class", "chart")], HTML.text("figcaption", [("class", "title")], chart.title) + svg)
  }

  /// Marks that the axis can show.
  private var marks: [LineChart.Mark] {
    chart.marks.filter { $0.x.isFinite && (chart.xAxis.scale == .linear || $0.x > 0) }
  }

  private func across(_ value: Double, _ scale: ChartScale) -> Double {
    left + scale.place(value) * (width - left - right)
  }

  private func up(_ value: Double, _ scale: ChartScale) -> Double { bottom - scale.place(value) * plotHeight }

  // MARK: Parts

  private func frame(x: ChartScale, y: ChartScale) -> String {
    var text = ""
    for (tick, label) in zip(y.ticks, y.labels) {
      let height = HTML.number(up(tick, y))
      text += HTML.empty(
        "line",
        [
          ("x1", HTML.number(left)), ("x2", HTML.number(width - right)), ("y1", height), ("y2", height),
          ("class", "grid"),
        ])
      text += HTML.text(
        "text",
        [
          ("x", HTML.number(left - 6)), ("y", HTML.number(up(tick, y) + 4)), ("text-anchor", "end"), ("class", "soft"),
        ], label)
    }
    for (tick, label) in zip(x.ticks, x.labels) {
      let place = HTML.number(across(tick, x))
      text += HTML.empty(
        "line",
        [
          ("x1", place), ("x2", place), ("y1", HTML.number(bottom)), ("y2", HTML.number(bottom + 4)), ("class", "axis"),
        ])
      text += HTML.text(
        "text", [("x", place), ("y", HTML.number(bottom + 17)), ("text-anchor", "middle"), ("class", "soft")],
        label)
    }
    text += HTML.empty(
      "line",
      [
        ("x1", HTML.number(left)), ("x2", HTML.number(width - right)), ("y1", HTML.number(bottom)),
        ("y2", HTML.number(bottom)), ("class", "axis"),
      ])
    text += HTML.text("text", [("x", "0"), ("y", "13"), ("class", "label")], chart.yAxis.label)
    text += HTML.text(
      "text",
      [
        ("x", HTML.number(width - right)), ("y", HTML.number(bottom + 34)), ("text-anchor", "end"), ("class", "label"),
      ], chart.xAxis.label)
    return text
  }

  private func line(of mark: LineChart.Mark, x: ChartScale) -> String {
    let place = across(mark.x, x)
    let anchor = place < width * 0.3 ? "start" : place > width * 0.7 ? "end" : "middle"
    return HTML.empty(
      "line",
      [
        ("x1", HTML.number(place)), ("x2", HTML.number(place)), ("y1", HTML.number(top - 8)),
        ("y2", HTML.number(bottom)), ("class", "dash"),
      ])
      + HTML.text(
        "text",
        [("x", HTML.number(place)), ("y", HTML.number(top - 13)), ("text-anchor", anchor), ("class", "soft")],
        mark.label)
  }

  private func curve(_ series: LineChart.Series, kind: Int, x: ChartScale, y: ChartScale) -> String {
    let places = series.points.map { (across($0.x, x), up($0.y, y)) }
    var text = ""
    if chart.style != .points, places.count > 1 {
      var path = ""
      for (index, place) in places.enumerated() {
        let (column, row) = (HTML.number(place.0), HTML.number(place.1))
        if index == 0 {
          path += "M\(column) \(row)"
        } else if chart.style == .steps {
          path += "H\(column)V\(row)"
        } else {
          path += "L\(column) \(row)"
        }
      }
      text += HTML.empty("path", [("d", path), ("class", "curve k\(kind)")])
    }
    for (point, place) in zip(series.points, places) {
      let label = point.label.isEmpty ? coordinates(of: point) : point.label
      text += HTML.element(
        "path", [("d", marker(kind, x: place.0, y: place.1)), ("class", "dot k\(kind)")],
        HTML.text("title", [], "\(series.name): \(label)"))
    }
    return text
  }

  private func legend(_ series: LineChart.Series, kind: Int, y: Double) -> String {
    let middle = y + 10
    var text = ""
    if chart.style != .points {
      text += HTML.empty(
        "path", [("d", "M\(HTML.number(left)) \(HTML.number(middle))h26"), ("class", "curve k\(kind)")])
    }
    text += HTML.empty("path", [("d", marker(kind, x: left + 13, y: middle)), ("class", "dot k\(kind)")])
    return text
      + HTML.text("text", [("x", HTML.number(left + 34)), ("y", HTML.number(middle + 4))], shortened(series.name))
  }

  private func coordinates(of point: LineChart.Point) -> String {
    func text(_ value: Double, _ axis: LineChart.Axis) -> String {
      Quantity.significant(value) + (axis.unit.isEmpty ? "" : " " + axis.unit)
    }
    return "\(text(point.x, chart.xAxis)), \(text(point.y, chart.yAxis))"
  }

  /// Circle, square, triangle, diamond, inverted triangle, cross.
  private func marker(_ kind: Int, x: Double, y: Double) -> String {
    func at(_ column: Double, _ row: Double) -> String { "\(HTML.number(x + column)) \(HTML.number(y + row))" }
    switch kind {
    case 0: return "M\(at(-4, 0))a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z"
    case 1: return "M\(at(-3.6, -3.6))h7.2v7.2h-7.2z"
    case 2: return "M\(at(0, -4.8))L\(at(4.6, 3.4))L\(at(-4.6, 3.4))z"
    case 3: return "M\(at(0, -5))L\(at(5, 0))L\(at(0, 5))L\(at(-5, 0))z"
    case 4: return "M\(at(0, 4.8))L\(at(4.6, -3.4))L\(at(-4.6, -3.4))z"
    default: return "M\(at(-1.4, -4.6))h2.8v3.2h3.2v2.8h-3.2v3.2h-2.8v-3.2h-3.2v-2.8h3.2z"
    }
  }
}
