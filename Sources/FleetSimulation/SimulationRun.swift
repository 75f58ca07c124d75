import FleetServing

/// The state of a simulation while it runs.
///
/// Everything is a value in arrays that only this struct holds; extensions in files of their own say what happens on
/// arrival (`SimulationRouting`), on prefill instances, on links, in steps and in outages.
struct SimulationRun: Sendable {
  let fleet: SimulatedFleet
  let options: SimulationOptions

  var now = 0.0
  var queue = EventQueue()
  var slots = RequestSlots()
  var groups: [GroupState] = []
  var servers: [PrefillInstance] = []
  var engines: [StepInstance] = []
  /// By group.
  var stepTables: [StepTable] = []
  var promptTables: [PromptTable] = []
  /// Step at which a running sequence ends above its slot (32 bits each): one heap for every instance.
  var ends: [UInt64] = []
  /// Running sequences by remainder of their length and of the steps, for every instance.
  var remainders: [Int32] = []
  /// Running sequences by class, for instances of groups with several classes.
  var classCounts: [Int32] = []
  var lanes: [KVLane] = []
  /// Lane from one group to another, −1 for none, by `from · groups + to`.
  var laneOf: [Int] = []
  var links: [KVLink] = []
  var router: RouterState
  var outages = OutageState()
  var recorder: SimulationRecorder
  /// Requests for which no instance is up.
  var stranded = SlotList()
  var periodIndex = 0
  /// Requests that arrived, and events.
  var requests = 0
  var events = 0
  var finished = 0
  var rejected = 0
  /// Output tokens of finished requests.
  var generatedTokens = 0
  var preemptions = 0
  var retries = 0

  private var source: ArrivalSource
  private var pending: Arrival?
  private var endSeconds: Double
  private let handlingSecondsPerToken: Double

  init(
    fleet: SimulatedFleet, options: SimulationOptions, source: ArrivalSource, periodIndex: Int,
    log: RequestLog? = nil, timeline: TimelineTrace? = nil
  ) {
    self.fleet = fleet
    self.options = options
    self.source = source
    self.periodIndex = periodIndex
    endSeconds = options.durationSeconds
    handlingSecondsPerToken = fleet.groups.first?.law.handlingSecondsPerToken ?? 0
    recorder = SimulationRecorder(
      classes: fleet.problem.classes.map { RecordedClass(id: $0.id, objective: $0.objective) },
      groups: fleet.groups.map(\.recorded), links: fleet.links.map { fleet.recorded($0) },
      warmupSeconds: options.warmupSeconds ?? options.durationSeconds / 10, endSeconds: options.durationSeconds,
      log: log, timeline: timeline)
    router = RouterState(fleet: fleet, seed: options.seed)
    build()
  }

  /// Lays out groups, instances and links.
  private mutating func build() {
    let policy = fleet.problem.policy
    for group in fleet.groups {
      let isPrefill = group.phase == .prefill
      let count = group.instancesByPeriod.max() ?? 0
      let pooled = isPrefill && options.policy == .planWeighted && policy.router == .sharedQueue
      groups.append(
        GroupState(
          isPrefill: isPrefill, isPooled: pooled, first: isPrefill ? servers.count : engines.count, count: count,
          maximumBatch: group.maximumBatch,
          chunkTokens: group.chunkTokens ?? policy.chunkTokens ?? Policy.usualChunkTokens,
          ranks: group.configuration?.strategy.data ?? 1, classIndices: group.classIndices, memory: group.memory,
          tokensPerByte: group.kvCapacityTokens / max(group.kvCapacityBytes, 1)))
      promptTables.append(PromptTable(law: group.law))
      stepTables.append(StepTable(law: group.law, maximumBatch: isPrefill ? 1 : group.maximumBatch))
      for number in 0..<count {
        if isPrefill {
          servers.append(PrefillInstance(group: groups.count - 1, number: number))
        } else {
          engines.append(
            StepInstance(
              group: groups.count - 1, number: number, endsBase: ends.count, remaindersBase: remainders.count,
              classesBase: classCounts.count))
          ends.append(contentsOf: repeatElement(0, count: group.maximumBatch))
          remainders.append(contentsOf: repeatElement(0, count: group.memory.blockTokens))
          classCounts.append(contentsOf: repeatElement(0, count: group.classIndices.count))
        }
      }
    }
    links = fleet.links.map { KVLink(totalBytesPerSecond: $0.bytesPerSecond ?? .infinity) }
    laneOf = [Int](repeating: -1, count: groups.count * groups.count)
    for from in groups.indices where groups[from].isPrefill {
      for to in groups.indices {
        guard let lane = fleet.lane(from: from, to: to) else { continue }
        laneOf[from * groups.count + to] = lanes.count
        lanes.append(lane)
        links[lane.link].add(lane: lanes.count - 1, of: lanes)
      }
    }
    router.findPartners(fleet, laneOf: laneOf)
    outages = OutageState(fleet: fleet, plan: options.faults, seed: options.seed)
    for index in groups.indices { countAvailable(index) }
  }

