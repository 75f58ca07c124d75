/// Finds the largest steady states of an aggregated instance and the loads that follow from them.
struct AggregatedCeilingSolver<Steps: StepTimes> {
  private let steps: Steps
  private let admitted: [AdmittedClass]
  private let assumptions: ServingAssumptions
  private let demands: [DecodeDemand]
  private let cache: CacheBound
  private let contexts: [Double]
  private var curves: [StepCurve]
  /// TPOT limits with the moments of the classes that state them.
  private let limits: [Limit]
  private let highestZ: Double
  /// Mean batch of the last ceiling, also when the prompt queue then rejected it.
  private(set) var lastMeanBatch: Double

  private struct Limit {
    var seconds: Double
    var z: Double
    var demand: DecodeDemand
  }

  /// The largest mean batch at one point of the box, and the step there.
  private struct Ceiling {
    var batch: Double
    var quantileBatch: Double
    var plainStep: Double
  }

  init(_ steps: Steps, admitted: [AdmittedClass], assumptions: ServingAssumptions) {
    self.steps = steps
    self.admitted = admitted
    self.assumptions = assumptions
    demands = admitted.map { DecodeDemand(steps, $0.lengths) }
    // A prompt in progress holds its cache too; while one is processed, its size is weighted by its length.
    let reserve = admitted.reduce(0) { largest, admittedClass in
      let mean = admittedClass.lengths.mean { steps.kvBytes(sequenceTokens: $0.inputTokens) }
      let squares = admittedClass.lengths.mean {
        let bytes = steps.kvBytes(sequenceTokens: $0.inputTokens)
        return bytes * bytes
      }
      return mean > 0 ? max(largest, squares / mean) : largest
    }
    cache = CacheBound(demands, capacity: max(steps.kvCapacityBytes - reserve, 0))
    let values = demands.map(\.context)
    contexts = PrefillEnvelope.nodes(from: values.min() ?? 0, to: values.max() ?? 0, count: 3)
    curves = contexts.map { context in
      StepCurve(upTo: Double(assumptions.maximumBatch)) { steps.decode(batch: $0, context: context) }
    }
    limits = zip(admitted, demands).compactMap { admittedClass, demand in
      admittedClass.tpot.map {
        Limit(seconds: $0.seconds, z: Quantile.upperNormal($0.percentile), demand: demand)
      }
    }
    highestZ = admitted.reduce(0) { max($0, Quantile.upperNormal($1.tpotPercentile)) }
    lastMeanBatch = Double(assumptions.maximumBatch)
  }

  /// The envelope whose mean batch does not exceed `batchCap`.
  mutating func envelope(batchCap: Double, servers: Int) -> EnvelopeResult<AggregatedEnvelope> {
    var batch = min(batchCap, decodeOnlyBatch())
    var result: EnvelopeResult<AggregatedEnvelope> = .rejected(reason: tooSlowReason())
    // X depends on the batch of the ceiling and the ceiling on X: from above, where X is longest, it settles at once.
    for _ in 0..<2 {
      guard let solved = solve(batchCap: batchCap, assumedBatch: batch) else {
        lastMeanBatch = batch
        return .rejected(reason: tooSlowReason())
      }
      let reached = solved.ceilings.reduce(0) { max($0, $1.batch) }
      lastMeanBatch = reached
      result = combine(solved, meanBatch: reached, servers: servers)
      if reached > 0.8 * batch { break }
      batch = reached
    }
    return result
  }

  private struct Solution {
    var ceilings: [Ceiling]
    var loads: [Double]
    var prefillShare: Double
  }

