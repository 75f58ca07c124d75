import FleetServing

/// Drops candidates that cannot be needed.
///
/// Within one model, phase and pool, candidate j dominates i when, with q = ⌊devices[i] / devices[j]⌋ ≥ 1,
///
///     1. j admits every class that i admits, and load[j,w] ≤ q · load[i,w] for each of them;
///     2. floor[j] ≤ q · floor[i];
///     3. j may send to every endpoint that i may send to (prefill), or receives at the same endpoint (decode);
///     4. j fits where i fits: devices[j] ≤ devices[i], both powers of two of a node or whole nodes.
///
/// It loses nothing: in any plan, q·n[i] instances of j stand on no more devices of the same pool, carry the same
/// traffic to the same partners, and meet floors; spares are kept, since n[i] ≥ load·x + s gives
/// q·n[i] ≥ load[j]·x + q·s ≥ load[j]·x + s. Across pools nothing is dropped: stock, price, vendor rules and packing
/// see the difference. A test compares the optimum with that of the unreduced program.
enum Dominance {
  /// Candidates that no other dominates, in the given order. Of equals, the first stays.
  static func reduce(_ candidates: [Candidate]) -> [Candidate] {
    var kept: [Int] = []
    let byPlace = Dictionary(grouping: candidates.indices) { index in
      Place(
        modelIndex: candidates[index].modelIndex, phase: candidates[index].phase,
        poolIndex: candidates[index].poolIndex)
    }
    for members in byPlace.values { kept += undominated(members, candidates) }
    return kept.sorted().map { candidates[$0] }
  }

  /// Dominance is transitive (the factors q multiply), so that a candidate need only be held against those that nothing before
  /// it dominates: as many comparisons as candidates times survivors.
  private static func undominated(_ members: [Int], _ candidates: [Candidate]) -> [Int] {
    var survivors: [Int] = []
    for i in members where !survivors.contains(where: { dominates(candidates[$0], candidates[i]) }) {
      survivors.removeAll { dominates(candidates[i], candidates[$0]) }
      survivors.append(i)
    }
    return survivors
  }

  private struct Place: Hashable {
    var modelIndex: Int
    var phase: Phase
    var poolIndex: Int
  }

  static func dominates(_ j: Candidate, _ i: Candidate) -> Bool {
    guard j.devices <= i.devices, j.endpoint == i.endpoint else { return false }
    let q = i.devices / j.devices
    guard j.floor <= q * i.floor, i.partners.allSatisfy(j.partners.contains) else { return false }
    var position = 0
    for own in i.loads {
      while position < j.loads.count, j.loads[position].classIndex < own.classIndex { position += 1 }
      guard position < j.loads.count, j.loads[position].classIndex == own.classIndex,
        j.loads[position].load <= Double(q) * own.load
      else { return false }
    }
    return true
  }
}
