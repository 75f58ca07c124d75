import FleetServing

/// A restricted version of the same program: another way of planning, solved like the joint one.
struct Baseline: Sendable {
  var name: String
  /// See `BaselineResult.kind`.
  var kind: String
  var scope: ProgramScope

  /// What people do otherwise, for a problem: each is the joint program with fewer candidates, pools or tiers, so that
  /// none can be better than the joint optimum.
  ///
  /// - single accelerator: one pool type at a time (the report keeps the best);
  /// - single vendor: one vendor at a time (infeasible where a rule about vendors forbids it);
  /// - no disaggregation, disaggregation only;
  /// - two steps, after arXiv 2509.17542: first the best configuration per accelerator and phase by itself, then counts;
  /// - the current fleet alone, where one is given.
  static func all(for data: ProgramData) -> [Baseline] {
    singleAccelerator(data) + singleVendor(data) + servingModes(data) + [twoStep(data)] + currentFleet(data)
  }

  private static func singleAccelerator(_ data: ProgramData) -> [Baseline] {
    var byType: [(id: String, pools: Set<Int>)] = []
    for (index, pool) in data.problem.pools.enumerated() {
      if let match = byType.firstIndex(where: { $0.id == pool.accelerator.id }) {
        byType[match].pools.insert(index)
      } else {
        byType.append((pool.accelerator.id, [index]))
      }
    }
    guard byType.count > 1 else { return [] }
    return byType.map { type in
      let names = type.pools.sorted().map { data.problem.pools[$0].id }.joined(separator: " + ")
      return Baseline(
        name: "only \(names)", kind: "single_accelerator",
        scope: ProgramScope(pools: type.pools))
    }
  }

  private static func singleVendor(_ data: ProgramData) -> [Baseline] {
    guard data.vendors.count > 1 else { return [] }
    return data.vendors.map { vendor in
      let pools = Set(data.problem.pools.indices.filter { data.vendor(pool: $0) == vendor })
      return Baseline(
        name: "only vendor \(vendor)", kind: "single_vendor",
        scope: ProgramScope(pools: pools))
    }
  }

  private static func servingModes(_ data: ProgramData) -> [Baseline] {
    guard data.problem.policy.servingModes.count > 1 else { return [] }
    return [
      Baseline(
        name: "no disaggregation", kind: "no_disaggregation", scope: ProgramScope(phases: [.aggregated])),
      Baseline(
        name: "disaggregation only", kind: "disaggregation_only",
        scope: ProgramScope(phases: [.prefill, .decode])),
    ]
  }

  /// The first step fixes, per model, accelerator and phase, the configuration with the least device cost per unit of the
  /// model's mean traffic; the second chooses counts and routes among those alone.
  private static func twoStep(_ data: ProgramData) -> Baseline {
    var best: [Place: (cost: Double, index: Int)] = [:]
    for (index, candidate) in data.candidates.enumerated() where candidate.phase != .aggregated {
      let place = Place(
        modelIndex: candidate.modelIndex, phase: candidate.phase, poolIndex: candidate.poolIndex)
      let classes = data.classIndices(model: candidate.modelIndex)
      // Only configurations that serve all that any configuration of the place serves are comparable.
      let served = classes.filter { candidate.load(of: $0) != nil }
      let unserved = Double(classes.count - served.count)
      let work = served.reduce(0) { $0 + (candidate.load(of: $1) ?? 0) * data.meanRate($1) }
      let cost = unserved * 1e12 + work * Double(candidate.devices)
      if let known = best[place], known.cost <= cost { continue }
      best[place] = (cost, index)
    }
    let kept = Set(best.values.map { data.candidates[$0.index].id })
    return Baseline(
      name: "two-step heuristic", kind: "two_step",
      scope: ProgramScope(phases: [.prefill, .decode], candidateIDs: kept))
  }

  private struct Place: Hashable {
    var modelIndex: Int
    var phase: Phase
    var poolIndex: Int
  }

  private static func currentFleet(_ data: ProgramData) -> [Baseline] {
    guard !data.problem.currentFleet.isEmpty else { return [] }
    return [
      Baseline(name: "current fleet", kind: "current_fleet", scope: ProgramScope(tierKinds: [.current]))
    ]
  }
}
