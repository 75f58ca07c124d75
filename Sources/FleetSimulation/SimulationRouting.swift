import FleetServing

/// What the global scheduler knows beside the load of instances.
struct RouterState: Sendable {
  struct Choice: Sendable {
    var from: Int
    var to: Int
    /// Rates of this choice and those before it [requests/s].
    var cumulative: Double
  }

  /// By class, then by period.
  var routes: [[[Choice]]]
  /// Prefill and aggregated groups that admit a class.
  var entries: [[Int]]
  /// Decode groups that a class may go to from a prefill group, by `class · groups + group`.
  var partners: [[Int]]
  /// One stream for each class.
  var streams: [RandomStream]
  /// Turns taken by class, on entry and on decode.
  var entryTurns: [Int]
  var decodeTurns: [Int]

  init(fleet: SimulatedFleet, seed: UInt64) {
    let classes = fleet.problem.classes.indices
    routes = classes.map { classIndex in
      fleet.problem.periods.indices.map { period in
        var sum = 0.0
        return fleet.routes.filter { $0.classIndex == classIndex && $0.periodIndex == period && $0.ratePerSecond > 0 }
          .map { route in
            sum += route.ratePerSecond
            return Choice(from: route.from, to: route.to, cumulative: sum)
          }
      }
    }
    entries = classes.map { _ in [] }
    partners = []
    streams = classes.map { RandomStream(seed: seed, stream: Self.firstStream + $0) }
    entryTurns = classes.map { _ in 0 }
    decodeTurns = classes.map { _ in 0 }
  }

  /// Streams of arrivals have the numbers below.
  private static let firstStream = 1 << 20

  mutating func findPartners(_ fleet: SimulatedFleet, laneOf: [Int]) {
    let groups = fleet.groups
    partners = [[Int]](repeating: [], count: entries.count * groups.count)
    for classIndex in entries.indices {
      for from in groups.indices where groups[from].classIndices.contains(classIndex) {
        switch groups[from].phase {
        case .decode: continue
        case .aggregated: entries[classIndex].append(from)
        case .prefill:
          let to = groups.indices.filter {
            groups[$0].phase == .decode && groups[$0].classIndices.contains(classIndex)
              && laneOf[from * groups.count + $0] >= 0
          }
          partners[classIndex * groups.count + from] = to
          if !to.isEmpty { entries[classIndex].append(from) }
        }
      }
    }
  }

  /// Whether any group can ever serve a request.
  func canServe(_ arrival: Arrival, _ groups: [GroupState]) -> Bool {
    let tokens = Int(max(arrival.inputTokens, 1)) + Int(max(arrival.outputTokens, 1))
    func fits(_ group: Int) -> Bool { groups[group].memory.bytes(tokens: tokens) <= groups[group].memory.capacityBytes }
    return entries[arrival.classIndex].contains { entry in
      groups[entry].isPrefill ? partners[arrival.classIndex * groups.count + entry].contains(where: fits) : fits(entry)
    }
  }
}

/// The global scheduler.
extension SimulationRun {
  /// Sends a request to where its prompt is processed, by the policy of the run.
  mutating func route(_ slot: Int) {
    let classIndex = Int(slots.items[slot].classIndex)
    slots.items[slot].prefillStart = -1
    slots.items[slot].decodeStart = -1
    slots.items[slot].generated = 0
    slots.items[slot].server = -1
    slots.items[slot].engine = -1
    switch options.policy {
    case .planWeighted:
      if let choice = plannedRoute(slot, at: router.streams[classIndex].uniform()) { return follow(choice, slot) }
    case .sessionAffinity:
      let session = slots.items[slot].session
      let position = session == 0 ? router.streams[classIndex].uniform() : sessionPosition(session)
      if let choice = plannedRoute(slot, at: position) { return follow(choice, slot) }
    case .roundRobin, .shortestQueue, .leastKV: break
    }
    guard let entry = chooseEntry(slot) else { return strand(slot) }
    slots.items[slot].to = -1
    place(slot, group: entry.group, instance: entry.instance)
  }

