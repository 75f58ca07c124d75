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
    /// Whether no plan of this kind exists.
    public var isInfeasible: Bool

    public init(label: String, value: Double?, text: String, isThisPlan: Bool = false, isInfeasible: Bool = false) {
      self.label = label
      self.value = value
      self.text = text
      self.isThisPlan = isThisPlan
      self.isInfeasible = isInfeasible
    }
  }

  public var title: String
  public var bars: [Bar]

  public init(title: String, bars: [Bar]) {
    self.title = title
    self.bars = bars
  }

  /// Nil without a plan or without baselines.
  init?(plan: Plan) {
    let isCost = plan.objectiveName == PlanObjective.cost.rawValue
    guard !plan.baselines.isEmpty, let own = isCost ? plan.costUSDPerHour : plan.objective, own.isFinite else {
      return nil
    }
    title = isCost ? "Cost per hour" : "Value of the objective (\(plan.objectiveName))"
    bars = [
      Bar(
        label: "this plan", value: own, text: Answer.objectiveText(own, of: plan), isThisPlan: true, isInfeasible: false
      )
    ]
    for baseline in plan.baselines {
      let value = isCost ? baseline.costUSDPerHour : baseline.objective
      let text: String
      if let value {
        let excess = Report.excess(of: baseline, over: plan).map { " (\(Quantity.signedPercent($0)))" } ?? ""
        text = Answer.objectiveText(value, of: plan) + excess
      } else {
        text = baseline.status == .infeasible ? "infeasible" : "unsolved"
      }
      bars.append(
        Bar(
          label: baseline.name, value: value, text: text, isThisPlan: false,
          isInfeasible: baseline.status == .infeasible))
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
