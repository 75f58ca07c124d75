import FleetServing

/// The best plans that differ in kind: each does without something that every better one listed uses.
///
/// A kind is a set of uses, (pool, phase). A plan that uses all that a better one uses, and more, is left out: it is the better
/// one with an idle instance added, or a worse mix. So the next plan is the cheapest among those that contain no kind found
/// so far.
///
/// Exact without further rows, by branching on what is left out (as Lawler's and Murty's ranking of solutions do): of all plans
/// without the uses `S`, those that do not contain the kind `K` are the union over `k ∈ K` of all plans without `S ∪ {k}`, each
/// a program with fewer candidates. Programs are opened in the order of their cost, so what comes up is the next best.
struct KindAlternatives: Sendable {
  let study: StudySolver
  let joint: StudySolver.Answer

  struct Found: Sendable {
    var alternatives: [PlanAlternative]
    /// Whether every program behind the order ended with a proof.
    var isProven: Bool
  }

  private struct Node: Sendable {
    var without: Set<PoolUse>
    var plan: Plan
    var cost: Double

    /// By cost, to the millionth; of equals the simpler kind, then the one with less left out, then by name.
    static func precedes(_ first: Node, _ second: Node) -> Bool {
      let costs = ((first.cost * 1e6).rounded(), (second.cost * 1e6).rounded())
      if costs.0 != costs.1 { return costs.0 < costs.1 }
      let uses = (first.plan.kind.count, second.plan.kind.count)
      if uses.0 != uses.1 { return uses.0 < uses.1 }
      if first.without.count != second.without.count { return first.without.count < second.without.count }
      return first.without.sorted().lexicographicallyPrecedes(second.without.sorted())
    }
  }

  /// The plan itself counts as the first.
  func search() -> Found {
    guard let cost = joint.cost, !joint.plan.kind.isEmpty else { return Found(alternatives: [], isProven: true) }
    var open = [Node(without: [], plan: joint.plan, cost: cost)]
    var seen: Set<Set<PoolUse>> = [[]]
    var kinds: [Set<PoolUse>] = []
    var result = Found(alternatives: [], isProven: joint.isProven)
    while kinds.count < study.options.alternatives, let node = open.min(by: Node.precedes) {
      open.removeAll { $0.without == node.without }
      let kind = node.plan.kind
      let contained = kinds.first { kind.isSuperset(of: $0) }
      if contained == nil {
        kinds.append(kind)
        if kinds.count > 1 { result.alternatives.append(PlanAlternative(rank: kinds.count, plan: node.plan)) }
        if kinds.count == study.options.alternatives { break }
      }
      let sets = (contained ?? kind).sorted().map { node.without.union([$0]) }.filter { seen.insert($0).inserted }
      let answers = study.concurrently(sets.count) { solve(without: sets[$0], start: node.plan) }
      for (without, answer) in zip(sets, answers) {
        if !answer.isProven { result.isProven = false }
        if let cost = answer.cost { open.append(Node(without: without, plan: answer.plan, cost: cost)) }
      }
    }
    return result
  }

  private func solve(without uses: Set<PoolUse>, start: Plan) -> StudySolver.Answer {
    let original = study.original(joint.adjustments)
    let kept = (original.candidates?.candidates ?? []).filter { candidate in
      !uses.contains(PoolUse(poolID: study.problem.pools[candidate.poolIndex].id, phase: candidate.phase))
    }
    return study.solve(original.restricted(to: ProgramScope(candidateIDs: Set(kept.map(\.id)))), start: start)
  }
}
