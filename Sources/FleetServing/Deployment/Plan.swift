/// The answer to a planning problem: names, counts and numbers only, nothing of the solver.
///
/// The same type carries all four answers; `status` tells which. A plan has the same bytes for the same input: no
/// dates and no timings are kept in it.
public struct Plan: Sendable, Hashable {
  public var problemName: String
  public var status: PlanStatus
  /// What was minimised first, for example `cost`.
  public var objectiveName: String
  /// Value of the minimised objective, in its unit (USD/h for cost); `nil` without a solution.
  public var objective: Double?
  /// Proven lower bound on the objective.
  public var bound: Double?
  /// (objective − bound) / |objective|; 0 when optimal.
  public var gap: Double?
  /// Cost of held devices [USD/h], averaged over periods.
  public var costUSDPerHour: Double?
  public var economics: PlanEconomics?
  public var groups: [PlanGroup]
  public var routes: [PlanRoute]
  public var classes: [PlanClass]
  public var purchases: [PlanPurchase]
  /// Periods of the problem, in its order; lists named `…ByPeriod` have one value for each. Empty when the plan does not
  /// say.
  public var periods: [PlanPeriod]
  /// What keeps the plan from being cheaper.
  public var binding: [BindingConstraint]
  public var baselines: [BaselineResult]
  /// For plans that are sized for the bad end of the error bands; `nil` for all others.
  public var robustness: PlanRobustness?
  /// What a replay of the plan gave; `nil` when it was not replayed.
  public var verification: PlanVerification?
  /// Why accelerators and strategies were not used.
  public var rejected: [RejectedAlternative]
  /// For `infeasible`: what conflicts, and the smallest change that repairs it.
  public var conflict: ConflictReport?
  /// For `unsolved`: why there is no answer.
  public var unsolvedReason: String?
  public var provenance: PlanProvenance

  public init(
    problemName: String, status: PlanStatus, objectiveName: String, objective: Double? = nil, bound: Double? = nil,
    gap: Double? = nil, costUSDPerHour: Double? = nil, economics: PlanEconomics? = nil, groups: [PlanGroup] = [],
    routes: [PlanRoute] = [], classes: [PlanClass] = [], purchases: [PlanPurchase] = [], periods: [PlanPeriod] = [],
    binding: [BindingConstraint] = [], baselines: [BaselineResult] = [], robustness: PlanRobustness? = nil,
    verification: PlanVerification? = nil, rejected: [RejectedAlternative] = [],
    conflict: ConflictReport? = nil, unsolvedReason: String? = nil, provenance: PlanProvenance
  ) {
    self.problemName = problemName
    self.status = status
    self.objectiveName = objectiveName
    self.objective = objective
    self.bound = bound
    self.gap = gap
    self.costUSDPerHour = costUSDPerHour
    self.economics = economics
    self.groups = groups
    self.routes = routes
    self.classes = classes
    self.purchases = purchases
    self.periods = periods
    self.binding = binding
    self.baselines = baselines
    self.robustness = robustness
    self.verification = verification
    self.rejected = rejected
    self.conflict = conflict
    self.unsolvedReason = unsolvedReason
    self.provenance = provenance
  }
}

/// The four different answers.
public enum PlanStatus: String, Sendable, CaseIterable, Hashable {
  /// Proven to be the best.
  case optimal
  /// Obeys all rules; a better one may exist, no better than the bound.
  case feasible
  /// Proven that nothing obeys all rules.
  case infeasible
  /// Neither a plan nor a proof within the limits.
  case unsolved
}

/// What the plan costs per unit of work. Input tokens carry the cost of prefill, output tokens that of decode;
/// aggregated groups are split by the time each phase takes on them.
public struct PlanEconomics: Sendable, Hashable {
  /// All costs ÷ all tokens (input + output) [USD per million tokens].
  public var usdPerMillionTokens: Double
  public var usdPerMillionInputTokens: Double
  public var usdPerMillionOutputTokens: Double
  /// [USD per thousand requests].
  public var usdPerThousandRequests: Double
  /// Offered and served requests [requests/s], averaged over periods.
  public var offeredRatePerSecond: Double
  public var servedRatePerSecond: Double
  /// Power of all held devices at board power [W], averaged over periods.
  public var powerWatts: Double
  /// Cost that no work uses [USD/h]: capacity of running instances beyond their load, and devices held but not running.
  /// `nil` when the plan does not say.
  public var idleCostUSDPerHour: Double?

