/// What one prefill instance carries of every class it admits, whatever the mix.
///
/// **Law.** In a pool of `n ≥ servers` instances, any rates x ≥ 0 with Σ_w loads[w]·x[w] ≤ n meet every admitted TTFT
/// objective at its percentile by the formulas of `WaitingTime`.
///
/// **Why.** The wait depends on the mix only through ρ = Σ_w x[w]·E[S_w]/n and the mean residual service R of the mix,
/// and grows with both. Since R = Σ x E[S²] / (2 Σ x E[S]), R is a mean of the classes' own residuals R_w weighted by
/// their work, so it lies between them (mediant inequality). Let ρ*(R) be the largest ρ ≤ cap at which all objectives
/// hold, and A + B·R ≥ 1/ρ*(R) an affine majorant over that range. With loads[w] = E[S_w]·(A + B·R_w) the row says
/// ρ·(A + B·R) ≤ 1, hence ρ ≤ ρ*(R). At a fixed ρ delay falls with the number of servers, so more than `servers`
/// instances only help.
///
/// **Shared steps.** Where prompts fit together into the token budget of a step there is a second law, in which `S` is a prompt's
/// part of a full step and the delay is that of `SharedPromptWait`: it grows with ρ, R and with what a mix can have at most of
/// everything else at that ρ. Any mix within it meets the objectives on instances with that `maximumBatch`.
public struct PrefillEnvelope: Sendable, Hashable {
  /// Instances needed per request/s of each admitted class, in the order given.
  public var loads: [Double]
  /// Most prompts that an instance is to take into one step, for each data-parallel rank; 1 for one at a time.
  public var maximumBatch: Int = 1
  /// Smallest utilisation ρ* at which an instance may be run over all mixes.
  public var utilizationCap: Double
  /// Mean time a prompt of each class occupies an instance [s].
  public var serviceSeconds: [Double]
  /// Servers behind one queue that the waiting time assumes; 1 under random split.
  public var servers: Int
  /// Mean and standard deviation of the wait at the ceiling, largest over mixes [s].
  public var waitingSeconds: Double
  public var waitingDeviationSeconds: Double
}

extension ServingModel {
  /// The envelope of a prefill instance that needs least of it, or why it cannot serve all of `admitted`.
  ///
  /// - Parameters:
  ///   - servers: least number of instances that the pool will have; 1 is always safe.
  public func prefillEnvelope(_ configuration: InstanceConfiguration, admitted: [AdmittedClass], servers: Int)
    -> EnvelopeResult<PrefillEnvelope>
  {
    PrefillEnvelope.make(
      steps(configuration), admitted: admitted, servers: assumptions.servers(of: servers), assumptions: assumptions)
  }

  /// All envelopes of a prefill instance: with prompts one at a time, and in shared steps where they fit together. Each
  /// is a law by itself.
  public func prefillEnvelopes(_ configuration: InstanceConfiguration, admitted: [AdmittedClass], servers: Int)
    -> EnvelopeResult<[PrefillEnvelope]>
  {
    PrefillEnvelope.makeAll(
      steps(configuration), admitted: admitted, servers: assumptions.servers(of: servers), assumptions: assumptions)
  }
}

extension PrefillEnvelope {
  static func make(
    _ steps: some StepTimes, admitted: [AdmittedClass], servers: Int, assumptions: ServingAssumptions
  ) -> EnvelopeResult<PrefillEnvelope> {
    switch makeAll(steps, admitted: admitted, servers: servers, assumptions: assumptions) {
    case .rejected(let reason): return .rejected(reason: reason)
    case .serves(let all):
      // The one that needs less of the classes, each compared with the first.
      let best = all.min { left, right in
        zip(left.loads, right.loads).reduce(0) { $0 + $1.0 / $1.1 } < Double(left.loads.count)
      }
      return .serves(best ?? all[0])
    }
  }

