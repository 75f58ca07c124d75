/// What one decode instance carries of every class it admits, whatever the mix.
///
/// **Law.** In a pool of `n` instances, any rates x ≥ 0 with Σ_w loads[w]·x[w] ≤ n, spread evenly, keep the step at
/// every TPOT percentile within the tightest admitted objective, the batch within the largest batch, and the KV cache
/// within memory at that percentile.
///
/// **Why.** With o = Σ λ_w·E[O_w] decode tokens per second and instance, the mean batch solves b = o·t(b, s), where the
/// mean context s = Σ λ_w·E[O_w(I_w + O_w/2)]/o is a mean of the classes' own contexts s_w weighted by λ_w·E[O_w]. So
/// everything depends on the mix through (o, s), besides the moments of KV bytes, which are bounded by affine
/// majorants in s over the classes. At a given s all conditions are monotone in o; let o*(s) be the largest o that
/// meets them. An affine majorant α + β·s ≥ 1/o*(s) between the extreme contexts makes
/// loads[w] = E[O_w]·(α + β·s_w) safe: the row reads o·(α + β·s) ≤ 1, hence o ≤ o*(s). Where steps are linear in batch
/// and context, 1/o* is nearly affine and little is lost.
public struct DecodeEnvelope: Sendable, Hashable {
  /// Which condition decides.
  public enum Limit: String, Sendable, CaseIterable, Hashable {
    case tpot, memory, batch
  }

  /// Instances needed per request/s of each admitted class, in the order given.
  public var loads: [Double]
  /// Longest step at the ceiling: that of the quantile batch, over all mixes [s].
  public var stepSeconds: Double
  /// Mean running batch at the ceiling, largest over mixes.
  public var meanBatch: Double
  /// Batch to configure: the quantile of the running batch at the ceiling, largest over mixes.
  public var quantileBatch: Int
  /// What decides at the mean context where an instance carries fewest tokens.
  public var bindingLimit: Limit
}

extension ServingModel {
  /// The envelope of a decode instance, or why it cannot serve all of `admitted`.
  public func decodeEnvelope(_ configuration: InstanceConfiguration, admitted: [AdmittedClass])
    -> EnvelopeResult<DecodeEnvelope>
  {
    DecodeEnvelope.make(steps(configuration), admitted: admitted, assumptions: assumptions)
  }

  /// Envelopes of a decode instance for several largest batches, the one of `decodeEnvelope` first; none is no better
  /// than another for every class. Or why the instance cannot serve all of `admitted`.
  ///
  /// Loads are linear over all mixes; where short contexts would run far larger batches than long ones, a smaller largest
  /// batch can be kinder to the long ones. The smaller batches are powers of two whatever the largest one is, so that
  /// a larger limit leaves what a smaller one allowed.
  public func decodeEnvelopes(_ configuration: InstanceConfiguration, admitted: [AdmittedClass])
    -> EnvelopeResult<[DecodeEnvelope]>
  {
    DecodeEnvelope.variants(steps(configuration), admitted: admitted, assumptions: assumptions)
  }
}

/// The largest steady state at one mean context.
struct DecodeCeiling {
  var meanBatch: Double
  var quantileBatch: Double
  /// Step at the mean and at the quantile batch [s].
  var meanStep: Double
  var quantileStep: Double
  var limit: DecodeEnvelope.Limit

  /// Decode tokens per second of the instance.
  var tokensPerSecond: Double { meanBatch / meanStep }
}

/// Second moments and KV cache of mixes of classes, bounded by their mean context alone.
struct MixBound {
  /// Mean bytes of a running sequence at a mean context, at most.
  private let meanBytes: AffineMajorant
  /// Mean squared bytes, and mean squared context [tokens²].
  private let meanSquaredBytes: AffineMajorant
  private let meanSquaredContext: AffineMajorant
  private let capacity: Double

  init(_ demands: [DecodeDemand], capacity: Double) {
    meanBytes = AffineMajorant(over: demands.map { ($0.context, $0.byteSteps / $0.steps) })
    meanSquaredBytes = AffineMajorant(over: demands.map { ($0.context, $0.squaredByteSteps / $0.steps) })
    meanSquaredContext = AffineMajorant(over: demands.map { ($0.context, $0.squaredContextSteps / $0.steps) })
    self.capacity = capacity
  }