  /// Keeps a request until an instance that can serve it is up.
  mutating func strand(_ slot: Int) {
    slots.items[slot].generation &+= 1
    slots.items[slot].state = .stranded
    stranded.append(slot, &slots.items)
  }

  /// A number in 0..<1 that belongs to a session.
  private func sessionPosition(_ session: UInt32) -> Double {
    var stream = RandomStream(seed: UInt64(session))
    return stream.uniform()
  }

  /// Whether a request fits the KV memory of an instance of a group, and one is up.
  private func canTake(_ slot: Int, _ group: Int) -> Bool {
    groups[group].available > 0
      && groups[group].memory.bytes(tokens: Int(slots.items[slot].input + slots.items[slot].output))
        <= groups[group].memory.capacityBytes
  }

  /// Whether a request may go from a prefill group to a decode group now.
  private func canReach(_ slot: Int, from: Int, to: Int) -> Bool {
    let lane = laneOf[from * groups.count + to]
    return lane >= 0 && links[lanes[lane].link].isUp && canTake(slot, to)
  }

  private func isUsable(_ choice: RouterState.Choice, _ slot: Int) -> Bool {
    choice.from == choice.to
      ? canTake(slot, choice.from)
      : groups[choice.from].available > 0 && canReach(slot, from: choice.from, to: choice.to)
  }

  /// The route at a position 0..<1 of the plan's rates; of those that can be used, when the first found cannot.
  private func plannedRoute(_ slot: Int, at position: Double) -> RouterState.Choice? {
    let routes = router.routes[Int(slots.items[slot].classIndex)][periodIndex]
    guard let total = routes.last?.cumulative else { return nil }
    if let choice = routes.first(where: { $0.cumulative > position * total }), isUsable(choice, slot) { return choice }
    var before = 0.0
    var sum = 0.0
    var usable: [RouterState.Choice] = []
    for var choice in routes {
      let rate = choice.cumulative - before
      before = choice.cumulative
      guard isUsable(choice, slot) else { continue }
      sum += rate
      choice.cumulative = sum
      usable.append(choice)
    }
    return usable.first { $0.cumulative > position * sum }
  }

  /// Takes a route of the plan.
  private mutating func follow(_ choice: RouterState.Choice, _ slot: Int) {
    slots.items[slot].to = Int32(truncatingIfNeeded: choice.to)
    if groups[choice.from].isPooled { return place(slot, group: choice.from, instance: nil) }
    place(slot, group: choice.from, instance: instance(of: choice.from, slot))
  }

  /// An instance of a group by the policies that follow the plan's routes.
  private mutating func instance(of group: Int, _ slot: Int) -> Int? {
    let classIndex = Int(slots.items[slot].classIndex)
    let session = slots.items[slot].session
    if options.policy == .sessionAffinity, session != 0 {
      let home = groups[group].first + Int(session) % max(groups[group].active, 1)
      if isUp(home, group) { return home }
    }
    if fleet.problem.policy.router == .sharedQueue { return best(in: [group], key: .sequences)?.instance }
    let turn = Int(router.streams[classIndex].uniform() * Double(groups[group].available))
    return instance(turn: turn, in: [group])?.instance
  }

  /// Puts a request in front of a group, or of one instance of it.
  private mutating func place(_ slot: Int, group: Int, instance: Int?) {
    slots.items[slot].from = Int32(truncatingIfNeeded: group)
    if groups[group].isPrefill { return enqueue(slot, group: group, server: instance) }
    guard let instance else { return strand(slot) }
    slots.items[slot].to = slots.items[slot].from
    slots.items[slot].engine = Int32(truncatingIfNeeded: instance)
    slots.items[slot].promptTotal = slots.items[slot].input
    slots.items[slot].promptLeft = slots.items[slot].input - slots.items[slot].cached
    wait(slot, at: instance)
  }

