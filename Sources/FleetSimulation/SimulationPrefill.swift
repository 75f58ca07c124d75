/// Prefill instances: prompts in order of arrival, as many in a step as its token budget allows.
extension SimulationRun {
  /// Puts a prompt in front of a prefill group, or of one instance of it.
  mutating func enqueue(_ slot: Int, group: Int, server: Int?) {
    slots.items[slot].state = .queued
    groups[group].waiting += 1
    recorder.queue(group: group, at: now, length: groups[group].waiting)
    let tokens = Int(slots.items[slot].input - slots.items[slot].cached)
    if let server {
      slots.items[slot].server = Int32(truncatingIfNeeded: server)
      servers[server].queue.append(slot, &slots.items)
      servers[server].tokens += tokens
      if !servers[server].isBusy { startPrefill(server) }
      return
    }
    slots.items[slot].server = -1
    groups[group].queue.append(slot, &slots.items)
    groups[group].queuedTokens += tokens
    if let idle = idleServer(of: group) { startPrefill(idle) }
  }

  /// The first instance of a group that is up and has nothing to do.
  func idleServer(of group: Int) -> Int? {
    let first = groups[group].first
    for server in first..<first + groups[group].active where servers[server].isUp && !servers[server].isBusy {
      return server
    }
    return nil
  }

  /// Takes the next prompts of an instance that has nothing to do.
  mutating func startPrefill(_ server: Int) {
    guard servers[server].isUp, !servers[server].isBusy else { return }
    let group = servers[server].group
    let takesPooled = groups[group].isPooled && servers[server].number < groups[group].active
    let budget = options.prefillTokenBudget ?? fleet.problem.policy.prefillStepTokens
    let share = takesPooled ? fairShare(of: server, budget: budget) : .infinity
    let most = options.prefillTokenBudget == nil ? groups[group].maximumBatch : .max
    var (taken, tokens, attention) = (0, 0, 0.0)
    while taken < most {
      let isOwn = !servers[server].queue.isEmpty
      if !isOwn, !takesPooled || groups[group].queue.isEmpty { break }
      let slot = Int(isOwn ? servers[server].queue.head : groups[group].queue.head)
      let (input, cached) = (Int(slots.items[slot].input), Int(slots.items[slot].cached))
      if taken > 0, tokens + input - cached > budget { break }
      // The rest is for the instances that come next.
      if taken > 0, !isOwn, Double(tokens) + Double(input - cached) / 2 > share { break }
      if isOwn {
        servers[server].queue.remove(slot, &slots.items)
      } else {
        groups[group].queue.remove(slot, &slots.items)
        groups[group].queuedTokens -= input - cached
        servers[server].tokens += input - cached
      }
      tokens += input - cached
      attention += promptTables[group](tokens: input).attention
      if cached > 0 { attention -= promptTables[group](tokens: cached).attention }
      slots.items[slot].state = .prefilling
      slots.items[slot].server = Int32(truncatingIfNeeded: server)
      slots.items[slot].prefillStart = now
      servers[server].current.append(slot, &slots.items)
      taken += 1
    }
    guard taken > 0 else { return }
    groups[group].waiting -= taken
    recorder.queue(group: group, at: now, length: groups[group].waiting)
    servers[server].isBusy = true
    servers[server].stepStart = now
    servers[server].stepTokens = tokens
    servers[server].inService += taken
    // All tokens pass the layers together; each attends to those of its own prompt.
    let together = promptTables[group](tokens: tokens)
    let latency = together.latency - together.attention + attention
    let occupancy = latency * (together.latency > 0 ? together.occupancy / together.latency : 1)
    let endsWithStep = occupancy >= latency * (1 - 1e-12)
    servers[server].freeAt = now + (endsWithStep ? latency : occupancy)
    queue.schedule(
      .prefillFree, at: servers[server].freeAt, target: server, stamp: servers[server].generation)
    var slot = servers[server].current.head
    while slot >= 0 {
      let next = slots.items[Int(slot)].next
      slots.items[Int(slot)].prefillEnd = now + latency
      if !endsWithStep {
        servers[server].current.remove(Int(slot), &slots.items)
        queue.schedule(
          .promptDone, at: now + latency, target: Int(slot), stamp: slots.items[Int(slot)].generation)
      }
      if options.overlapsLayers { _ = startTransfer(Int(slot)) }
      slot = next
    }
  }

  /// Tokens of the common queue that an instance takes at most, so that they spread evenly: those that come free before a
  /// step with all of them would end count by how much of it they could take over.
  private mutating func fairShare(of server: Int, budget: Int) -> Double {
    let group = servers[server].group
    guard groups[group].queue.count > 1 else { return .infinity }
    let waiting = groups[group].queuedTokens
    let seconds = promptTables[group](tokens: min(waiting, budget)).occupancy
    guard seconds > 0 else { return .infinity }
    var instances = 1.0
    let first = groups[group].first
    for other in first..<first + groups[group].active where other != server && servers[other].isUp {
      instances += servers[other].isBusy ? max(0, 1 - (servers[other].freeAt - now) / seconds) : 1
    }
    return Double(waiting) / instances
  }

  /// The instance is free for the next prompts.
  mutating func endPrefill(_ server: Int) {
    let group = servers[server].group
    recorder.step(
      group: group, instance: servers[server].number, start: servers[server].stepStart,
      seconds: now - servers[server].stepStart, batch: 0, promptTokens: servers[server].stepTokens, kvTokens: 0)
    while !servers[server].current.isEmpty {
      let slot = servers[server].current.removeFirst(&slots.items)
      endPrompt(slot)
    }
    servers[server].isBusy = false
    startPrefill(server)
  }

  /// A prompt is through.
  mutating func endPrompt(_ slot: Int) {
    let server = Int(slots.items[slot].server)
    servers[server].inService -= 1
    servers[server].tokens -= Int(slots.items[slot].input - slots.items[slot].cached)
    slots.items[slot].state = .transferring
    // No instance was up when the prefill began, or layers are not overlapped.
    if slots.items[slot].engine < 0, !startTransfer(slot) { strand(slot) }
  }
}