  static func makeAll(
    _ steps: some StepTimes, admitted: [AdmittedClass], servers: Int, assumptions: ServingAssumptions
  ) -> EnvelopeResult<[PrefillEnvelope]> {
    precondition(!admitted.isEmpty, "an envelope is for at least one class")
    for admittedClass in admitted {
      let longest = admittedClass.lengths.points.reduce(0) { max($0, $1.inputTokens) }
      if let reason = MemoryRejection.reason(steps, sequenceTokens: longest, what: "the prompt") {
        return .rejected(reason: reason)
      }
    }
    let services = admitted.map { ServiceTimes.prefill(steps, $0.lengths) }
    let single = make(
      services, admitted: admitted, servers: servers, utilizationCap: assumptions.utilizationCap)
    let sharing = PromptSharing(
      steps, admitted.map(\.lengths), alone: services, stepTokens: assumptions.prefillStepTokens,
      maximumBatch: assumptions.maximumBatch)
    let together = sharing.flatMap {
      make($0, admitted: admitted, servers: servers, utilizationCap: assumptions.utilizationCap)
    }
    let all = [single.envelope, together].compactMap(\.self)
    if all.isEmpty, let reason = single.rejection { return .rejected(reason: reason) }
    return .serves(all)
  }

  /// The part after service times are known; also used for the prompts of aggregated instances.
  ///
  /// - Parameter waitFactor: Factor on the wait.
  static func make(
    _ services: [ServiceTimes], admitted: [AdmittedClass], servers: Int, utilizationCap: Double, waitFactor: Double = 1
  ) -> EnvelopeResult<PrefillEnvelope> {
    for (service, admittedClass) in zip(services, admitted) {
      guard let objective = admittedClass.ttft else { continue }
      let alone = service.latencyQuantile(objective.percentile)
      if alone > objective.seconds {
        return .rejected(
          reason: "prefill of \(admittedClass.id) takes \(Wording.milliseconds(alone)) without any wait at percentile "
            + "\(Wording.percentile(objective.percentile)), over the \(Wording.milliseconds(objective.seconds)) that its "
            + "TTFT objective leaves")
      }
    }
    let objectives = zip(services, admitted).compactMap { service, admittedClass in
      admittedClass.ttft.map { (service: service, objective: $0) }
    }
    func meets(_ utilization: Double, _ residual: Double) -> Bool {
      let wait = WaitingTime(servers: servers, utilization: utilization, meanResidual: residual)
      return objectives.allSatisfy {
        wait.exceeding($0.objective.seconds, with: $0.service) <= 1 - $0.objective.percentile
      }
    }
    let residuals = services.map { waitFactor * $0.meanResidual }
    guard let bound = UtilizationBound(residuals, cap: utilizationCap, meets) else {
      return .rejected(reason: Self.noQueueReason(objectives))
    }
    let waits = bound.caps.map {
      WaitingTime(servers: servers, utilization: $0.utilization, meanResidual: $0.residual)
    }
    return .serves(
      PrefillEnvelope(
        loads: zip(services, residuals).map { $0.mean * bound.inverse($1) },
        utilizationCap: bound.utilization, serviceSeconds: services.map(\.mean),
        servers: servers, waitingSeconds: waits.reduce(0) { max($0, $1.mean) },
        waitingDeviationSeconds: waits.reduce(0) { max($0, $1.deviation) }))
  }

  /// The envelope of prompts that share steps; `nil` when they cannot meet the objectives at any load.
  private static func make(
    _ sharing: PromptSharing, admitted: [AdmittedClass], servers: Int, utilizationCap: Double
  ) -> PrefillEnvelope? {
    let objectives = admitted.enumerated().compactMap { index, one in one.ttft.map { (index, $0) } }
    func meets(_ utilization: Double, _ residual: Double) -> Bool {
      let load = sharing.heaviestLoad(shared: utilization, residual: residual)
      let wait = SharedPromptWait(sharing, load, servers: servers)
      return objectives.allSatisfy { index, objective in
        wait.exceeding(objective.seconds, of: index) <= 1 - objective.percentile
      }
    }
    let residuals = sharing.members.map(\.shared.meanResidual)
    guard let bound = UtilizationBound(residuals, cap: utilizationCap, meets) else { return nil }
    let waits = bound.caps.map {
      WaitingTime(servers: servers, utilization: $0.utilization, meanResidual: $0.residual)
    }
    return PrefillEnvelope(
      loads: zip(sharing.members, residuals).map { $0.shared.mean * bound.inverse($1) },
      maximumBatch: sharing.mostPrompts,
      utilizationCap: bound.utilization, serviceSeconds: sharing.members.map(\.alone.mean), servers: servers,
      waitingSeconds: waits.reduce(0) { max($0, $1.mean) },
      waitingDeviationSeconds: waits.reduce(0) { max($0, $1.deviation) })
  }