  public init(
    usdPerMillionTokens: Double, usdPerMillionInputTokens: Double, usdPerMillionOutputTokens: Double,
    usdPerThousandRequests: Double, offeredRatePerSecond: Double, servedRatePerSecond: Double, powerWatts: Double,
    idleCostUSDPerHour: Double? = nil
  ) {
    self.usdPerMillionTokens = usdPerMillionTokens
    self.usdPerMillionInputTokens = usdPerMillionInputTokens
    self.usdPerMillionOutputTokens = usdPerMillionOutputTokens
    self.usdPerThousandRequests = usdPerThousandRequests
    self.offeredRatePerSecond = offeredRatePerSecond
    self.servedRatePerSecond = servedRatePerSecond
    self.powerWatts = powerWatts
    self.idleCostUSDPerHour = idleCostUSDPerHour
  }
}

/// One configuration and how many instances of it run.
public struct PlanGroup: Sendable, Hashable {
  /// For example `prefill-llama-3.1-70b-h100-tp2-fp8`.
  public var id: String
  public var phase: Phase
  /// Ids within the problem.
  public var modelID: String
  public var poolID: String
  public var acceleratorName: String
  public var vendor: String
  public var region: String?
  /// Precision labels; `measured` tables may leave the weight precision open.
  public var weightPrecision: String?
  public var kvPrecision: String?
  public var strategy: ParallelStrategy
  /// Largest number of sequences (decode, aggregated) or requests in one step of an instance.
  public var maximumBatch: Int
  /// Aggregated: token budget of a step of a data-parallel rank, prompts and running sequences together [tokens]; `nil`
  /// for other groups, capacity tables and plans that do not say.
  public var chunkTokens: Int?
  /// Classes that the router may send here.
  public var admittedClassIDs: [String]
  /// Instances per period; `instances` is the largest of them.
  public var instancesByPeriod: [Int]
  public var devicesPerInstance: Int
  /// Nodes of the accelerator ÷ devices of the group, at the peak; a fraction for parts of nodes.
  public var nodes: Double
  /// Share of the pool's cost that this group's devices carry [USD/h], averaged over periods.
  public var costUSDPerHour: Double
  /// The part of that cost that no work uses [USD/h]; `nil` when the plan does not say.
  public var idleCostUSDPerHour: Double?
  /// Load ÷ capacity of the group in its busiest period, 0...1.
  public var utilization: Double
  /// Where its capacity comes from: `latency model` or the id of a capacity table.
  public var capacitySource: String
  /// How far its predicted times can be trusted; `nil` when the plan does not say.
  public var evidence: PlanEvidence?

  public var instances: Int { instancesByPeriod.max() ?? 0 }
  public var devices: Int { instances * devicesPerInstance }

  public init(
    id: String, phase: Phase, modelID: String, poolID: String, acceleratorName: String, vendor: String,
    region: String? = nil, weightPrecision: String?, kvPrecision: String?, strategy: ParallelStrategy,
    maximumBatch: Int, chunkTokens: Int? = nil, admittedClassIDs: [String], instancesByPeriod: [Int],
    devicesPerInstance: Int, nodes: Double,
    costUSDPerHour: Double, idleCostUSDPerHour: Double? = nil, utilization: Double, capacitySource: String,
    evidence: PlanEvidence? = nil
  ) {
    self.id = id
    self.phase = phase
    self.modelID = modelID
    self.poolID = poolID
    self.acceleratorName = acceleratorName
    self.vendor = vendor
    self.region = region
    self.weightPrecision = weightPrecision
    self.kvPrecision = kvPrecision
    self.strategy = strategy
    self.maximumBatch = maximumBatch
    self.chunkTokens = chunkTokens
    self.admittedClassIDs = admittedClassIDs
    self.instancesByPeriod = instancesByPeriod
    self.devicesPerInstance = devicesPerInstance
    self.nodes = nodes
    self.costUSDPerHour = costUSDPerHour
    self.idleCostUSDPerHour = idleCostUSDPerHour
    self.utilization = utilization
    self.capacitySource = capacitySource
    self.evidence = evidence
  }
}

