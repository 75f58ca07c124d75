/// What a given mix on a given pool of prefill instances gives.
public struct PrefillPrediction: Sendable, Hashable {
  /// One class of the mix.
  public struct ClassLatency: Sendable, Hashable {
    public var classID: String
    /// Percentile of the class's TTFT objective, or the default one.
    public var percentile: Double
    /// Quantile of wait + prefill [s]; infinite when the pool is overloaded.
    public var ttftSeconds: Double
    /// Quantile of the wait alone [s].
    public var waitingSeconds: Double
    /// Mean time from start of service to first token [s].
    public var serviceSeconds: Double
  }

  public var classes: [ClassLatency]
  /// ρ, share of time that an instance is busy; where prompts share steps, the share that it would be in full ones.
  public var utilization: Double
}

/// What a given mix on a given pool of decode instances gives.
public struct DecodePrediction: Sendable, Hashable {
  /// One class of the mix.
  public struct ClassLatency: Sendable, Hashable {
    public var classID: String
    /// Percentile of the class's TPOT objective, or the default one.
    public var percentile: Double
    /// Quantile of the time per output token [s]; infinite when the pool is overloaded.
    public var tpotSeconds: Double
  }

  public var classes: [ClassLatency]
  /// Mean running batch of an instance.
  public var meanBatch: Double
  /// Running batch at the highest percentile of the mix.
  public var quantileBatch: Double
  /// Step at the mean batch [s].
  public var meanStepSeconds: Double
  /// KV cache at the highest percentile of the mix ÷ KV capacity.
  public var kvOccupancy: Double
  /// How near the closest limit is: the largest of TPOT ÷ objective, quantile batch ÷ largest batch and KV occupancy.
  public var utilization: Double
}

/// What a given mix on a given pool of aggregated instances gives.
public struct AggregatedPrediction: Sendable, Hashable {
  /// Time to first token, with `ServingAssumptions.aggregatedMargin`; `utilization` is that of the prompt queue.
  public var prefill: PrefillPrediction
  /// Time per output token, with the same margin.
  public var decode: DecodePrediction
  /// Share of time that prompts add to steps.
  public var prefillShare: Double
}

/// Predictions evaluate the formulas at actual rates, with their own solvers on the latency model itself: they check
/// the linear envelopes that a plan was made with.
extension ServingModel {
  /// Latencies of prefill when `mix` is spread evenly over `instances`.
  ///
  /// - Parameters:
  ///   - mix: classes with their rates over the whole pool [requests/s].
  ///   - maximumBatch: most prompts that share a step, for each data-parallel rank; `nil` = as many as its budget holds.
  public func predictPrefill(
    _ configuration: InstanceConfiguration, instances: Int, mix: [(AdmittedClass, Double)], maximumBatch: Int? = nil
  ) -> PrefillPrediction {
    PoolPrediction.prefill(
      steps(configuration), instances: instances, mix: mix, maximumBatch: maximumBatch, assumptions: assumptions)
  }

  /// Time per output token when `mix` is spread evenly over `instances`.
  ///
  /// - Parameter mix: classes with their rates over the whole pool [requests/s].
  public func predictDecode(_ configuration: InstanceConfiguration, instances: Int, mix: [(AdmittedClass, Double)])
    -> DecodePrediction
  {
    PoolPrediction.decode(steps(configuration), instances: instances, mix: mix, assumptions: assumptions)
  }
}

