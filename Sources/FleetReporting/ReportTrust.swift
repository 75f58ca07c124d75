import FleetServing

/// How far the predicted times of a plan can be trusted, and what it costs to allow for that.
extension Report {
  /// One row per model, pool and kind of evidence; nil for plans that do not say.
  static func trustTable(of plan: Plan) -> ReportTable? {
    let groups = plan.runningGroups.filter { $0.evidence != nil }
    if groups.isEmpty { return nil }
    var table = ReportTable(
      "How far to trust it",
      columns: [
        .init("Model", rank: 4), .init("Pool"), .init("Phases", rank: 3), .init("TPOT within", .right),
        .init("Prompts within", .right), .init("Because", wraps: true),
      ])
    var rows: [(key: [String], groups: [PlanGroup])] = []
    for group in groups {
      let key = [group.modelID, group.poolID, group.evidence?.text ?? ""]
      if let known = rows.firstIndex(where: { $0.key == key }) {
        rows[known].groups.append(group)
      } else {
        rows.append((key, [group]))
      }
    }
    for row in rows {
      guard let first = row.groups.first, let evidence = first.evidence else { continue }
      let phases = Set(row.groups.map(\.phase)).sorted()
      func cell(_ band: KeyPath<PlanEvidence, ErrorBand?>, unless phase: Phase) -> ReportTable.Cell {
        if evidence.grade == .capacityTable || phases == [phase] { return .init(Quantity.unknown, .muted) }
        let known = row.groups.compactMap { $0.evidence?[keyPath: band] }.first
        return known.map { .init($0.text) } ?? .init("not known", .muted)
      }
      table.add([
        .init(first.modelID), .init(first.poolID, .strong), .init(Answer.list(phases.map(\.rawValue))),
        cell(\.tpot, unless: .prefill), cell(\.prefill, unless: .decode),
        .init(evidence.text, evidence.grade == .assumed ? .bad : .plain),
      ])
    }
    table.note = trustNote(of: groups, isRobust: plan.robustness != nil)
    return table.droppingColumns { column, cells in column.title == "Model" && Set(cells).count == 1 }
  }

  /// Share of its measured capacity beyond which a group is said to have no headroom.
  static let fullUse = 0.9

  private static func trustNote(of groups: [PlanGroup], isRobust: Bool) -> String? {
    var sentences: [String] = []
    let predicted = groups.filter { $0.evidence?.grade != .capacityTable }
    if predicted.contains(where: \.hasKnownError) {
      sentences.append(
        "90 % of the measurements of such configurations that were left out of the fit lay within these bands.")
    } else if !predicted.isEmpty {
      sentences.append("The errors of this latency model are not known.")
    }
    let full = groups.filter { $0.evidence?.grade == .capacityTable && $0.utilization > fullUse }
    if let busiest = full.map(\.utilization).max() {
      sentences.append(
        "\(Answer.list(full.map(\.id))) \(full.count == 1 ? "runs" : "run") at up to \(Quantity.percent(busiest)) of what was "
          + "measured: a table says nothing of what happens beyond; plan with headroom.")
    }
    let assumed = Set(predicted.filter { $0.evidence?.grade == .assumed }.map(\.poolID)).sorted()
    if !assumed.isEmpty {
      sentences.append(
        "Nothing of the family of \(Answer.list(assumed)) was measured: what the plan says of \(assumed.count == 1 ? "it" : "them") is an "
          + "assumption; measure one instance\(isRobust ? "" : ", or plan with --robust").")
    }
    return sentences.isEmpty ? nil : sentences.joined(separator: " ")
  }

  /// What a robust plan is robust to and what that costs; nil for all others.
  static func robustness(of plan: Plan) -> String? {
    guard let robustness = plan.robustness else { return nil }
    let band = "the \(Quantity.percent(robustness.bandShare)) band of every configuration"
    let nominal = robustness.nominal
    guard plan.status == .optimal || plan.status == .feasible else {
      let start = "Every configuration is sized for the bad end of its \(Quantity.percent(robustness.bandShare)) band"
      switch nominal?.status {
      case .optimal, .feasible:
        let value = nominal.flatMap { amount(of: $0, in: plan) }
        return start + "; without these margins there is a plan" + (value.map { " at \($0)" } ?? "") + "."
      case .infeasible: return start + "; without these margins the problem is infeasible too."
      case .unsolved, nil: return start + "."
      }
    }
    let predicted = plan.runningGroups.filter { $0.evidence?.grade != .capacityTable }
    if predicted.isEmpty { return "All capacities are measured: there is no band to be robust to." }
    if !predicted.contains(where: \.hasKnownError) {
      return "No margin was added: the errors of this latency model are not known."
    }
    var text = "Robust to \(band)"
    if let nominal { text += ": " + price(of: plan, over: nominal) }
    if predicted.count < plan.runningGroups.count { text += "; measured capacity tables carry no margin" }
    let unknown = Set(predicted.filter { !$0.hasKnownError }.map(\.poolID)).sorted()
    if !unknown.isEmpty { text += "; no margin for \(Answer.list(unknown)), whose error is not known" }
    return text + "."
  }

  /// `$41.20/h, 6.1 % more than the nominal $38.83/h`.
  private static func price(of plan: Plan, over nominal: BaselineResult) -> String {
    let isCost = plan.objectiveName == PlanObjective.cost.rawValue
    guard let own = isCost ? plan.costUSDPerHour : plan.objective,
      let other = isCost ? nominal.costUSDPerHour : nominal.objective
    else { return "what the nominal plan costs is not known" }
    let ownText = Answer.objectiveText(own, of: plan)
    let otherText = Answer.objectiveText(other, of: plan)
    let proof = nominal.status == .optimal ? "" : " (not proven optimal)"
    let share = abs(other) > 0 ? (own - other) / abs(other) : 0
    if own <= other * (1 + 1e-6) + 1e-9 { return "\(ownText), no more than the nominal plan" + proof }
    guard share > 0 else { return "\(ownText), against \(otherText) nominally" + proof }
    return "\(ownText), \(Quantity.percent(share)) more than the nominal \(otherText)" + proof
  }

  private static func amount(of nominal: BaselineResult, in plan: Plan) -> String? {
    plan.objectiveName == PlanObjective.cost.rawValue
      ? nominal.costUSDPerHour.map(Quantity.usdPerHour)
      : nominal.objective.map { Answer.objectiveText($0, of: plan) }
  }
}

extension PlanGroup {
  /// Whether all bands of its phase are known.
  fileprivate var hasKnownError: Bool {
    guard let evidence else { return false }
    return (phase == .prefill || evidence.tpot != nil) && (phase == .decode || evidence.prefill != nil)
  }
}

extension ErrorBand {
  /// `−12 % … +15 %`: measurements against predictions.
  package var text: String {
    "\(Quantity.signedPercent(lowRatio - 1))\(Quantity.space)…\(Quantity.space)\(Quantity.signedPercent(highRatio - 1))"
  }
}

extension PlanClass.Band {
  /// `281 ms – 371 ms`, or `281 ms – overload`.
  var text: String {
    "\(Quantity.time(lowSeconds))\(Quantity.space)–\(Quantity.space)\(highSeconds.map(Quantity.time) ?? "overload")"
  }
}
