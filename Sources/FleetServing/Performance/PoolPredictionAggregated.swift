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
  /// Solves b = o·t_dec(b)/(1 − Σ λ X(b)) and evaluates `AggregatedTPOT` and the prompt queue there.
  static func aggregated(
    _ steps: some StepTimes, instances: Int, mix: [(AdmittedClass, Double)], assumptions: ServingAssumptions
  ) -> AggregatedPrediction {
    precondition(instances >= 1, "a pool has at least one instance")
    let load = DecodeLoad(steps, instances: instances, mix: mix)
    let step = { steps.decode(batch: max($0, 1), context: load.context) }
    func prompts(_ batch: Double) -> [ChunkedPrompts] {
      mix.map {
        ChunkedPrompts(
          steps, $0.0.lengths, chunkTokens: assumptions.chunkTokens, batch: batch, context: load.context)
      }
    }
    func share(_ prompts: [ChunkedPrompts]) -> Double {
      zip(mix, prompts).reduce(0) { $0 + $1.0.1 / Double(instances) * $1.1.addedSeconds }
    }
    var batch = 1.0
    var atBatch = prompts(batch)
    for _ in 0..<12 {
      let added = share(atBatch)
      guard added < 1,
        let solved = leastFixedPoint(
          upTo: 8 * Double(assumptions.maximumBatch), { load.tokensPerSecond * step($0) / (1 - added) })
      else { return overloaded(mix) }
      atBatch = prompts(solved)
      let settled = abs(solved - batch) < 1e-6 * batch
      batch = solved
      if settled { break }
    }
    let prefillShare = share(atBatch)
    guard prefillShare < 1 else { return overloaded(mix) }
    let queue = queue(
      zip(mix, atBatch).map { ($0.0, $0.1, $1.service) }, instances: instances, assumptions: assumptions)
    return AggregatedPrediction(
      prefill: queue,
      decode: tokens(
        steps, load, mix: mix, instances: instances, prompts: atBatch, batch: batch, share: prefillShare, assumptions),
      prefillShare: prefillShare)
  }

  private static func tokens(
    _ steps: some StepTimes, _ load: DecodeLoad, mix: [(AdmittedClass, Double)], instances: Int,
    prompts: [ChunkedPrompts], batch: Double, share: Double, _ assumptions: ServingAssumptions
  ) -> DecodePrediction {
    let step = { steps.decode(batch: max($0, 1), context: load.context) }
    let free = 1 - share
    let varianceRate = zip(mix, prompts).reduce(0) { $0 + $1.0.1 / Double(instances) * $1.1.squaredAddedSeconds }
    let highest = mix.reduce(0) { max($0, Quantile.upperNormal($1.0.tpotPercentile)) }
    let peak = BatchFluctuation.quantile(mean: batch, z: highest, free: free, step: step)
    let longest = steps.longestMixed(
      mix.map(\.0.lengths), chunkTokens: assumptions.chunkTokens, batch: peak.batch, context: load.context)
    let classes = mix.map { admitted, _ in
      let z = Quantile.upperNormal(admitted.tpotPercentile)
      let demand = DecodeDemand(steps, admitted.lengths)
      let tpot = AggregatedTPOT(
        plainStep: step(batch),
        plainStepAtQuantile: step(BatchFluctuation.quantile(mean: batch, z: z, free: free, step: step).batch),
        prefillShare: share, promptVarianceRate: varianceRate, longestStep: longest,
        margin: assumptions.aggregatedMargin)
      return DecodePrediction.ClassLatency(
        classID: admitted.id, percentile: admitted.tpotPercentile,
        tpotSeconds: tpot.quantile(z: z, meanInverseSteps: demand.meanInverseSteps, meanSteps: demand.steps))
    }
    let occupancy = load.kvOccupancy(
      batch: batch, z: highest, elasticity: 1 - (1 - peak.elasticity) * free, steps.kvCapacityBytes)
    return DecodePrediction(
      classes: classes, meanBatch: batch, quantileBatch: peak.batch, meanStepSeconds: step(batch) / free,
      kvOccupancy: occupancy,
      utilization: closestLimit(classes, mix.map(\.0), batch: peak.batch, occupancy, assumptions))
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