  private mutating func solve(batchCap: Double, assumedBatch: Double) -> Solution? {
    let context = contexts[contexts.count - 1]
    let prompts = admitted.map { admittedClass in
      [assumedBatch, assumedBatch / 8].map {
        ChunkedPrompts(
          steps, admittedClass.lengths, chunkTokens: assumptions.chunkTokens, batch: $0, context: context)
      }
    }
    let added = prompts.map { pair in pair.reduce(0) { max($0, $1.addedSeconds) } }
    let residual = prompts.joined().reduce(0) {
      $1.addedSeconds > 0 ? max($0, $1.squaredAddedSeconds / $1.addedSeconds) : $0
    }
    let quantile = min(Double(assumptions.maximumBatch), assumedBatch + highestZ * (2 * assumedBatch).squareRoot())
    let longestStep = steps.longestMixed(
      admitted.map(\.lengths), chunkTokens: assumptions.chunkTokens, batch: quantile, context: context)
    let perToken = zip(added, demands).map { $0 / $1.steps }
    let (low, high) = (perToken.min() ?? 0, perToken.max() ?? 0)
    let shares = high - low > 1e-3 * high ? [low, high] : [high]

    var ceilings: [Ceiling] = []
    var inverse: [(s: Double, x: Double, y: Double)] = []
    var prefillShare = 0.0
    for index in contexts.indices {
      for share in shares {
        guard let found = ceiling(at: index, share, residual, batchCap: batchCap, longestStep: longestStep) else {
          return nil
        }
        ceilings.append(found)
        let time = found.plainStep + share * found.batch
        inverse.append((contexts[index], share, time / found.batch))
        prefillShare = max(prefillShare, share * found.batch / time)
      }
    }
    let plane = PlaneMajorant(over: inverse)
    let loads = demands.indices.map { demands[$0].steps * plane(demands[$0].context, perToken[$0]) }
    return Solution(ceilings: ceilings, loads: loads, prefillShare: prefillShare)
  }

  /// Adds the load of the prompt queue at the ceiling.
  private func combine(_ solved: Solution, meanBatch: Double, servers: Int) -> EnvelopeResult<AggregatedEnvelope> {
    let context = contexts[contexts.count - 1]
    let services = admitted.map {
      ChunkedPrompts(
        steps, $0.lengths, chunkTokens: assumptions.chunkTokens, batch: meanBatch, context: context
      ).service
    }
    switch PrefillEnvelope.make(
      services, admitted: admitted, servers: servers, utilizationCap: assumptions.utilizationCap)
    {
    case .rejected(let reason):
      return .rejected(reason: reason + " (\(Wording.tokens(meanBatch.rounded(.up))) sequences decoding beside it)")
    case .serves(let queue):
      return .serves(
        AggregatedEnvelope(
          loads: zip(solved.loads, queue.loads).map { max($0, $1) }, chunkTokens: assumptions.chunkTokens,
          prefillShare: solved.prefillShare,
          maximumBatch: min(
            assumptions.maximumBatch, Int(solved.ceilings.reduce(1) { max($0, $1.quantileBatch) }.rounded(.up))),
          meanBatch: meanBatch, queueUtilizationCap: queue.utilizationCap, servers: servers))
    }
  }

  /// Solves on the curve of one context and refines it there; `nil` when no load meets the limits.
  private mutating func ceiling(
    at index: Int, _ share: Double, _ residual: Double, batchCap: Double, longestStep: Double
  ) -> Ceiling? {
    var found: Ceiling?
    for _ in 0..<4 {
      let curve = curves[index]
      let context = contexts[index]
      func meets(_ batch: Double) -> Bool {
        self.meets(batch, curve, context: context, share: share, residual: residual, longestStep: longestStep)
      }
      var (low, high) = (1e-3, max(batchCap, 2e-3))
      guard meets(low) else { return nil }
      if meets(high) {
        low = high
      } else {
        // Geometric bisection to 0.02 %.
        while high > low * 1.0002 {
          let middle = (low * high).squareRoot()
          if meets(middle) { low = middle } else { high = middle }
        }
      }
      let plain = curve(low)
      let free = plain / (plain + share * low)
      let quantile = BatchFluctuation.quantile(mean: low, z: highestZ, free: free, step: { curve($0) }).batch
      found = Ceiling(batch: low, quantileBatch: quantile, plainStep: plain)
      let moved = curves[index].refine(at: quantile, tolerance: 2e-3)
      if !(curves[index].refine(at: low, tolerance: 2e-3) || moved) { break }
    }
    return found
  }

