import FleetServing

/// Which devices instances lie on: groups of a pool one after the other in the order of the plan, without gaps.
struct FleetLayout: Sendable {
  /// An instance, and the nodes of its pool that it has devices on.
  struct Placed: Sendable {
    var group: Int
    var index: Int
    var number: Int
    var isServer: Bool
    var poolID: String
    var nodes: ClosedRange<Int>
  }

  private(set) var instances: [Placed] = []

  init(_ fleet: SimulatedFleet) {
    var devices: [String: Int] = [:]
    var (servers, engines) = (0, 0)
    for (position, group) in fleet.groups.enumerated() {
      let node = max(fleet.problem.pools.first { $0.id == group.poolID }?.accelerator.devicesPerNode ?? 1, 1)
      let isServer = group.phase == .prefill
      for number in 0..<(group.instancesByPeriod.max() ?? 0) {
        let first = devices[group.poolID, default: 0]
        let last = first + max(group.devicesPerInstance, 1) - 1
        devices[group.poolID] = last + 1
        instances.append(
          Placed(
            group: position, index: isServer ? servers : engines, number: number, isServer: isServer,
            poolID: group.poolID, nodes: first / node...last / node))
        if isServer { servers += 1 } else { engines += 1 }
      }
    }
  }

  private func target(_ members: [Placed]) -> OutageState.Target? {
    if members.isEmpty { return nil }
    return OutageState.Target(
      servers: members.filter(\.isServer).map(\.index), engines: members.filter { !$0.isServer }.map(\.index))
  }

  /// `nil` when the fleet has no such target.
  func target(_ target: FaultPlan.Target, _ fleet: SimulatedFleet) -> OutageState.Target? {
    switch target {
    case .instance(let groupID, let number):
      return self.target(instances.filter { fleet.groups[$0.group].id == groupID && $0.number == number })
    case .node(let poolID, let number):
      return self.target(instances.filter { $0.poolID == poolID && $0.nodes.contains(number) })
    case .link(let prefillPoolID, let decodePoolID):
      return fleet.links.firstIndex { $0.prefillPoolID == prefillPoolID && $0.decodePoolID == decodePoolID }
        .map { OutageState.Target(link: $0) }
    }
  }

  /// All targets of a kind.
  func all(_ kind: FaultPlan.RandomOutages.Kind, _ fleet: SimulatedFleet) -> [OutageState.Target] {
    switch kind {
    case .instance: return instances.compactMap { target([$0]) }
    case .node:
      var found: [OutageState.Target] = []
      for pool in fleet.problem.pools {
        let own = instances.filter { $0.poolID == pool.id }
        for node in 0...(own.map(\.nodes.upperBound).max() ?? 0) {
          if let target = target(own.filter { $0.nodes.contains(node) }) { found.append(target) }
        }
      }
      return found
    case .link: return fleet.links.indices.map { OutageState.Target(link: $0) }
    }
  }
}
