import FleetServing

/// Sizing of each phase: class sets, least pool sizes, partner sets.
extension CandidateEnumeration {
  /// Least pool sizes tried for queues shared by several instances; each step roughly halves the waiting time.
  static let poolFloors = [1, 2, 4, 8]
  /// A further variant (smaller class set, larger least pool) must need this much less of some class to be kept.
  static let worthwhileGain = 0.01

  func decodeCandidates(_ configurations: Configurations) -> Part {
    let classes = admitted(configurations.place.modelIndex)
    let traits = classes.map {
      ClassSets.Trait(classIndex: $0.index, dimensions: [$0.class.tpot?.seconds ?? 1e3])
    }
    let sets = ClassSets.sets(of: traits, factor: 1.25)
    var part = Part()
    for configuration in configurations.usable where part.goesOn(limit) {
      collect(configuration, .decode, sets, classes, configurations.place, into: &part) { members in
        serving.decodeEnvelopes(configuration, admitted: members).map { envelopes in
          envelopes.map { Sizing(loads: $0.loads, maximumBatch: $0.quantileBatch, floor: 1, prefillShare: 0) }
        }
      }
    }
    return part
  }

  func aggregatedCandidates(_ configurations: Configurations) -> Part {
    let classes = admitted(configurations.place.modelIndex)
    var part = Part()
    for configuration in configurations.usable where part.goesOn(limit) {
      let sets = ClassSets.sets(of: traits(classes, configuration, withTPOT: true))
      var choice = ChunkChoice(fixed: problem.policy.chunkTokens)
      for floor in floors {
        collect(configuration, .aggregated, sets, classes, configurations.place, into: &part) { members in
          choice.sizings(for: members.map(\.id)) { chunk in
            serving.with(chunkTokens: chunk).aggregatedEnvelopes(
              configuration, admitted: members, servers: floor
            ).map { envelopes in
              envelopes.map {
                Sizing(
                  loads: $0.loads, maximumBatch: $0.maximumBatch, floor: floor, prefillShare: $0.prefillShare,
                  chunkTokens: chunk)
              }
            }
          }
        }
      }
    }
    return part
  }

  func prefillCandidates(_ configurations: Configurations, _ set: CandidateSet, _ transfer: TransferTimes) -> Part {
    let place = configurations.place
    var part = Part()
    let single = problem.policy.contextDegrees.contains(1) ? configurations.usable : []
    for configuration in single + configurations.contextual where part.goesOn(limit) {
      let variants = transfer.partnerVariants(for: configuration, place: place)
      if variants.isEmpty {
        part.rejected.append(
          RejectedCandidate(
            phase: .prefill, modelIndex: place.modelIndex, poolIndex: place.poolIndex,
            subject: "\(configuration.strategy) \(configuration.weightPrecision.rawValue)",
            reason: transfer.noPartnerReason(for: configuration, place: place)))
      }
      for variant in variants {
        let classes = admitted(place.modelIndex, allowances: variant.allowances)
          .filter { ($0.class.ttft?.seconds ?? 1) > 0 }
        let sets = ClassSets.sets(of: traits(classes, configuration, withTPOT: false))
        for floor in floors {
          collect(configuration, .prefill, sets, classes, place, variant, into: &part) { members in
            serving.prefillEnvelopes(configuration, admitted: members, servers: floor).map { envelopes in
              envelopes.map {
                Sizing(loads: $0.loads, maximumBatch: $0.maximumBatch, floor: floor, prefillShare: 1)
              }
            }
          }
        }
      }
    }
    return part
  }

  private var floors: [Int] { problem.policy.router == .sharedQueue ? Self.poolFloors : [1] }

  /// Service time alone and objectives, which decide whether classes go well together in one queue.
  private func traits(
    _ classes: [(index: Int, class: AdmittedClass)], _ configuration: InstanceConfiguration, withTPOT: Bool
  ) -> [ClassSets.Trait] {
    classes.map { index, admitted in
      let alone = serving.latency.prefillSeconds(
        configuration, inputTokens: admitted.lengths.meanInputTokens
      ).totalSeconds
      var dimensions = [max(alone, 1e-3), admitted.ttft?.seconds ?? 1e3]
      if withTPOT { dimensions.append(admitted.tpot?.seconds ?? 1e3) }
      return ClassSets.Trait(classIndex: index, dimensions: dimensions)
    }
  }

  /// What an envelope says of one variant.
  struct Sizing: Sendable {
    var loads: [Double]
    var maximumBatch: Int
    var floor: Int
    var prefillShare: Double
    /// Aggregated only.
    var chunkTokens: Int?
  }