  private func meets(
    _ batch: Double, _ curve: StepCurve, context: Double, share: Double, residual: Double, longestStep: Double
  ) -> Bool {
    let plain = curve(batch)
    let free = plain / (plain + share * batch)
    let peak = BatchFluctuation.quantile(mean: batch, z: highestZ, free: free, step: { curve($0) })
    if peak.batch > curve.maximumBatch { return false }
    let elasticity = 1 - (1 - peak.elasticity) * free
    if cache.largestBatch(context: context, z: highestZ, elasticity: elasticity) < batch { return false }
    return limits.allSatisfy { limit in
      let quantile =
        limit.z == highestZ
        ? peak.batch : BatchFluctuation.quantile(mean: batch, z: limit.z, free: free, step: { curve($0) }).batch
      let tpot = AggregatedTPOT(
        plainStep: plain, plainStepAtQuantile: curve(quantile), prefillShare: 1 - free,
        promptVarianceRate: (1 - free) * residual, longestStep: longestStep, margin: assumptions.aggregatedMargin)
      return tpot.quantile(z: limit.z, meanInverseSteps: limit.demand.meanInverseSteps, meanSteps: limit.demand.steps)
        <= limit.seconds
    }
  }

  /// Largest batch at which plain steps meet the limits: no ceiling with prompts lies above it.
  private func decodeOnlyBatch() -> Double {
    let tightest = limits.reduce(.infinity) { min($0, $1.seconds) }
    let batch = curves.reduce(1.0) { max($0, $1.largestBatch(within: tightest) ?? 1) }
    return contexts.reduce(batch) {
      min($0, max(cache.largestBatch(context: $1, z: 0, elasticity: 0), 1))
    }
  }

  private func tooSlowReason() -> String {
    let tightest = limits.reduce(.infinity) { min($0, $1.seconds) }
    let step = steps.decode(batch: 1, context: contexts[contexts.count - 1])
    let chunk = steps.longestMixed(
      admitted.map(\.lengths), chunkTokens: assumptions.chunkTokens, batch: 1, context: contexts[contexts.count - 1])
    return
      "steps of \(Wording.milliseconds(step)) alone and \(Wording.milliseconds(chunk)) with a chunk of a prompt do "
      + "not meet the TPOT objective of \(Wording.milliseconds(tightest)) at any load"
  }
}

extension StepTimes {
  /// Step with a full chunk at the far end of the longest prompt [s].
  func longestMixed(_ lengths: [LengthDistribution], chunkTokens: Int, batch: Double, context: Double) -> Double {
    let chunk = Double(chunkTokens)
    let longest = lengths.reduce(1) { $1.points.reduce($0) { max($0, $1.inputTokens) } }
    return mixed(
      batch: batch, context: context, prefill: chunk, prefillContext: max(longest - chunk / 2, longest / 2))
  }
}

/// y = constant + bySlope·s + byShare·x on or above given points: `AffineMajorant` for two characteristics of a mix.
struct PlaneMajorant: Sendable {
  private var constant: Double
  private var contextSlope: Double
  private var shareSlope: Double

  init(over points: [(s: Double, x: Double, y: Double)]) {
    func slope(_ value: ((s: Double, x: Double, y: Double)) -> Double) -> Double {
      guard let low = points.map(value).min(), let high = points.map(value).max(), high > low else { return 0 }
      let lower = points.filter { value($0) == low }
      let upper = points.filter { value($0) == high }
      let rise =
        upper.reduce(0) { $0 + $1.y } / Double(upper.count) - lower.reduce(0) { $0 + $1.y } / Double(lower.count)
      return rise / (high - low)
    }
    let (bySlope, byShare) = (slope(\.s), slope(\.x))
    contextSlope = bySlope
    shareSlope = byShare
    constant = points.reduce(-.infinity) { max($0, $1.y - bySlope * $1.s - byShare * $1.x) }
  }

  func callAsFunction(_ context: Double, _ share: Double) -> Double {
    constant + contextSlope * context + shareSlope * share
  }
}
