import FleetServing

/// The plan and its baselines as horizontal bars. Widths are percentages and texts have fixed sizes, so that the picture
/// is readable at any width.
struct BaselinePicture {
  let chart: BaselineChart
  private let rowHeight = 42.0
  /// Share of the picture's width that the longest bar takes; the rest is for its value [percent].
  private let reach = 56.0

  var figure: String {
    let greatest = chart.bars.compactMap(\.value).filter(\.isFinite).max() ?? 0
    let height = rowHeight * Double(chart.bars.count)
    var content = ""
    if let own = chart.bars.first(where: \.isThisPlan)?.value, greatest > 0 {
      let x = HTML.number(own / greatest * reach) + "%"
      content += HTML.empty(
        "line", [("x1", x), ("x2", x), ("y1", "34"), ("y2", HTML.number(height)), ("class", "dash")])
    }
    var y = 0.0
    for bar in chart.bars {
      let width = bar.value.map { greatest > 0 ? max(0, $0) / greatest * reach : 0 } ?? 0
      content += HTML.text(
        "text", [("x", "0"), ("y", HTML.number(y + 13)), ("class", bar.isThisPlan ? "bold" : "")], shortened(bar.label))
      if bar.value != nil {
        content += HTML.empty(
          "rect",
          [
            ("x", "0"), ("y", HTML.number(y + 19)), ("width", HTML.number(width) + "%"), ("height", "14"), ("rx", "2"),
            ("class", bar.isThisPlan ? "own" : "rival"),
          ])
      }
      content += HTML.text(
        "text",
        [
          ("x", HTML.number(width) + "%"), ("dx", bar.value == nil ? "0" : "8"), ("y", HTML.number(y + 31)),
          ("class", bar.value == nil ? (bar.isInfeasible ? "miss" : "soft") : bar.isThisPlan ? "bold" : ""),
        ], bar.text)
      y += rowHeight
    }
    let description = chart.bars.map { "\($0.label): \($0.text)" }.joined(separator: "; ")
    return picture(
      title: chart.title, description: description, size: [("height", HTML.number(height))], content: content)
  }
}

/// Predicted latencies as bars against a mark at their objective.
struct LatencyPicture {
  let chart: LatencyChart
  /// Where the mark of the objective stands [percent of the width].
  private let objective = 80.0

  var figure: String {
    var content = ""
    var y = 0.0
    for row in chart.rows {
      content += HTML.text("text", [("x", "0"), ("y", HTML.number(y + 14)), ("class", "bold")], shortened(row.classID))
      y += 22
      for bar in row.bars {
        let isOver = bar.share > 1
        content += HTML.text("text", [("x", "0"), ("y", HTML.number(y + 12)), ("class", "soft small")], bar.metric)
        content += HTML.text(
          "text",
          [
            ("x", "100%"), ("y", HTML.number(y + 12)), ("text-anchor", "end"),
            ("class", isOver ? "miss small" : "small"),
          ], bar.text + (isOver ? ", too slow" : ""))
        let width = min(max(0, bar.share) * objective, 100)
        content += HTML.empty(
          "rect",
          [
            ("x", "0"), ("y", HTML.number(y + 18)), ("width", HTML.number(objective) + "%"), ("height", "10"),
            ("class", "track"),
          ])
        content += HTML.empty(
          "rect",
          [
            ("x", "0"), ("y", HTML.number(y + 18)), ("width", HTML.number(width) + "%"), ("height", "10"),
            ("class", isOver ? "over" : "own"),
          ])
        let mark = HTML.number(objective) + "%"
        content += HTML.empty(
          "line",
          [("x1", mark), ("x2", mark), ("y1", HTML.number(y + 15)), ("y2", HTML.number(y + 31)), ("class", "mark")])
        y += 38
      }
      y += 8
    }
    let description = chart.rows.map { row in
      row.classID + ": " + row.bars.map { "\($0.metric) \($0.text)" }.joined(separator: ", ")
    }.joined(separator: "; ")
    return picture(
      title: "Predicted latency against its objective", description: description, size: [("height", HTML.number(y))],
      content: content, caption: "The dark mark is the objective; a bar that stays left of it keeps the objective.")
  }
}

/// A label that fits a phone's width: of long names the start and the end. The description has the whole name.
func shortened(_ label: String, limit: Int = 40) -> String {
  label.count <= limit ? label : label.prefix(limit * 5 / 8) + "…" + label.suffix(limit * 3 / 8 - 1)
}

/// An SVG in a figure, with a title and a description for those who do not see it.
func picture(
  title: String, description: String, size: [(String, String)], content: String, caption: String? = nil,
  isScrolling: Bool = false
) -> String {
  let svg = HTML.element(
    "svg",
    [("role", "img")] + size + [("xmlns", "http://www.w3.org/2000/svg")],
    HTML.text("title", [], title) + HTML.text("desc", [], description) + content)
  let framed =
    isScrolling
    ? HTML.element(
      "div", [("class", "scroll picture"), ("role", "region"), ("aria-label", title), ("tabindex", "0")], svg) : svg
  return HTML.element("figure", [], framed + (caption.map { HTML.text("figcaption", [], $0) } ?? ""))
}
