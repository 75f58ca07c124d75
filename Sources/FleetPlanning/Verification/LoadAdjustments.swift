import FleetServing

/// Capacity taken away from configurations that missed an objective where a plan was replayed or checked.
///
/// An entry says: instances of a configuration that admit a class need `factor` times as much of themselves for each
/// request/s. It multiplies whole load rows, because the classes of an instance share its queue and its steps. Factors
/// are at least 1, so a plan that obeys the adjusted rows obeys the rows of the latency model too.
///
/// What two configurations of a phase needed for a class all others are presumed to need as well: they take the least
/// factor found for that phase and class. Otherwise each round would meet the next configuration with the same fault.
public struct LoadAdjustments: Sendable, Hashable {
  /// A configuration in a phase of a pool, and the class that missed its objective there.
  public struct Place: Sendable, Hashable {
    public var phase: Phase
    public var modelID: String
    public var poolID: String
    public var strategy: ParallelStrategy
    public var weightPrecision: String?
    public var kvPrecision: String?
    public var classID: String

    /// The configuration of a group of a plan.
    public init(group: PlanGroup, classID: String) {
      phase = group.phase
      modelID = group.modelID
      poolID = group.poolID
      strategy = group.strategy
      weightPrecision = group.weightPrecision
      kvPrecision = group.kvPrecision
      self.classID = classID
    }

    init(_ candidate: Candidate, _ problem: PlanningProblem, classIndex: Int) {
      phase = candidate.phase
      modelID = problem.models[candidate.modelIndex].id
      poolID = problem.pools[candidate.poolIndex].id
      strategy = candidate.strategy
      weightPrecision = candidate.weightPrecision?.rawValue
      kvPrecision = candidate.kvPrecision?.rawValue
      classID = problem.classes[classIndex].id
    }
  }

  /// Factors above 1.
  public private(set) var factors: [Place: Double] = [:]
  /// How often each was tightened.
  private var rounds: [Place: Int] = [:]

  public init() {}

  public var isEmpty: Bool { factors.isEmpty }

  /// Tightens one configuration for one class further: its factor is multiplied.
  ///
  /// - Precondition: `factor` is at least 1 and finite.
  public mutating func tighten(_ place: Place, by factor: Double) { tighten([place: factor]) }

  /// Tightens several at once, each by its factor.
  mutating func tighten(_ steps: [Place: Double]) {
    let shared = sharedFactors
    for (place, step) in steps {
      precondition(step >= 1 && step.isFinite, "a load factor must be at least 1")
      factors[place] = factor(at: place, shared: shared) * step
      rounds[place, default: 0] += 1
    }
  }

  /// The factor of a place: its own, or what others of its phase and class needed.
  private func factor(at place: Place, shared: [Kind: Double]) -> Double {
    max(factors[place] ?? 1, shared[Kind(place)] ?? 1)
  }

  private struct Kind: Hashable {
    var phase: Phase
    var modelID: String
    var classID: String

    init(_ place: Place) {
      phase = place.phase
      modelID = place.modelID
      classID = place.classID
    }
  }

  /// The least factor of each phase and class for which several configurations were tightened.
  private var sharedFactors: [Kind: Double] {
    Dictionary(grouping: factors) { Kind($0.key) }.filter { $0.value.count > 1 }
      .compactMapValues { entries in entries.map(\.value).min() }
  }

  /// The candidates with their loads multiplied by the largest factor among the classes that they admit. Measured capacity
  /// tables stay as they are.
  func applied(to candidates: [Candidate], of problem: PlanningProblem) -> [Candidate] {
    if factors.isEmpty { return candidates }
    let shared = sharedFactors
    return candidates.map { candidate in
      if candidate.tableIndex != nil { return candidate }
      let factor = candidate.loads.reduce(1.0) {
        max($0, self.factor(at: Place(candidate, problem, classIndex: $1.classIndex), shared: shared))
      }
      if factor == 1 { return candidate }
      var tightened = candidate
      for index in tightened.loads.indices { tightened.loads[index].load *= factor }
      return tightened
    }
  }
}

extension LoadAdjustments {
  /// Least factor by which one round tightens a configuration because of how far it missed.
  static let leastStep = 1.01
  /// Largest factor: the first, the second and each further time.
  static let largestSteps = [1.25, 1.5, 2]

  /// Tightens the configurations of a plan on which classes missed objectives: each at least so far that the same
  /// instances may not carry the same rates again, so that every round gives another plan.
  mutating func tighten(_ answer: PlanningSession.Answer, _ misses: [PlanCheck.Miss], _ problem: PlanningProblem) {
    var steps: [Place: Double] = [:]
    for miss in misses {
      guard let group = answer.plan.groups.first(where: { $0.id == miss.groupID }) else { continue }
      let place = Place(group: group, classID: miss.classID)
      let largest = Self.largestSteps[min(rounds[place] ?? 0, Self.largestSteps.count - 1)]
      let bounded = min(max(miss.ratio, Self.leastStep), largest)
      let step = max(bounded, Self.cutOff(group, miss, answer, problem))
      steps[place] = max(steps[place] ?? 1, step)
    }
    tighten(steps)
  }

  /// The factor beyond which a group's capacity row refuses the rates that it carries where it missed.
  private static func cutOff(
    _ group: PlanGroup, _ miss: PlanCheck.Miss, _ answer: PlanningSession.Answer, _ problem: PlanningProblem
  ) -> Double {
    let period = problem.periods.firstIndex { $0.id == miss.periodID } ?? 0
    guard group.instancesByPeriod.indices.contains(period) else { return 1 }
    let work = answer.plan.routes.reduce(0.0) { sum, route in
      let isHere = (group.phase == .decode ? route.toGroupID : route.fromGroupID) == group.id
      guard isHere, route.periodID == miss.periodID else { return sum }
      return sum + route.ratePerSecond * (answer.loads[group.id]?[route.classID] ?? 0)
    }
    let available = Double(group.instancesByPeriod[period] - problem.policy.spareInstancesPerGroup)
    // A little beyond, since rows hold within a tolerance.
    return work > 0 ? available / work * 1.0001 : 1
  }
}

extension LoadAdjustments {
  /// All factors as a plan states them, in a fixed order.
  var tightened: [TightenedConfiguration] {
    factors.map { place, factor in
      TightenedConfiguration(
        phase: place.phase, modelID: place.modelID, poolID: place.poolID, weightPrecision: place.weightPrecision,
        kvPrecision: place.kvPrecision, strategy: place.strategy, classID: place.classID, factor: factor)
    }.sorted { left, right in
      func key(_ entry: TightenedConfiguration) -> [String] {
        [
          entry.modelID, entry.poolID, entry.strategy.slug, entry.weightPrecision ?? "", entry.kvPrecision ?? "",
          entry.classID,
        ]
      }
      return left.phase == right.phase ? key(left).lexicographicallyPrecedes(key(right)) : left.phase < right.phase
    }
  }
}