  /// E[c²]/E[c]² − 1 over running sequences, at most.
  func contextVariation(_ context: Double) -> Double {
    max(meanSquaredContext(context) / (context * context) - 1, 0)
  }

  /// Largest mean batch b with b·E[kv] + z·√(b·E[kv²]/(1 − η)) ≤ capacity (Campbell's formula for the variance of a
  /// sum over a Poisson number of sequences).
  func largestBatch(context: Double, z: Double, elasticity: Double) -> Double {
    let mean = meanBytes(context)
    guard mean > 0 else { return .infinity }
    let spread = z * (max(meanSquaredBytes(context), 0) / (1 - elasticity)).squareRoot()
    let root = ((spread * spread + 4 * mean * capacity).squareRoot() - spread) / (2 * mean)
    return root * root
  }
}

extension DecodeEnvelope {
  static func variants(_ steps: some StepTimes, admitted: [AdmittedClass], assumptions: ServingAssumptions)
    -> EnvelopeResult<[DecodeEnvelope]>
  {
    let whole: DecodeEnvelope
    switch make(steps, admitted: admitted, assumptions: assumptions) {
    case .rejected(let reason): return .rejected(reason: reason)
    case .serves(let envelope): whole = envelope
    }
    var found = [whole]
    guard admitted.count > 1 else { return .serves(found) }
    var cap = 4096
    while cap >= 16 {
      if cap < whole.quantileBatch,
        let envelope = make(steps, admitted: admitted, assumptions: assumptions, batchCap: cap).envelope,
        !found.contains(where: { other in zip(other.loads, envelope.loads).allSatisfy { $0 <= $1 } })
      {
        found.removeAll { other in zip(envelope.loads, other.loads).allSatisfy { $0 <= $1 } }
        found.append(envelope)
      } else if cap < whole.quantileBatch {
        // Smaller batches only serve less once they limit every mix.
        break
      }
      cap /= 2
    }
    return .serves(found)
  }

  /// - Parameter batchCap: Largest batch, where it is below that of the assumptions.
  static func make(
    _ steps: some StepTimes, admitted: [AdmittedClass], assumptions: ServingAssumptions, batchCap: Int = .max
  ) -> EnvelopeResult<DecodeEnvelope> {
    precondition(!admitted.isEmpty, "an envelope is for at least one class")
    let longest = admitted.reduce(0) { max($0, $1.lengths.maximumSequenceTokens) }
    if let reason = MemoryRejection.reason(steps, sequenceTokens: longest, what: "a sequence") {
      return .rejected(reason: reason)
    }
    let demands = admitted.map { DecodeDemand(steps, $0.lengths) }
    let bound = MixBound(demands, capacity: steps.kvCapacityBytes)
    let most = min(assumptions.instanceBatch(steps), batchCap)
    let contexts = demands.map(\.context)
    let objectives = TPOTObjective.binding(admitted, demands)
    var ceilings: [DecodeCeiling] = []
    let (least, farthest) = (contexts.min() ?? 0, contexts.max() ?? 0)
    let inverse = AffineMajorant.of(from: least, to: farthest, including: steps.contextBreaks) { context in
      guard let ceiling = ceiling(steps, context, objectives, bound, maximumBatch: most) else {
        return nil
      }
      ceilings.append(ceiling)
      return 1 / ceiling.tokensPerSecond
    }
    guard let inverse else { return .rejected(reason: singleStepReason(steps, farthest, objectives)) }
    return .serves(
      DecodeEnvelope(
        loads: demands.map { loadTolerance * $0.steps * inverse($0.context) },
        stepSeconds: ceilings.reduce(0) { max($0, $1.quantileStep) },
        meanBatch: ceilings.reduce(0) { max($0, $1.meanBatch) },
        quantileBatch: min(
          most, Int(ceilings.reduce(1) { max($0, $1.quantileBatch) }.rounded(.up))),
        bindingLimit: ceilings.min { $0.tokensPerSecond < $1.tokensPerSecond }?.limit ?? .batch))
  }

