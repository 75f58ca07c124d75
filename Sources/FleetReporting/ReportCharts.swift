import FleetServing

/// The plan and its baselines as bars.
public struct BaselineChart: Sendable, Hashable {
  public struct Bar: Sendable, Hashable {
    public var label: String
    /// Value of the objective (USD/h for cost); nil without a plan.
    public var value: Double?
    /// What is written beside the bar.
    public var text: String
    public var isThisPlan: Bool
  }

  public var title: String
  public var bars: [Bar]

  /// Nil without a plan or without baselines.
  init?(plan: Plan) {
    let isCost = plan.objectiveName == PlanObjective.cost.rawValue
    guard !plan.baselines.isEmpty, let own = isCost ? plan.costUSDPerHour : plan.objective, own.isFinite else {
      return nil
    }
    title = isCost ? "Cost per hour" : "Value of the objective (\(plan.objectiveName))"
    bars = [Bar(label: "this plan", value: own, text: Answer.objectiveText(own, of: plan), isThisPlan: true)]
    for baseline in plan.baselines {
      let value = isCost ? baseline.costUSDPerHour : baseline.objective
      let text: String
      if let value {
        let excess = Report.excess(of: baseline, over: plan).map { " (\(Quantity.signedPercent($0)))" } ?? ""
        text = Answer.objectiveText(value, of: plan) + excess
      } else {
        text = baseline.status == .infeasible ? "infeasible" : "unsolved"
      }
      bars.append(Bar(label: baseline.name, value: value, text: text, isThisPlan: false))
    }
  }
}

/// Predicted latency against its objective, per class.
public struct LatencyChart: Sendable, Hashable {
  public struct Bar: Sendable, Hashable {
    /// For example `TTFT p95`.
    public var metric: String
    public var predictedSeconds: Double
    public var objectiveSeconds: Double
    /// Predicted ÷ objective.
    public var share: Double { predictedSeconds / objectiveSeconds }
    public var text: String { "\(Quantity.time(predictedSeconds)) of \(Quantity.time(objectiveSeconds))" }
  }

  public struct Row: Sendable, Hashable {
    public var classID: String
    public var bars: [Bar]
  }

  public var rows: [Row]

  /// Nil when no class has both a prediction and an objective.
  init?(plan: Plan) {
    rows = plan.classes.compactMap { planClass in
      let metrics = [("TTFT", planClass.ttft), ("TPOT", planClass.tpot), ("E2E", planClass.endToEnd)]
      let bars: [Bar] = metrics.compactMap { name, prediction in
        guard let predicted = prediction.predictedSeconds, let objective = prediction.objectiveSeconds, objective > 0
        else { return nil }
        return Bar(
          metric: name + " p" + Quantity.percentile(prediction.percentile), predictedSeconds: predicted,
          objectiveSeconds: objective)
      }
      return bars.isEmpty ? nil : Row(classID: planClass.id, bars: bars)
    }
    if rows.isEmpty { return nil }
  }
}

/// Groups with the traffic between them.
public struct FlowChart: Sendable, Hashable {
  public struct Node: Sendable, Hashable {
    public var groupID: String
    public var phase: Phase
    public var vendor: String
    /// For example `3 × h100 TP2`.
    public var title: String
    /// For example `6 devices, $12.00/h`.
    public var detail: String
    /// Traffic through it in the period shown [requests/s].
    public var ratePerSecond: Double
  }

  public struct Flow: Sendable, Hashable {
    public var fromGroupID: String
    public var toGroupID: String
    public var ratePerSecond: Double
  }

  /// Groups with traffic; prefill and decode groups of one model are adjacent.
  public var nodes: [Node]
  public var flows: [Flow]
  /// Of several periods the one with the most traffic is shown; nil when there is one.
  public var periodID: String?

  /// Nil when there is no traffic between groups, or more than can be read.
  init?(plan: Plan, limit: Int = 16) {
    var traffic: [String?: Double] = [:]
    for route in plan.routes { traffic[route.periodID, default: 0] += route.ratePerSecond }
    let busiest = traffic.max { ($0.value, $1.key ?? "") < ($1.value, $0.key ?? "") }?.key
    periodID = busiest ?? nil
    let shownPeriod = busiest ?? nil
    let routes = plan.routes.filter { $0.periodID == shownPeriod && $0.ratePerSecond > 0 }
    var rates: [[String]: Double] = [:]
    for route in routes { rates[[route.fromGroupID, route.toGroupID], default: 0] += route.ratePerSecond }
    let flows = rates.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { ids, rate in
      Flow(fromGroupID: ids[0], toGroupID: ids[1], ratePerSecond: rate)
    }
    self.flows = flows
    nodes = plan.runningGroups.compactMap { group in
      let incoming = flows.filter { $0.toGroupID == group.id || $0.fromGroupID == group.id }
      if incoming.isEmpty { return nil }
      return Node(
        groupID: group.id, phase: group.phase, vendor: group.vendor,
        title: Answer.times(group.instances, "\(group.poolID) \(group.strategy)"),
        detail: "\(Quantity.count(group.devices, "device")), \(Quantity.usdPerHour(group.costUSDPerHour))",
        ratePerSecond: incoming.reduce(0) { $0 + $1.ratePerSecond })
    }
    if nodes.count < 2 || nodes.count > limit { return nil }
  }
}
