#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Finds the largest steady states of an aggregated instance and the loads that follow from them.
struct AggregatedCeilingSolver<Steps: StepTimes> {
  private let steps: Steps
  private let admitted: [AdmittedClass]
  private let assumptions: ServingAssumptions
  private let demands: [DecodeDemand]
  private let bound: MixBound
  private let contexts: [Double]
  private var curves: [StepCurve]
  /// Largest batch of the instance, and its token budget.
  private let most: Double
  private let budget: StepBudget
  /// TPOT limits with the moments of the classes that state them.
  private let limits: [Limit]
  /// Highest percentiles of TPOT and TTFT objectives.
  private let highestZ: Double
  private let promptZ: Double
  /// Mean batch of the last ceiling, also when the prompt queue then rejected it.
  private(set) var lastMeanBatch: Double

  private struct Limit {
    var seconds: Double
    var z: Double
    var demand: DecodeDemand
    /// Index of the class.
    var index: Int
    /// Largest batch at which even a step with a full chunk meets the limit; 0 when none does.
    var chunkBatch: Double
  }

  /// The largest steady state at one point of the box.
  private struct Ceiling {
    var batch: Double
    var quantileBatch: Double
    var promptBatch: Double
    /// o.
    var tokensPerSecond: Double
  }

  init(_ steps: Steps, admitted: [AdmittedClass], assumptions: ServingAssumptions) {
    self.steps = steps
    self.admitted = admitted
    self.assumptions = assumptions
    let most = Double(assumptions.instanceBatch(steps))
    let budget = assumptions.budget(steps)
    self.most = most
    self.budget = budget
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
    bound = MixBound(demands, capacity: max(steps.kvCapacityBytes - reserve, 0))
    let values = demands.map(\.context)
    contexts = Self.nodes(from: values.min() ?? 0, to: values.max() ?? 0, including: steps.contextBreaks)
    curves = contexts.map { context in
      StepCurve(upTo: most) { steps.decode(batch: $0, context: context) }
    }
    let farthest = contexts[contexts.count - 1]
    var limits: [Limit] = []
    for (index, admittedClass) in admitted.enumerated() {
      guard let tpot = admittedClass.tpot else { continue }
      let chunkBatch = StepCurve.largestBatch(within: tpot.seconds, maximum: most) { batch in
        steps.longestMixed(admitted.map(\.lengths), budget: budget, batch: batch, context: farthest)
      }
      limits.append(
        Limit(
          seconds: tpot.seconds, z: Quantile.upperNormal(tpot.percentile), demand: demands[index], index: index,
          chunkBatch: chunkBatch))
    }
    self.limits = limits
    highestZ = admitted.reduce(0) { max($0, Quantile.upperNormal($1.tpotPercentile)) }
    promptZ = admitted.reduce(0) { max($0, Quantile.upperNormal($1.ttftPercentile)) }
    lastMeanBatch = most
  }

  /// Both ends, their geometric mean and the breaks in between; one node when the ends agree.
  private static func nodes(from low: Double, to high: Double, including breaks: [Double]) -> [Double] {
    guard high - low > 1e-3 * high else { return [high] }
    return ([low, (low * high).squareRoot(), high] + breaks.filter { $0 > low && $0 < high }).sorted()
  }

