/// KV transfers: prefill device → (host buffers) → link → decode device, with conversion on the decode side.
///
/// With layers overlapped a transfer starts with its prefill and ends no sooner than the last layer allows:
/// `visible = t_0 + max(t_kv − t_prefill, t_kv/L)` as in `KVTransferModel`, where the time on the wire is what the shared
/// link gives.
extension SimulationRun {
  /// Chooses the decode instance and puts the cache on the wire.
  /// - Returns: Whether there is an instance that can take it.
  mutating func startTransfer(_ slot: Int) -> Bool {
    guard let engine = chooseEngine(slot) else { return false }
    slots.items[slot].engine = Int32(truncatingIfNeeded: engine)
    slots.items[slot].to = Int32(truncatingIfNeeded: engines[engine].group)
    engines[engine].inbound += 1
    engines[engine].inboundTokens += Int(slots.items[slot].input)
    slots.items[slot].transferStart = now
    let lane = laneOf[Int(slots.items[slot].from) * groups.count + engines[engine].group]
    let link = lanes[lane].link
    let work = lanes[lane].work(tokens: Int(slots.items[slot].input))
    let next = links[link].send(
      bytes: work.bytes, lane: lane, slot: slot, stamp: slots.items[slot].generation, at: now, &lanes)
    scheduleWire(link, at: next)
    return true
  }

  mutating func scheduleWire(_ link: Int, at time: Double) {
    if time < .infinity { queue.schedule(.wireDone, at: time, target: link, stamp: links[link].version) }
  }

  /// The next transfer of a link has been sent.
  mutating func endWire(_ link: Int) {
    guard let sent = links[link].receive(at: now, &lanes) else { return }
    scheduleWire(link, at: sent.next)
    // A request that started anew meanwhile has another generation.
    guard slots.items[sent.slot].generation == sent.stamp else { return }
    let request = slots.items[sent.slot]
    let lane = laneOf[Int(request.from) * groups.count + Int(request.to)]
    let work = lanes[lane].work(tokens: Int(request.input))
    let moving = now - request.transferStart
    recorder.link(index: link, start: request.transferStart, seconds: moving, bytes: work.bytes)
    let exposed = max(moving, work.stagedSeconds) + work.conversionSeconds
    let overlapped = max(0, request.prefillEnd - request.transferStart)
    let visible =
      overlapped > 0 ? max(exposed - overlapped, exposed / lanes[lane].layers) : exposed
    let end = max(request.prefillEnd, request.transferStart) + work.fixedSeconds + visible
    queue.schedule(.delivered, at: max(end, now), target: sent.slot, stamp: request.generation)
  }

  /// A KV cache has reached its decode instance: the user sees the first token.
  mutating func deliver(_ slot: Int) {
    let engine = Int(slots.items[slot].engine)
    engines[engine].inbound -= 1
    engines[engine].inboundTokens -= Int(slots.items[slot].input)
    guard engines[engine].isUp else {
      // The prefill instance still holds the cache and sends it to another one.
      slots.items[slot].engine = -1
      if !startTransfer(slot) { strand(slot) }
      return
    }
    slots.items[slot].firstToken = now
    slots.items[slot].generated = 1
    if slots.items[slot].output == 1 {
      slots.items[slot].decodeStart = now
      return complete(slot)
    }
    slots.items[slot].decodeStart = -1
    slots.items[slot].promptLeft = 0
    wait(slot, at: engine)
  }
}
