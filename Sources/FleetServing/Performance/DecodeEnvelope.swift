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
  /// What decides at the largest mean context.
  public var bindingLimit: Limit
}

extension ServingModel {
  /// The envelope of a decode instance, or why it cannot serve all of `admitted`.
  public func decodeEnvelope(_ configuration: InstanceConfiguration, admitted: [AdmittedClass])
    -> EnvelopeResult<DecodeEnvelope>
  {
    DecodeEnvelope.make(steps(configuration), admitted: admitted, assumptions: assumptions)
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

/// The KV cache of mixes of classes, bounded by their mean context alone.
struct CacheBound {
  /// Mean bytes of a running sequence at a mean context, at most.
  private let meanBytes: AffineMajorant
  /// Mean squared bytes.
  private let meanSquaredBytes: AffineMajorant
  private let capacity: Double

  init(_ demands: [DecodeDemand], capacity: Double) {
    meanBytes = AffineMajorant(over: demands.map { ($0.context, $0.byteSteps / $0.steps) })
    meanSquaredBytes = AffineMajorant(over: demands.map { ($0.context, $0.squaredByteSteps / $0.steps) })
    self.capacity = capacity
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
  static func make(_ steps: some StepTimes, admitted: [AdmittedClass], assumptions: ServingAssumptions)
    -> EnvelopeResult<DecodeEnvelope>
  {
    precondition(!admitted.isEmpty, "an envelope is for at least one class")
    let longest = admitted.reduce(0) { max($0, $1.lengths.maximumSequenceTokens) }
    if let reason = MemoryRejection.reason(steps, sequenceTokens: longest, what: "a sequence") {
      return .rejected(reason: reason)
    }
    let demands = admitted.map { DecodeDemand(steps, $0.lengths) }
    let cache = CacheBound(demands, capacity: steps.kvCapacityBytes)
    let contexts = demands.map(\.context)
    let nodes = PrefillEnvelope.nodes(from: contexts.min() ?? 0, to: contexts.max() ?? 0)
    let objectives = TPOTObjective.binding(admitted)
    var ceilings: [DecodeCeiling] = []
    for context in nodes {
      let curve = StepCurve(upTo: Double(assumptions.maximumBatch)) { steps.decode(batch: $0, context: context) }
      guard let ceiling = ceiling(curve, context: context, objectives: objectives, cache: cache) else {
        return .rejected(reason: singleStepReason(steps.decode(batch: 1, context: context), context, objectives))
      }
      ceilings.append(ceiling)
    }
    let inverse = AffineMajorant(over: zip(nodes, ceilings).map { ($0, 1 / $1.tokensPerSecond) })
    return .serves(
      DecodeEnvelope(
        loads: demands.map { $0.steps * inverse($0.context) },
        stepSeconds: ceilings.reduce(0) { max($0, $1.quantileStep) },
        meanBatch: ceilings.reduce(0) { max($0, $1.meanBatch) },
        quantileBatch: min(
          assumptions.maximumBatch, Int(ceilings.reduce(1) { max($0, $1.quantileBatch) }.rounded(.up))),
        bindingLimit: ceilings.last?.limit ?? .batch))
  }

  /// Solves for the ceiling on a curve, refining it where the solution lies; `nil` when one sequence is too slow.
  private static func ceiling(
    _ coarse: StepCurve, context: Double, objectives: [TPOTObjective], cache: CacheBound
  ) -> DecodeCeiling? {
    var curve = coarse
    var found: DecodeCeiling?
    for _ in 0..<6 {
      guard let ceiling = ceiling(on: curve, context: context, objectives: objectives, cache: cache) else { return nil }
      found = ceiling
      let moved = curve.refine(at: ceiling.quantileBatch, tolerance: 1e-3)
      if !(curve.refine(at: ceiling.meanBatch, tolerance: 1e-3) || moved) { break }
    }
    return found
  }

  private static func ceiling(
    on curve: StepCurve, context: Double, objectives: [TPOTObjective], cache: CacheBound
  ) -> DecodeCeiling? {
    var best: DecodeCeiling?
    for objective in objectives {
      guard let upper = curve.largestBatch(within: objective.seconds) else { return nil }
      let z = objective.z
      let state = BatchFluctuation.mean(quantile: upper, z: z, step: { curve($0) })
      var ceiling = DecodeCeiling(
        meanBatch: state.batch, quantileBatch: upper, meanStep: curve(state.batch), quantileStep: curve(upper),
        limit: upper < curve.maximumBatch ? .tpot : .batch)
      var elasticity = state.elasticity
      if cache.largestBatch(context: context, z: z, elasticity: elasticity) < ceiling.meanBatch {
        for _ in 0..<4 {
          let batch = min(cache.largestBatch(context: context, z: z, elasticity: elasticity), ceiling.meanBatch)
          let quantile = BatchFluctuation.quantile(mean: batch, z: z, step: { curve($0) })
          ceiling = DecodeCeiling(
            meanBatch: batch, quantileBatch: min(quantile.batch, upper), meanStep: curve(batch),
            quantileStep: curve(min(quantile.batch, upper)), limit: .memory)
          elasticity = quantile.elasticity
        }
      }
      if best.map({ ceiling.meanBatch < $0.meanBatch }) ?? true { best = ceiling }
    }
    return best
  }

  private static func singleStepReason(_ step: Double, _ context: Double, _ objectives: [TPOTObjective]) -> String {
    let tightest = objectives.reduce(Double.infinity) { min($0, $1.seconds) }
    return "one decode step of a single sequence at \(Wording.tokens(context)) tokens of context takes "
      + "\(Wording.milliseconds(step)), over the TPOT objective of \(Wording.milliseconds(tightest))"
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
  static func binding(_ admitted: [AdmittedClass]) -> [TPOTObjective] {
    let stated = Set(
      admitted.map {
        TPOTObjective(seconds: $0.tpot?.seconds ?? .infinity, z: Quantile.upperNormal($0.tpotPercentile))
      })
    return stated.filter { one in
      !stated.contains { $0 != one && $0.seconds <= one.seconds && $0.z >= one.z }
    }.sorted { ($0.seconds, $0.z) < ($1.seconds, $1.z) }
  }
}