/// Traffic of one class from a prefill group to a decode group (or through one aggregated group) in one period.
public struct PlanRoute: Sendable, Hashable {
  public var classID: String
  /// Period id; `nil` when the problem has one period.
  public var periodID: String?
  /// Group ids; equal for an aggregated group.
  public var fromGroupID: String
  public var toGroupID: String
  public var ratePerSecond: Double
  /// Predicted latencies at the percentile of the class's objective [s]; the 0.95 quantile where none is stated.
  /// `nil` when a measured table gives no latency.
  public var ttftSeconds: Double?
  public var tpotSeconds: Double?
  /// KV transfer with conversion; 0 for aggregated groups [s].
  public var kvTransferSeconds: Double

  public init(
    classID: String, periodID: String? = nil, fromGroupID: String, toGroupID: String, ratePerSecond: Double,
    ttftSeconds: Double?, tpotSeconds: Double?, kvTransferSeconds: Double
  ) {
    self.classID = classID
    self.periodID = periodID
    self.fromGroupID = fromGroupID
    self.toGroupID = toGroupID
    self.ratePerSecond = ratePerSecond
    self.ttftSeconds = ttftSeconds
    self.tpotSeconds = tpotSeconds
    self.kvTransferSeconds = kvTransferSeconds
  }
}

/// What the plan promises one class: the worst of its routes.
public struct PlanClass: Sendable, Hashable {
  /// Where a latency lies when every time is at an end of the 90 % band of its configuration.
  public struct Band: Sendable, Hashable {
    /// With the shortest times [s].
    public var lowSeconds: Double
    /// With the longest times [s]; `nil` when the instances cannot carry the load then.
    public var highSeconds: Double?

    public init(lowSeconds: Double, highSeconds: Double?) {
      self.lowSeconds = lowSeconds
      self.highSeconds = highSeconds
    }
  }

  /// One latency against its objective.
  public struct Prediction: Sendable, Hashable {
    /// Quantile predicted, for example 0.95.
    public var percentile: Double
    /// Predicted value [s], for a robust plan at the bad end of the bands; `nil` when a measured table gives none.
    public var predictedSeconds: Double?
    /// Objective [s]; `nil` when none is stated.
    public var objectiveSeconds: Double?
    /// `nil` when no error is known, or when the latency is measured.
    public var band: Band?
    /// Objective − predicted [s].
    public var slackSeconds: Double? {
      guard let predictedSeconds, let objectiveSeconds else { return nil }
      return objectiveSeconds - predictedSeconds
    }

    public init(percentile: Double, predictedSeconds: Double?, objectiveSeconds: Double?, band: Band? = nil) {
      self.percentile = percentile
      self.predictedSeconds = predictedSeconds
      self.objectiveSeconds = objectiveSeconds
      self.band = band
    }
  }

  public var id: String
  public var modelID: String
  /// [requests/s], averaged over periods.
  public var offeredRatePerSecond: Double
  public var servedRatePerSecond: Double
  /// Mean lengths of a request [tokens]; `nil` when the plan does not say.
  public var meanInputTokens: Double?
  public var meanOutputTokens: Double?
  /// The class's share of the plan's cost that prefill and decode take [USD/h]: of each group by the share of its work,
  /// idle capacity in proportion. All classes together carry the whole cost. `nil` when the plan does not say.
  public var inputCostUSDPerHour: Double?
  public var outputCostUSDPerHour: Double?
  public var ttft: Prediction
  public var tpot: Prediction
  public var endToEnd: Prediction

  public init(
    id: String, modelID: String, offeredRatePerSecond: Double, servedRatePerSecond: Double,
    meanInputTokens: Double? = nil, meanOutputTokens: Double? = nil, inputCostUSDPerHour: Double? = nil,
    outputCostUSDPerHour: Double? = nil, ttft: Prediction, tpot: Prediction, endToEnd: Prediction
  ) {
    self.id = id
    self.modelID = modelID
    self.offeredRatePerSecond = offeredRatePerSecond
    self.servedRatePerSecond = servedRatePerSecond
    self.meanInputTokens = meanInputTokens
    self.meanOutputTokens = meanOutputTokens
    self.inputCostUSDPerHour = inputCostUSDPerHour
    self.outputCostUSDPerHour = outputCostUSDPerHour
    self.ttft = ttft
    self.tpot = tpot
    self.endToEnd = endToEnd
  }
}