enum PoolPrediction {
  static func prefill(
    _ steps: some StepTimes, instances: Int, mix: [(AdmittedClass, Double)], maximumBatch: Int? = nil,
    assumptions: ServingAssumptions
  ) -> PrefillPrediction {
    let services = mix.map { ServiceTimes.prefill(steps, $0.0.lengths) }
    let sharing = PromptSharing(
      steps, mix.map(\.0.lengths), alone: services, stepTokens: assumptions.prefillStepTokens,
      maximumBatch: min(maximumBatch ?? .max, assumptions.maximumBatch))
    var prediction = queue(
      zip(mix, services).map { ($0.0, $0.1, $1) }, instances: instances, assumptions: assumptions,
      fixedService: sharing == nil, waitFactor: sharing == nil ? 1 : SharedPromptWait.aloneMargin)
    guard let sharing else { return prediction }
    let load = sharing.load(mix.map(\.1), instances: instances)
    let wait = SharedPromptWait(sharing, load, servers: assumptions.servers(of: instances))
    prediction.utilization = load.shared
    for index in prediction.classes.indices {
      let percentile = prediction.classes[index].percentile
      let seconds = wait.quantile(percentile, of: index)
      // Both are bounds.
      guard seconds < prediction.classes[index].ttftSeconds else { continue }
      prediction.classes[index].ttftSeconds = seconds
      prediction.classes[index].waitingSeconds = wait.waitingQuantile(percentile)
      prediction.classes[index].serviceSeconds = wait.meanStep(of: index)
    }
    return prediction
  }

  /// The queue of prompts in front of `instances` servers, with given service times.
  ///
  /// - Parameter fixedService: Whether a prompt takes the same time whatever else runs, so that the tail of the wait
  ///   before one server follows from the moments of service.
  /// - Parameter waitFactor: Factor on the wait.
  static func queue(
    _ mix: [(AdmittedClass, Double, ServiceTimes)], instances: Int, assumptions: ServingAssumptions,
    fixedService: Bool, waitFactor: Double = 1
  ) -> PrefillPrediction {
    precondition(instances >= 1, "a pool has at least one instance")
    let work = mix.reduce(0) { $0 + $1.1 * $1.2.mean }
    let squares = mix.reduce(0) { $0 + $1.1 * $1.2.secondMoment }
    let utilization = work / Double(instances)
    let servers = assumptions.servers(of: instances)
    let cubes = mix.reduce(0) { $0 + $1.1 * $1.2.thirdMoment }
    let wait = WaitingTime(
      servers: servers, utilization: utilization, meanResidual: work > 0 ? waitFactor * squares / (2 * work) : 0,
      tailVariation: fixedService && servers == 1
        ? WaitingTime.tailVariation(utilization: utilization, (work, squares, cubes)) : 1)
    let classes = mix.map { admitted, _, service in
      PrefillPrediction.ClassLatency(
        classID: admitted.id, percentile: admitted.ttftPercentile,
        ttftSeconds: wait.quantile(admitted.ttftPercentile, with: service),
        waitingSeconds: wait.conditionalMean.isFinite ? wait.quantile(admitted.ttftPercentile) : .infinity,
        serviceSeconds: service.meanLatency)
    }
    return PrefillPrediction(classes: classes, utilization: utilization)
  }

  static func decode(
    _ steps: some StepTimes, instances: Int, mix: [(AdmittedClass, Double)], assumptions: ServingAssumptions
  ) -> DecodePrediction {
    precondition(instances >= 1, "a pool has at least one instance")
    let load = DecodeLoad(steps, instances: instances, mix: mix)
    let step = { steps.decode(batch: max($0, 1), context: load.context) }
    guard
      let batch = leastFixedPoint(
        upTo: 8 * Double(assumptions.instanceBatch(steps)), { load.tokensPerSecond * step($0) })
    else { return overloaded(mix.map(\.0)) }
    let highest = mix.reduce(0) { max($0, Quantile.upperNormal($1.0.tpotPercentile)) }
    let contextShare = BatchFluctuation.contextShare(steps, batch: batch, context: load.context)
    func state(_ z: Double) -> BatchFluctuation.State {
      BatchFluctuation(z: z, contextVariation: load.contextVariation)
        .quantile(mean: batch, contextShare: contextShare, step: step)
    }
    let peak = state(highest)
    let occupancy = load.kvOccupancy(batch: batch, z: highest, elasticity: peak.elasticity, steps.kvCapacityBytes)
    let classes = mix.map { admitted, _ in
      DecodePrediction.ClassLatency(
        classID: admitted.id, percentile: admitted.tpotPercentile,
        tpotSeconds: step(state(Quantile.upperNormal(admitted.tpotPercentile)).quantile)
          * DecodeDemand(steps, admitted.lengths).stepsPerToken)
    }
    return DecodePrediction(
      classes: classes, meanBatch: batch, quantileBatch: peak.quantile, meanStepSeconds: step(batch),
      kvOccupancy: occupancy,
      utilization: closestLimit(
        classes, mix.map(\.0), batch: peak.quantile / Double(assumptions.instanceBatch(steps)), occupancy))
  }