  private static func noQueueReason(_ objectives: [(service: ServiceTimes, objective: LatencyObjective)]) -> String {
    let tightest = objectives.min {
      $0.objective.seconds - $0.service.latencyQuantile($0.objective.percentile)
        < $1.objective.seconds - $1.service.latencyQuantile($1.objective.percentile)
    }
    guard let tightest else { return "no wait is allowed" }
    let alone = tightest.service.latencyQuantile(tightest.objective.percentile)
    return
      "prefill takes \(Wording.milliseconds(alone)) of the \(Wording.milliseconds(tightest.objective.seconds)) that "
      + "the TTFT objective leaves, which leaves no time to wait for other prompts"
  }
}

/// The largest utilisations at which objectives hold, whatever the mix: 1/ρ*(R) ≤ `inverse(R)` for every mean residual R of a mix.
private struct UtilizationBound {
  let inverse: AffineMajorant
  /// ρ* where it was computed.
  private(set) var caps: [(residual: Double, utilization: Double)] = []

  /// - Parameters:
  ///   - residuals: mean residuals of the classes [s].
  ///   - cap: largest utilisation allowed.
  ///   - meets: whether all objectives hold at (utilisation, residual); once false it stays so as either grows.
  /// - Returns: `nil` when they fail at any load.
  init?(_ residuals: [Double], cap: Double, _ meets: (Double, Double) -> Bool) {
    func largest(_ residual: Double) -> Double {
      if meets(cap, residual) { return cap }
      var (low, high) = (0.0, cap)
      for _ in 0..<20 {
        let middle = (low + high) / 2
        if meets(middle, residual) { low = middle } else { high = middle }
      }
      return low
    }
    let (least, most) = (residuals.min() ?? 0, residuals.max() ?? 0)
    var caps: [(residual: Double, utilization: Double)] = []
    func inverseCap(_ residual: Double) -> Double? {
      let utilization = largest(residual)
      caps.append((residual, utilization))
      return utilization < 0.001 ? nil : 1 / utilization
    }
    let line =
      meets(cap, most)
      ? AffineMajorant.of(from: most, to: most, inverseCap)
      : AffineMajorant.of(from: least, to: most, inverseCap)
    guard let line else { return nil }
    inverse = line
    self.caps = caps
  }

  var utilization: Double { caps.reduce(1) { min($0, $1.utilization) } }
}

extension ServiceTimes {
  /// Times of the prompts of a class, each alone on the instance.
  static func prefill(_ steps: some StepTimes, _ lengths: LengthDistribution) -> ServiceTimes {
    overInputs(lengths) { input in
      let time = steps.prefill(inputTokens: input)
      return (time.occupancy, time.latency)
    }
  }

  /// One point per distinct input length; `times` gives (occupancy, latency).
  static func overInputs(_ lengths: LengthDistribution, _ times: (Double) -> (Double, Double)) -> ServiceTimes {
    var points: [Point] = []
    var current = -1.0
    for point in lengths.points {
      if point.inputTokens == current, let last = points.indices.last {
        points[last].weight += point.weight
      } else {
        let (occupancy, latency) = times(point.inputTokens)
        points.append(Point(occupancySeconds: occupancy, latencySeconds: latency, weight: point.weight))
        current = point.inputTokens
      }
    }
    return ServiceTimes(points: points)
  }
}

/// Why a sequence does not fit an instance.
enum MemoryRejection {
  static func reason(_ steps: some StepTimes, sequenceTokens: Double, what: String) -> String? {
    let capacity = steps.kvCapacityBytes
    if capacity <= 0 { return steps.shortfallText ?? "the weights leave no memory for the KV cache" }
    let needed = steps.kvBytes(sequenceTokens: sequenceTokens)
    guard needed > capacity else { return nil }
    return
      "\(what) of \(Wording.tokens(sequenceTokens)) tokens needs \(Wording.gigabytes(needed)) of KV cache, over the "
      + "\(Wording.gigabytes(capacity)) that the weights leave"
  }
}
