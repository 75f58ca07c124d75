import FleetServing
import Testing

@testable import FleetPlanning

/// Every condition under which a candidate may be dropped is needed: a pair that differs in it alone keeps both.
@Suite struct DominanceTests {
  private func candidate(
    _ id: String = "c", phase: Phase = .decode, pool: Int = 0, devices: Int = 2, loads: [Int: Double] = [0: 0.5, 1: 1],
    floor: Int = 1, partners: [Int] = [], endpoint: Int? = 0
  ) -> Candidate {
    Candidate(
      id: id, phase: phase, modelIndex: 0, poolIndex: pool, strategy: ParallelStrategy(tensor: devices),
      weightPrecision: .bf16, kvPrecision: .bf16, configuration: nil, tableIndex: nil,
      loads: loads.sorted { $0.key < $1.key }.map { .init(classIndex: $0.key, load: $0.value) }, floor: floor,
      maximumBatch: 8, partners: partners, endpoint: endpoint, transferAllowances: [], prefillShare: 0)
  }

  @Test func equalsKeepTheFirst() {
    let kept = Dominance.reduce([candidate("a"), candidate("b")])
    #expect(kept.map(\.id) == ["a"])
  }

  @Test func oneThatIsBetterInEverythingReplacesTheOther() {
    let better = candidate("better", loads: [0: 0.4, 1: 0.9, 2: 3])
    #expect(Dominance.reduce([candidate("worse"), better]).map(\.id) == ["better"])
    let small = candidate("small", devices: 1, loads: [0: 0.9, 1: 1.8])
    #expect(
      Dominance.reduce([candidate("large"), small]).map(\.id) == ["small"], "two of it stand on the same devices")
  }

  @Test(arguments: [
    "load", "class", "floor", "devices", "endpoint", "partners", "pool", "phase",
  ])
  func aDifferenceInOneConditionKeepsBoth(condition: String) {
    var first = candidate("first", floor: 2)
    var second = candidate("second", floor: 2)
    switch condition {
    case "load":
      first.loads[0].load = 0.4
      second.loads[1].load = 0.8
    case "class":
      first.loads[0].load = 0.4
      second.loads.append(.init(classIndex: 2, load: 1))
    case "floor":
      first.loads[0].load = 0.4
      second.floor = 1
    case "devices":
      first.loads[0].load = 0.2
      second.strategy.tensor = 1
    case "endpoint":
      first.loads[0].load = 0.4
      second.endpoint = 1
    case "partners":
      (first.phase, first.endpoint, first.partners) = (.prefill, nil, [0])
      (second.phase, second.endpoint, second.partners) = (.prefill, nil, [0, 1])
      first.loads[0].load = 0.4
    case "pool":
      first.loads[0].load = 0.4
      second.poolIndex = 1
    default:
      first.loads[0].load = 0.4
      (second.phase, second.endpoint) = (.aggregated, 0)
    }
    #expect(Dominance.reduce([first, second]).map(\.id) == ["first", "second"])
    #expect(Dominance.reduce([second, first]).map(\.id) == ["second", "first"])
  }

  /// What survives is what no other candidate dominates, whatever the order in which they come.
  @Test(arguments: 1...6)
  func survivorsAreThoseThatNothingDominates(seed: Int) {
    var generator = SeededGenerator(seed: seed)
    let all = (0..<120).map { index in
      candidate(
        "c\(index)", devices: generator.pick([1, 2, 4]),
        loads: [0: Double(generator.whole(1...9)), 1: Double(generator.whole(1...9))],
        floor: generator.whole(1...2), endpoint: generator.whole(0...1))
    }
    let expected = all.indices.filter { i in
      !all.indices.contains { j in
        j != i && Dominance.dominates(all[j], all[i]) && (j < i || !Dominance.dominates(all[i], all[j]))
      }
    }
    #expect(Dominance.reduce(all).map(\.id) == expected.map { all[$0].id })
  }

  /// The order of the candidates decides between equals only: what is kept dominates all that is not.
  @Test(arguments: [3, 1912])
  func whatIsDroppedIsDominatedByWhatIsKept(seed: Int) {
    var generator = SeededGenerator(seed: seed)
    let all = (0..<80).map { index in
      candidate(
        "c\(index)", phase: .prefill, devices: [1, 2, 4].randomElement(using: &generator) ?? 1,
        loads: [
          0: Double(Int.random(in: 1...4, using: &generator)), 1: Double(Int.random(in: 1...4, using: &generator)),
        ], floor: Int.random(in: 1...2, using: &generator),
        partners: [[0], [1], [0, 1]].randomElement(using: &generator) ?? [], endpoint: nil)
    }
    let kept = Dominance.reduce(all)
    let names = Set(kept.map(\.id))
    #expect(!kept.isEmpty && kept.count < all.count, "seed \(seed)")
    for dropped in all where !names.contains(dropped.id) {
      #expect(kept.contains { Dominance.dominates($0, dropped) }, "seed \(seed): \(dropped.id)")
    }
    for one in kept {
      #expect(!kept.contains { $0.id != one.id && Dominance.dominates($0, one) }, "seed \(seed): \(one.id)")
    }
  }
}