  static func closestLimit(
    _ classes: [DecodePrediction.ClassLatency], _ admitted: [AdmittedClass], batch share: Double, _ occupancy: Double
  ) -> Double {
    zip(classes, admitted).reduce(max(share, occupancy)) { largest, pair in
      pair.1.tpot.map { max(largest, pair.0.tpotSeconds / $0.seconds) } ?? largest
    }
  }

  static func overloaded(_ classes: [AdmittedClass]) -> DecodePrediction {
    DecodePrediction(
      classes: classes.map {
        DecodePrediction.ClassLatency(classID: $0.id, percentile: $0.tpotPercentile, tpotSeconds: .infinity)
      },
      meanBatch: .infinity, quantileBatch: .infinity, meanStepSeconds: .infinity, kvOccupancy: .infinity,
      utilization: .infinity)
  }

  /// Smallest x with x = f(x) for an increasing f with f(0) ≥ 0; `nil` when there is none below the limit.
  static func leastFixedPoint(upTo limit: Double, _ function: (Double) -> Double) -> Double? {
    // Doubling from below finds the first crossing; bisection then pins it down.
    var (low, high) = (0.0, 1.0)
    while function(high) > high {
      low = high
      high *= 2
      if high > limit { return nil }
    }
    for _ in 0..<60 where high - low > 1e-9 * high {
      let middle = (low + high) / 2
      if function(middle) > middle { low = middle } else { high = middle }
    }
    return high
  }
}

/// Decode work of a mix on one instance.
struct DecodeLoad {
  /// Σ λ·E[O] [tokens/s].
  var tokensPerSecond: Double
  /// Mean context of running sequences [tokens].
  var context: Double
  /// E[c²]/E[c]² − 1 of running sequences.
  var contextVariation: Double
  /// Mean and mean squared cache bytes of running sequences.
  private var meanBytes: Double
  private var meanSquaredBytes: Double

  init(_ steps: some StepTimes, instances: Int, mix: [(AdmittedClass, Double)]) {
    var (tokens, contexts, squaredContexts, bytes, squares) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for (admitted, rate) in mix {
      let demand = DecodeDemand(steps, admitted.lengths)
      tokens += rate * demand.steps
      contexts += rate * demand.contextSteps
      squaredContexts += rate * demand.squaredContextSteps
      bytes += rate * demand.byteSteps
      squares += rate * demand.squaredByteSteps
    }
    tokensPerSecond = tokens / Double(instances)
    context = tokens > 0 ? contexts / tokens : 1
    contextVariation = tokens > 0 ? max(squaredContexts / tokens / (context * context) - 1, 0) : 0
    meanBytes = tokens > 0 ? bytes / tokens : 0
    meanSquaredBytes = tokens > 0 ? squares / tokens : 0
  }

  /// (b·E[kv] + z·√(b·E[kv²]/(1 − η))) ÷ capacity.
  func kvOccupancy(batch: Double, z: Double, elasticity: Double, _ capacity: Double) -> Double {
    (batch * meanBytes + z * (batch * meanSquaredBytes / (1 - elasticity)).squareRoot()) / capacity
  }
}
