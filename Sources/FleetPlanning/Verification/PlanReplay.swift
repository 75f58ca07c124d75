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
  /// Plans made before the loop gives up.
  public var maximumRounds: Int

  public init(seed: Int = 1, secondsPerPeriod: Double? = nil, requests: Int = 60_000, maximumRounds: Int = 8) {
    self.seed = seed
    self.secondsPerPeriod = secondsPerPeriod
    self.requests = requests
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
      let simulation = SimulationOptions(
        seed: UInt64(options.seed), durationSeconds: seconds, warmupSeconds: seconds * Self.warmupShare,
        periodID: problem.periods[period].id)
      do throws(SimulationFaults) {
        let result = try Simulator(fleet: fleet, options: simulation).run()
        slots.set(.success(PeriodResult(periodIndex: period, result: result)), at: index)
      } catch {
        slots.set(.failure(error), at: index)
      }
    }
    var results: [PeriodResult] = []
    for slot in slots.values { results.append(try slot.get()) }
    periods = results
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

extension PlanReplay {
  /// Whether every class attains every objective in every period.
  public var holds: Bool { periods.allSatisfy { $0.result.meetsObjectives } }

  /// Where a class missed an objective, and on which groups.
  var misses: [PlanCheck.Miss] {
    var misses: [PlanCheck.Miss] = []
    for period in periods {
      let id = problem.periods.count > 1 ? problem.periods[period.periodIndex].id : nil
      for entry in period.result.classes where !entry.meetsObjectives {
        let routes = plan.routes.filter { $0.classID == entry.id && $0.periodID == id }
        func blame(_ objective: SimulatedObjective?, _ groups: [String]) {
          guard let objective, !objective.isMet else { return }
          let ratio = (objective.simulated?.value ?? .infinity) / objective.objective.seconds
          var seen: Set<String> = []
          for group in groups where seen.insert(group).inserted {
            misses.append(PlanCheck.Miss(classID: entry.id, groupID: group, periodID: id, ratio: ratio))
          }
        }
        blame(entry.ttftObjective, routes.map(\.fromGroupID))
        blame(entry.tpotObjective, routes.map(\.toGroupID))
        // A whole answer is late because of either phase; where one of them misses by itself it is blamed already.
        if entry.ttftObjective?.isMet ?? true, entry.tpotObjective?.isMet ?? true {
          blame(entry.endToEndObjective, routes.flatMap { [$0.fromGroupID, $0.toGroupID] })
        }
      }
    }
    let measured = Set(plan.groups.filter { $0.capacitySource != "latency model" }.map(\.id))
    return misses.filter { !measured.contains($0.groupID) }
  }

  /// What the plan file says of it.
  func summary(
    rounds: Int, options: ReplayOptions, costBefore: Double?, adjustments: LoadAdjustments, note: String?
  ) -> PlanVerification {
    PlanVerification(
      holds: holds, rounds: rounds, seed: options.seed,
      requests: periods.reduce(0) { $0 + $1.result.classes.reduce(0) { $0 + $1.offered } },
      simulatedSeconds: periods.reduce(0) { $0 + $1.result.windowSeconds }, costBeforeUSDPerHour: costBefore,
      costAfterUSDPerHour: plan.costUSDPerHour, classes: problem.classes.indices.compactMap(replayed),
      tightened: adjustments.tightened,
      notReplayed: plan.groups.filter { group in
        group.capacitySource != "latency model" && !periods.contains { $0.result.groups.contains { $0.id == group.id } }
      }.map(\.id), note: note)
  }

  /// A class in the period in which it comes closest to missing an objective, or misses most; `nil` without requests.
  private func replayed(_ classIndex: Int) -> ReplayedClass? {
    func margin(_ entry: SimulatedClass) -> Double {
      [entry.ttftObjective, entry.tpotObjective, entry.endToEndObjective].compactMap { objective in
        objective.map { ($0.attainment - $0.objective.percentile) / (1 - $0.objective.percentile) }
      }.min() ?? .infinity
    }
    let candidates = periods.map { ($0.periodIndex, $0.result.classes[classIndex]) }.filter { $0.1.offered > 0 }
    guard let (period, entry) = candidates.min(by: { margin($0.1) < margin($1.1) }) else { return nil }
    let id = problem.periods.count > 1 ? problem.periods[period].id : nil
    let routes = plan.routes.filter { $0.classID == entry.id && $0.periodID == id }
    func worst(_ value: (PlanRoute) -> Double?) -> Double? {
      let known = routes.compactMap(value)
      return known.count == routes.count ? known.max() : nil
    }
    let percentile = entry.endToEndObjective?.objective.percentile ?? AdmittedClass.defaultPercentile
    let further = max(0, problem.classes[classIndex].lengths.outputQuantile(percentile) - 1)
    func latency(
      _ stated: SimulatedObjective?, _ summary: LatencySummary?, _ predicted: Double?
    ) -> ReplayedClass.Latency {
      let simulated = stated?.simulated ?? (stated == nil ? summary?.p95 : nil)
      return ReplayedClass.Latency(
        percentile: stated?.objective.percentile ?? AdmittedClass.defaultPercentile, predictedSeconds: predicted,
        replayedSeconds: simulated?.value, replayedHalfWidthSeconds: simulated?.halfWidth,
        objectiveSeconds: stated?.objective.seconds, attainment: stated?.attainment)
    }
    return ReplayedClass(
      id: entry.id, periodID: id, requests: entry.offered,
      ttft: latency(entry.ttftObjective, entry.ttft, worst(\.ttftSeconds)),
      tpot: latency(entry.tpotObjective, entry.tpot, worst(\.tpotSeconds)),
      endToEnd: latency(
        entry.endToEndObjective, entry.endToEnd,
        worst { route in
          guard let first = route.ttftSeconds, let each = route.tpotSeconds else { return nil }
          return first + further * each
        }))
  }
}
