import Dispatch
import FleetServing
import FleetSimulation

/// How a plan is replayed before it is trusted.
public struct ReplayOptions: Sendable, Hashable {
  /// Seed of the arrivals; the same seed gives the same replay.
  public var seed: Int
  /// Time simulated in each period, warm-up included [s]; `nil` = long enough to judge every class, see `requests`.
  public var secondsPerPeriod: Double?
  /// Requests aimed at in all periods together where no time is given. Periods are simulated for longer when a class
  /// is too rare to be judged, and at most for four times as many requests.
  public var requests: Int
  /// How requests arrive at the rates of a period. Plans are made for Poisson arrivals; what comes in bursts needs more.
  public var arrivals: ArrivalSpecification
  /// Plans made before the loop gives up.
  public var maximumRounds: Int

  public init(
    seed: Int = 1, secondsPerPeriod: Double? = nil, requests: Int = 60_000, arrivals: ArrivalSpecification = .poisson,
    maximumRounds: Int = 8
  ) {
    self.seed = seed
    self.secondsPerPeriod = secondsPerPeriod
    self.requests = requests
    self.arrivals = arrivals
    self.maximumRounds = maximumRounds
  }
}

/// A plan replayed with its own traffic, each period with its rates and instances.
public struct PlanReplay: Sendable {
  /// What happened in one period.
  public struct PeriodResult: Sendable {
    public var periodIndex: Int
    public var result: SimulationResult
  }

  public let plan: Plan
  public let problem: PlanningProblem
  /// Periods with traffic, in order.
  public let periods: [PeriodResult]

  /// Requests of the rarest class that judge it: of a 99th percentile about ten lie beyond.
  static let requestsPerClass = 1_000.0
  /// Shortest time simulated [s]: long beside the life of a request.
  static let shortestSeconds = 300.0
  /// Share of the time that is warm-up, as the simulator has it.
  static let warmupShare = 0.1
  /// A replay that cannot tell whether an objective is attained goes on, up to this many times as long.
  static let longestExtension = 16.0
  static let extensionStep = 4.0

  /// Simulates the plan.
  ///
  /// A robust plan is replayed with every time at the bad end of its band, as it was planned.
  /// - Throws: Why the plan cannot be simulated.
  public init(
    _ plan: Plan, of problem: PlanningProblem, constants: LatencyConstants, options: ReplayOptions = ReplayOptions()
  ) throws(SimulationFaults) {
    self.plan = plan
    self.problem = problem
    let fleet = try SimulatedFleet(plan: plan, problem: problem, constants: constants.adjusted(to: problem.policy))
    let rates = fleet.ratesPerSecond
    let busy = problem.periods.indices.filter { period in rates.contains { $0[period] > 0 } }
    let slots = Slots<Result<PeriodResult, SimulationFaults>>(count: busy.count)
    DispatchQueue.concurrentPerform(iterations: busy.count) { index in
      let period = busy[index]
      let seconds = options.secondsPerPeriod ?? Self.seconds(rates.map { $0[period] }, options, periods: busy.count)
      do throws(SimulationFaults) {
        let result = try Self.simulate(fleet, period: problem.periods[period].id, seconds: seconds, options)
        slots.set(.success(PeriodResult(periodIndex: period, result: result)), at: index)
      } catch {
        slots.set(.failure(error), at: index)
      }
    }
    var results: [PeriodResult] = []
    for slot in slots.values { results.append(try slot.get()) }
    periods = results
  }

  /// One period; where no time is asked for, for as long as it takes to tell whether its objectives are attained.
  private static func simulate(
    _ fleet: SimulatedFleet, period: String, seconds: Double, _ options: ReplayOptions
  ) throws(SimulationFaults) -> SimulationResult {
    var factor = 1.0
    while true {
      let simulation = SimulationOptions(
        seed: UInt64(options.seed), durationSeconds: seconds * factor, warmupSeconds: seconds * factor * warmupShare,
        periodID: period, arrivals: options.arrivals)
      let result = try Simulator(fleet: fleet, options: simulation).run()
      // One objective that is missed for certain is enough to make another plan.
      let isDecided =
        result.classes.contains(where: \.missesForCertain) || !result.classes.contains(where: \.isUndecided)
      if isDecided || options.secondsPerPeriod != nil || factor >= longestExtension { return result }
      factor *= extensionStep
    }
  }

  /// Time that gives the wanted number of requests, more where a class is rare [s].
  private static func seconds(_ rates: [Double], _ options: ReplayOptions, periods: Int) -> Double {
    let total = rates.reduce(0, +)
    let wanted = max(Double(options.requests) / Double(periods), requestsPerClass)
    let rarest = rates.filter { $0 > 0 }.min() ?? total
    let seconds = max(wanted / total, min(requestsPerClass / rarest, 4 * wanted / total), shortestSeconds)
    return (seconds / (1 - warmupShare)).rounded(.up)
  }
}