  /// The envelope whose mean batch does not exceed `batchCap`.
  mutating func envelope(batchCap: Double, servers: Int) -> EnvelopeResult<AggregatedEnvelope> {
    let assumed = min(batchCap, decodeOnlyBatch())
    lastMeanBatch = assumed
    // X depends on the batch and the batch on X. Two rough solutions, without the prompts that queue up in front of a
    // request, bring them together; the ones after them bound the batch.
    guard let rough = solve(prompts(chunked(beside: assumed)), batchCap: batchCap, rough: true) else {
      return .rejected(reason: tooSlowReason())
    }
    let between = (max(assumed, rough.promptBatch) * rough.promptBatch).squareRoot()
    guard var known = solve(prompts(chunked(beside: between)), batchCap: min(batchCap, between), rough: true) else {
      return .rejected(reason: tooSlowReason())
    }
    // Fewer sequences share their steps with fewer prompts: until the batch that was assumed is the one that results.
    for _ in 0..<10 {
      lastMeanBatch = known.meanBatch
      let chunked = chunked(upTo: known)
      let queue: PrefillEnvelope
      switch PrefillEnvelope.make(
        chunked.map(\.service), admitted: admitted, servers: servers, utilizationCap: assumptions.utilizationCap,
        waitFactor: assumptions.aggregatedMargin)
      {
      case .rejected(let reason):
        let beside = Wording.tokens(known.meanBatch.rounded(.up))
        return .rejected(reason: reason + " (\(beside) sequences decoding beside it)")
      case .serves(let envelope): queue = envelope
      }
      var prompts = prompts(chunked)
      prompts.sojourns = sojourns(chunked, queue, least: known.loads)
      guard let solved = solve(prompts, batchCap: min(batchCap, known.meanBatch), rough: false) else {
        return .rejected(reason: tooSlowReason())
      }
      if solved.leastBatch < 0.975 * known.leastBatch {
        known = solved
        continue
      }
      lastMeanBatch = solved.meanBatch
      return .serves(
        AggregatedEnvelope(
          loads: zip(solved.loads, queue.loads).map { aggregatedLoadTolerance * max($0, $1) },
          chunkTokens: assumptions.chunkTokens,
          prefillShare: solved.prefillShare,
          maximumBatch: min(Int(most), Int(solved.quantileBatch.rounded(.up))),
          meanBatch: solved.meanBatch, queueUtilizationCap: queue.utilizationCap, servers: servers))
    }
    return .rejected(reason: tooSlowReason())
  }

  /// Arrival → first token at the ceiling, at most.
  ///
  /// Loads will be at least the larger of those without prompts in front and those of the queue, so that the queue's
  /// utilisation Σ x·E[S]/n is at most the largest E[S_w]/load_w.
  private func sojourns(_ chunked: [ChunkedPrompts], _ queue: PrefillEnvelope, least loads: [Double])
    -> [AggregatedTPOT.Sojourn]
  {
    var (utilization, residual) = (0.0, 0.0)
    for (index, prompts) in chunked.enumerated() {
      // Rough loads are solved to 2 %; the rest keeps clear of where waiting grows steeply.
      let least = max(0.93 * loads[index], queue.loads[index])
      utilization = max(utilization, prompts.service.mean / least)
      residual = max(residual, prompts.service.meanResidual)
    }
    let wait = WaitingTime(servers: queue.servers, utilization: utilization, meanResidual: residual)
    let mean = min(wait.mean, queue.waitingSeconds)
    let deviation = utilization < 1 ? min(wait.deviation, queue.waitingDeviationSeconds) : queue.waitingDeviationSeconds
    return chunked.map {
      let spread = $0.service.latencyDeviation
      return AggregatedTPOT.Sojourn(
        mean: mean + $0.service.meanLatency, deviation: (deviation * deviation + spread * spread).squareRoot())
    }
  }

  /// Prompts beside one batch.
  private func chunked(beside batch: Double) -> [ChunkedPrompts] {
    let least = leastPerToken
    return chunked([ChunkedPrompts.Place(batch: batch, promptsPerStep: batch * least)])
  }

  /// Prompts beside the batches of a solution, whatever the mix: each with as few others in its step as at the smallest
  /// of them.
  private func chunked(upTo known: Solution) -> [ChunkedPrompts] {
    let perStep = 0.97 * known.leastBatch * leastPerToken
    var batches = [known.promptBatch]
    if known.leastBatch < 0.9 * known.promptBatch, admitted.count > 1 {
      batches += [(known.leastBatch * known.promptBatch).squareRoot(), known.leastBatch]
    }
    return chunked(
      batches.map { ChunkedPrompts.Place(batch: $0, promptsPerStep: perStep) },
      mates: demands.indices.reduce(0) {
        max($0, known.meanBatch / demands[$1].steps * admitted[$1].lengths.meanInputTokens)
      })
  }

  private func chunked(_ places: [ChunkedPrompts.Place], mates: Double = 0) -> [ChunkedPrompts] {
    admitted.map {
      ChunkedPrompts(
        steps, $0.lengths, budget: budget, places: places, context: contexts[contexts.count - 1], mateTokens: mates)
    }
  }

