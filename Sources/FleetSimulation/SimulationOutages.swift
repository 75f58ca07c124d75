import FleetServing

/// What can go down in a run, and when it does at random.
struct OutageState: Sendable {
  /// Instances and links that go down together.
  struct Target: Sendable {
    var servers: [Int] = []
    var engines: [Int] = []
    var link: Int?
  }

  struct Random: Sendable {
    var target: Int
    var meanUpSeconds: Double
    var meanDownSeconds: Double
    var stream: RandomStream
  }

  var targets: [Target] = []
  /// Target, start and length.
  var planned: [(target: Int, start: Double, seconds: Double)] = []
  var random: [Random] = []
  /// Outages that each link is in.
  var linkOutages: [Int] = []

  init() {}

  init(fleet: SimulatedFleet, plan: FaultPlan, seed: UInt64) {
    linkOutages = [Int](repeating: 0, count: fleet.links.count)
    guard !plan.isEmpty else { return }
    let layout = FleetLayout(fleet)
    for outage in plan.outages {
      guard let target = layout.target(outage.target, fleet) else { continue }
      planned.append((targets.count, outage.startSeconds, outage.seconds))
      targets.append(target)
    }
    for outages in plan.random {
      for target in layout.all(outages.kind, fleet) {
        random.append(
          Random(
            target: targets.count, meanUpSeconds: outages.meanSecondsBetweenFailures,
            meanDownSeconds: outages.meanSecondsToRepair,
            stream: RandomStream(seed: seed, stream: Self.firstStream + random.count)))
        targets.append(target)
      }
    }
  }

  /// Above the streams of arrivals and routes.
  private static let firstStream = 1 << 21
}

/// Outages, repairs and the instances of periods.
extension SimulationRun {
  mutating func scheduleFirstOutages() {
    for outage in outages.planned {
      queue.schedule(.outage, at: max(outage.start, 0), target: outage.target)
      if outage.seconds < .infinity {
        queue.schedule(.repair, at: max(outage.start, 0) + outage.seconds, target: outage.target)
      }
    }
    for index in outages.random.indices { scheduleOutage(index) }
  }

  private mutating func scheduleOutage(_ index: Int) {
    let seconds = outages.random[index].stream.exponential() * outages.random[index].meanUpSeconds
    queue.schedule(
      .outage, at: now + seconds, target: outages.random[index].target, stamp: UInt32(truncatingIfNeeded: index + 1))
  }

  mutating func beginOutage(_ event: Event) {
    if event.stamp > 0 {
      let index = Int(event.stamp) - 1
      let seconds = outages.random[index].stream.exponential() * outages.random[index].meanDownSeconds
      queue.schedule(.repair, at: now + seconds, target: Int(event.target), stamp: event.stamp)
    }
    let target = outages.targets[Int(event.target)]
    var lost: [Int] = []
    for server in target.servers {
      servers[server].outages += 1
      if servers[server].outages == 1 { lost += stop(server: server) }
    }
    for engine in target.engines {
      engines[engine].outages += 1
      if engines[engine].outages == 1 { lost += stop(engine: engine) }
    }
    if let link = target.link {
      outages.linkOutages[link] += 1
      if outages.linkOutages[link] == 1 { _ = links[link].set(isUp: false, at: now, &lanes) }
    }
    // Those that arrived first are sent on first.
    lost.sort { (slots.items[$0].arrival, $0) < (slots.items[$1].arrival, $1) }
    for slot in lost { startAnew(slot) }
    releasePools()
  }

  mutating func endOutage(_ event: Event) {
    if event.stamp > 0 { scheduleOutage(Int(event.stamp) - 1) }
    let target = outages.targets[Int(event.target)]
    for server in target.servers {
      servers[server].outages -= 1
      if servers[server].isUp { countAvailable(servers[server].group) }
    }
    for engine in target.engines {
      engines[engine].outages -= 1
      if engines[engine].isUp { countAvailable(engines[engine].group) }
    }
    if let link = target.link {
      outages.linkOutages[link] -= 1
      if outages.linkOutages[link] == 0 { scheduleWire(link, at: links[link].set(isUp: true, at: now, &lanes)) }
    }
    routeAgain()
    for server in target.servers { startPrefill(server) }
  }

  /// The next period has other instances; those that leave finish what they have.
  mutating func beginPeriod() {
    let periods = fleet.problem.periods
    periodIndex = (periodIndex + 1) % periods.count
    queue.schedule(.period, at: now + periods[periodIndex].hours * 3600, target: 0)
    for group in groups.indices { countAvailable(group) }
    for server in servers.indices { startPrefill(server) }
    releasePools()
    routeStranded()
  }

  /// Counts the instances of a group that may get requests.
  mutating func countAvailable(_ group: Int) {
    groups[group].active = fleet.groups[group].instancesByPeriod[periodIndex]
    let instances = groups[group].first..<groups[group].first + groups[group].active
    groups[group].available = instances.reduce(0) { $0 + (isUp($1, group) ? 1 : 0) }
  }

