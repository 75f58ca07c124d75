#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Service times of one class on one kind of server, as weighted points.
public struct ServiceTimes: Sendable, Hashable {
  /// One kind of request.
  public struct Point: Sendable, Hashable {
    /// Time for which the server can start nothing else [s].
    public var occupancySeconds: Double
    /// Start of service → result [s]; longer than the occupancy where a server is a pipeline.
    public var latencySeconds: Double
    /// Share of the class's requests; shares sum to 1.
    public var weight: Double

    public init(occupancySeconds: Double, latencySeconds: Double, weight: Double) {
      self.occupancySeconds = occupancySeconds
      self.latencySeconds = latencySeconds
      self.weight = weight
    }
  }

  public let points: [Point]
  /// E[S] of the occupancy [s].
  public let mean: Double
  /// E[S²] of the occupancy [s²].
  public let secondMoment: Double
  /// E[S³] of the occupancy [s³].
  public let thirdMoment: Double
  /// Largest latency of any point [s].
  public let maximumLatency: Double

  public init(points: [Point]) {
    precondition(!points.isEmpty, "service times need at least one point")
    self.points = points
    mean = points.reduce(0) { $0 + $1.weight * $1.occupancySeconds }
    secondMoment = points.reduce(0) { $0 + $1.weight * $1.occupancySeconds * $1.occupancySeconds }
    thirdMoment = points.reduce(0) {
      $0 + $1.weight * $1.occupancySeconds * $1.occupancySeconds * $1.occupancySeconds
    }
    maximumLatency = points.reduce(0) { max($0, $1.latencySeconds) }
  }

  /// E[S²] / (2 E[S]): mean remaining service that an arrival finds on a busy server [s] (renewal theory).
  public var meanResidual: Double { mean > 0 ? secondMoment / (2 * mean) : 0 }

  /// E[latency] [s].
  public var meanLatency: Double { points.reduce(0) { $0 + $1.weight * $1.latencySeconds } }

  /// Standard deviation of the latency [s].
  public var latencyDeviation: Double {
    let mean = meanLatency
    return points.reduce(0) { $0 + $1.weight * ($1.latencySeconds - mean) * ($1.latencySeconds - mean) }.squareRoot()
  }

  /// Smallest latency that at least `percentile` of the requests do not exceed when nobody waits [s].
  public func latencyQuantile(_ percentile: Double) -> Double {
    var reached = 0.0
    for point in points.sorted(by: { $0.latencySeconds < $1.latencySeconds }) {
      reached += point.weight
      if reached >= percentile - 1e-12 { return point.latencySeconds }
    }
    return maximumLatency
  }
}

/// Distribution of the wait before service, first come first served:
/// P(W > x) = P(W > 0) · exp(−x / E[W | W > 0]).
///
/// With `k` servers, utilisation ρ and mean residual service R = E[S²]/(2 E[S]):
///
/// - P(W > 0) = C(k, kρ), Erlang's delay formula; for one server this is ρ.
/// - E[W | W > 0] = R / (k (1 − ρ)). For one server E[W] = λE[S²]/(2(1 − ρ)) (Pollaczek 1930, Khinchine 1932); for k it
///   is the Erlang-C mean times (1 + cs²)/2 (Lee and Longton 1959; Allen–Cunneen with Poisson arrivals).
///
/// The exponential tail is exact for M/M/k and asymptotically right for light-tailed service. Both figures grow with
/// ρ and R and fall with k at a fixed ρ, which is what makes bounds over mixes of classes possible.
///
/// Waits for one server in front of which service times differ little have a shorter tail. With a `tailVariation` below 1,
/// P(W > x | W > 0) is the smaller of that exponential and of a sum of two exponential times with the same mean and the
/// given variation, so that it never exceeds the exponential.
public struct WaitingTime: Sendable, Hashable {
  /// P(W > 0).
  public let delayProbability: Double
  /// E[W | W > 0] [s].
  public let conditionalMean: Double
  /// Squared coefficient of variation that the tail of W | W > 0 is given, 0.5...1.
  public let tailVariation: Double

  /// - Parameters:
  ///   - servers: servers behind the queue, at least 1.
  ///   - utilization: ρ, share of time that a server is busy; 1 or more gives an infinite wait.
  ///   - meanResidual: R = E[S²]/(2 E[S]) over all requests of the queue [s].
  ///   - tailVariation: see `tailVariation(utilization:_:)`; 1 for an exponential tail.
  public init(servers: Int, utilization: Double, meanResidual: Double, tailVariation: Double = 1) {
    precondition(servers >= 1, "a queue needs a server")
    self.tailVariation = min(max(tailVariation, 0.5), 1)
    // Written so that a rate that is not a number is an overload too.
    guard utilization < 1, meanResidual.isFinite else {
      delayProbability = 1
      conditionalMean = .infinity
      return
    }
    delayProbability = Self.erlangC(servers: servers, utilization: utilization)
    conditionalMean = meanResidual / (Double(servers) * (1 - utilization))
  }

