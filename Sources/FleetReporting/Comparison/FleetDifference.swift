import FleetServing

/// What one scenario buys differently from the baseline, per pool and price tier.
public struct FleetDifference: Sendable, Hashable {
  public struct Line: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
      case added, removed, more, fewer, repriced, unchanged
    }

    public var poolID: String
    public var vendor: String
    /// `nil` for plans that do not say how their devices are bought.
    public var tier: PriceTierKind?
    /// Devices held at the peak.
    public var devicesBefore: Int
    public var devicesAfter: Int
    /// [USD/h], averaged over periods.
    public var costBefore: Double
    public var costAfter: Double

    public var kind: Kind {
      if devicesBefore == 0, costBefore == 0 { return .added }
      if devicesAfter == 0, costAfter == 0 { return .removed }
      if devicesAfter != devicesBefore { return devicesAfter > devicesBefore ? .more : .fewer }
      let isSame = abs(costAfter - costBefore) <= 1e-9 * max(1, abs(costBefore))
      return isSame ? .unchanged : .repriced
    }
  }

  /// Name of the scenario.
  public var name: String
  public var against: String
  /// By pool, then tier.
  public var lines: [Line]
  /// Whole cost of both [USD/h].
  public var costBefore: Double
  public var costAfter: Double

  /// `nil` unless both have a plan.
  init?(_ scenario: PlanComparison.Scenario, against baseline: PlanComparison.Scenario) {
    guard let before = PlanMeasures(plan: baseline.plan).costUSDPerHour,
      let after = PlanMeasures(plan: scenario.plan).costUSDPerHour
    else { return nil }
    name = scenario.name
    against = baseline.name
    costBefore = before
    costAfter = after
    let old = FleetDifference.holdings(of: baseline.plan)
    let new = FleetDifference.holdings(of: scenario.plan)
    lines = Set(old.keys).union(new.keys).sorted { ($0.pool, $0.rank) < ($1.pool, $1.rank) }.map { key in
      Line(
        poolID: key.pool, vendor: (new[key] ?? old[key])?.vendor ?? "", tier: key.tier,
        devicesBefore: old[key]?.devices ?? 0, devicesAfter: new[key]?.devices ?? 0,
        costBefore: old[key]?.cost ?? 0, costAfter: new[key]?.cost ?? 0)
    }
  }

  private struct Key: Hashable {
    var pool: String
    var tier: PriceTierKind?
    var rank: Int { tier.flatMap { PriceTierKind.allCases.firstIndex(of: $0) } ?? -1 }
  }

  private typealias Holding = (vendor: String, devices: Int, cost: Double)

  private static func holdings(of plan: Plan) -> [Key: Holding] {
    var holdings: [Key: Holding] = [:]
    func add(_ key: Key, _ vendor: String, _ devices: Int, _ cost: Double) {
      let known = holdings[key] ?? (vendor, 0, 0)
      holdings[key] = (vendor, known.devices + devices, known.cost + cost)
    }
    if plan.purchases.isEmpty {
      for group in plan.runningGroups {
        add(Key(pool: group.poolID, tier: nil), group.vendor, group.devices, group.costUSDPerHour)
      }
    }
    for purchase in plan.purchases {
      let devices = purchase.devicesByPeriod.max() ?? 0
      if devices == 0, purchase.costUSDPerHour == 0 { continue }
      add(Key(pool: purchase.poolID, tier: purchase.tier), purchase.vendor, devices, purchase.costUSDPerHour)
    }
    return holdings
  }

  /// The lines with totals.
  func table(onlyChanges: Bool = false) -> ReportTable {
    var table = ReportTable(
      "\(name) against \(against): devices and cost", id: "devices_and_cost",
      columns: [
        .init("Pool", id: "pool"), .init("Vendor", id: "vendor", rank: 2), .init("Tier", id: "tier"),
        .init("Devices before", .right, id: "devices_before"), .init("after", .right, id: "devices_after"),
        .init("±", .right, id: "devices_change"), .init("$/h before", .right, id: "cost_before_usd_per_hour"),
        .init("after", .right, id: "cost_after_usd_per_hour"),
        .init("±", .right, id: "cost_change_usd_per_hour"), .init("Change", id: "kind", rank: 1),
      ])
    for line in lines where !onlyChanges || line.kind != .unchanged {
      let step = line.costAfter - line.costBefore
      table.add([
        .init(line.poolID, .strong), .init(vendorName(line.vendor)),
        .init(line.tier.map(Report.tierName) ?? Quantity.unknown),
        .count(line.devicesBefore, .devices), .count(line.devicesAfter, .devices),
        .count(line.devicesAfter - line.devicesBefore, ReportUnit.devices.difference),
        .number(line.costBefore, .usdPerHour), .number(line.costAfter, .usdPerHour),
        .number(step, ReportUnit.usdPerHour.difference, line.kind == .unchanged ? .muted : step > 0 ? .bad : .good),
        .init(line.kind.rawValue, line.kind == .unchanged ? .muted : .plain),
      ])
    }
    let same = lines.filter { $0.kind == .unchanged }
    if onlyChanges, !same.isEmpty, same.count < lines.count {
      let devices = same.reduce(0) { $0 + $1.devicesAfter }
      table.add([
        .init("the rest", .muted), "", "", .count(devices, .devices), .count(devices, .devices),
        .count(0, ReportUnit.devices.difference), .number(same.reduce(0) { $0 + $1.costBefore }, .usdPerHour),
        .number(same.reduce(0) { $0 + $1.costAfter }, .usdPerHour),
        .number(0, ReportUnit.usdPerHour.difference), .init("unchanged", .muted),
      ])
    }
    let step = costAfter - costBefore
    table.addFooter([
      "total", "", "", .count(lines.reduce(0) { $0 + $1.devicesBefore }, .devices),
      .count(lines.reduce(0) { $0 + $1.devicesAfter }, .devices),
      .count(lines.reduce(0) { $0 + $1.devicesAfter - $1.devicesBefore }, ReportUnit.devices.difference),
      .number(costBefore, .usdPerHour), .number(costAfter, .usdPerHour),
      .number(step, ReportUnit.usdPerHour.difference), "",
    ])
    let isVarying = lines.contains { $0.tier != nil }
    return isVarying ? table : table.droppingColumns { column, _ in column.id == "tier" }
  }
}
