/// Series of points over two axes.
public struct LineChart: Sendable, Hashable {
  public struct Axis: Sendable, Hashable {
    public enum Scale: String, Sendable, Hashable {
      case linear
      /// For positive values only; points at or below zero are left out.
      case log
    }

    public var title: String
    /// Empty for a bare number.
    public var unit: String
    public var scale: Scale
    /// Whether a linear axis starts at zero.
    public var includesZero: Bool

    public init(_ title: String, unit: String, scale: Scale = .linear, includesZero: Bool = false) {
      self.title = title
      self.unit = unit
      self.scale = scale
      self.includesZero = includesZero
    }

    /// `Cost (USD/h)`
    var label: String { unit.isEmpty ? title : "\(title) (\(unit))" }
  }

  public struct Point: Sendable, Hashable {
    public var x: Double
    public var y: Double
    /// Shown when the point is pointed at; empty for its coordinates.
    public var label: String

    public init(x: Double, y: Double, label: String = "") {
      self.x = x
      self.y = y
      self.label = label
    }
  }

  public struct Series: Sendable, Hashable {
    public var name: String
    /// By rising x, unless the series is a curve in the plane.
    public var points: [Point]

    public init(_ name: String, points: [Point]) {
      self.name = name
      self.points = points
    }
  }

  /// A value of the x axis that matters, as a dashed line: `today`.
  public struct Mark: Sendable, Hashable {
    public var x: Double
    public var label: String

    public init(x: Double, label: String) {
      self.x = x
      self.label = label
    }
  }

  public enum Style: String, Sendable, Hashable {
    case points
    case lines
    /// Each value holds until the next point.
    case steps
  }

  /// Stable name for programs; unique within a document.
  public var id: String
  public var title: String
  public var xAxis: Axis
  public var yAxis: Axis
  public var series: [Series]
  public var marks: [Mark]
  public var style: Style

  /// - Parameter id: Derived from the title where it is not given.
  public init(
    _ title: String, id: String? = nil, xAxis: Axis, yAxis: Axis, series: [Series], marks: [Mark] = [],
    style: Style = .lines
  ) {
    self.id = id ?? ReportTable.identifier(title)
    self.title = title
    self.xAxis = xAxis
    self.yAxis = yAxis
    self.series = series
    self.marks = marks
    self.style = style
  }

  /// The points that can be drawn: finite, and positive on logarithmic axes.
  var drawable: [Series] {
    series.map { series in
      Series(
        series.name,
        points: series.points.filter { point in
          point.x.isFinite && point.y.isFinite && (xAxis.scale == .linear || point.x > 0)
            && (yAxis.scale == .linear || point.y > 0)
        })
    }.filter { !$0.points.isEmpty }
  }

  /// Whether there is anything to see: two points or more.
  public var isEmpty: Bool { drawable.reduce(0) { $0 + $1.points.count } < 2 }

  /// What the chart shows, for those who do not see it.
  public var description: String {
    func text(_ value: Double, _ axis: Axis) -> String {
      Quantity.significant(value) + (axis.unit.isEmpty ? "" : " " + axis.unit)
    }
    let curves = drawable.map { series in
      let points = series.points.map { "\(text($0.x, xAxis)): \(text($0.y, yAxis))" }
      return "\(series.name): \(points.joined(separator: ", "))"
    }
    let lines = marks.map { "\($0.label) at \(text($0.x, xAxis))" }
    return "\(yAxis.label) against \(xAxis.label). " + (curves + lines).joined(separator: "; ") + "."
  }
}
