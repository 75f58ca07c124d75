import FleetServing

/// The instances, routes and links of a plan, ready to be simulated.
public struct SimulatedFleet: Sendable {
  public let problem: PlanningProblem
  /// In the order of the plan.
  public internal(set) var groups: [FleetGroup]
  public internal(set) var routes: [FleetRoute]
  /// One for each pair of pools that a prefill and a decode group of one model lie in.
  public internal(set) var links: [FleetLink]
  /// Groups that cannot be simulated, with the reason; their routes are left out.
  public internal(set) var notSimulated: [String]

  let constants: LatencyConstants
  /// For tests: cache bytes per token, bandwidth of one transfer [bytes/s] and its fixed time [s] between groups without
  /// configurations.
  var linearTransfer = (bytesPerToken: 0.0, bytesPerSecond: 1.0, fixedSeconds: 0.0)

  /// - Parameters:
  ///   - constants: Those that the plan was made with. Times are simulated as predicted, without the margin of a robust
  ///     plan, unless the constants carry one (`LatencyConstants.with(margin:)`).
  /// - Throws: Every reason why the plan does not fit the problem.
  public init(plan: Plan, problem: PlanningProblem, constants: LatencyConstants) throws(SimulationFaults) {
    guard plan.status == .optimal || plan.status == .feasible, !plan.groups.isEmpty else {
      throw SimulationFaults("the plan is \(plan.status.rawValue) and holds no instances to simulate")
    }
    var reader = PlanReader(problem: problem, constants: constants)
    reader.read(plan)
    if !reader.messages.isEmpty { throw SimulationFaults(reader.messages) }
    self.problem = problem
    self.constants = constants
    groups = reader.groups
    routes = reader.routes
    notSimulated = reader.notSimulated
    links = Self.links(of: groups, problem: problem, constants: constants)
  }

  /// For tests: groups and routes as given.
  init(problem: PlanningProblem, constants: LatencyConstants, groups: [FleetGroup], routes: [FleetRoute]) {
    self.problem = problem
    self.constants = constants
    self.groups = groups
    self.routes = routes
    notSimulated = []
    links = Self.links(of: groups, problem: problem, constants: constants)
  }

  /// Requests/s that the plan serves, by class, then by period.
  public var ratesPerSecond: [[Double]] {
    var rates = problem.classes.map { _ in [Double](repeating: 0, count: problem.periods.count) }
    for route in routes { rates[route.classIndex][route.periodIndex] += route.ratePerSecond }
    return rates
  }

  /// The lane from a prefill group to a decode group; `nil` when they cannot or may not exchange caches.
  func lane(from: Int, to: Int) -> KVLane? {
    let (sender, receiver) = (groups[from], groups[to])
    guard sender.phase == .prefill, receiver.phase == .decode, sender.modelID == receiver.modelID,
      let link = links.firstIndex(where: {
        $0.prefillPoolID == sender.poolID && $0.decodePoolID == receiver.poolID
      })
    else { return nil }
    guard let source = sender.configuration, let target = receiver.configuration else {
      return KVLane(
        law: .linear(bytesPerToken: linearTransfer.bytesPerToken, fixedSeconds: linearTransfer.fixedSeconds),
        link: link, flowBytesPerSecond: linearTransfer.bytesPerSecond, layers: 32)
    }
    guard mayExchange(sender, receiver, source, target) else { return nil }
    let stated = problem.links.first {
      $0.prefillPoolID == sender.poolID && $0.decodePoolID == receiver.poolID
    }
    return KVLane(from: source, to: target, stated: stated, link: link, constants: constants)
  }

  private func mayExchange(
    _ sender: FleetGroup, _ receiver: FleetGroup, _ source: InstanceConfiguration, _ target: InstanceConfiguration
  ) -> Bool {
    let pair = PoolPair(prefillPoolID: sender.poolID, decodePoolID: receiver.poolID)
    switch problem.kvExchange {
    case .all: return true
    case .sameAccelerator: return source.accelerator.id == target.accelerator.id
    case .only(let pairs): return pairs.contains(pair)
    case .except(let pairs): return !pairs.contains(pair)
    }
  }

  /// What the statistics need to know of a link: as many channels as transfers can run at full speed.
  func recorded(_ link: FleetLink) -> RecordedLink {
    var channels = 1.0
    for from in groups.indices {
      for to in groups.indices {
        guard groups[from].poolID == link.prefillPoolID, groups[to].poolID == link.decodePoolID,
          let lane = lane(from: from, to: to)
        else { continue }
        let pairs = Double(min(groups[from].instancesByPeriod.max() ?? 0, groups[to].instancesByPeriod.max() ?? 0))
        channels = max(channels, min(pairs, (link.bytesPerSecond ?? .infinity) / lane.flowBytesPerSecond))
      }
    }
    return RecordedLink(id: "\(link.prefillPoolID) → \(link.decodePoolID)", channels: Int(channels))
  }

