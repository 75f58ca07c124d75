import FleetJSON
import FleetServing

/// Scenarios side by side: what each costs, and what changes from the first to each of the others.
public struct PlanComparison: Sendable, Hashable {
  public struct Scenario: Sendable, Hashable {
    /// For example the file name of the plan.
    public var name: String
    public var plan: Plan
  }

  /// A group or a pool whose count differs.
  public struct Change: Sendable, Hashable {
    /// Group id, or pool id.
    public var id: String
    /// For example `decode on mi300x TP1`; the pool's vendor for pools.
    public var description: String
    /// Instances (groups) or devices held (pools) at the peak.
    public var before: Int
    public var after: Int
  }

  /// What is different in one scenario.
  public struct Difference: Sendable, Hashable {
    public var name: String
    /// Cost of the scenario − cost of the first one [USD/h]; nil unless both have a plan.
    public var costUSDPerHour: Double?
    /// That difference ÷ cost of the first; nil also when the first costs nothing.
    public var costFraction: Double?
    /// Groups whose instance counts differ, by id; empty unless both have a plan.
    public var groups: [Change]
    /// Pools whose held devices differ, by id; empty unless both have a plan.
    public var pools: [Change]
  }

  /// In the order given; the first one is what the others are measured against.
  public let scenarios: [Scenario]
  /// One entry for each scenario after the first.
  public let differences: [Difference]

  /// - Parameter plans: At least one.
  public init(_ plans: [(name: String, plan: Plan)]) {
    precondition(!plans.isEmpty, "a comparison needs at least one plan")
    scenarios = plans.map { Scenario(name: $0.name, plan: $0.plan) }
    differences = plans.dropFirst().map { PlanComparison.difference(name: $0.name, from: plans[0].plan, to: $0.plan) }
  }

  private static func difference(name: String, from first: Plan, to other: Plan) -> Difference {
    var cost: Double?
    var fraction: Double?
    if let before = first.costUSDPerHour, let after = other.costUSDPerHour {
      cost = after - before
      if before > 0 { fraction = (after - before) / before }
    }
    if cost == nil { return Difference(name: name, costUSDPerHour: nil, costFraction: nil, groups: [], pools: []) }
    return Difference(
      name: name, costUSDPerHour: cost, costFraction: fraction,
      groups: changes(from: first.groupCounts, to: other.groupCounts),
      pools: changes(from: first.poolCounts, to: other.poolCounts))
  }

  private typealias Counts = [String: (description: String, count: Int)]

  private static func changes(from first: Counts, to other: Counts) -> [Change] {
    Set(first.keys).union(other.keys).sorted().compactMap { id in
      let before = first[id]?.count ?? 0
      let after = other[id]?.count ?? 0
      guard before != after else { return nil }
      let description = (other[id] ?? first[id])?.description ?? ""
      return Change(id: id, description: description, before: before, after: after)
    }
  }
}

extension Plan {
  fileprivate var groupCounts: [String: (description: String, count: Int)] {
    Dictionary(
      runningGroups.map { ($0.id, ("\($0.phase.rawValue) on \($0.poolID) \($0.strategy)", $0.instances)) },
      uniquingKeysWith: { first, other in (first.0, first.1 + other.1) })
  }

  fileprivate var poolCounts: [String: (description: String, count: Int)] {
    Dictionary(
      devicesByPool.map { ($0.poolID, (vendorName($0.vendor), $0.devices)) },
      uniquingKeysWith: { first, other in (first.0, first.1 + other.1) })
  }
}

// MARK: JSON

extension PlanComparison {
  /// What the `format` key of an encoded comparison says.
  public static let format = "fleetplan-comparison/1"

  /// The comparison as JSON; `docs/comparison-format.md` documents every key.
  public func encoded() -> JSONOutput {
    [
      "format": .string(PlanComparison.format),
      "scenarios": .array(scenarios.map { $0.encoded() }),
      "differences": .array(
        differences.map { difference in
          [
            "name": .string(difference.name),
            "against": .string(scenarios[0].name),
            "cost_usd_per_hour": JSONOutput(difference.costUSDPerHour),
            "cost_fraction": JSONOutput(difference.costFraction),
            "groups": .array(difference.groups.map { $0.encoded(unit: "instances") }),
            "pools": .array(difference.pools.map { $0.encoded(unit: "devices") }),
          ]
        }),
    ]
  }
}

extension PlanComparison.Scenario {
  fileprivate func encoded() -> JSONOutput {
    [
      "name": .string(name),
      "problem": .string(plan.problemName),
      "status": .string(plan.status.rawValue),
      "objective_name": .string(plan.objectiveName),
      "objective": JSONOutput(plan.objective),
      "gap": JSONOutput(plan.gap),
      "cost_usd_per_hour": JSONOutput(plan.costUSDPerHour),
      "devices": .integer(plan.heldDevices),
      "power_watts": JSONOutput(plan.economics?.powerWatts),
      "usd_per_million_tokens": JSONOutput(plan.economics?.usdPerMillionTokens),
      "offered_rate_per_s": .number(plan.offeredRatePerSecond),
      "served_rate_per_s": .number(plan.servedRatePerSecond),
      "answer": .string(String(Answer.sentence(for: plan).map { $0 == "\u{A0}" ? " " : $0 })),
    ]
  }
}

extension PlanComparison.Change {
  fileprivate func encoded(unit: String) -> JSONOutput {
    [
      "id": .string(id),
      "description": .string(description),
      "\(unit)_before": .integer(before),
      "\(unit)_after": .integer(after),
    ]
  }
}
