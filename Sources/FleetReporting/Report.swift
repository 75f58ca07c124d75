import FleetServing

/// A plan made ready for reading: sentences, tables and charts, free of any output format.
///
/// Every number in it is taken or computed from the plan; nothing is estimated. `HTMLReport`, `MarkdownReport` and
/// `PlanText` render it.
public struct Report: Sendable, Hashable {
  /// One number that people look for first.
  public struct Figure: Sendable, Hashable {
    public var label: String
    public var value: String
    /// A few words under the value; nil when there is nothing to add.
    public var note: String?
    /// Whether the answer's sentence says it too.
    public var isInAnswer: Bool
    /// The value in full precision; nil where it is only a text.
    public var number: ReportValue?

    public init(_ label: String, _ value: String, note: String? = nil, isInAnswer: Bool = false) {
      self.label = label
      self.value = value
      self.note = note
      self.isInAnswer = isInAnswer
    }

    /// A typed figure; its text is that of the value, with the unit.
    public init(_ label: String, _ number: ReportValue, note: String? = nil) {
      self.init(label, number.spelled(showsUnit: true), note: note)
      self.number = number
    }
  }

  /// A rule that binds, or a repair: a sentence with what one more unit would change.
  public struct Remark: Sendable, Hashable {
    public var text: String
    public var detail: String?

    public init(_ text: String, detail: String? = nil) {
      self.text = text
      self.detail = detail
    }
  }

  /// Name of the problem.
  public var title: String
  public var status: PlanStatus
  /// The answer in one sentence.
  public var answer: String
  /// What a robust plan is robust to and what that costs; nil for all others.
  public var robustness: String?
  /// What was minimised, for example `cost`.
  public var objectiveName: String
  /// Empty without a plan.
  public var figures: [Figure]
  public var groups: ReportTable?
  /// Nil where there is only one way through the fleet.
  public var routes: ReportTable?
  public var classes: ReportTable?
  /// What a replay gave; nil for plans that were not replayed.
  public var replay: ReportTable?
  /// What the predicted times rest on, with their error bands; nil for plans that do not say.
  public var trust: ReportTable?
  public var purchases: ReportTable?
  public var baselines: ReportTable?
  /// What keeps the plan from being cheaper.
  public var binding: [Remark]
  /// For infeasible problems: rules that cannot hold together, and changes each of which repairs it.
  public var conflicting: [String]
  public var repairs: [String]
  /// Accelerators that the plan does not use, one row for each with its main reason.
  public var unused: ReportTable?
  /// Everything that was rejected.
  public var rejected: ReportTable?
  public var provenance: ReportTable
  public var baselineChart: BaselineChart?
  public var latencyChart: LatencyChart?
  public var flowChart: FlowChart?

  public init(plan: Plan) {
    title = plan.problemName
    status = plan.status
    objectiveName = plan.objectiveName
    answer = Answer.sentence(for: plan)
    robustness = Report.robustness(of: plan)
    figures = Report.figures(of: plan)
    groups = Report.groupTable(of: plan)
    routes = Report.routeTable(of: plan)
    classes = Report.classTable(of: plan)
    replay = Report.replayTable(of: plan)
    trust = Report.trustTable(of: plan)
    purchases = Report.purchaseTable(of: plan)
    baselines = Report.baselineTable(of: plan)
    binding = plan.binding.map { Report.remark(on: $0, of: plan) }
    conflicting = plan.conflict?.conflicting ?? []
    repairs = plan.conflict?.repairs ?? []
    unused = Report.unusedTable(of: plan)
    rejected = Report.rejectedTable(of: plan)
    provenance = Report.provenanceTable(of: plan)
    baselineChart = BaselineChart(plan: plan)
    latencyChart = LatencyChart(plan: plan)
    flowChart = FlowChart(plan: plan)
  }

  /// Title over `binding`.
  public var bindingTitle: String {
    objectiveName == PlanObjective.cost.rawValue
      ? "What keeps the plan from being cheaper" : "What keeps the plan from being better"
  }

  /// Hours of a month in monthly costs: 365 days · 24 h ÷ 12.
  static let hoursPerMonth = 730.0

  private static func figures(of plan: Plan) -> [Figure] {
    guard plan.status == .optimal || plan.status == .feasible else { return [] }
    var figures: [Figure] = []
    if let cost = plan.costUSDPerHour {
      figures.append(Figure("Cost per hour", Quantity.usd(cost), isInAnswer: true))
      figures.append(Figure("Cost per month", Quantity.roundUSD(cost * hoursPerMonth), note: "at 730 h"))
    }
    if let economics = plan.economics {
      figures.append(
        Figure(
          "Per million tokens", Quantity.usd(economics.usdPerMillionTokens),
          note: "in \(Quantity.usd(economics.usdPerMillionInputTokens)), "
            + "out \(Quantity.usd(economics.usdPerMillionOutputTokens))"))
      figures.append(Figure("Per 1,000 requests", Quantity.usd(economics.usdPerThousandRequests)))
    }
    let held = plan.heldDevices
    let running = plan.runningDevices
    let pools = plan.devicesByPool.map { Answer.times($0.devices, $0.poolID) }
    let kinds = pools.count <= 3 ? pools.joined(separator: ", ") : Answer.list(plan.vendors.map(vendorName))
    let spare = held == running ? "" : ", \(Quantity.count(running)) at work"
    figures.append(Figure("Devices", Quantity.count(held), note: held == 0 ? nil : kinds + spare))
    if let economics = plan.economics {
      figures.append(Figure("Power", Quantity.watts(economics.powerWatts), note: "board power"))
    }
    figures.append(proofFigure(of: plan))
    return figures
  }

  private static func proofFigure(of plan: Plan) -> Figure {
    if plan.status == .optimal { return Figure("Proof", "optimal", note: "no better plan exists", isInAnswer: true) }
    let bound = plan.bound.map { "bound " + Answer.objectiveText($0, of: plan) }
    return Figure("Gap", plan.gap.map(Quantity.percent) ?? "open", note: bound ?? "no bound", isInAnswer: true)
  }

  private static func remark(on constraint: BindingConstraint, of plan: Plan) -> Remark {
    let text = constraint.message.isEmpty ? constraint.name : constraint.message
    guard let price = constraint.shadowPrice, price != 0 else { return Remark(text) }
    let size = Answer.objectiveText(abs(price), of: plan)
    return Remark(text, detail: "one unit more: \(price < 0 ? "−" : "+")\(size)")
  }
}