  private static func links(
    of groups: [FleetGroup], problem: PlanningProblem, constants: LatencyConstants
  ) -> [FleetLink] {
    var links: [FleetLink] = []
    for sender in groups where sender.phase == .prefill {
      for receiver in groups where receiver.phase == .decode && receiver.modelID == sender.modelID {
        let known = links.contains {
          $0.prefillPoolID == sender.poolID && $0.decodePoolID == receiver.poolID
        }
        if known { continue }
        let stated = problem.links.first {
          $0.prefillPoolID == sender.poolID && $0.decodePoolID == receiver.poolID
        }
        links.append(
          FleetLink(
            prefillPoolID: sender.poolID, decodePoolID: receiver.poolID,
            bytesPerSecond: stated?.totalBytesPerSecond.map { $0 * constants.transfer.linkEfficiency }))
      }
    }
    return links
  }
}

/// Turns the names of a plan into positions and configurations, and collects what does not fit.
private struct PlanReader {
  let problem: PlanningProblem
  let constants: LatencyConstants
  var groups: [FleetGroup] = []
  var routes: [FleetRoute] = []
  var notSimulated: [String] = []
  var messages: [String] = []

  init(problem: PlanningProblem, constants: LatencyConstants) {
    self.problem = problem
    self.constants = constants
  }

  mutating func read(_ plan: Plan) {
    var positions: [String: Int] = [:]
    var skipped: Set<String> = []
    for group in plan.groups {
      if group.capacitySource != "latency model" {
        notSimulated.append(
          "\(group.id): its capacity is measured (\(group.capacitySource)), and a table does not say how steps take "
            + "longer with the batch")
        skipped.insert(group.id)
      } else if let read = self.group(group) {
        positions[group.id] = groups.count
        groups.append(read)
      }
    }
    for route in plan.routes {
      if skipped.contains(route.fromGroupID) || skipped.contains(route.toGroupID) { continue }
      let period = route.periodID.map { id in problem.periods.firstIndex { $0.id == id } } ?? 0
      guard let from = positions[route.fromGroupID], let to = positions[route.toGroupID],
        let classIndex = problem.classes.firstIndex(where: { $0.id == route.classID }), let period
      else {
        messages.append(
          "route of \(route.classID) from \(route.fromGroupID) to \(route.toGroupID): the class, a group or the period "
            + "is not in the problem and the plan")
        continue
      }
      routes.append(
        FleetRoute(
          classIndex: classIndex, periodIndex: period, from: from, to: to, ratePerSecond: route.ratePerSecond))
    }
    if messages.isEmpty, groups.isEmpty { messages = notSimulated }
  }

  private mutating func group(_ group: PlanGroup) -> FleetGroup? {
    let before = messages.count
    let model = problem.models.first { $0.id == group.modelID }
    let pool = problem.pools.first { $0.id == group.poolID }
    let weights = group.weightPrecision.flatMap(Precision.init(rawValue:))
    let cache = group.kvPrecision.flatMap(Precision.init(rawValue:))
    if model?.architecture == nil {
      messages.append("\(group.id): the problem has no model \(group.modelID) with an architecture")
    }
    if pool == nil { messages.append("\(group.id): the problem has no pool \(group.poolID)") }
    if weights == nil || cache == nil {
      messages.append("\(group.id): the precision of weights or KV cache is not known")
    }
    if group.instancesByPeriod.count != problem.periods.count {
      messages.append(
        "\(group.id): instances for \(group.instancesByPeriod.count) periods, but the problem has \(problem.periods.count)"
      )
    }
    var classIndices: [Int] = []
    for id in group.admittedClassIDs {
      if let index = problem.classes.firstIndex(where: { $0.id == id }) {
        classIndices.append(index)
      } else {
        messages.append("\(group.id): the problem has no class \(id)")
      }
    }
    guard messages.count == before, let architecture = model?.architecture, let pool, let weights, let cache else {
      return nil
    }
    let configuration = InstanceConfiguration(
      model: architecture, accelerator: pool.accelerator, strategy: group.strategy, weightPrecision: weights,
      kvPrecision: cache, backend: pool.backend)
    let memory = KVMemory(configuration, constants: constants)
    guard memory.capacityBytes > 0 else {
      messages.append("\(group.id): the weights leave no memory for the KV cache")
      return nil
    }
    return FleetGroup(
      id: group.id, phase: group.phase, modelID: group.modelID, poolID: group.poolID,
      instancesByPeriod: group.instancesByPeriod, devicesPerInstance: group.devicesPerInstance,
      maximumBatch: max(group.maximumBatch, 1), chunkTokens: group.chunkTokens, classIndices: classIndices.sorted(),
      configuration: configuration,
      law: .model(LatencyModel(constants: constants).instance(configuration)), memory: memory)
  }
}
