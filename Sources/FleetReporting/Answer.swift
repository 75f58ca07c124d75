import FleetServing

/// The answer to a planning problem in one sentence.
enum Answer {
  static func sentence(for plan: Plan) -> String {
    switch plan.status {
    case .optimal, .feasible:
      let cost = plan.costUSDPerHour.map(Quantity.usdPerHour) ?? "Cost unknown"
      var text = "\(cost), \(proof(of: plan)): \(deployment(of: plan))"
      if let comparison = comparison(in: plan) { text += "; " + comparison }
      return text + "."
    case .infeasible:
      let summary = plan.conflict.map { " " + capitalized(closed($0.summary)) } ?? ""
      let repair = plan.conflict?.repairs.first.map { " Smallest repair: " + closed($0) } ?? ""
      return "Proven infeasible." + summary + repair
    case .unsolved:
      return "Neither a plan nor a proof was found within the limits"
        + (plan.bound.map { " (no plan is below \(objectiveText($0, of: plan)))" } ?? "")
        + (plan.unsolvedReason.map { ": " + closed($0) } ?? ".")
    }
  }

  /// `proven optimal`, or how far from a proof the plan is.
  static func proof(of plan: Plan) -> String {
    if plan.status == .optimal {
      return switch plan.objectiveName {
      case PlanObjective.traffic.rawValue: "proven to serve the most traffic"
      case PlanObjective.devices.rawValue: "proven to need the fewest devices"
      case PlanObjective.power.rawValue: "proven to draw the least power"
      default: "proven optimal"
      }
    }
    guard let bound = plan.bound else { return "not proven optimal" }
    let value = objectiveText(bound, of: plan)
    return "not proven optimal (no plan is below \(value)"
      + (plan.gap.map { ", gap \(Quantity.percent($0))" } ?? "") + ")"
  }

  /// A value of the plan's objective with its unit.
  static func objectiveText(_ value: Double, of plan: Plan) -> String {
    switch plan.objectiveName {
    case PlanObjective.cost.rawValue: Quantity.usdPerHour(value)
    case PlanObjective.traffic.rawValue: Quantity.rate(value) + Quantity.space + "req/s unserved"
    case PlanObjective.devices.rawValue: Quantity.significant(value) + Quantity.space + "devices"
    case PlanObjective.power.rawValue: Quantity.watts(value)
    default: Quantity.significant(value)
    }
  }

  // MARK: What runs

  static func deployment(of plan: Plan) -> String {
    let groups = plan.runningGroups
    if groups.isEmpty { return "nothing has to run" }
    let models = Set(groups.map(\.modelID)).count
    let rate = Quantity.served(plan.servedRatePerSecond, of: plan.offeredRatePerSecond)
    let kinds = Set(groups.map { [$0.phase.rawValue, $0.poolID, $0.strategy.description] }).count
    if models == 1, kinds <= 4, groups.allSatisfy({ $0.instancesByPeriod.count == 1 }) {
      let counted = groups.reduce(0) { $0 + $1.instances }
      return "\(chain(groups)) \(counted == 1 ? "serves" : "serve") \(rate)"
    }
    let pools = plan.devicesByPool.map { times($0.devices, $0.poolID) }
    let shown = pools.count > 6 ? pools.prefix(5) + ["\(pools.count - 5) further pools"] : pools
    let groupsText = Quantity.count(groups.count, "group")
    return "\(list(shown)) in \(groupsText) serve \(rate)" + (models > 1 ? " of \(models) models" : "")
  }

  /// `3 × h100 TP2 prefill → 5 × mi300x TP1 decode and 2 × l40s TP1 aggregated`.
  private static func chain(_ groups: [PlanGroup]) -> String {
    func part(_ phase: Phase) -> String? {
      var kinds: [(name: String, count: Int)] = []
      for group in groups where group.phase == phase {
        let name = "\(group.poolID) \(group.strategy)"
        if let known = kinds.firstIndex(where: { $0.name == name }) {
          kinds[known].count += group.instances
        } else {
          kinds.append((name, group.instances))
        }
      }
      let members = kinds.map { times($0.count, $0.name) }
      return members.isEmpty ? nil : members.joined(separator: " + ") + " " + phase.rawValue
    }
    let pair = [part(.prefill), part(.decode)].compactMap { $0 }.joined(separator: " → ")
    return [pair.isEmpty ? nil : pair, part(.aggregated)].compactMap { $0 }.joined(separator: " and ")
  }

  // MARK: Against the alternatives

  /// The first of these kinds that the plan beats is named.
  private static let kinds: [(kind: String, phrase: String)] = [
    ("single_vendor", "the best single vendor"), ("no_disaggregation", "the best plan without disaggregation"),
    ("single_accelerator", "the best single accelerator type"), ("two_step", "the two-step heuristic"),
    ("current_fleet", "the current fleet"), ("disaggregation_only", "the best plan with disaggregation only"),
  ]

  private static func comparison(in plan: Plan) -> String? {
    guard plan.objectiveName == PlanObjective.cost.rawValue, let cost = plan.costUSDPerHour else { return nil }
    var equal: String?
    for (kind, phrase) in kinds {
      let results = plan.baselines.filter { $0.kind == kind }
      let isProven = results.allSatisfy { $0.status == .optimal || $0.status == .infeasible }
      if !results.isEmpty, results.allSatisfy({ $0.status == .infeasible }) {
        if kind == "single_vendor", plan.vendors.count > 1 { return "no single vendor can do it" }
        continue
      }
      guard let best = results.compactMap(\.costUSDPerHour).min(), best > 0 else { continue }
      if best > cost * 1.0005 {
        return "\(Quantity.percent((best - cost) / best)) below \(phrase)" + (isProven ? "" : " found")
      }
      equal = equal ?? phrase
    }
    return equal.map { "the same as \($0)" }
  }

  // MARK: Words

  /// `3 × h100 TP2`, without a place where a line may end.
  static func times(_ count: Int, _ what: String) -> String {
    String("\(Quantity.count(count)) × \(what)".map { $0 == " " ? "\u{A0}" : $0 })
  }

  /// `a`, `a and b`, `a, b and c`.
  static func list(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
  }

  static func capitalized(_ sentence: String) -> String {
    sentence.prefix(1).uppercased() + sentence.dropFirst()
  }

  /// With a full stop at the end.
  static func closed(_ sentence: String) -> String {
    guard let last = sentence.last, !".!?".contains(last) else { return sentence }
    return sentence + "."
  }
}
