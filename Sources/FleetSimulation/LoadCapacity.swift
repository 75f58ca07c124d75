import FleetServing

/// How much of its traffic a fleet carries: the largest load factor at which every class attains every objective.
///
/// Found by bisection with common random numbers: every trial has the same seed, so that the same requests come, only
/// closer together, and trials differ by the load alone.
public struct LoadCapacity: Sendable, Hashable {
  /// One simulation.
  public struct Trial: Sendable, Hashable {
    public var loadFactor: Double
    public var result: SimulationResult
  }

  /// What a search tries.
  public struct Search: Sendable, Hashable {
    /// The search ends when the least factor that fails is within this share of the largest that holds.
    public var tolerance: Double
    /// Factors tried at the least and at the most.
    public var smallestFactor: Double
    public var largestFactor: Double

    public init(tolerance: Double = 0.01, smallestFactor: Double = 1.0 / 16, largestFactor: Double = 16) {
      precondition(tolerance > 0 && smallestFactor > 0 && smallestFactor <= 1 && largestFactor >= 1)
      self.tolerance = tolerance
      self.smallestFactor = smallestFactor
      self.largestFactor = largestFactor
    }
  }

  /// The largest factor that holds, with its simulation; `nil` when not even the smallest factor tried does.
  public var within: Trial?
  /// The least factor that fails, with its simulation; `nil` when the largest factor tried holds.
  public var beyond: Trial?
  /// All factors tried and whether they held, in the order of trial.
  public var trials: [(loadFactor: Double, holds: Bool)] {
    zip(triedFactors, heldFactors).map { (loadFactor: $0, holds: $1) }
  }

  private var triedFactors: [Double] = []
  private var heldFactors: [Bool] = []

  /// Growth of the factor until the first failure, or until the first success below 1.
  static let bracketGrowth = 1.5

  /// Searches with the options of a simulator, whose load factor stands for 1.
  /// - Throws: As `Simulator.run`.
  public init(_ simulator: Simulator, search: Search = Search()) throws(SimulationFaults) {
    var options = simulator.options
    let base = options.loadFactor
    func trial(_ factor: Double) throws(SimulationFaults) -> Trial {
      options.loadFactor = base * factor
      return Trial(loadFactor: factor, result: try Simulator(fleet: simulator.fleet, options: options).run())
    }
    var factor = 1.0
    while within == nil || beyond == nil {
      take(try trial(factor))
      let next = within == nil ? factor / Self.bracketGrowth : factor * Self.bracketGrowth
      if within != nil, beyond != nil { break }
      let limited = min(max(next, search.smallestFactor), search.largestFactor)
      if limited == factor { return }
      factor = limited
    }
    while let low = within?.loadFactor, let high = beyond?.loadFactor, high > low * (1 + search.tolerance) {
      take(try trial((low * high).squareRoot()))
    }
  }

  private mutating func take(_ trial: Trial) {
    let holds = trial.result.meetsObjectives
    triedFactors.append(trial.loadFactor)
    heldFactors.append(holds)
    if holds { within = trial } else { beyond = trial }
  }
}

extension SimulationResult {
  /// The class and objective that are missed most, as a share of the requests that may miss; `nil` when all are met.
  public var worstMiss: (classID: String, quantity: String, objective: SimulatedObjective)? {
    var worst: (classID: String, quantity: String, objective: SimulatedObjective)?
    var largest = -Double.infinity
    for entry in classes {
      for (name, objective) in [
        ("TTFT", entry.ttftObjective), ("TPOT", entry.tpotObjective), ("end-to-end time", entry.endToEndObjective),
      ] {
        guard let objective, !objective.isMet else { continue }
        let excess = (1 - objective.attainment) / max(1 - objective.objective.percentile, 1e-9)
        if excess > largest {
          largest = excess
          worst = (entry.id, name, objective)
        }
      }
    }
    return worst
  }
}
