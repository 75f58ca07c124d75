import FleetServing

/// What a simulation found. Equal inputs give equal results: no dates and no wall-clock times are kept.
public struct SimulationResult: Sendable, Hashable {
  public var seed: UInt64
  /// Window that was counted [s]: from the end of the warm-up to the end of arrivals.
  public var warmupSeconds: Double
  public var endSeconds: Double
  /// Requests and events of the whole run, warm-up included.
  public var requests: Int
  public var events: Int
  public var classes: [SimulatedClass]
  public var groups: [SimulatedGroup]
  public var links: [SimulatedLink]
  /// What limits the fleet; `nil` when nothing was served.
  public var bottleneck: Bottleneck?
  /// What a reader must know, such as groups that could not be simulated.
  public var notes: [String]

  public var windowSeconds: Double { endSeconds - warmupSeconds }
  /// Whether every class meets all its objectives.
  public var meetsObjectives: Bool { classes.allSatisfy(\.meetsObjectives) }
  /// Requests served within their objectives, all classes [requests/s].
  public var goodputPerSecond: Double { classes.reduce(0) { $0 + $1.goodputPerSecond } }

  public init(
    seed: UInt64, warmupSeconds: Double, endSeconds: Double, requests: Int, events: Int, classes: [SimulatedClass],
    groups: [SimulatedGroup], links: [SimulatedLink], bottleneck: Bottleneck? = nil, notes: [String] = []
  ) {
    self.seed = seed
    self.warmupSeconds = warmupSeconds
    self.endSeconds = endSeconds
    self.requests = requests
    self.events = events
    self.classes = classes
    self.groups = groups
    self.links = links
    self.bottleneck = bottleneck
    self.notes = notes
  }
}

/// Mean and percentiles of a latency [s].
public struct LatencySummary: Sendable, Hashable {
  public var count: Int
  public var mean: Estimate
  public var p50: Estimate
  public var p90: Estimate
  public var p95: Estimate
  public var p99: Estimate
  public var maximumSeconds: Double

  public init(
    count: Int, mean: Estimate, p50: Estimate, p90: Estimate, p95: Estimate, p99: Estimate, maximumSeconds: Double
  ) {
    self.count = count
    self.mean = mean
    self.p50 = p50
    self.p90 = p90
    self.p95 = p95
    self.p99 = p99
    self.maximumSeconds = maximumSeconds
  }
}

/// One objective of a class against the simulation.
public struct SimulatedObjective: Sendable, Hashable {
  public var objective: LatencyObjective
  /// The latency at the percentile of the objective [s]; `nil` when no request finished.
  public var simulated: Estimate?
  /// Share of offered requests within the limit; requests that were rejected, lost or never finished are not.
  public var attainment: Double
  /// Half the width of its 95 % confidence interval; `nil` when the run is too short to tell.
  public var attainmentHalfWidth: Double?
  public var isMet: Bool { attainment >= objective.percentile }

  public init(
    objective: LatencyObjective, simulated: Estimate?, attainment: Double, attainmentHalfWidth: Double? = nil
  ) {
    self.objective = objective
    self.simulated = simulated
    self.attainment = attainment
    self.attainmentHalfWidth = attainmentHalfWidth
  }
}

/// Mean times of the stages that a finished request goes through [s].
public struct StageSeconds: Sendable, Hashable {
  public var prefillWait: Double
  public var prefill: Double
  public var transfer: Double
  public var decodeWait: Double
  public var decode: Double

  public init(prefillWait: Double, prefill: Double, transfer: Double, decodeWait: Double, decode: Double) {
    self.prefillWait = prefillWait
    self.prefill = prefill
    self.transfer = transfer
    self.decodeWait = decodeWait
    self.decode = decode
  }
}

/// What happened to the requests of one class that arrived in the window.
public struct SimulatedClass: Sendable, Hashable {
  public var id: String
  public var offered: Int
  public var finished: Int
  public var rejected: Int
  /// Lost with the instance or link that worked on them.
  public var failed: Int
  public var preemptions: Int
  public var ttft: LatencySummary?
  /// `nil` when no answer had a second token.
  public var tpot: LatencySummary?
  /// Single gaps between tokens; `nil` where classes share instances and the gaps were not kept apart.
  public var itl: LatencySummary?
  public var endToEnd: LatencySummary?
  public var ttftObjective: SimulatedObjective?
  public var tpotObjective: SimulatedObjective?
  public var endToEndObjective: SimulatedObjective?
  /// Share of offered requests that met every limit at once.
  public var attainment: Double
  /// Requests that met every limit [requests/s].
  public var goodputPerSecond: Double
  public var offeredPerSecond: Double
  public var meanInputTokens: Double
  public var meanOutputTokens: Double
  /// Cached prompt tokens ÷ prompt tokens.
  public var cachedShare: Double
  public var stages: StageSeconds?
  /// Arrivals over time [requests/s].
  public var arrivals: SimulatedSeries
  /// Where its requests were served, in the order of the plan.
  public var byGroup: [ClassOnGroup] = []

  public var meetsObjectives: Bool {
    [ttftObjective, tpotObjective, endToEndObjective].allSatisfy { $0?.isMet ?? true }
  }
}

/// Means of a quantity over equal stretches of time from the start of the simulation.
public struct SimulatedSeries: Sendable, Hashable {
  public var binSeconds: Double
  public var means: [Double]

  public init(binSeconds: Double, means: [Double]) {
    self.binSeconds = binSeconds
    self.means = means
  }
}

/// What the instances of one group did in the window.
public struct SimulatedGroup: Sendable, Hashable {
  public var id: String
  public var phase: Phase
  public var instances: Int
  /// Share of instance time spent in steps.
  public var busyShare: Double
  /// Share of instance time spent in steps that process prompts.
  public var promptShare: Double
  /// Prefill: the busy share. Decode and aggregated: running sequences ÷ largest batch, over all time.
  public var utilization: Double
  /// Mean over the time in steps, and largest.
  public var meanBatch: Double
  public var maximumBatch: Int
  /// Held KV cache ÷ capacity: mean over all time, and largest of an instance; `nil` where memory is not simulated.
  public var meanKVOccupancy: Double?
  public var maximumKVOccupancy: Double?
  /// Requests waiting: mean over time, and largest.
  public var meanQueue: Double
  public var maximumQueue: Int
  public var promptTokensPerSecond: Double
  public var outputTokensPerSecond: Double
  public var steps: Int
  public var preemptions: Int
  /// Gaps between tokens of all its sequences.
  public var itl: LatencySummary?
  public var busySeries: SimulatedSeries
  public var batchSeries: SimulatedSeries
  public var kvSeries: SimulatedSeries?
  public var queueSeries: SimulatedSeries
}

/// What one KV link did in the window.
public struct SimulatedLink: Sendable, Hashable {
  public var id: String
  public var utilization: Double
  public var bytes: Double
  public var transfers: Int
  public var busySeries: SimulatedSeries
}

/// What limits the fleet.
public struct Bottleneck: Sendable, Hashable {
  public enum Resource: String, Sendable, CaseIterable, Hashable {
    case prefill, link, decode, memory
  }

  public var resource: Resource
  /// Id of the group or link.
  public var place: String
  /// How full it is, 0...1.
  public var pressure: Double
  /// One sentence with the figures that say so.
  public var sentence: String

  public init(resource: Resource, place: String, pressure: Double, sentence: String) {
    self.resource = resource
    self.place = place
    self.pressure = pressure
    self.sentence = sentence
  }
}
