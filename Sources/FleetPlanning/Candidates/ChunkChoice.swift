import FleetServing

/// Which token budgets of aggregated instances are sized for one configuration.
///
/// A large budget shares the fixed time of a step with prompts among more tokens, a small one keeps single steps short.
/// The two usual budgets are sized first, and then those beside the better one. What was worth sizing for the smallest
/// pool is all that is sized for larger ones.
struct ChunkChoice {
  /// The budgets sized first [tokens].
  static let first = [2048, 8192]
  /// A budget is kept when some class needs this much less of it than of every other one.
  static let worthwhileGain = 0.01

  let fixed: Int?
  private var kept: [[String]: [Int]] = [:]

  init(fixed: Int?) { self.fixed = fixed }

  /// The sizings of all budgets that are worth a column.
  ///
  /// - Parameter size: The sizings of one budget.
  mutating func sizings(
    for classes: [String], _ size: (Int) -> EnvelopeResult<[CandidateEnumeration.Sizing]>
  ) -> EnvelopeResult<[CandidateEnumeration.Sizing]> {
    if let fixed { return size(fixed) }
    var found: [(chunk: Int, sizings: [CandidateEnumeration.Sizing])] = []
    var reason = "no token budget meets the objectives"
    func look(at chunk: Int) {
      switch size(chunk) {
      case .serves(let sizings): found.append((chunk, sizings))
      case .rejected(let text): if chunk == Self.first[0] || found.isEmpty { reason = text }
      }
    }
    if let known = kept[classes] {
      known.forEach(look)
    } else {
      Self.first.forEach(look)
      let all = Policy.automaticChunkTokens
      if let best = best(found), let place = all.firstIndex(of: best) {
        var beside = [place - 1, place + 1].filter(all.indices.contains).map { all[$0] }
        beside.removeAll(where: Self.first.contains)
        beside.forEach(look)
        // Further in the direction that was better.
        if let better = self.best(found), better < best, let lower = all.firstIndex(of: better), lower > 0 {
          look(at: all[lower - 1])
        }
      } else {
        // Objectives that no usual budget meets may be met by short steps.
        look(at: all[0])
      }
    }
    let worthwhile = pruned(found)
    if kept[classes] == nil, !worthwhile.isEmpty { kept[classes] = worthwhile.map(\.chunk).sorted() }
    return worthwhile.isEmpty ? .rejected(reason: reason) : .serves(worthwhile.flatMap(\.sizings))
  }

  /// Smallest sum over classes of load ÷ best load of the class.
  private func best(_ found: [(chunk: Int, sizings: [CandidateEnumeration.Sizing])]) -> Int? {
    let all = found.flatMap(\.sizings)
    guard let first = all.first else { return nil }
    let least = first.loads.indices.map { index in all.reduce(.infinity) { min($0, $1.loads[index]) } }
    func score(_ sizings: [CandidateEnumeration.Sizing]) -> Double {
      sizings.map { zip($0.loads, least).reduce(0) { $0 + $1.0 / $1.1 } }.min() ?? .infinity
    }
    return found.min { score($0.sizings) < score($1.sizings) }?.chunk
  }

  /// Budgets in the order of their best score, without those that an earlier one makes superfluous.
  private func pruned(
    _ found: [(chunk: Int, sizings: [CandidateEnumeration.Sizing])]
  ) -> [(chunk: Int, sizings: [CandidateEnumeration.Sizing])] {
    var left = found
    var result: [(chunk: Int, sizings: [CandidateEnumeration.Sizing])] = []
    while let chunk = best(left), let index = left.firstIndex(where: { $0.chunk == chunk }) {
      var next = left.remove(at: index)
      let known = result.flatMap(\.sizings)
      next.sizings.removeAll { own in
        known.contains { other in zip(other.loads, own.loads).allSatisfy { $0 <= $1 * (1 + Self.worthwhileGain) } }
      }
      if !next.sizings.isEmpty { result.append(next) }
    }
    return result
  }
}
