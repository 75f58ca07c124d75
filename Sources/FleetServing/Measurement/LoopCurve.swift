/// What the instances of one configuration did with requests of one length in closed loops of several sizes.
struct LoopCurve: Sendable, Hashable {
  /// One closed loop: means over its requests.
  struct Point: Sendable, Hashable {
    /// Requests in one instance at the same time.
    var concurrency: Double
    /// Requests/s of one instance.
    var ratePerSecond: Double
    /// Mean time to first token [s]; `nil` where the phase does not decide it.
    var ttftSeconds: Double?
    /// Mean time per output token after the first [s]; `nil` where the phase does not decide it.
    var tpotSeconds: Double?
  }

  /// Limits of the means [s]; `nil` = none.
  struct Limits: Sendable, Hashable {
    var ttftSeconds: Double?
    var tpotSeconds: Double?

    func hold(_ point: Point) -> Bool {
      point.ttftSeconds ?? 0 <= ttftSeconds ?? .infinity && point.tpotSeconds ?? 0 <= tpotSeconds ?? .infinity
    }
  }

  /// By ascending concurrency, each concurrency once.
  let points: [Point]

  /// - Parameter points: Repeated measurements of one concurrency are averaged.
  init(_ points: [Point]) {
    let byConcurrency = Dictionary(grouping: points, by: \.concurrency).sorted { $0.key < $1.key }
    self.points = byConcurrency.map { concurrency, repeats in
      Point(
        concurrency: concurrency, ratePerSecond: Self.mean(repeats.map(\.ratePerSecond)) ?? 0,
        ttftSeconds: Self.mean(repeats.compactMap(\.ttftSeconds)),
        tpotSeconds: Self.mean(repeats.compactMap(\.tpotSeconds)))
    }
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// The point of the highest rate that keeps the limits; `nil` when no measured point does.
  ///
  /// Between a measured point that keeps them and the next one that does not, rate and means are taken to be linear in the
  /// concurrency. Measured means bend upwards and the rate downwards with it, so that the straight lines promise no more
  /// than the instance does. Nothing is said of concurrencies beyond the measured ones.
  func best(within limits: Limits) -> Point? {
    var found = points.filter(limits.hold)
    for (inside, outside) in zip(points, points.dropFirst()) where limits.hold(inside) && !limits.hold(outside) {
      found.append(Self.last(within: limits, from: inside, to: outside))
    }
    return found.max { $0.ratePerSecond < $1.ratePerSecond }
  }

  /// The last point on the line from `inside`, which keeps the limits, to `outside`, which does not.
  private static func last(within limits: Limits, from inside: Point, to outside: Point) -> Point {
    func share(_ from: Double?, _ to: Double?, _ limit: Double?) -> Double {
      guard let from, let to, let limit, to > limit else { return 1 }
      return (limit - from) / (to - from)
    }
    let share = min(
      share(inside.ttftSeconds, outside.ttftSeconds, limits.ttftSeconds),
      share(inside.tpotSeconds, outside.tpotSeconds, limits.tpotSeconds))
    func between(_ from: Double, _ to: Double) -> Double { from + share * (to - from) }
    func between(_ from: Double?, _ to: Double?) -> Double? {
      from.flatMap { from in to.map { between(from, $0) } }
    }
    return Point(
      concurrency: between(inside.concurrency, outside.concurrency),
      ratePerSecond: between(inside.ratePerSecond, outside.ratePerSecond),
      ttftSeconds: between(inside.ttftSeconds, outside.ttftSeconds),
      tpotSeconds: between(inside.tpotSeconds, outside.tpotSeconds))
  }

  /// The points that no other one beats in rate and in both means, by ascending rate.
  var undominated: [Point] {
    func isBeaten(_ point: Point) -> Bool {
      points.contains { other in
        other != point && other.ratePerSecond >= point.ratePerSecond
          && other.ttftSeconds ?? 0 <= point.ttftSeconds ?? 0 && other.tpotSeconds ?? 0 <= point.tpotSeconds ?? 0
      }
    }
    return points.filter { !isBeaten($0) }.sorted { $0.ratePerSecond < $1.ratePerSecond }
  }
}