  /// Runs to the end: until all requests that arrived are served, or nothing can serve those that are left.
  mutating func run() throws(SimulationFaults) {
    scheduleFirstOutages()
    if options.arrivals == .periods, fleet.problem.periods.count > 1 {
      queue.schedule(.period, at: fleet.problem.periods[periodIndex].hours * 3600, target: 0)
    }
    pending = try source.next()
    while true {
      let next = queue.nextTime()
      if let arrival = pending, arrival.seconds <= next {
        if arrival.seconds >= endSeconds, !extends() {
          pending = nil
          continue
        }
        now = arrival.seconds
        arrive(arrival)
        pending = try source.next()
        if requests >= options.maximumRequests ?? .max { pending = nil }
        if pending == nil, !source.isList { recorder.arrivalsEnded(at: now) }
        continue
      }
      if pending == nil, slots.count == 0 { break }
      guard next <= drainLimit, let event = queue.next() else { break }
      events += 1
      now = event.time
      handle(event)
    }
    giveUp()
  }

  /// Reports requests that no instance came back for.
  private mutating func giveUp() {
    var slot = Int(stranded.head)
    while slot >= 0 {
      recorder.failed(
        classIndex: Int(slots.items[slot].classIndex), arrivalSeconds: slots.items[slot].arrival)
      slot = Int(slots.items[slot].next)
    }
  }

  /// Requests that are not served by this time are given up [s].
  private var drainLimit: Double { 2 * endSeconds + 3600 }

  /// Whether arrivals go on for the sake of precision; moves the end if so.
  private mutating func extends() -> Bool {
    guard let target = options.targetPrecision, endSeconds < 64 * options.durationSeconds,
      recorder.relativeHalfWidth > target
    else { return false }
    endSeconds += options.durationSeconds
    recorder.endSeconds = endSeconds
    return true
  }

  private mutating func arrive(_ arrival: Arrival) {
    requests += 1
    events += 1
    recorder.arrived(classIndex: arrival.classIndex, at: now)
    guard router.canServe(arrival, groups) else {
      rejected += 1
      recorder.rejected(classIndex: arrival.classIndex, arrivalSeconds: now)
      return
    }
    let slot = slots.take()
    slots.items[slot].arrival = now
    slots.items[slot].classIndex = Int32(truncatingIfNeeded: arrival.classIndex)
    slots.items[slot].input = max(arrival.inputTokens, 1)
    slots.items[slot].output = max(arrival.outputTokens, 1)
    slots.items[slot].cached = min(max(arrival.cachedTokens, 0), max(arrival.inputTokens, 1) - 1)
    slots.items[slot].session = arrival.session
    slots.items[slot].state = .arriving
    if handlingSecondsPerToken > 0 {
      let handling = handlingSecondsPerToken * Double(arrival.inputTokens)
      queue.schedule(.routable, at: now + handling, target: slot, stamp: slots.items[slot].generation)
    } else {
      route(slot)
    }
  }

  private mutating func handle(_ event: Event) {
    let target = Int(event.target)
    switch event.kind {
    case .stepDone: if engines[target].generation == event.stamp { endStep(target) }
    case .prefillFree: if servers[target].generation == event.stamp { endPrefill(target) }
    case .promptDone: if isCurrent(event) { endPrompt(target) }
    case .wireDone: if links[target].version == event.stamp { endWire(target) }
    case .delivered: if isCurrent(event) { deliver(target) }
    case .routable: if isCurrent(event) { route(target) }
    case .outage: beginOutage(event)
    case .repair: endOutage(event)
    case .period: beginPeriod()
    }
  }

  private func isCurrent(_ event: Event) -> Bool { slots.items[Int(event.target)].generation == event.stamp }

  /// Reports a request that has its last token, and frees its slot.
  mutating func complete(_ slot: Int) {
    events += 1
    finished += 1
    let request = slots.items[slot]
    let engine = Int(request.engine)
    let isAggregated = request.from == request.to
    generatedTokens += Int(request.output)
    recorder.finished(
      FinishedRequest(
        classIndex: Int(request.classIndex), arrivalSeconds: request.arrival,
        prefillStartSeconds: request.prefillStart, prefillEndSeconds: request.prefillEnd,
        firstTokenSeconds: request.firstToken,
        transferSeconds: isAggregated ? 0 : request.firstToken - request.prefillEnd,
        decodeStartSeconds: request.decodeStart, lastTokenSeconds: now, inputTokens: request.input,
        outputTokens: request.output, cachedTokens: request.cached, prefillGroup: Int(request.from),
        prefillInstance: isAggregated ? engines[engine].number : servers[Int(request.server)].number,
        decodeGroup: Int(request.to), decodeInstance: engines[engine].number,
        preemptions: Int(request.preemptions)))
    slots.release(slot)
  }
}