  /// Sizes one configuration for every class set and keeps the variants that are worth a column.
  private func collect(
    _ configuration: InstanceConfiguration, _ phase: Phase, _ sets: [[Int]],
    _ classes: [(index: Int, class: AdmittedClass)], _ place: Place, _ variant: TransferTimes.Variant? = nil,
    into part: inout Part, size: ([AdmittedClass]) -> EnvelopeResult<[Sizing]>
  ) {
    // Classes that the configuration cannot serve even alone are left out of every set.
    var servable: Set<Int> = []
    var alone: [Int: [Sizing]] = [:]
    for (index, admitted) in classes {
      let sized = size([admitted])
      alone[index] = sized.envelope
      switch sized {
      case .serves: servable.insert(index)
      case .rejected(let reason):
        part.rejected.append(
          RejectedCandidate(
            phase: phase, modelIndex: place.modelIndex, poolIndex: place.poolIndex,
            subject: "\(configuration.strategy) \(configuration.weightPrecision.rawValue)", reason: reason,
            classIndex: index, devices: configuration.devices))
      }
    }
    var tried: Set<[Int]> = []
    for set in sets {
      let members = set.filter(servable.contains)
      guard !members.isEmpty, tried.insert(members).inserted else { continue }
      let admittedClasses = members.compactMap { member in classes.first { $0.index == member }?.class }
      guard let sizings = members.count == 1 ? alone[members[0]] : size(admittedClasses).envelope else { continue }
      for sizing in sizings {
        let candidate = makeCandidate(configuration, phase, members, sizing, place, variant)
        if isWorthwhile(candidate, beside: part.candidates) { part.candidates.append(candidate) }
      }
    }
  }

  private func makeCandidate(
    _ configuration: InstanceConfiguration, _ phase: Phase, _ members: [Int], _ sizing: Sizing, _ place: Place,
    _ variant: TransferTimes.Variant?
  ) -> Candidate {
    Candidate(
      id: identifier(configuration, phase, members, sizing, place, variant), phase: phase,
      modelIndex: place.modelIndex, poolIndex: place.poolIndex, strategy: configuration.strategy,
      weightPrecision: configuration.weightPrecision, kvPrecision: configuration.kvPrecision,
      configuration: configuration, tableIndex: nil,
      loads: zip(members, sizing.loads).map { Candidate.ClassLoad(classIndex: $0.0, load: $0.1) },
      floor: sizing.floor, maximumBatch: sizing.maximumBatch, chunkTokens: sizing.chunkTokens,
      partners: variant?.partners ?? [], endpoint: nil,
      transferAllowances: members.map { variant?.allowances[$0] ?? 0 }, prefillShare: sizing.prefillShare)
  }

  /// A variant of the same configuration earns its column when some class needs at least `worthwhileGain` less of it
  /// than of every variant that admits as much, may be as small, and reaches the same partners; and when the traffic
  /// could fill its least pool at all.
  private func isWorthwhile(_ candidate: Candidate, beside others: [Candidate]) -> Bool {
    if candidate.floor > 1 {
      let most =
        problem.periods.indices.map { period in
          candidate.loads.reduce(0) { $0 + $1.load * problem.classes[$1.classIndex].ratePerSecond[period] }
        }.max() ?? 0
      if most * (1 + problem.policy.headroom[candidate.phase]) <= Double(candidate.floor - 1) { return false }
    }
    return !others.contains { other in
      other.phase == candidate.phase && other.configuration == candidate.configuration
        && other.floor <= candidate.floor && candidate.partners.allSatisfy(other.partners.contains)
        && candidate.loads.allSatisfy { own in
          guard let load = other.load(of: own.classIndex) else { return false }
          return load <= own.load * (1 + Self.worthwhileGain)
        }
    }
  }

  /// `prefill-h100-tp2-fp8`, with the model where there are several, and what sets the variant apart.
  private func identifier(
    _ configuration: InstanceConfiguration, _ phase: Phase, _ members: [Int], _ sizing: Sizing, _ place: Place,
    _ variant: TransferTimes.Variant?
  ) -> String {
    var parts = [phase.rawValue]
    let model = problem.models[place.modelIndex]
    if problem.models.count > 1 { parts.append(model.id) }
    parts += [problem.pools[place.poolIndex].id, configuration.strategy.slug, configuration.weightPrecision.rawValue]
    if model.kvPrecisions.count > 1 { parts.append("kv-\(configuration.kvPrecision.rawValue)") }
    let own = problem.classes.indices.filter { problem.classes[$0].modelID == model.id }
    if members.count < own.count {
      parts.append(
        members.count == 1 ? "for-\(problem.classes[members[0]].id)" : "for-\(members.count)-classes")
    }
    if sizing.floor > 1 { parts.append("pool-\(sizing.floor)") }
    if phase == .prefill, sizing.maximumBatch > 1 { parts.append("shared") }
    if let chunk = sizing.chunkTokens, problem.policy.chunkTokens == nil { parts.append("chunk-\(chunk)") }
    if let label = variant?.label { parts.append(label) }
    return parts.joined(separator: "-")
  }
}

extension EnvelopeResult {
  func map<T>(_ transform: (Envelope) -> T) -> EnvelopeResult<T> {
    switch self {
    case .serves(let envelope): .serves(transform(envelope))
    case .rejected(let reason): .rejected(reason: reason)
    }
  }
}
