import FleetServing

/// Groups with the traffic between them.
public struct FlowChart: Sendable, Hashable {
  public struct Node: Sendable, Hashable {
    public var groupID: String
    public var modelID: String
    public var phase: Phase
    public var vendor: String
    /// For example `3 × h100`.
    public var title: String
    /// For example `TP2 fp8`.
    public var strategy: String
    /// For example `6 devices, $12.00/h`.
    public var detail: String
    /// Traffic through it in the period shown [requests/s].
    public var ratePerSecond: Double
  }

  /// Traffic from a prefill group to a decode group in the period shown.
  public struct Flow: Sendable, Hashable {
    public var fromGroupID: String
    public var toGroupID: String
    public var ratePerSecond: Double
    /// The longest KV transfer of its classes [s].
    public var kvTransferSeconds: Double
  }

  /// Groups with traffic, by model, phase and id.
  public var nodes: [Node]
  public var flows: [Flow]
  /// Of several periods the one with the most traffic is shown; nil when there is one.
  public var periodID: String?

  /// Nil when there is no traffic, or more groups than can be read.
  init?(plan: Plan, limit: Int = 24) {
    var traffic: [String?: Double] = [:]
    for route in plan.routes { traffic[route.periodID, default: 0] += route.ratePerSecond }
    let busiest = traffic.max { ($0.value, $1.key ?? "") < ($1.value, $0.key ?? "") }?.key
    let shownPeriod = busiest ?? nil
    periodID = shownPeriod
    let routes = plan.routes.filter { $0.periodID == shownPeriod && $0.ratePerSecond > 0 }
    nodes = plan.runningGroups.compactMap { group in
      let own = routes.filter { $0.fromGroupID == group.id || $0.toGroupID == group.id }
      if own.isEmpty { return nil }
      return Node(
        groupID: group.id, modelID: group.modelID, phase: group.phase, vendor: group.vendor,
        title: Answer.times(group.instances, group.poolID),
        strategy: group.strategy.description + (group.weightPrecision.map { " \($0)" } ?? ""),
        detail: "\(Quantity.count(group.devices, "device")), \(Quantity.usdPerHour(group.costUSDPerHour))",
        ratePerSecond: own.reduce(0) { $0 + $1.ratePerSecond })
    }
    if nodes.isEmpty || nodes.count > limit { return nil }
    let pairs = Dictionary(grouping: routes.filter { $0.fromGroupID != $0.toGroupID }) {
      [$0.fromGroupID, $0.toGroupID]
    }
    flows = pairs.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { ids, routes in
      Flow(
        fromGroupID: ids[0], toGroupID: ids[1], ratePerSecond: routes.reduce(0) { $0 + $1.ratePerSecond },
        kvTransferSeconds: routes.map(\.kvTransferSeconds).max() ?? 0)
    }
  }
}
