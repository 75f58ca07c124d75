/// A request class as one pool of instances sees it.
public struct AdmittedClass: Sendable, Hashable {
  public var id: String
  public var lengths: LengthDistribution
  /// Arrival → first token, less the time kept for the KV transfer; `nil` = none asked for.
  public var ttft: LatencyObjective?
  /// Time per output token; `nil` = none asked for.
  public var tpot: LatencyObjective?

  public init(id: String, lengths: LengthDistribution, ttft: LatencyObjective? = nil, tpot: LatencyObjective? = nil) {
    self.id = id
    self.lengths = lengths
    self.ttft = ttft
    self.tpot = tpot
  }

  /// Percentile at which a latency without an objective is predicted.
  public static let defaultPercentile = 0.95

  public var ttftPercentile: Double { ttft?.percentile ?? Self.defaultPercentile }
  public var tpotPercentile: Double { tpot?.percentile ?? Self.defaultPercentile }
}

/// What a plan assumes about how instances are run.
public struct ServingAssumptions: Sendable, Hashable {
  /// Largest number of running sequences of one data-parallel rank of an instance, as engines count them.
  public var maximumBatch: Int
  /// Token budget of a step of an aggregated instance, for each data-parallel rank: prompt tokens and running sequences,
  /// which take one token each.
  public var chunkTokens: Int
  /// Token budget of a step of a prefill instance, for each data-parallel rank; a single prompt may exceed it.
  public var prefillStepTokens: Int
  public var router: RouterAssumption
  /// Largest share of time that a prefill server may be busy. Above 0.85 the waiting-time formulas turn optimistic.
  public var utilizationCap: Double
  /// Factor on the part of the TPOT of aggregated instances that lies above the plain decode step (what prompts add, its
  /// variance, that of the batch), and on the wait of their prompts. The plain step and the prompt's own steps carry no
  /// margin. Calibrated against event simulation of up to 80 % load; see `docs/serving-model.md`.
  public var aggregatedMargin: Double

  public init(
    maximumBatch: Int = 1024, chunkTokens: Int = Policy.usualChunkTokens,
    prefillStepTokens: Int = Policy.usualPrefillStepTokens, router: RouterAssumption = .sharedQueue,
    utilizationCap: Double = 0.85, aggregatedMargin: Double = 1.1
  ) {
    precondition(
      maximumBatch >= 1 && chunkTokens >= 1 && prefillStepTokens >= 1, "a batch and a step hold at least one")
    precondition(utilizationCap > 0 && utilizationCap < 1, "a queue is stable only below full utilisation")
    self.maximumBatch = maximumBatch
    self.chunkTokens = chunkTokens
    self.prefillStepTokens = prefillStepTokens
    self.router = router
    self.utilizationCap = utilizationCap
    self.aggregatedMargin = aggregatedMargin
  }

  /// The assumptions that a policy states; the others at their defaults.
  ///
  /// - Parameter chunkTokens: The budget chosen where the policy leaves it open [tokens].
  public init(policy: Policy, chunkTokens: Int? = nil) {
    self.init(
      maximumBatch: policy.maximumBatch,
      chunkTokens: chunkTokens ?? policy.chunkTokens ?? Policy.usualChunkTokens,
      prefillStepTokens: policy.prefillStepTokens, router: policy.router)
  }

  /// Largest number of running sequences of an instance with so many data-parallel ranks.
  func instanceBatch(_ steps: some StepTimes) -> Int { Int(min(Double(maximumBatch) * steps.ranks, 1e9)) }

  func budget(_ steps: some StepTimes) -> StepBudget { StepBudget(chunkTokens: chunkTokens, ranks: steps.ranks) }

  /// Servers behind one queue when `instances` run.
  func servers(of instances: Int) -> Int { router == .sharedQueue ? max(instances, 1) : 1 }
}

/// Either a bound that holds or the reason, in a user's words, why there is none.
public enum EnvelopeResult<Envelope> {
  case serves(Envelope)
  case rejected(reason: String)

  public var envelope: Envelope? {
    if case .serves(let envelope) = self { envelope } else { nil }
  }

  public var rejection: String? {
    if case .rejected(let reason) = self { reason } else { nil }
  }
}

extension EnvelopeResult: Sendable where Envelope: Sendable {}
extension EnvelopeResult: Equatable where Envelope: Equatable {}

