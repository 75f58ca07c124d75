#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Values of an axis to places along it, with the values at which it has ticks.
struct ChartScale {
  let range: ClosedRange<Double>
  let ticks: [Double]
  private let isLog: Bool

  /// - Parameter values: What is to be shown; positive on a logarithmic axis, which is linear where they hardly differ.
  init(_ values: [Double], axis: LineChart.Axis) {
    let low = values.min() ?? 0
    let high = values.max() ?? 1
    isLog = axis.scale == .log && low > 0 && high > 1.5 * low
    if isLog {
      let spread = log(high / low)
      range = low * exp(-0.06 * spread)...high * exp(0.06 * spread)
      ticks = ChartScale.logTicks(range)
    } else {
      let startsAtZero = axis.includesZero || low >= 0 && low < high * 0.3
      let bottom = startsAtZero ? min(0, low) : low
      let width = high - bottom
      let spread = width > 0 ? width : max(abs(high), 1) * 0.2
      let step = ChartScale.step(spread)
      let first = (width > 0 ? bottom / step : (bottom - spread / 2) / step).rounded(.down)
      let last = ((width > 0 ? high : high + spread / 2) / step - 1e-9).rounded(.up)
      let count = max(1, Int(min(last - first, 50)))
      ticks = (0...count).map { (first + Double($0)) * step }
      range = first * step...(first + Double(count)) * step
    }
  }

  /// The ticks as text, on a linear axis all with the same number of decimals.
  var labels: [String] {
    if isLog { return ticks.map { Quantity.significant($0) } }
    let texts = ticks.map { tick in abs(tick) < (ticks.map(abs).max() ?? 0) * 1e-9 ? "0" : Quantity.significant(tick) }
    let decimals = texts.map { $0.split(separator: ".").dropFirst().first?.count ?? 0 }.max() ?? 0
    return ticks.map { Quantity.fixed($0, decimals: decimals) }
  }

  /// 0 at the start of the axis, 1 at its end.
  func place(_ value: Double) -> Double {
    isLog
      ? log(value / range.lowerBound) / log(range.upperBound / range.lowerBound)
      : (value - range.lowerBound) / (range.upperBound - range.lowerBound)
  }

  /// 1, 2, 2.5 or 5 times a power of ten, for four to six intervals.
  private static func step(_ spread: Double) -> Double {
    let rough = spread / 5
    let power = pow(10, log10(rough).rounded(.down))
    let multiple = [1, 2, 2.5, 5, 10].first { $0 * power >= rough * 0.999 } ?? 10
    return multiple * power
  }

  /// Round numbers within the range: the coarsest set with at least three of them.
  private static func logTicks(_ range: ClosedRange<Double>) -> [Double] {
    let sets: [[Double]] = [
      [1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 5, 7], [1, 1.2, 1.5, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9],
      (10...99).map { Double($0) / 10 },
    ]
    let decades = Int(log10(range.lowerBound).rounded(.down))...Int(log10(range.upperBound).rounded(.up))
    var found: [Double] = []
    for multiples in sets {
      found = decades.flatMap { decade in multiples.map { $0 * pow(10, Double(decade)) } }.filter(range.contains)
      if found.count >= 3 { break }
    }
    let stride = max(1, (found.count + 6) / 7)
    return found.enumerated().filter { $0.offset % stride == 0 }.map(\.element)
  }
}
