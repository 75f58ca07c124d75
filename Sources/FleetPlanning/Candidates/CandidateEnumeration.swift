import Foundation
import FleetServing

/// Enumerates every way to run instances that a problem allows, sized by the latency model or by measured tables.
///
/// Order of work: decode first (its pools are the endpoints that prefill may send to), then prefill with the transfer
/// time of its partners taken off the TTFT objective, then aggregated, then measured tables. Whatever is not made
/// leaves a `RejectedCandidate` with the reason.
struct CandidateEnumeration {
  let problem: PlanningProblem
  let serving: ServingModel
  let objectives: [EffectiveObjectives]
  /// Length distributions with few points, which is what sizing works with.
  let lengths: [LengthDistribution]
  /// When to give up.
  var limit: EnumerationLimit?

  /// Points that a length distribution is compressed to before sizing.
  static let sizingPoints = 48

  /// - Parameter margin: End of the error bands to size for; by default the one that the policy asks for.
  init(problem: PlanningProblem, constants: LatencyConstants, margin: LatencyMargin? = nil) {
    self.problem = problem
    let constants = margin.map { constants.with(margin: $0) } ?? constants.adjusted(to: problem.policy)
    serving = ServingModel(
      latency: LatencyModel(constants: constants), assumptions: ServingAssumptions(policy: problem.policy))
    objectives = problem.classes.map(EffectiveObjectives.init)
    lengths = problem.classes.map { $0.lengths.compressed(to: Self.sizingPoints) }
  }

  /// - Parameter adjustments: Factors that loads are multiplied by at the end.
  func enumerate(_ adjustments: LoadAdjustments = LoadAdjustments()) -> CandidateSet {
    var set = CandidateSet(candidates: [], endpoints: [], rejected: [])
    let places = problem.models.indices.flatMap { model in
      problem.pools.indices.map { Place(modelIndex: model, poolIndex: $0) }
    }
    let configurations = places.map { self.configurations($0) }
    let disaggregates = problem.policy.servingModes.contains(.disaggregated)
    let decodes = disaggregates ? concurrently(configurations) { self.decodeCandidates($0) } : []
    for part in decodes { set.append(part, endpointsFrom: problem) }
    addTables(phase: .decode, to: &set)

    if disaggregates {
      let transfer = TransferTimes(problem: problem, serving: serving, set: set, lengths: lengths)
      let snapshot = set
      for part in concurrently(configurations, { self.prefillCandidates($0, snapshot, transfer) }) {
        set.append(part, endpointsFrom: problem)
      }
      addTables(phase: .prefill, to: &set)
    }
    if problem.policy.servingModes.contains(.aggregated) {
      for part in concurrently(configurations, { self.aggregatedCandidates($0) }) {
        set.append(part, endpointsFrom: problem)
      }
      addTables(phase: .aggregated, to: &set)
    }
    for part in configurations { set.rejected.append(contentsOf: part.rejected) }
    set.candidates = adjustments.applied(to: set.candidates, of: problem)
    return set
  }

  struct Place: Sendable, Hashable {
    var modelIndex: Int
    var poolIndex: Int
  }

  /// Supported configurations of one model in one pool.
  struct Configurations: Sendable {
    var place: Place
    var usable: [InstanceConfiguration] = []
    /// The same with context groups, which share prompts: for prefill alone.
    var contextual: [InstanceConfiguration] = []
    var rejected: [RejectedCandidate] = []

    mutating func reject(_ configuration: InstanceConfiguration, _ phases: [Phase], _ reason: String) {
      rejected += phases.map { phase in
        RejectedCandidate(
          phase: phase, modelIndex: place.modelIndex, poolIndex: place.poolIndex,
          subject: "\(configuration.strategy) \(configuration.weightPrecision.rawValue)", reason: reason)
      }
    }
  }

  /// What one phase of one place yields.
  struct Part: Sendable {
    var candidates: [Candidate] = []
    var rejected: [RejectedCandidate] = []
    var isComplete = true

    /// Whether there is time for another configuration; remembers when there was none.
    mutating func goesOn(_ limit: EnumerationLimit?) -> Bool {
      if limit?.isReached == true { isComplete = false }
      return isComplete
    }
  }

