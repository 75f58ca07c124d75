import FleetServing

/// Arrivals of one class: a renewal process of mean 1 in operational time, run at a rate that is constant in segments.
///
/// Poisson, Gamma, bursts and period profiles differ only in the intervals drawn and in what ends a segment, so
/// time-varying rates are exact and need no thinning.
struct ClassStream: Sendable {
  /// What the rate does when a segment ends.
  enum Profile: Sendable {
    case constant
    /// Rates [requests/s] and lengths [s] of segments, repeated for ever; `index` is the current one.
    case cycle(rates: [Double], seconds: [Double], index: Int)
    /// The same with mean lengths of exponential segments.
    case chain(rates: [Double], meanSeconds: [Double], index: Int)
  }

  private let classIndex: Int
  private var random: RandomStream
  private var sampler: LengthSampler
  /// Shape of Gamma intervals; `nil` for exponential ones.
  private let shape: Double?
  private var profile: Profile
  private var time = 0.0
  private var rate: Double
  private var segmentEnd: Double

  /// - Parameter rate: Constant rate [requests/s], used with the profile `constant`.
  init(
    classIndex: Int, lengths: LengthDistribution, random: RandomStream, shape: Double? = nil, rate: Double,
    profile: Profile = .constant
  ) {
    self.classIndex = classIndex
    self.random = random
    self.shape = shape
    self.profile = profile
    sampler = LengthSampler(lengths)
    self.rate = rate
    segmentEnd = .infinity
    switch profile {
    case .constant: break
    case .cycle(let rates, let seconds, let index):
      self.rate = rates[index]
      segmentEnd = seconds[index]
    case .chain(let rates, let meanSeconds, let index):
      self.rate = rates[index]
      segmentEnd = self.random.exponential() * meanSeconds[index]
    }
  }

  /// The next request; `nil` when the rate is 0 for ever.
  mutating func next() -> Arrival? {
    var work = shape.map { random.gamma(shape: $0) } ?? random.exponential()
    while true {
      let span = rate > 0 ? (segmentEnd - time) * rate : 0
      if work <= span { break }
      if segmentEnd == .infinity { return nil }
      work -= span
      time = segmentEnd
      enterNextSegment()
    }
    time += work / rate
    let lengths = sampler.draw(&random)
    return Arrival(
      seconds: time, classIndex: classIndex, inputTokens: lengths.inputTokens, outputTokens: lengths.outputTokens)
  }

  private mutating func enterNextSegment() {
    switch profile {
    case .constant: segmentEnd = .infinity
    case .cycle(let rates, let seconds, let index):
      let following = (index + 1) % rates.count
      rate = rates[following]
      segmentEnd = time + seconds[following]
      profile = .cycle(rates: rates, seconds: seconds, index: following)
    case .chain(let rates, let meanSeconds, let index):
      let following = (index + 1) % rates.count
      rate = rates[following]
      segmentEnd = time + random.exponential() * meanSeconds[following]
      profile = .chain(rates: rates, meanSeconds: meanSeconds, index: following)
    }
  }
}
