extension ServingModel {
  /// Latencies when `mix` is spread evenly over `instances` aggregated instances with chunked prefill.
  ///
  /// - Parameter mix: classes with their rates over the whole pool [requests/s].
  public func predictAggregated(_ configuration: InstanceConfiguration, instances: Int, mix: [(AdmittedClass, Double)])
    -> AggregatedPrediction
  {
    PoolPrediction.aggregated(steps(configuration), instances: instances, mix: mix, assumptions: assumptions)
  }
}

extension PoolPrediction {
  /// Solves b = (o·t_dec(b) + u·Σ λ·W)/(1 − u), u = Σ λ·X(b), and evaluates `AggregatedTPOT` and the prompt queue there.
  static func aggregated(
    _ steps: some StepTimes, instances: Int, mix: [(AdmittedClass, Double)], assumptions: ServingAssumptions
  ) -> AggregatedPrediction {
    precondition(instances >= 1, "a pool has at least one instance")
    var state = AggregatedState(steps, instances: instances, mix: mix, assumptions: assumptions)
    guard state.settle() else { return overloaded(mix) }
    let peak = state.peak(z: mix.reduce(0) { max($0, Quantile.upperNormal($1.0.ttftPercentile)) })
    // Prompts pass in a few steps, so that part of the batch's fluctuation stays with them.
    let prompts = state.prompts(batch: (peak.mean + peak.quantile) / 2, meanBatch: peak.mean)
    let prefill = queue(
      zip(mix, prompts).map { ($0.0, $0.1, $1.service) }, instances: instances, assumptions: assumptions,
      fixedService: false, waitFactor: assumptions.aggregatedMargin)
    return AggregatedPrediction(prefill: prefill, decode: state.tokens(), prefillShare: state.share)
  }

  private static func overloaded(_ mix: [(AdmittedClass, Double)]) -> AggregatedPrediction {
    AggregatedPrediction(
      prefill: PrefillPrediction(
        classes: mix.map { admitted, _ in
          PrefillPrediction.ClassLatency(
            classID: admitted.id, percentile: admitted.ttftPercentile, ttftSeconds: .infinity,
            waitingSeconds: .infinity, serviceSeconds: .infinity)
        }, utilization: 1),
      decode: overloaded(mix.map(\.0)), prefillShare: 1)
  }
}

/// The steady state of one aggregated instance under given rates.
private struct AggregatedState<Steps: StepTimes> {
  let steps: Steps
  let instances: Int
  let mix: [(AdmittedClass, Double)]
  let assumptions: ServingAssumptions
  let load: DecodeLoad
  /// Mean batch, u, λE[X²], and arrival → first token per class.
  private(set) var batch = 1.0
  private(set) var share = 0.0
  private var varianceRate = 0.0
  private var sojourns: [AggregatedTPOT.Sojourn]

  init(_ steps: Steps, instances: Int, mix: [(AdmittedClass, Double)], assumptions: ServingAssumptions) {
    self.steps = steps
    self.instances = instances
    self.mix = mix
    self.assumptions = assumptions
    load = DecodeLoad(steps, instances: instances, mix: mix)
    sojourns = mix.map { _ in AggregatedTPOT.Sojourn(mean: 0, deviation: 0) }
  }

  func step(_ batch: Double) -> Double { steps.decode(batch: max(batch, 1), context: load.context) }

  /// Prompts beside a batch. In steady state a step yields one token of every running sequence, so that as many prompts
  /// arrive per step as sequences end: the batch times the requests per token.
  func prompts(batch: Double, meanBatch: Double) -> [ChunkedPrompts] {
    let requests = mix.reduce(0) { $0 + $1.1 } / Double(instances)
    let perStep = load.tokensPerSecond > 0 ? meanBatch * requests / load.tokensPerSecond : 0
    let tokens = mix.reduce(0) { $0 + $1.1 * $1.0.lengths.meanInputTokens }
    let mates = requests > 0 ? perStep * tokens / (requests * Double(instances)) : 0
    return mix.map {
      ChunkedPrompts(
        steps, $0.0.lengths, budget: assumptions.budget(steps),
        places: [ChunkedPrompts.Place(batch: batch, promptsPerStep: perStep)], context: load.context,
        mateTokens: mates)
    }
  }

