/// Changes as bars to both sides of zero: what costs less to the left, what costs more to the right.
public struct EffectChart: Sendable, Hashable {
  public struct Bar: Sendable, Hashable {
    public var label: String
    public var value: Double
    /// What is written beside the bar.
    public var text: String

    public init(label: String, value: Double, text: String) {
      self.label = label
      self.value = value
      self.text = text
    }
  }

  public var title: String
  public var bars: [Bar]

  public init(title: String, bars: [Bar]) {
    self.title = title
    self.bars = bars
  }
}

/// Widths are percentages and texts have fixed sizes, so that the picture is readable at any width.
struct EffectPicture {
  let chart: EffectChart
  private let rowHeight = 40.0
  /// Where zero stands, and how far the longest bar reaches from it [percent of the width].
  private let zero = 38.0
  private let reach = 36.0

  var figure: String {
    let bars = chart.bars.filter(\.value.isFinite)
    let greatest = bars.map { abs($0.value) }.max() ?? 0
    let height = rowHeight * Double(bars.count)
    var content = ""
    for (index, bar) in bars.enumerated() {
      let y = rowHeight * Double(index)
      let width = greatest > 0 ? abs(bar.value) / greatest * reach : 0
      let start = bar.value < 0 ? zero - width : zero
      content += HTML.text("text", [("x", "0"), ("y", HTML.number(y + 13))], shortened(bar.label, limit: 46))
      content += HTML.empty(
        "line",
        [
          ("x1", HTML.number(zero) + "%"), ("x2", HTML.number(zero) + "%"), ("y1", HTML.number(y + 17)),
          ("y2", HTML.number(y + 34)), ("class", "axis"),
        ])
      content += HTML.empty(
        "rect",
        [
          ("x", HTML.number(start) + "%"), ("y", HTML.number(y + 19)), ("width", HTML.number(width) + "%"),
          ("height", "13"), ("class", bar.value < 0 ? "less" : "more"),
        ])
      content += HTML.text(
        "text",
        [
          ("x", HTML.number(max(start + width, zero)) + "%"), ("dx", "7"), ("y", HTML.number(y + 30)),
          ("class", "bold"),
        ], bar.text)
    }
    let description = bars.map { "\($0.label): \($0.text)" }.joined(separator: "; ")
    return picture(
      title: chart.title, description: description, size: [("height", HTML.number(height))], content: content,
      caption: "Bars to the left cost less, bars to the right cost more.")
  }
}