  /// The prefill or aggregated instance of a request by a policy that does not follow the plan's routes.
  private mutating func chooseEntry(_ slot: Int) -> (group: Int, instance: Int)? {
    let classIndex = Int(slots.items[slot].classIndex)
    let usable = router.entries[classIndex].filter { entry in
      guard groups[entry].isPrefill else { return canTake(slot, entry) }
      return groups[entry].available > 0
        && router.partners[classIndex * groups.count + entry].contains { canReach(slot, from: entry, to: $0) }
    }
    switch options.policy {
    case .roundRobin:
      router.entryTurns[classIndex] += 1
      return instance(turn: router.entryTurns[classIndex] - 1, in: usable)
    case .leastKV: return best(in: usable, key: .memory)
    case .shortestQueue, .planWeighted, .sessionAffinity: return best(in: usable, key: .sequences)
    }
  }

  /// The decode instance of a request; `nil` when none can take it now.
  mutating func chooseEngine(_ slot: Int) -> Int? {
    let classIndex = Int(slots.items[slot].classIndex)
    let from = Int(slots.items[slot].from)
    let planned = Int(slots.items[slot].to)
    if planned >= 0, options.policy == .planWeighted || options.policy == .sessionAffinity,
      canReach(slot, from: from, to: planned), let found = instance(of: planned, slot)
    {
      return found
    }
    let usable = router.partners[classIndex * groups.count + from].filter { canReach(slot, from: from, to: $0) }
    switch options.policy {
    case .roundRobin:
      router.decodeTurns[classIndex] += 1
      return instance(turn: router.decodeTurns[classIndex] - 1, in: usable)?.instance
    case .leastKV: return best(in: usable, key: .memory)?.instance
    case .shortestQueue, .planWeighted, .sessionAffinity: return best(in: usable, key: .sequences)?.instance
    }
  }

  func isUp(_ instance: Int, _ group: Int) -> Bool {
    groups[group].isPrefill ? servers[instance].isUp : engines[instance].isUp
  }

  /// Instances in turn: number `turn` of those that are up, counted through all groups.
  private func instance(turn: Int, in usable: [Int]) -> (group: Int, instance: Int)? {
    let total = usable.reduce(0) { $0 + groups[$1].available }
    guard total > 0 else { return nil }
    var left = turn % total
    for group in usable {
      if left >= groups[group].available {
        left -= groups[group].available
        continue
      }
      for instance in groups[group].first..<groups[group].first + groups[group].active where isUp(instance, group) {
        if left == 0 { return (group, instance) }
        left -= 1
      }
    }
    return nil
  }

  /// What instances are compared by.
  private enum LoadKey {
    /// Prompts at a prefill instance; chunks of prompts, then sequences, at an aggregated one; sequences at a decode one.
    case sequences
    /// Share of the KV memory in use or asked for.
    case memory
  }

  private func load(_ instance: Int, _ group: Int, _ key: LoadKey) -> Double {
    let memory = groups[group].memory
    let perToken = memory.blockBytes / Double(memory.blockTokens)
    if groups[group].isPrefill {
      switch key {
      case .sequences: return Double(servers[instance].queue.count + servers[instance].inService)
      case .memory: return Double(servers[instance].tokens) * perToken / memory.capacityBytes
      }
    }
    switch key {
    case .sequences:
      let chunks = engines[instance].promptTokens / (groups[group].chunkTokens * groups[group].ranks)
      return Double(chunks * groups[group].maximumBatch + engines[instance].sequences)
    case .memory:
      let held = Double(engines[instance].blocks) * memory.blockBytes + Double(engines[instance].fixedBytes)
      let coming = Double(engines[instance].inboundTokens + engines[instance].promptTokens) * perToken
      return (held + coming) / memory.capacityBytes
    }
  }

  /// The instance with the least load.
  private func best(in usable: [Int], key: LoadKey) -> (group: Int, instance: Int)? {
    var found: (group: Int, instance: Int)?
    var least = Double.infinity
    for group in usable {
      for instance in groups[group].first..<groups[group].first + groups[group].active where isUp(instance, group) {
        let load = load(instance, group, key)
        if load < least {
          least = load
          found = (group, instance)
        }
      }
    }
    return found
  }
}