  /// Requests per output token of the class with the longest answers: no mix has fewer prompts per step.
  private var leastPerToken: Double { 1 / demands.reduce(1) { max($0, $1.steps) } }

  private struct Solution {
    var loads: [Double]
    var meanBatch = 0.0
    /// Smallest mean batch over mixes.
    var leastBatch = Double.infinity
    var quantileBatch = 1.0
    /// Batch beside which prompts are taken to be processed: halfway from the mean to the quantile of TTFT.
    var promptBatch = 1.0
    var prefillShare = 0.0
  }

  /// What a ceiling depends on beside the mean context and the prompt time per token.
  private struct Prompts {
    /// x of each class: prompt time per decode token.
    var perToken: [Double]
    /// max E[X²]/E[X] over classes: λE[X²] ≤ u times this.
    var residual: Double
    /// Smallest E[X] of a class: requests per prompt second are at most its inverse.
    var least: Double
    /// Arrival → first token.
    var sojourns: [AggregatedTPOT.Sojourn]

    var sojournMean: Double { sojourns.reduce(0) { max($0, $1.mean) } }
  }

  private func prompts(_ chunked: [ChunkedPrompts]) -> Prompts {
    Prompts(
      perToken: zip(chunked, demands).map { $0.addedSeconds / $1.steps },
      residual: chunked.reduce(0) {
        $1.addedSeconds > 0 ? max($0, $1.squaredAddedSeconds / $1.addedSeconds) : $0
      },
      least: chunked.reduce(.infinity) { min($0, $1.addedSeconds) },
      sojourns: chunked.map { _ in AggregatedTPOT.Sojourn(mean: 0, deviation: 0) })
  }

  /// The loads that follow from the ceilings over the box of mean contexts and prompt times per token. A rough solution
  /// looks at its corners only and solves to 2 %.
  private mutating func solve(_ prompts: Prompts, batchCap: Double, rough: Bool) -> Solution? {
    let perToken = prompts.perToken
    let (low, high) = (perToken.min() ?? 0, perToken.max() ?? 0)
    var shares = [high]
    if low > 0, high - low > 1e-3 * high {
      let count = rough ? 1 : high > 4 * low ? 4 : 2
      shares = (0...count).map { low * pow(high / low, Double($0) / Double(count)) }
    }

    var solution = Solution(loads: [])
    var inverse: [(s: Double, x: Double, y: Double)] = []
    for index in contexts.indices where !rough || index == 0 || index == contexts.count - 1 {
      for share in shares {
        guard let found = ceiling(at: index, share, prompts, batchCap: batchCap, rough: rough) else { return nil }
        solution.meanBatch = max(solution.meanBatch, found.batch)
        solution.leastBatch = min(solution.leastBatch, found.batch)
        solution.quantileBatch = max(solution.quantileBatch, found.quantileBatch)
        solution.promptBatch = max(solution.promptBatch, found.promptBatch)
        solution.prefillShare = max(solution.prefillShare, share * found.tokensPerSecond)
        inverse.append((contexts[index], share, 1 / found.tokensPerSecond))
      }
    }
    let plane = PlaneMajorant(over: inverse)
    solution.loads = demands.indices.map { demands[$0].steps * plane(demands[$0].context, perToken[$0]) }
    return solution
  }