  /// The ceiling at one context; `nil` when one sequence is too slow.
  static func ceiling(
    _ steps: some StepTimes, _ context: Double, _ objectives: [TPOTObjective], _ bound: MixBound, maximumBatch: Int
  ) -> DecodeCeiling? {
    var curve = StepCurve(upTo: Double(maximumBatch)) { steps.decode(batch: $0, context: context) }
    var found: DecodeCeiling?
    for _ in 0..<6 {
      let share = found.map { BatchFluctuation.contextShare(steps, batch: $0.meanBatch, context: context) } ?? 1
      var states: [BatchFluctuation.State] = []
      guard let ceiling = ceiling(on: curve, context, objectives, bound, contextShare: share, &states) else {
        return nil
      }
      let settled = found.map { abs($0.meanBatch - ceiling.meanBatch) < 1e-3 * ceiling.meanBatch } ?? false
      found = ceiling
      if settled { break }
      // At every objective's solution, also of those that do not bind on the coarse curve.
      for state in states {
        curve.refine(at: state.quantile)
        curve.refine(at: state.mean)
      }
    }
    return found
  }

  private static func ceiling(
    on curve: StepCurve, _ context: Double, _ objectives: [TPOTObjective], _ bound: MixBound, contextShare: Double,
    _ states: inout [BatchFluctuation.State]
  ) -> DecodeCeiling? {
    var best: DecodeCeiling?
    for objective in objectives {
      guard let upper = curve.largestBatch(within: objective.seconds) else { return nil }
      let fluctuation = BatchFluctuation(z: objective.z, contextVariation: bound.contextVariation(context))
      var state = fluctuation.mean(quantile: upper, contextShare: contextShare) { curve($0) }
      guard state.mean > 1e-3 else { return nil }
      var limit = upper < curve.maximumBatch ? Limit.tpot : .batch
      func room(_ state: BatchFluctuation.State) -> Double {
        bound.largestBatch(context: context, z: objective.z, elasticity: state.elasticity) - state.mean
      }
      if room(state) < 0 {
        limit = .memory
        let batch = BatchFluctuation.root(between: 0, and: state.mean) { batch in
          -room(fluctuation.quantile(mean: batch, contextShare: contextShare) { curve($0) })
        }
        state = fluctuation.quantile(mean: batch, contextShare: contextShare) { curve($0) }
      }
      states.append(state)
      if best.map({ state.mean < $0.meanBatch }) ?? true {
        best = DecodeCeiling(
          meanBatch: state.mean, quantileBatch: min(state.quantile, upper), meanStep: curve(state.mean),
          quantileStep: curve(min(state.quantile, upper)), limit: limit)
      }
    }
    return best
  }

  private static func singleStepReason(
    _ steps: some StepTimes, _ context: Double, _ objectives: [TPOTObjective]
  ) -> String {
    let tightest = objectives.reduce(Double.infinity) { min($0, $1.seconds) }
    return "one decode step of a single sequence at \(Wording.tokens(context)) tokens of context takes "
      + "\(Wording.milliseconds(steps.decode(batch: 1, context: context))), which leaves no room within the TPOT "
      + "objective of \(Wording.milliseconds(tightest))"
  }
}

/// A limit on the step at a quantile of the batch.
struct TPOTObjective: Sendable, Hashable {
  /// [s]; infinite where only batch and memory limit.
  var seconds: Double
  /// Normal quantile of the percentile, not negative.
  var z: Double

  /// The objectives that no other one implies; one without a limit when no class states any. All sequences of an
  /// instance share its steps, so every admitted class's objective holds for the instance as a whole.
  ///
  /// A sequence joins at the end of the running step, half a step after it arrives on average, so its time per token is
  /// 1 + E[1/O]/2 steps; the limit on steps is shorter by this factor.
  static func binding(_ admitted: [AdmittedClass], _ demands: [DecodeDemand]) -> [TPOTObjective] {
    let stated = Set(
      zip(admitted, demands).map { admittedClass, demand in
        TPOTObjective(
          seconds: (admittedClass.tpot?.seconds ?? .infinity) / demand.stepsPerToken,
          z: Quantile.upperNormal(admittedClass.tpotPercentile))
      })
    return stated.filter { one in
      !stated.contains { $0 != one && $0.seconds <= one.seconds && $0.z >= one.z }
    }.sorted { ($0.seconds, $0.z) < ($1.seconds, $1.z) }
  }
}