  /// Finds the smallest batch at which batch, prompt times and queue agree; false when the instance is overloaded.
  mutating func settle() -> Bool {
    // Doubling from below finds the first batch that does not grow further; bisection then pins it down.
    var (low, high) = (0.0, 1.0)
    while grows(at: high) {
      low = high
      high *= 2
      if high > 8 * Double(assumptions.instanceBatch(steps)) { return false }
    }
    for _ in 0..<60 where high - low > 1e-6 * high {
      let middle = (low + high) / 2
      if grows(at: middle) { low = middle } else { high = middle }
    }
    batch = high
    return !grows(at: high)
  }

  /// Whether the load makes a batch of this size grow; sets all figures for this batch.
  private mutating func grows(at batch: Double) -> Bool {
    let prompts = prompts(batch: batch, meanBatch: batch)
    let rates = mix.map { $0.1 / Double(instances) }
    share = zip(rates, prompts).reduce(0) { $0 + $1.0 * $1.1.addedSeconds }
    varianceRate = zip(rates, prompts).reduce(0) { $0 + $1.0 * $1.1.squaredAddedSeconds }
    let work = zip(rates, prompts).reduce(0) { $0 + $1.0 * $1.1.service.mean }
    let squares = zip(rates, prompts).reduce(0) { $0 + $1.0 * $1.1.service.secondMoment }
    // Times that are not numbers count as an overload.
    guard share < 1, work < 1, squares.isFinite else { return true }
    let wait = WaitingTime(
      servers: assumptions.servers(of: instances), utilization: work,
      meanResidual: work > 0 ? squares / (2 * work) : 0)
    sojourns = prompts.map {
      let spread = $0.service.latencyDeviation
      return AggregatedTPOT.Sojourn(
        mean: wait.mean + $0.service.meanLatency,
        deviation: (wait.deviation * wait.deviation + spread * spread).squareRoot())
    }
    let lead = share * zip(rates, sojourns).reduce(0) { $0 + $1.0 * $1.1.mean }
    return (load.tokensPerSecond * step(batch) + lead) / (1 - share) > batch
  }

  func peak(z: Double) -> BatchFluctuation.State {
    BatchFluctuation(z: z, contextVariation: load.contextVariation, free: 1 - share).quantile(
      mean: batch, contextShare: BatchFluctuation.contextShare(steps, batch: batch, context: load.context),
      step: step)
  }

  func tokens() -> DecodePrediction {
    let highest = mix.reduce(0) { max($0, Quantile.upperNormal($1.0.tpotPercentile)) }
    let top = peak(z: highest)
    let longest = steps.longestMixed(
      mix.map(\.0.lengths), budget: assumptions.budget(steps), batch: top.quantile, context: load.context)
    let classes = zip(mix, sojourns).map { entry, sojourn in
      let z = Quantile.upperNormal(entry.0.tpotPercentile)
      let tpot = AggregatedTPOT(
        plainStep: step(batch), plainStepAtQuantile: step(peak(z: z).quantile), prefillShare: share,
        promptVarianceRate: varianceRate, longestStep: longest, margin: assumptions.aggregatedMargin)
      return DecodePrediction.ClassLatency(
        classID: entry.0.id, percentile: entry.0.tpotPercentile,
        tpotSeconds: tpot.quantile(
          z: z, meanInverseSteps: DecodeDemand(steps, entry.0.lengths).meanInverseSteps, sojourn: sojourn))
    }
    let occupancy = load.kvOccupancy(
      batch: batch, z: highest, elasticity: 1 - (1 - top.elasticity) * (1 - share), steps.kvCapacityBytes)
    return DecodePrediction(
      classes: classes, meanBatch: batch, quantileBatch: top.quantile, meanStepSeconds: step(batch) / (1 - share),
      kvOccupancy: occupancy,
      utilization: PoolPrediction.closestLimit(
        classes, mix.map(\.0), batch: top.quantile / Double(assumptions.instanceBatch(steps)),
        occupancy))
  }
}
