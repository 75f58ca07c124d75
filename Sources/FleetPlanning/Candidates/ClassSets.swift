import FleetServing

/// Which classes may share the instances of one candidate.
///
/// A shared queue makes short prompts wait behind long ones, and the tightest TPOT sets the batch for all. So beside
/// the candidate that admits every class, others admit only classes of a kind: similar service time and objectives.
/// The program chooses; sharing never has to be decided beforehand.
enum ClassSets {
  /// What makes classes alike for one phase; unlike classes differ by more than the factor of a dimension.
  struct Trait: Sendable {
    var classIndex: Int
    /// Service time, TTFT objective, TPOT objective: as many as matter for the phase, all positive.
    var dimensions: [Double]
  }

  /// Kinds are at most this many; beyond it the traits are coarsened.
  static let maximumKinds = 4

  /// Sets of class indices, the full set first; every set ascending; no set twice.
  static func sets(of traits: [Trait], factor: Double = 2) -> [[Int]] {
    guard traits.count > 1 else { return traits.isEmpty ? [] : [[traits[0].classIndex]] }
    var ratio = factor
    var kinds = grouped(traits, factor: ratio)
    while kinds.count > maximumKinds {
      ratio *= 1.6
      kinds = grouped(traits, factor: ratio)
    }
    var result: [[Int]] = [traits.map(\.classIndex).sorted()]
    func add(_ members: [Trait]) {
      let set = members.map(\.classIndex).sorted()
      if !set.isEmpty, !result.contains(set) { result.append(set) }
    }
    for kind in kinds { add(kind) }
    for end in kinds.indices.dropFirst() { add(Array(kinds[...end].joined())) }
    for start in kinds.indices.dropFirst() { add(Array(kinds[start...].joined())) }
    return result
  }

  /// Classes sorted by their traits and cut into kinds on a logarithmic grid.
  private static func grouped(_ traits: [Trait], factor: Double) -> [[Trait]] {
    let least = traits.reduce(into: traits[0].dimensions) { least, trait in
      for (index, value) in trait.dimensions.enumerated() { least[index] = min(least[index], value) }
    }
    var kinds: [[Int]: [Trait]] = [:]
    for trait in traits {
      let key = zip(trait.dimensions, least).map { value, floor in
        value.isFinite && floor > 0 ? Int((value / floor).logarithm(base: factor)) : Int.max
      }
      kinds[key, default: []].append(trait)
    }
    return kinds.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
  }
}

extension Double {
  /// Number of whole factors of `base` in a value of at least 1, without a mathematics library.
  fileprivate func logarithm(base: Double) -> Double {
    var count = 0.0
    var rest = self
    while rest >= base * (1 - 1e-12), count < 200 {
      rest /= base
      count += 1
    }
    return count
  }
}