  /// Empties an instance that goes down.
  /// - Returns: The requests that it worked on.
  private mutating func stop(server: Int) -> [Int] {
    let group = servers[server].group
    if servers[server].isBusy, now > servers[server].stepStart {
      recorder.step(
        group: group, instance: servers[server].number, start: servers[server].stepStart,
        seconds: now - servers[server].stepStart, batch: 0, promptTokens: 0, kvTokens: 0)
    }
    servers[server].generation &+= 1
    servers[server].isBusy = false
    servers[server].queue = SlotList()
    servers[server].current = SlotList()
    servers[server].tokens = 0
    servers[server].inService = 0
    countAvailable(group)
    return slots.items.indices.filter { slot in
      guard slots.items[slot].server == server else { return false }
      switch slots.items[slot].state {
      case .queued, .prefilling, .transferring: return true
      case .free, .arriving, .stranded, .waiting, .prompting, .running: return false
      }
    }
  }

  private mutating func stop(engine: Int) -> [Int] {
    let group = engines[engine].group
    if engines[engine].isBusy, now > engines[engine].stepStart {
      recorder.step(
        group: group, instance: engines[engine].number, start: engines[engine].stepStart,
        seconds: now - engines[engine].stepStart, batch: 0, promptTokens: 0, kvTokens: 0)
    }
    let lost = slots.items.indices.filter { slot in
      guard slots.items[slot].engine == engine else { return false }
      switch slots.items[slot].state {
      case .waiting, .prompting, .running: return true
      case .free, .arriving, .stranded, .queued, .prefilling, .transferring: return false
      }
    }
    engines[engine].generation &+= 1
    engines[engine].isBusy = false
    engines[engine].batch = 0
    engines[engine].context = 0
    engines[engine].blocks = 0
    engines[engine].fixedBytes = 0
    engines[engine].promptTokens = 0
    engines[engine].waiting = SlotList()
    engines[engine].prompts = SlotList()
    engines[engine].running = SlotList()
    for place in 0..<groups[group].memory.blockTokens { remainders[engines[engine].remaindersBase + place] = 0 }
    for place in groups[group].classIndices.indices { classCounts[engines[engine].classesBase + place] = 0 }
    countAvailable(group)
    return lost
  }

  /// Sends a request that lost its instance through the router again.
  private mutating func startAnew(_ slot: Int) {
    let request = slots.items[slot]
    switch request.state {
    case .queued: changeWaitingAfterOutage(Int(request.from))
    case .waiting: changeWaitingAfterOutage(Int(request.to))
    case .prefilling, .transferring:
      if request.engine >= 0 {
        engines[Int(request.engine)].inbound -= 1
        engines[Int(request.engine)].inboundTokens -= Int(request.input)
      }
    case .free, .arriving, .stranded, .prompting, .running: break
    }
    slots.items[slot].generation &+= 1
    slots.items[slot].retries += 1
    retries += 1
    route(slot)
  }

  private mutating func changeWaitingAfterOutage(_ group: Int) {
    groups[group].waiting -= 1
    recorder.queue(group: group, at: now, length: groups[group].waiting)
  }

  /// Sends prompts on that wait in front of a group without instances.
  private mutating func releasePools() {
    for group in groups.indices where groups[group].available == 0 {
      var released: [Int] = []
      while !groups[group].queue.isEmpty {
        let slot = groups[group].queue.removeFirst(&slots.items)
        groups[group].queuedTokens -= Int(slots.items[slot].input - slots.items[slot].cached)
        changeWaitingAfterOutage(group)
        released.append(slot)
      }
      for slot in released { route(slot) }
    }
  }

  /// Sends requests on that found no instance.
  private mutating func routeStranded() {
    var waiting: [Int] = []
    while !stranded.isEmpty { waiting.append(stranded.removeFirst(&slots.items)) }
    for slot in waiting { route(slot) }
  }

  /// Takes back all requests whose prompt nobody has begun, and routes them anew: instances that stood in for those that
  /// were down do not keep the queues of that time.
  private mutating func routeAgain() {
    var waiting: [Int] = []
    while !stranded.isEmpty { waiting.append(stranded.removeFirst(&slots.items)) }
    for slot in slots.items.indices {
      let request = slots.items[slot]
      let group = Int(request.from)
      if request.state == .queued {
        let tokens = Int(request.input - request.cached)
        if request.server >= 0 {
          servers[Int(request.server)].queue.remove(slot, &slots.items)
          servers[Int(request.server)].tokens -= tokens
        } else {
          groups[group].queue.remove(slot, &slots.items)
          groups[group].queuedTokens -= tokens
        }
      } else if request.state == .waiting, request.from == request.to, request.generated == 0 {
        engines[Int(request.engine)].waiting.remove(slot, &slots.items)
        engines[Int(request.engine)].promptTokens -= Int(request.promptLeft)
      } else {
        continue
      }
      changeWaitingAfterOutage(group)
      waiting.append(slot)
    }
    waiting.sort { (slots.items[$0].arrival, $0) < (slots.items[$1].arrival, $1) }
    for slot in waiting { route(slot) }
  }
}
