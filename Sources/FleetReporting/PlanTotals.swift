import FleetServing

/// Sums over a plan.
extension Plan {
  /// Groups with at least one instance, by model, phase and id.
  var runningGroups: [PlanGroup] {
    groups.filter { $0.instances > 0 }.sorted { ($0.modelID, $0.phase, $0.id) < ($1.modelID, $1.phase, $1.id) }
  }

  /// Vendors of all running groups, sorted.
  var vendors: [String] { Set(runningGroups.map(\.vendor)).sorted() }

  /// Devices held of each pool at its peak, in the order of the pools' names.
  var devicesByPool: [(poolID: String, vendor: String, devices: Int)] {
    if purchases.isEmpty {
      let byPool = Dictionary(grouping: runningGroups, by: \.poolID)
      return byPool.sorted { $0.key < $1.key }.map { poolID, groups in
        (poolID, groups.first?.vendor ?? "", Plan.peak(groups.map { $0.devicesByPeriod }))
      }
    }
    let byPool = Dictionary(grouping: purchases, by: \.poolID)
    return byPool.sorted { $0.key < $1.key }.map { poolID, purchases in
      (poolID, purchases.first?.vendor ?? "", Plan.peak(purchases.map(\.devicesByPeriod)))
    }.filter { $0.devices > 0 }
  }

  /// Devices held in the period with the most of them.
  var heldDevices: Int {
    purchases.isEmpty ? runningDevices : Plan.peak(purchases.map(\.devicesByPeriod))
  }

  /// Instances in the period with the most of them.
  var runningInstances: Int { Plan.peak(groups.map(\.instancesByPeriod)) }

  /// Devices of all instances in the period with the most of them.
  var runningDevices: Int { Plan.peak(groups.map { $0.devicesByPeriod }) }

  /// A short name for each group: pool and strategy where that is clear within its model and phase, else with its
  /// classes, else its id.
  var groupLabels: [String: String] {
    func scope(_ group: PlanGroup, _ label: String) -> [String] { [group.modelID, group.phase.rawValue, label] }
    func short(_ group: PlanGroup) -> String { "\(group.poolID) \(group.strategy)" }
    func long(_ group: PlanGroup) -> String { short(group) + " for " + Answer.list(group.admittedClassIDs) }
    let uses = Dictionary(
      groups.flatMap { [(scope($0, short($0)), 1), (scope($0, long($0)), 1)] }, uniquingKeysWith: +)
    return Dictionary(
      groups.map { group in
        let label = [short(group), long(group)].first { uses[scope(group, $0)] == 1 }
        return (group.id, label ?? group.id)
      }, uniquingKeysWith: { first, _ in first })
  }

  var offeredRatePerSecond: Double {
    economics?.offeredRatePerSecond ?? classes.reduce(0) { $0 + $1.offeredRatePerSecond }
  }

  var servedRatePerSecond: Double {
    economics?.servedRatePerSecond ?? classes.reduce(0) { $0 + $1.servedRatePerSecond }
  }

  /// The largest sum over one period.
  private static func peak(_ series: [[Int]]) -> Int {
    let periods = series.map(\.count).max() ?? 0
    return (0..<periods).map { period in
      series.reduce(0) { $0 + ($1.indices.contains(period) ? $1[period] : 0) }
    }.max() ?? 0
  }
}

extension PlanGroup {
  var devicesByPeriod: [Int] { instancesByPeriod.map { $0 * devicesPerInstance } }

  /// `fp8`, or `bf16, KV fp8` where the two differ.
  var precisionText: String {
    guard let kvPrecision, kvPrecision != weightPrecision else { return weightPrecision ?? Quantity.unknown }
    return (weightPrecision.map { $0 + ", " } ?? "") + "KV " + kvPrecision
  }
}

/// Vendors as they write themselves.
func vendorName(_ id: String) -> String {
  let names = [
    "nvidia": "NVIDIA", "amd": "AMD", "intel": "Intel", "huawei": "Huawei", "google": "Google", "aws": "AWS",
    "cambricon": "Cambricon", "hygon": "Hygon", "moore-threads": "Moore Threads",
  ]
  return names[id.lowercased()] ?? id
}
