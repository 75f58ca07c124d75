/// Counts of positive values in buckets of nearly equal relative width, for quantiles in memory that does not grow.
///
/// Every octave is cut into 256 equal buckets (the leading bits of the number itself), so a bucket is at most 1/256 of its
/// value wide and a quantile is off by less than 0.4 %; counts, sums and extremes are exact.
public struct QuantileSketch: Sendable, Hashable {
  private var counts: [UInt64] = []
  /// Bucket of `counts[0]`.
  private var first = 0
  public private(set) var count: UInt64 = 0
  public private(set) var sum = 0.0
  public private(set) var maximum = 0.0
  public private(set) var minimum = Double.infinity

  /// Values below this count as this: a nanosecond, for times in seconds.
  public static let smallest = 1e-9
  /// Bits of the number that do not choose its bucket.
  private static let shift: UInt64 = 44

  public init() {}

  public var mean: Double { count == 0 ? 0 : sum / Double(count) }

  /// Adds `value` `times` times. Values must not be NaN.
  public mutating func add(_ value: Double, times: Int = 1) {
    let bucket = Self.bucket(value)
    if bucket < first || bucket >= first + counts.count { grow(to: bucket) }
    counts[bucket - first] += UInt64(times)
    count += UInt64(times)
    sum += value * Double(times)
    if value > maximum { maximum = value }
    if value < minimum { minimum = value }
  }

  public mutating func merge(_ other: QuantileSketch) {
    guard other.count > 0 else { return }
    if counts.isEmpty {
      self = other
      return
    }
    let last = other.first + other.counts.count - 1
    if other.first < first { grow(to: other.first) }
    if last >= first + counts.count { grow(to: last) }
    for (index, number) in other.counts.enumerated() { counts[other.first - first + index] += number }
    count += other.count
    sum += other.sum
    maximum = max(maximum, other.maximum)
    minimum = min(minimum, other.minimum)
  }

  /// The value that the share `probability`, 0...1, of all values does not exceed; `nil` without values.
  public func quantile(_ probability: Double) -> Double? {
    guard count > 0 else { return nil }
    let rank = probability * Double(count)
    var below = 0.0
    for (index, number) in counts.enumerated() where number > 0 {
      let through = below + Double(number)
      if through >= rank {
        let low = Self.lowerEdge(first + index)
        let high = Self.lowerEdge(first + index + 1)
        let value = low + (high - low) * max(0, rank - below) / Double(number)
        return min(max(value, minimum), maximum)
      }
      below = through
    }
    return maximum
  }

  /// Share of all values that do not exceed `value`, to within the values of its bucket; 1 without values.
  public func share(upTo value: Double) -> Double {
    guard count > 0 else { return 1 }
    if value >= maximum { return 1 }
    let limit = Self.bucket(value) - first
    guard limit >= 0 else { return 0 }
    var below: UInt64 = 0
    for number in counts[..<min(limit, counts.count)] { below += number }
    guard limit < counts.count else { return 1 }
    let low = Self.lowerEdge(first + limit)
    let part = (value - low) / (Self.lowerEdge(first + limit + 1) - low)
    return (Double(below) + Double(counts[limit]) * max(0, part)) / Double(count)
  }

  private static func bucket(_ value: Double) -> Int {
    Int(truncatingIfNeeded: max(value, smallest).bitPattern >> shift)
  }

  private static func lowerEdge(_ bucket: Int) -> Double {
    Double(bitPattern: UInt64(truncatingIfNeeded: bucket) << shift)
  }

  /// Makes room for `bucket`, with an octave to spare on that side.
  private mutating func grow(to bucket: Int) {
    let spare = 256
    if counts.isEmpty {
      first = bucket - spare / 2
      counts = [UInt64](repeating: 0, count: spare)
    } else if bucket < first {
      let start = max(0, bucket - spare)
      counts.insert(contentsOf: repeatElement(0, count: first - start), at: 0)
      first = start
    } else if bucket >= first + counts.count {
      counts.append(contentsOf: repeatElement(0, count: bucket + 1 + spare - first - counts.count))
    }
  }
}
