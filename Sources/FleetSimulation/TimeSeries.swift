/// A quantity over time in a bounded number of bins of equal width.
///
/// Each bin holds the integral of the quantity over its time. When a time lies beyond the last of 256 bins, neighbours
/// are joined and all bins become twice as wide.
public struct TimeSeries: Sendable, Hashable {
  public static let mostBins = 256

  /// Width of a bin [s].
  public private(set) var binSeconds: Double
  /// Integral of the quantity over each bin [unit · s].
  public private(set) var integrals: [Double] = []
  /// The bin used last and its time, for most additions fall into it.
  private var latestBin = 0
  private var latestStart = 0.0
  private var latestEnd = 0.0

  /// - Parameter binSeconds: Width of a bin at first [s], positive.
  public init(binSeconds: Double) {
    precondition(binSeconds > 0 && binSeconds.isFinite)
    self.binSeconds = binSeconds
  }

  /// Adds a constant `value` from `start` for `seconds`.
  public mutating func add(_ value: Double, from start: Double, seconds: Double) {
    guard seconds > 0 else { return }
    let end = start + seconds
    if start >= latestStart, end < latestEnd {
      integrals[latestBin] += value * seconds
      return
    }
    var bin = prepare(through: end, from: start)
    var time = start
    while time < end {
      let edge = min(Double(bin + 1) * binSeconds, end)
      integrals[bin] += value * max(0, edge - time)
      time = max(edge, time)
      bin += 1
      if bin == integrals.count { break }
    }
  }

  /// Adds `amount` at one moment: a count, so that the bin divided by its width is a rate.
  public mutating func add(_ amount: Double, at time: Double) {
    integrals[prepare(through: time, from: time)] += amount
  }

  /// Mean over each bin; the last bin counts as whole.
  public var means: [Double] { integrals.map { $0 / binSeconds } }

  /// Makes bins up to `end`.
  /// - Returns: The bin of `start`.
  private mutating func prepare(through end: Double, from start: Double) -> Int {
    while end >= Double(Self.mostBins) * binSeconds {
      integrals = stride(from: 0, to: integrals.count, by: 2).map { index in
        integrals[index] + (index + 1 < integrals.count ? integrals[index + 1] : 0)
      }
      binSeconds *= 2
    }
    let last = Int(end / binSeconds)
    while integrals.count <= last { integrals.append(0) }
    let first = min(Int(start / binSeconds), last)
    latestBin = first
    latestStart = Double(first) * binSeconds
    latestEnd = Double(first + 1) * binSeconds
    return first
  }
}