/// Serving under random arrivals: how much load an instance carries within its objectives, and what latencies a given
/// load gives. Step times and memory come from the latency model; waiting and batching from queueing theory.
public struct ServingModel: Sendable {
  public var latency: LatencyModel
  public var assumptions: ServingAssumptions

  public init(latency: LatencyModel, assumptions: ServingAssumptions = ServingAssumptions()) {
    self.latency = latency
    self.assumptions = assumptions
  }

  /// The same with another token budget of aggregated instances; `nil` leaves it.
  public func with(chunkTokens: Int?) -> ServingModel {
    var other = self
    if let chunkTokens { other.assumptions.chunkTokens = chunkTokens }
    return other
  }

  func steps(_ configuration: InstanceConfiguration) -> ConfigurationSteps {
    ConfigurationSteps(latency, configuration)
  }
}

/// Step times and memory of one configuration: all that queueing needs to know of it.
protocol StepTimes {
  /// Step without prompt tokens [s] at a batch and a mean context.
  func decode(batch: Double, context: Double) -> Double
  /// Step with prompt tokens beside at least one running sequence [s]; each prompt token attends to `prefillContext` tokens on average.
  func mixed(batch: Double, context: Double, prefill: Double, prefillContext: Double) -> Double
  /// Prompt alone on the instance: latency until the first token, and time for which it keeps others out [s].
  func prefill(inputTokens: Double) -> (occupancy: Double, latency: Double)
  /// Step of prompts that share it, with so many tokens on each data-parallel rank that attend to `context` tokens on average:
  /// latency, and time for which the prompts of one rank keep others out [s].
  func sharedPrefill(tokens: Double, context: Double) -> (occupancy: Double, latency: Double)
  /// Part of TTFT that does not occupy the instance [s].
  func promptHandling(inputTokens: Double) -> Double
  /// Contexts at which a step's growth with the context breaks off (windows, selected tokens).
  var contextBreaks: [Double] { get }
  /// Bytes that all sequences of the instance may hold together; 0 when the weights do not fit.
  var kvCapacityBytes: Double { get }
  /// Why the weights leave no room for a cache; `nil` when they do.
  var shortfallText: String? { get }
  /// Bytes that a sequence of this length holds.
  func kvBytes(sequenceTokens: Double) -> Double
  /// Data-parallel ranks, each with a batch and a token budget of its own.
  var ranks: Double { get }
}

extension StepTimes {
  var ranks: Double { 1 }
}

struct ConfigurationSteps: StepTimes {
  let instance: InstanceLatency
  let memory: MemoryFootprint

  init(_ latency: LatencyModel, _ configuration: InstanceConfiguration) {
    instance = latency.instance(configuration)
    memory = MemoryFootprint(configuration, constants: latency.constants)
  }

  func decode(batch: Double, context: Double) -> Double {
    instance.decodeStep(batch: batch, contextTokens: context).totalSeconds
  }

  func mixed(batch: Double, context: Double, prefill: Double, prefillContext: Double) -> Double {
    instance.mixedStep(
      batch: batch, contextTokens: context, prefillTokens: prefill, prefillContextTokens: prefillContext
    ).totalSeconds
  }

  func prefill(inputTokens: Double) -> (occupancy: Double, latency: Double) {
    let latency = instance.prefill(inputTokens: inputTokens).totalSeconds
    return (
      instance.prefillOccupancySeconds(inputTokens: inputTokens), latency + promptHandling(inputTokens: inputTokens)
    )
  }

  func sharedPrefill(tokens: Double, context: Double) -> (occupancy: Double, latency: Double) {
    instance.sharedPrefill(rankTokens: tokens, contextTokens: context)
  }

  func promptHandling(inputTokens: Double) -> Double {
    instance.fit.shared.promptTokenSeconds * inputTokens
  }

  var contextBreaks: [Double] {
    let model = instance.configuration.model
    return [model.slidingWindow?.windowTokens, model.sparseAttention?.selectedTokens].compactMap { $0.map(Double.init) }
  }

  var ranks: Double { Double(instance.configuration.strategy.data) }

  var kvCapacityBytes: Double { memory.kvCapacityBytes }

  var shortfallText: String? { memory.shortfallText }

  func kvBytes(sequenceTokens: Double) -> Double { memory.kvBytes(sequenceTokens: sequenceTokens) }
}
