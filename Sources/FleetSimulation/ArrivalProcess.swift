import FleetServing

/// A source of requests in order of time, the same for the same seed.
///
/// Every class has a random stream of its own, so that its requests do not depend on the other classes.
public struct ArrivalProcess: Sendable {
  private var streams: [ClassStream] = []
  /// The next request of each stream; `nil` where a stream has ended.
  private var heads: [Arrival?] = []
  private var trace: TraceArrivals?

  /// - Parameters:
  ///   - loadFactor: Multiplies all rates, positive.
  ///   - periodID: Period whose rates apply; `nil` = the busiest. Not used by `periods`.
  ///   - ratesPerSecond: Rates to use in place of those of the classes [requests/s]: by class, then by period.
  /// - Throws: All faults of the specification and the arguments.
  public init(
    specification: ArrivalSpecification, problem: PlanningProblem, seed: UInt64, loadFactor: Double = 1,
    periodID: String? = nil, ratesPerSecond: [[Double]]? = nil
  ) throws(SimulationFaults) {
    let period = try Self.period(periodID, of: problem)
    try Self.check(specification, loadFactor: loadFactor)
    switch specification {
    case .azureTrace(let source), .mooncakeTrace(let source):
      var isMooncake = false
      if case .mooncakeTrace = specification { isMooncake = true }
      let rates = problem.classes.indices.map { (ratesPerSecond?[$0] ?? problem.classes[$0].ratePerSecond)[period] }
      trace = try TraceArrivals(
        source, isMooncake: isMooncake, classes: Self.classes(of: source, problem: problem, rates: rates),
        loadFactor: loadFactor, random: RandomStream(seed: seed, stream: 0))
      return
    case .poisson, .gamma, .bursts, .periods: break
    }
    for (index, requestClass) in problem.classes.enumerated() {
      let rates = (ratesPerSecond?[index] ?? requestClass.ratePerSecond).map { $0 * loadFactor }
      precondition(rates.count == problem.periods.count, "a class has one rate for each period")
      guard rates.contains(where: { $0 > 0 }) else { continue }
      var shape: Double?
      var profile = ClassStream.Profile.constant
      switch specification {
      case .poisson, .azureTrace, .mooncakeTrace: break
      case .gamma(let variation): shape = 1 / (variation * variation)
      case .periods:
        profile = .cycle(rates: rates, seconds: problem.periods.map { $0.hours * 3600 }, index: 0)
      case .bursts(let modulation):
        let scale = rates[period] / modulation.meanFactor
        profile = .chain(
          rates: modulation.states.map { $0.rateFactor * scale },
          meanSeconds: modulation.states.map(\.meanSojournSeconds), index: 0)
      }
      if case .periods = specification {} else if !(rates[period] > 0) { continue }
      streams.append(
        ClassStream(
          classIndex: index, lengths: requestClass.lengths, random: RandomStream(seed: seed, stream: index),
          shape: shape, rate: rates[period], profile: profile))
    }
    for index in streams.indices { heads.append(streams[index].next()) }
  }

  /// The next request; `nil` when there are no more. Requests of the same time come in the order of their classes.
  public mutating func next() throws(SimulationFaults) -> Arrival? {
    if trace != nil { return try trace?.next() }
    var first = -1
    var earliest = Double.infinity
    for index in heads.indices {
      if let head = heads[index], head.seconds < earliest {
        earliest = head.seconds
        first = index
      }
    }
    if first < 0 { return nil }
    let arrival = heads[first]
    heads[first] = streams[first].next()
    return arrival
  }

  /// Position of the period whose rates apply: the one named, or the one with the most requests/s.
  public static func period(_ id: String?, of problem: PlanningProblem) throws(SimulationFaults) -> Int {
    if let id {
      if let index = problem.periods.firstIndex(where: { $0.id == id }) { return index }
      let known = problem.periods.map(\.id).joined(separator: ", ")
      throw SimulationFaults("there is no period \"\(id)\"; the problem has \(known)")
    }
    var busiest = 0
    var most = -1.0
    for index in problem.periods.indices {
      let rate = problem.classes.reduce(0) { $0 + $1.ratePerSecond[index] }
      if rate > most {
        most = rate
        busiest = index
      }
    }
    return busiest
  }

  private static func classes(
    of source: TraceSource, problem: PlanningProblem, rates: [Double]
  ) throws(SimulationFaults) -> [(index: Int, rate: Double)] {
    guard let id = source.classID else {
      let positive = rates.indices.filter { rates[$0] > 0 }.map { (index: $0, rate: rates[$0]) }
      return positive.isEmpty ? [(index: 0, rate: 1)] : positive
    }
    if let index = problem.classes.firstIndex(where: { $0.id == id }) { return [(index: index, rate: 1)] }
    let known = problem.classes.map(\.id).joined(separator: ", ")
    throw SimulationFaults("there is no class \"\(id)\" for the requests of the trace; the problem has \(known)")
  }

  private static func check(_ specification: ArrivalSpecification, loadFactor: Double) throws(SimulationFaults) {
    var messages: [String] = []
    if !(loadFactor > 0 && loadFactor <= 1e6) {
      messages.append("expected a load factor above 0 and up to 1e6, found \(loadFactor)")
    }
    switch specification {
    case .poisson, .periods: break
    case .azureTrace(let source), .mooncakeTrace(let source):
      if source.prefixCacheBlocks < 0 || source.prefixCacheBlocks > 1 << 30 {
        messages.append("expected 0 to \(1 << 30) cached blocks, found \(source.prefixCacheBlocks)")
      }
    case .gamma(let variation):
      if !(variation >= 0.01 && variation <= 100) {
        messages.append("expected a coefficient of variation of 0.01 to 100, found \(variation)")
      }
    case .bursts(let modulation): modulation.appendFaults(to: &messages)
    }
    if !messages.isEmpty { throw SimulationFaults(messages) }
  }
}
