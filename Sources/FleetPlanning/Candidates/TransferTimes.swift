import FleetServing

/// KV transfer times between configurations, looked up by what they depend on.
///
/// A prefill candidate keeps an allowance free within its TTFT objective: the longest transfer to any decode instance
/// that it may send to. Reaching every endpoint costs the slowest link; so beside the candidate with all partners
/// there may be variants with the nearest ones only.
struct TransferTimes: Sendable {
  /// A set of endpoints and what reaching all of them takes.
  struct Variant: Sendable {
    /// Endpoint indices, ascending.
    var partners: [Int]
    /// Transfer allowance by class index [s].
    var allowances: [Int: Double]
    /// `nil` for the variant with all partners.
    var label: String?
  }

  /// A smaller partner set must free this share of some class's TTFT objective to be worth a variant.
  static let worthwhileShare = 0.02

  let problem: PlanningProblem
  let serving: ServingModel
  let endpoints: [DecodeEndpoint]
  /// Decode configurations by endpoint, one per shape (devices, TP, PP): transfers depend on nothing else of them.
  let receivers: [[InstanceConfiguration]]
  let lengths: [LengthDistribution]

  init(problem: PlanningProblem, serving: ServingModel, set: CandidateSet, lengths: [LengthDistribution]) {
    self.problem = problem
    self.serving = serving
    self.lengths = lengths
    endpoints = set.endpoints
    receivers = set.endpoints.indices.map { endpoint in
      var shapes: Set<ParallelStrategy> = []
      return set.candidates.compactMap { candidate in
        guard candidate.endpoint == endpoint, let configuration = candidate.configuration,
          shapes.insert(configuration.strategy).inserted
        else { return nil }
        return configuration
      }
    }
  }

  /// Prompt length whose transfer counts: the quantile of the class's TTFT objective [tokens].
  static func countedTokens(_ requestClass: RequestClass, lengths: LengthDistribution) -> Double {
    let share = EffectiveObjectives(requestClass).ttft?.percentile ?? 0.95
    var covered = 0.0
    for point in lengths.points {
      covered += point.weight
      if covered >= share - 1e-12 { return point.inputTokens }
    }
    return lengths.points[lengths.points.count - 1].inputTokens
  }

  func link(from prefillPool: Int, to decodePool: Int) -> PoolLink? {
    problem.links.first {
      $0.prefillPoolID == problem.pools[prefillPool].id && $0.decodePoolID == problem.pools[decodePool].id
    }
  }

  /// Whether the problem's rule lets one pool send KV caches to another.
  static func mayExchange(_ problem: PlanningProblem, _ prefillPool: Int, _ decodePool: Int) -> Bool {
    let pair = PoolPair(
      prefillPoolID: problem.pools[prefillPool].id, decodePoolID: problem.pools[decodePool].id)
    switch problem.kvExchange {
    case .all: return true
    case .sameAccelerator:
      return problem.pools[prefillPool].accelerator.id == problem.pools[decodePool].accelerator.id
    case .only(let pairs): return pairs.contains(pair)
    case .except(let pairs): return !pairs.contains(pair)
    }
  }

  /// Longest visible transfer of a class from a configuration to any receiver of an endpoint [s]; `nil` = impossible.
  func worstSeconds(
    from sender: InstanceConfiguration, pool: Int, to endpoint: Int, classIndex: Int
  ) -> Double? {
    let decodePool = endpoints[endpoint].poolIndex
    guard Self.mayExchange(problem, pool, decodePool), endpoints[endpoint].accepts(sender.strategy) else { return nil }
    let tokens = Self.countedTokens(problem.classes[classIndex], lengths: lengths[classIndex])
    let prefill = serving.latency.withoutMargin.prefillSeconds(sender, inputTokens: tokens).totalSeconds
    let link = link(from: pool, to: decodePool)
    var worst = 0.0
    for receiver in receivers[endpoint] {
      guard
        let estimate = KVTransferModel(constants: serving.latency.constants).estimate(
          from: sender, to: receiver, tokens: tokens, link: link, prefillSeconds: prefill)
      else { return nil }
      worst = max(worst, estimate.visibleSeconds)
    }
    return worst
  }

  /// Partner sets worth distinguishing: all, and the nearest ones where leaving out the rest frees time.
  func partnerVariants(for sender: InstanceConfiguration, place: CandidateEnumeration.Place) -> [Variant] {
    let classes = problem.classes.indices.filter {
      problem.classes[$0].modelID == problem.models[place.modelIndex].id
    }
    var reachable: [(endpoint: Int, times: [Int: Double], worstShare: Double)] = []
    for endpoint in endpoints.indices where endpoints[endpoint].modelIndex == place.modelIndex {
      var times: [Int: Double] = [:]
      var worstShare = 0.0
      for classIndex in classes {
        guard
          let seconds = worstSeconds(
            from: sender, pool: place.poolIndex, to: endpoint, classIndex: classIndex)
        else { continue }
        times[classIndex] = seconds
        let objective = EffectiveObjectives(problem.classes[classIndex]).ttft?.seconds ?? .infinity
        worstShare = max(worstShare, seconds / objective)
      }
      if times.count == classes.count { reachable.append((endpoint, times, worstShare)) }
    }
    guard !reachable.isEmpty else { return [] }
    reachable.sort { ($0.worstShare, $0.endpoint) < ($1.worstShare, $1.endpoint) }

    var variants: [Variant] = []
    var previousShare = Double.infinity
    for count in stride(from: reachable.count, through: 1, by: -1) {
      let nearest = reachable[..<count]
      let share = nearest.last?.worstShare ?? 0
      guard previousShare - share > Self.worthwhileShare else { continue }
      previousShare = share
      var allowances: [Int: Double] = [:]
      for classIndex in classes {
        allowances[classIndex] = nearest.reduce(0) { max($0, $1.times[classIndex] ?? 0) }
      }
      let isAll = count == reachable.count
      variants.append(
        Variant(
          partners: nearest.map(\.endpoint).sorted(), allowances: allowances,
          label: isAll ? nil : "near-\(count)"))
    }
    return variants
  }

  /// Why a configuration can send to no decode instance.
  func noPartnerReason(for sender: InstanceConfiguration, place: CandidateEnumeration.Place) -> String {
    let own = endpoints.indices.filter { endpoints[$0].modelIndex == place.modelIndex }
    if own.isEmpty { return "no decode instance of this model is possible" }
    let pool = problem.pools[place.poolIndex].id
    let reached = own.filter { Self.mayExchange(problem, place.poolIndex, endpoints[$0].poolIndex) }
    if !reached.isEmpty, !reached.contains(where: { endpoints[$0].accepts(sender.strategy) }) {
      return "no decode instance has TP\(sender.strategy.tensor) too"
    }
    for endpoint in own where endpoints[endpoint].accepts(sender.strategy) {
      let decodePool = endpoints[endpoint].poolIndex
      guard Self.mayExchange(problem, place.poolIndex, decodePool), let receiver = receivers[endpoint].first else {
        continue
      }
      if case .incompatible(let reason) = KVCompatibility.check(from: sender, to: receiver) { return reason }
    }
    return "no decode pool may receive KV from \(pool)"
  }
}
