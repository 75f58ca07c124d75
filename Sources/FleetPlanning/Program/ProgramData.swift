import FleetServing

/// Every coefficient of the program, computed once, before a variable exists.
///
/// The full and the reduced program are built from the same type; they differ in `candidates` alone.
struct ProgramData: Sendable {
  let problem: PlanningProblem
  var candidates: [Candidate]
  let endpoints: [DecodeEndpoint]
  /// Offered rate [requests/s] by class and period.
  let rates: [[Double]]
  /// Share of the planning cycle that each period takes; sums to 1.
  let periodShares: [Double]
  let tiers: [HoldingTier]
  /// KV bytes that one request of a class sends from prefill to decode, in the widest allowed KV precision; 0 for classes
  /// of measured-only models.
  let transferBytes: [Double]
  /// Restrictions that apply to this solve only (baselines).
  var scope: ProgramScope

  init(problem: PlanningProblem, set: CandidateSet, scope: ProgramScope = ProgramScope()) {
    self.problem = problem
    candidates = set.candidates
    endpoints = set.endpoints
    rates = problem.classes.map(\.ratePerSecond)
    let hours = problem.periods.reduce(0) { $0 + $1.hours }
    periodShares = problem.periods.map { $0.hours / hours }
    tiers = HoldingTier.all(of: problem)
    transferBytes = problem.classes.map { requestClass in
      let model = problem.models.first { $0.id == requestClass.modelID }
      guard let architecture = model?.architecture, let allowed = model?.kvPrecisions else { return 0 }
      return allowed.reduce(0) { largest, precision in
        max(
          largest,
          requestClass.lengths.mean {
            architecture.kvBytesPerSequence(contextTokens: $0.inputTokens, in: precision)
          })
      }
    }
    self.scope = scope
  }

  var periodCount: Int { problem.periods.count }

  /// Offered rate of a class averaged over periods [requests/s].
  func meanRate(_ classIndex: Int) -> Double {
    zip(rates[classIndex], periodShares).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// Load per request/s including the policy's headroom for the phase [instances].
  func load(_ load: Candidate.ClassLoad, of candidate: Candidate) -> Double {
    load.load * (1 + problem.policy.headroom[candidate.phase])
  }

  /// Whether a candidate needs the binary `used[c,t]`: a least count or spares hang on its use.
  func needsUseIndicator(_ candidate: Candidate) -> Bool {
    candidate.floor > 1 || problem.policy.spareInstancesPerGroup > 0
  }

  func candidateIndices(pool: Int) -> [Int] {
    candidates.indices.filter { candidates[$0].poolIndex == pool }
  }

  /// Vendors that occur among the pools, in order of first occurrence.
  var vendors: [String] {
    var seen: [String] = []
    for pool in problem.pools where !seen.contains(pool.accelerator.vendor) {
      seen.append(pool.accelerator.vendor)
    }
    return seen
  }

  func vendor(pool: Int) -> String { problem.pools[pool].accelerator.vendor }
}

/// Devices that can be held of one pool at one price.
struct HoldingTier: Sendable, Hashable {
  var poolIndex: Int
  var kind: PriceTierKind
  var usdPerDeviceHour: Double
  /// Devices in one unit of purchase: the node size where whole nodes are billed, else 1.
  var unitDevices: Int
  /// Units that the tier itself offers; `nil` = as many as the stock allows.
  var maximumUnits: Int?

  /// Tiers of all pools; the current fleet first, so that equal prices prefer what is already held.
  static func all(of problem: PlanningProblem) -> [HoldingTier] {
    var result: [HoldingTier] = []
    for (index, pool) in problem.pools.enumerated() {
      let unit = pool.wholeNodes ? pool.accelerator.devicesPerNode : 1
      for entry in problem.currentFleet where entry.poolID == pool.id {
        result.append(
          HoldingTier(
            poolIndex: index, kind: .current, usdPerDeviceHour: entry.usdPerDeviceHour, unitDevices: unit,
            maximumUnits: entry.devices / unit))
      }
      for tier in pool.tiers {
        result.append(
          HoldingTier(
            poolIndex: index, kind: tier.kind, usdPerDeviceHour: tier.usdPerDeviceHour, unitDevices: unit,
            maximumUnits: tier.availableDevices.map { $0 / unit }))
      }
    }
    return result
  }

  /// `on_demand`, unless the pool has several tiers of a kind; unique within a pool together with its position.
  var label: String { kind.rawValue }
}

/// What a baseline leaves out of the program.
struct ProgramScope: Sendable, Hashable {
  /// Pools whose candidates are kept; `nil` = all.
  var pools: Set<Int>?
  var phases: Set<Phase> = Set(Phase.allCases)
  /// Candidates kept; `nil` = all.
  var candidateIDs: Set<String>?
  /// Tiers kept; `nil` = all.
  var tierKinds: Set<PriceTierKind>?
  /// Whether stock, budget and power cap bound what can be of use; not where the question is how much more of them it
  /// would take.
  var keepsLimits = true

  func admits(_ candidate: Candidate) -> Bool {
    (pools?.contains(candidate.poolIndex) ?? true) && phases.contains(candidate.phase)
      && (candidateIDs?.contains(candidate.id) ?? true)
  }

  /// Idle devices of a pool that is left out must not make up for a vendor's share.
  func admits(_ tier: HoldingTier) -> Bool {
    (pools?.contains(tier.poolIndex) ?? true) && (tierKinds?.contains(tier.kind) ?? true)
  }
}
