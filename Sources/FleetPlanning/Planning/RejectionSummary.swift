import FleetOptimization
import FleetServing

/// Tells the user why accelerators and strategies are not in the plan.
enum RejectionSummary {
  /// Reasons kept per pool, model and phase.
  static let reasonsPerPlace = 2

  /// For every pool, model and phase that the plan does not use: the commonest reasons for having no candidate, or what
  /// its best candidate would have cost beside the chosen one.
  static func alternatives(_ set: CandidateSet, program: Program, solve: ProgramSolve) -> [RejectedAlternative] {
    let data = program.data
    var result: [RejectedAlternative] = []
    let used = usedPlaces(program, solve)
    for modelIndex in data.problem.models.indices {
      for poolIndex in data.problem.pools.indices {
        for phase in Phase.allCases {
          let place = Place(modelIndex: modelIndex, poolIndex: poolIndex, phase: phase)
          guard !used.contains(place) else { continue }
          result += reasons(place, set, data, used)
        }
      }
    }
    return result
  }

  private struct Place: Hashable {
    var modelIndex: Int
    var poolIndex: Int
    var phase: Phase
  }

  private static func usedPlaces(_ program: Program, _ solve: ProgramSolve) -> Set<Place> {
    guard let solution = solve.solution else { return [] }
    var places: Set<Place> = []
    for (index, candidate) in program.data.candidates.enumerated()
    where program.variables.instances[index].contains(where: { solution.count($0) > 0 }) {
      places.insert(
        Place(modelIndex: candidate.modelIndex, poolIndex: candidate.poolIndex, phase: candidate.phase))
    }
    return places
  }

  private static func reasons(
    _ place: Place, _ set: CandidateSet, _ data: ProgramData, _ used: Set<Place>
  ) -> [RejectedAlternative] {
    let poolID = data.problem.pools[place.poolIndex].id
    let modelID = data.problem.models[place.modelIndex].id
    let exists = set.candidates.contains {
      $0.modelIndex == place.modelIndex && $0.poolIndex == place.poolIndex && $0.phase == place.phase
    }
    if exists {
      guard let text = costReason(place, data, used) else { return [] }
      return [RejectedAlternative(poolID: poolID, modelID: modelID, phase: place.phase, reason: text)]
    }
    var counts: [String: (count: Int, subject: String, order: Int)] = [:]
    for (order, rejected) in set.rejected.enumerated()
    where rejected.modelIndex == place.modelIndex && rejected.poolIndex == place.poolIndex
      && rejected.phase == place.phase
    {
      if let known = counts[rejected.reason] {
        counts[rejected.reason] = (known.count + 1, known.subject, known.order)
      } else {
        counts[rejected.reason] = (1, rejected.subject, order)
      }
    }
    return counts.sorted { ($1.value.count, $0.value.order) < ($0.value.count, $1.value.order) }
      .prefix(reasonsPerPlace)
      .map { reason, entry in
        RejectedAlternative(
          poolID: poolID, modelID: modelID, phase: place.phase, subject: entry.subject, reason: reason,
          count: entry.count)
      }
  }

  /// Compares device cost per unit of the model's traffic with that of the best place in use for the same phase.
  private static func costReason(_ place: Place, _ data: ProgramData, _ used: Set<Place>) -> String? {
    guard let own = leastCost(place, data) else { return nil }
    let rivals = used.filter { $0.modelIndex == place.modelIndex && $0.phase == place.phase }
      .compactMap { rival in leastCost(rival, data).map { (rival.poolIndex, $0) } }
    guard let best = rivals.min(by: { ($0.1, $0.0) < ($1.1, $1.0) }) else {
      let phase = place.phase == .aggregated ? "disaggregated serving" : "aggregated serving"
      return "not needed: \(phase) carries the traffic at less cost"
    }
    let name = data.problem.pools[best.0].id
    if own > best.1 * 1.0005 {
      return
        "at full use \(Amount.usd(own))/h for the model's whole traffic, against \(Amount.usd(best.1))/h on \(name)"
    }
    return "no cheaper in whole instances than \(name), though \(Amount.usd(own))/h at full use"
  }

  /// Device cost of carrying the model's mean traffic on one place, fractions of instances allowed [USD/h].
  private static func leastCost(_ place: Place, _ data: ProgramData) -> Double? {
    let classes = data.classIndices(model: place.modelIndex).filter { data.meanRate($0) > 0 }
    let price = data.tiers.filter { $0.poolIndex == place.poolIndex }.map(\.usdPerDeviceHour).min()
    guard let price, !classes.isEmpty else { return nil }
    let members = data.candidates.filter {
      $0.modelIndex == place.modelIndex && $0.poolIndex == place.poolIndex && $0.phase == place.phase
    }
    var total = 0.0
    for classIndex in classes {
      let perRequest = members.compactMap { candidate in
        candidate.load(of: classIndex).map { $0 * Double(candidate.devices) }
      }.min()
      guard let perRequest else { return nil }
      total += perRequest * data.meanRate(classIndex) * price
    }
    return total
  }
}