  private func configurations(_ place: Place) -> Configurations {
    var result = Configurations(place: place)
    let model = problem.models[place.modelIndex]
    let pool = problem.pools[place.poolIndex]
    guard let architecture = model.architecture, !pool.measuredOnly else { return result }
    let accelerator = pool.accelerator
    for precision in model.weightPrecisions {
      for kvPrecision in model.kvPrecisions {
        let steps = problem.policy.pipelineDegrees.map { [$0] } ?? StrategyEnumeration.automaticPipelineDegrees
        for degrees in steps {
          let before = result.usable.count
          for strategy in StrategyEnumeration.strategies(
            for: architecture, on: accelerator, policy: problem.policy, pipelineDegrees: degrees,
            stock: pool.stockDevices)
          {
            let configuration = InstanceConfiguration(
              model: architecture, accelerator: accelerator, strategy: strategy, weightPrecision: precision,
              kvPrecision: kvPrecision, backend: pool.backend)
            if let fault = fault(of: configuration) {
              result.reject(configuration, phases, fault)
            } else {
              result.usable.append(configuration)
            }
          }
          if result.usable.count > before { break }
        }
      }
    }
    if phases.contains(.prefill) { addContextGroups(to: &result) }
    return result
  }

  /// Prefill instances of several context groups, of every strategy that runs without and has neither stages nor data ranks.
  private func addContextGroups(to result: inout Configurations) {
    let limit = problem.policy.maximumDevicesPerInstance ?? StrategyEnumeration.defaultMaximumDevices
    for single in result.usable where single.strategy.pipeline == 1 && single.strategy.data == 1 {
      for degree in problem.policy.contextDegrees where degree > 1 {
        var configuration = single
        configuration.strategy.context = degree
        guard configuration.devices <= limit else { continue }
        if let fault = fault(of: configuration) {
          result.reject(configuration, [.prefill], fault)
        } else {
          result.contextual.append(configuration)
        }
      }
    }
  }

  /// Why an instance cannot run at all, whatever the traffic; `nil` when it can.
  private func fault(of configuration: InstanceConfiguration) -> String? {
    let node = configuration.accelerator.devicesPerNode
    return StrategyEnumeration.packingFault(devices: configuration.devices, node: node)
      ?? serving.latency.unsupportedReason(configuration)
      ?? MemoryFootprint(configuration, constants: serving.latency.constants).shortfallText
  }

  var phases: [Phase] {
    (problem.policy.servingModes.contains(.disaggregated) ? [.prefill, .decode] : [])
      + (problem.policy.servingModes.contains(.aggregated) ? [.aggregated] : [])
  }

  /// Classes of a model with traffic, as sizing sees them.
  func admitted(_ modelIndex: Int, allowances: [Int: Double] = [:]) -> [(index: Int, class: AdmittedClass)] {
    problem.classes.enumerated().compactMap { index, requestClass in
      guard requestClass.modelID == problem.models[modelIndex].id else { return nil }
      var ttft = objectives[index].ttft
      ttft?.seconds -= allowances[index] ?? 0
      return (
        index,
        AdmittedClass(id: requestClass.id, lengths: lengths[index], ttft: ttft, tpot: objectives[index].tpot)
      )
    }
  }

  /// Runs one phase of all places, several at a time; the order of results is that of the places.
  private func concurrently<T: Sendable>(
    _ items: [Configurations], _ work: @Sendable (Configurations) -> T
  ) -> [T] {
    withoutActuallyEscaping(work) { work in
      let slots = Slots<T>(count: items.count)
      DispatchQueue.concurrentPerform(iterations: items.count) { index in
        slots.set(work(items[index]), at: index)
      }
      return slots.values
    }
  }
}

/// Results of parallel work by index.
final class Slots<T: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var stored: [T?]

  init(count: Int) { stored = Array(repeating: nil, count: count) }

  func set(_ value: T, at index: Int) {
    lock.lock()
    defer { lock.unlock() }
    stored[index] = value
  }

  /// All values; those never set are left out.
  var values: [T] {
    lock.lock()
    defer { lock.unlock() }
    return stored.compactMap { $0 }
  }
}

extension CandidateSet {
  /// Adds candidates, registers endpoints of decode candidates, and makes ids unique.
  mutating func append(_ part: CandidateEnumeration.Part, endpointsFrom problem: PlanningProblem) {
    if !part.isComplete { isComplete = false }
    var taken = Set(candidates.map(\.id))
    for var candidate in part.candidates {
      if candidate.phase == .decode {
        let endpoint = DecodeEndpoint(
          modelIndex: candidate.modelIndex, poolIndex: candidate.poolIndex, kvPrecision: candidate.kvPrecision,
          tensorDegree: problem.policy.equalTensorDegrees ? candidate.strategy.tensor : nil)
        if let known = endpoints.firstIndex(of: endpoint) {
          candidate.endpoint = known
        } else {
          candidate.endpoint = endpoints.count
          endpoints.append(endpoint)
        }
      }
      var id = candidate.id
      var ordinal = 2
      while !taken.insert(id).inserted {
        id = "\(candidate.id)-\(ordinal)"
        ordinal += 1
      }
      candidate.id = id
      candidates.append(candidate)
    }
    rejected.append(contentsOf: part.rejected)
  }
}