  /// Solves on the curve of one context and refines it there; `nil` when no load meets the limits.
  private mutating func ceiling(
    at index: Int, _ share: Double, _ prompts: Prompts, batchCap: Double, rough: Bool
  ) -> Ceiling? {
    let cap = max(batchCap, 1e-3)
    var found: Ceiling?
    for round in 0..<(rough ? 1 : 4) {
      let contextShare =
        found.map { BatchFluctuation.contextShare(steps, batch: $0.batch, context: contexts[index]) } ?? 1
      func state(_ batch: Double) -> Ceiling? {
        self.state(batch, curves[index], contexts[index], contextShare, share, prompts)
      }
      var best = state(cap)
      if best == nil {
        // Geometric bisection to 0.02 %, near the last solution when there is one.
        let width = rough ? 1.02 : round == 0 ? 1.005 : 1.0002
        var (low, high) = (1e-3, cap)
        if let last = found?.batch {
          if let near = state(last * 0.98) { (best, low) = (near, last * 0.98) }
          if last * 1.02 < high, state(last * 1.02) == nil { high = last * 1.02 }
        }
        if best == nil { best = state(low) }
        while best != nil, high > low * width {
          let middle = (low * high).squareRoot()
          if let fitting = state(middle) { (best, low) = (fitting, middle) } else { high = middle }
        }
      }
      guard let best else { return nil }
      let settled = found.map { abs($0.batch - best.batch) < 1e-3 * best.batch } ?? false
      found = best
      if settled { break }
      if !rough { curves[index].refine(at: best.quantileBatch) }
      if !rough { curves[index].refine(at: best.batch) }
      if !rough { curves[index].refine(at: (best.batch + best.quantileBatch) / 2) }
    }
    return found
  }

  /// The steady state with a mean batch; `nil` when it breaks a limit.
  private func state(
    _ batch: Double, _ curve: StepCurve, _ context: Double, _ contextShare: Double, _ share: Double, _ prompts: Prompts
  ) -> Ceiling? {
    let plain = curve(batch)
    // b·(1 − x·o) = o·(t_dec + x·o·W·y), with y = Σλ/o requests per token, y ≤ x/min X.
    let lead = prompts.least > 0 ? share * share * prompts.sojournMean / prompts.least : 0
    let linear = plain + share * batch
    let tokens = 2 * batch / (linear + (linear * linear + 4 * lead * batch).squareRoot())
    let prefillShare = share * tokens
    let free = 1 - prefillShare
    guard free > 0 else { return nil }
    func peak(_ z: Double) -> BatchFluctuation.State {
      BatchFluctuation(z: z, contextVariation: bound.contextVariation(context), free: free)
        .quantile(mean: batch, contextShare: contextShare) { curve($0) }
    }
    let top = peak(highestZ)
    if top.quantile > curve.maximumBatch { return nil }
    let elasticity = 1 - (1 - top.elasticity) * free
    if bound.largestBatch(context: context, z: highestZ, elasticity: elasticity) < batch { return nil }
    for limit in limits {
      if top.quantile <= limit.chunkBatch { continue }
      let quantile = limit.z == highestZ ? top.quantile : peak(limit.z).quantile
      let tpot = AggregatedTPOT(
        plainStep: plain, plainStepAtQuantile: curve(quantile), prefillShare: prefillShare,
        promptVarianceRate: prefillShare * prompts.residual, longestStep: .infinity,
        margin: assumptions.aggregatedMargin)
      let seconds = tpot.quantile(
        z: limit.z, meanInverseSteps: limit.demand.meanInverseSteps, sojourn: prompts.sojourns[limit.index])
      if seconds > limit.seconds { return nil }
    }
    let promptQuantile = promptZ == highestZ ? top.quantile : peak(promptZ).quantile
    return Ceiling(
      batch: batch, quantileBatch: top.quantile, promptBatch: (batch + promptQuantile) / 2, tokensPerSecond: tokens)
  }

  /// Largest batch at which plain steps meet the limits: no ceiling with prompts lies above it.
  private func decodeOnlyBatch() -> Double {
    let tightest = limits.reduce(.infinity) { min($0, $1.seconds) }
    let batch = curves.reduce(1.0) { max($0, $1.largestBatch(within: tightest) ?? 1) }
    return contexts.reduce(batch) {
      min($0, max(bound.largestBatch(context: $1, z: 0, elasticity: 0), 1))
    }
  }

  private func tooSlowReason() -> String {
    let tightest = limits.reduce(.infinity) { min($0, $1.seconds) }
    let step = steps.decode(batch: 1, context: contexts[contexts.count - 1])
    let chunk = steps.longestMixed(
      admitted.map(\.lengths), budget: budget, batch: 1, context: contexts[contexts.count - 1])
    return
      "steps of \(Wording.milliseconds(step)) alone and \(Wording.milliseconds(chunk)) with a chunk of a prompt do "
      + "not meet the TPOT objective of \(Wording.milliseconds(tightest)) at any load"
  }
}