  /// E[W] [s].
  public var mean: Double { delayProbability * conditionalMean }

  /// Standard deviation of W [s]: E[W²] = P(W > 0)·2·E[W | W > 0]².
  public var deviation: Double { (delayProbability * (2 - delayProbability)).squareRoot() * conditionalMean }

  /// Var[W | W > 0]/E[W | W > 0]² of one server: `2ρ − 1 + (1 − ρ)·E[S³]/(3 E[S])/R²`, from Takács' second moment
  /// E[W²] = 2 E[W]² + λE[S³]/(3(1 − ρ)) (1962).
  ///
  /// - Parameters:
  ///   - moments: E[S], E[S²] and E[S³] over all requests, or sums of them in equal proportion.
  public static func tailVariation(
    utilization: Double, _ moments: (mean: Double, second: Double, third: Double)
  ) -> Double {
    guard moments.second > 0, utilization < 1 else { return 1 }
    let excess = 4 * moments.third * moments.mean / (3 * moments.second * moments.second)
    return 2 * utilization - 1 + (1 - utilization) * excess
  }

  /// P(W > seconds); 1 for negative times.
  public func exceeding(_ seconds: Double) -> Double {
    if seconds < 0 { return 1 }
    if conditionalMean == 0 { return 0 }
    return delayProbability * conditionalTail(seconds / conditionalMean)
  }

  /// P(W > x·E[W | W > 0] | W > 0).
  private func conditionalTail(_ x: Double) -> Double {
    let plain = exp(-x)
    guard tailVariation < 1 else { return plain }
    // Means a + b = 1 with a² + b² = v.
    let spread = (2 * tailVariation - 1).squareRoot()
    guard spread > 1e-3 else { return min(plain, (1 + 2 * x) * exp(-2 * x)) }
    let (a, b) = ((1 + spread) / 2, (1 - spread) / 2)
    return min(plain, (a * exp(-x / a) - b * exp(-x / b)) / spread)
  }

  /// Erlang's delay formula C(k, kρ): probability that all servers are busy when a request arrives (Erlang 1917).
  ///
  /// Computed from the blocking formula by its recursion B(j) = a·B(j − 1)/(j + a·B(j − 1)), B(0) = 1, in which every value
  /// lies in 0...1: with many servers it runs down to 0, and C = B/(1 − ρ·(1 − B)) with it. At a given utilisation C falls
  /// with the number of servers, so that the value of `countedServers` is a bound for every larger number; the work
  /// is bounded with it.
  public static func erlangC(servers: Int, utilization: Double) -> Double {
    guard utilization > 0 else { return 0 }
    guard utilization < 1 else { return 1 }
    let counted = min(max(servers, 1), countedServers)
    let offered = utilization * Double(counted)
    var blocking = 1.0
    for server in 1...counted {
      let scaled = offered * blocking
      blocking = scaled / (Double(server) + scaled)
    }
    return blocking / (1 - utilization * (1 - blocking))
  }

  /// Servers beyond which a queue is taken to delay as often as one with this many. It delays less than once in 10²⁰
  /// at 85 % utilisation.
  public static let countedServers = 4096

  /// P(W + latency > seconds) for requests with these service times; wait and service are independent.
  public func exceeding(_ seconds: Double, with service: ServiceTimes) -> Double {
    var probability = 0.0
    for point in service.points {
      probability += point.weight * exceeding(seconds - point.latencySeconds)
    }
    return probability
  }

  /// Smallest t with P(W + latency > t) ≤ 1 − percentile [s]; infinite for an overloaded queue.
  public func quantile(_ percentile: Double, with service: ServiceTimes) -> Double {
    guard conditionalMean.isFinite else { return .infinity }
    let allowed = 1 - percentile
    var low = service.latencyQuantile(percentile)
    if exceeding(low, with: service) <= allowed { return low }
    var high = service.maximumLatency + conditionalMean * max(0, log(delayProbability / allowed))
    for _ in 0..<60 where high - low > 1e-9 * high {
      let middle = (low + high) / 2
      if exceeding(middle, with: service) > allowed { low = middle } else { high = middle }
    }
    return high
  }

  /// Smallest x with P(W > x) ≤ 1 − percentile [s].
  public func quantile(_ percentile: Double) -> Double {
    let allowed = 1 - percentile
    guard delayProbability > allowed else { return 0 }
    let exponential = conditionalMean * log(delayProbability / allowed)
    guard tailVariation < 1, exponential.isFinite, exceeding(exponential) < allowed else { return exponential }
    var (low, high) = (0.0, exponential)
    for _ in 0..<60 where high - low > 1e-9 * high {
      let middle = (low + high) / 2
      if exceeding(middle) > allowed { low = middle } else { high = middle }
    }
    return high
  }
}
