/// What one aggregated instance (chunked prefill and decode on the same devices) carries of every class it admits,
/// whatever the mix.
///
/// **Law.** In a pool of `n ≥ servers` instances, any rates x ≥ 0 with Σ_w loads[w]·x[w] ≤ n, spread evenly, meet every
/// admitted TTFT and TPOT objective by the formulas of `WaitingTime` and `AggregatedTPOT`.
///
/// **Why.** Let o = Σ λ_w E[O_w] be the decode tokens per second, s the mean context and x = Σ λ_w E[X_w]/o the prompt
/// time per decode token. Then u = x·o and b = o·t_dec(b, s)/(1 − u), that is o = b/(t_dec(b, s) + x·b): at given
/// (s, x) all decode conditions are monotone in b, hence in o. With b* the largest batch that meets them,
/// 1/o* = t_dec(b*, s)/b* + x. Both s and x of a mix are means of the classes' own values weighted by λ_w E[O_w], so a
/// plane above 1/o* over the box of the classes' values gives loads E[O_w]·plane(s_w, x_w) that are safe for mixes, as
/// in `DecodeEnvelope`; where steps are linear in batch and context, 1/o* is a plane. X is the longest over the batches
/// of the ceilings of all mixes, with as few prompts per step as the mix that has fewest: the smallest ceiling, with the
/// longest answers. Less load means fewer and shorter steps with prompts, though fewer share each of them: the time
/// that prompts add per step grows with the load. The prompt queue gives a second load by `PrefillEnvelope`, with
/// service times at the ceiling; both hold when the larger one is used.
public struct AggregatedEnvelope: Sendable, Hashable {
  /// Instances needed per request/s of each admitted class, in the order given.
  public var loads: [Double]
  /// Token budget of a step of one data-parallel rank, prompts and running sequences together.
  public var chunkTokens: Int
  /// Largest share of time that prompts may add to steps (u at the ceiling), over all mixes.
  public var prefillShare: Double
  /// Batch to configure: the quantile of the running batch at the ceiling.
  public var maximumBatch: Int
  /// Mean running batch at the ceiling, largest over mixes.
  public var meanBatch: Double
  /// Largest utilisation of the prompt queue.
  public var queueUtilizationCap: Double
  /// Servers behind one queue that the waiting time assumes.
  public var servers: Int
}

extension ServingModel {
  /// Up to three envelopes of an aggregated instance, for different largest batches: a small batch leaves shorter steps
  /// and so a shorter TTFT, a large one more decode throughput. None is no better than another for every class. Or why
  /// the instance cannot serve all of `admitted`.
  public func aggregatedEnvelopes(_ configuration: InstanceConfiguration, admitted: [AdmittedClass], servers: Int)
    -> EnvelopeResult<[AggregatedEnvelope]>
  {
    AggregatedEnvelope.make(
      steps(configuration), admitted: admitted, servers: assumptions.servers(of: servers), assumptions: assumptions)
  }

  /// The one of `aggregatedEnvelopes` with the smallest sum of loads relative to the best of each class.
  public func aggregatedEnvelope(_ configuration: InstanceConfiguration, admitted: [AdmittedClass], servers: Int)
    -> EnvelopeResult<AggregatedEnvelope>
  {
    switch aggregatedEnvelopes(configuration, admitted: admitted, servers: servers) {
    case .rejected(let reason): .rejected(reason: reason)
    case .serves(let envelopes):
      AggregatedEnvelope.best(of: envelopes).map { .serves($0) } ?? .rejected(reason: "no envelope")
    }
  }
}

extension AggregatedEnvelope {
  /// The envelope with the smallest mean of load ÷ best load of the class.
  static func best(of envelopes: [AggregatedEnvelope]) -> AggregatedEnvelope? {
    guard let first = envelopes.first else { return nil }
    let least = first.loads.indices.map { index in envelopes.reduce(.infinity) { min($0, $1.loads[index]) } }
    func score(_ envelope: AggregatedEnvelope) -> Double { zip(envelope.loads, least).reduce(0) { $0 + $1.0 / $1.1 } }
    return envelopes.min { score($0) < score($1) }
  }

  static func make(
    _ steps: some StepTimes, admitted: [AdmittedClass], servers: Int, assumptions: ServingAssumptions
  ) -> EnvelopeResult<[AggregatedEnvelope]> {
    precondition(!admitted.isEmpty, "an envelope is for at least one class")
    let longest = admitted.reduce(0) { max($0, $1.lengths.maximumSequenceTokens) }
    if let reason = MemoryRejection.reason(steps, sequenceTokens: longest, what: "a sequence") {
      return .rejected(reason: reason)
    }
    var solver = AggregatedCeilingSolver(steps, admitted: admitted, assumptions: assumptions)
    var found: [AggregatedEnvelope] = []
    var firstReason: String?
    var cap = Double(assumptions.maximumBatch)
    for _ in 0..<6 where found.count < 3 {
      switch solver.envelope(batchCap: cap, servers: servers) {
      case .serves(let result):
        // The next one is tried at a third of the batch that this one reaches.
        cap = min(cap, result.meanBatch) / 3
        if !found.contains(where: { other in zip(other.loads, result.loads).allSatisfy { $0 <= $1 * (1 + 1e-9) } }) {
          found.removeAll { other in zip(result.loads, other.loads).allSatisfy { $0 <= $1 } }
          found.append(result)
        }
      case .rejected(let reason):
        if firstReason == nil { firstReason = reason }
        cap = min(cap, solver.lastMeanBatch) / 3
      }
      if cap < 0.5 { break }
    }
    return found.isEmpty ? .rejected(reason: firstReason ?? "no load meets the objectives") : .serves(found)
  }
}
