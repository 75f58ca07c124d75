/// Decode and aggregated instances: continuous batching in steps, KV blocks, preemption and chunked prefill.
extension SimulationRun {
  /// Share of the KV memory that stays free when a sequence is admitted beside others, as vLLM's block manager has it.
  static let watermark = 0.01

  /// Puts a request in front of an instance.
  mutating func wait(_ slot: Int, at engine: Int) {
    let group = engines[engine].group
    slots.items[slot].state = .waiting
    engines[engine].waiting.append(slot, &slots.items)
    engines[engine].promptTokens += Int(slots.items[slot].promptLeft)
    changeWaiting(group, by: 1)
    if !engines[engine].isBusy { beginStep(engine) }
  }

  private mutating func changeWaiting(_ group: Int, by change: Int) {
    groups[group].waiting += change
    recorder.queue(group: group, at: now, length: groups[group].waiting)
  }

  /// Admits what fits and takes the next step, if there is anything to do.
  mutating func beginStep(_ engine: Int) {
    let group = engines[engine].group
    if engines[engine].batch > 0 { grow(engine, group) }
    if !engines[engine].waiting.isEmpty { admit(engine, group) }
    let chunks = engines[engine].prompts.isEmpty ? (tokens: 0, context: 0) : takeChunks(engine, group)
    let batch = engines[engine].batch
    guard batch > 0 || chunks.tokens > 0 else {
      engines[engine].isBusy = false
      return
    }
    let context = batch > 0 ? Double(engines[engine].context) / Double(batch) : 0
    let seconds =
      chunks.tokens == 0
      ? stepTables[group](batch: batch, context: context)
      : stepTables[group].law.mixed(
        batch: Double(batch), context: context, prompt: Double(chunks.tokens), promptContext: chunks.context)
    engines[engine].isBusy = true
    engines[engine].stepStart = now
    engines[engine].stepPromptTokens = chunks.tokens
    queue.schedule(.stepDone, at: now + seconds, target: engine, stamp: engines[engine].generation)
  }

  /// Every running sequence has one more token.
  mutating func endStep(_ engine: Int) {
    let group = engines[engine].group
    let start = engines[engine].stepStart
    let batch = engines[engine].batch
    let bytes =
      Double(engines[engine].blocks) * groups[group].memory.blockBytes + Double(engines[engine].fixedBytes)
    recorder.step(
      group: group, instance: engines[engine].number, start: start, seconds: now - start, batch: batch,
      promptTokens: engines[engine].stepPromptTokens, kvTokens: bytes * groups[group].tokensPerByte)
    let classes = groups[group].classIndices.count
    if classes > 1, batch > 0 {
      for position in 0..<classes {
        let count = Int(classCounts[engines[engine].classesBase + position])
        if count > 0 {
          recorder.gaps(
            classIndex: groups[group].classIndices[position], at: now, seconds: now - start, count: count)
        }
      }
    }
    engines[engine].steps += 1
    engines[engine].context += batch
    let steps = UInt64(engines[engine].steps)
    while engines[engine].batch > 0, ends[engines[engine].endsBase] >> 32 <= steps {
      let slot = Int(ends[engines[engine].endsBase] & 0xFFFF_FFFF)
      removeEnd(at: 0, engine)
      leave(slot, engine, tokens: Int(slots.items[slot].input + slots.items[slot].output) - 1)
      complete(slot)
    }
    while !engines[engine].prompts.isEmpty {
      let slot = Int(engines[engine].prompts.head)
      guard slots.items[slot].promptLeft == 0 else { break }
      engines[engine].prompts.remove(slot, &slots.items)
      slots.items[slot].generated += 1
      if slots.items[slot].generated == 1 {
        slots.items[slot].firstToken = now
        slots.items[slot].prefillEnd = now
        slots.items[slot].decodeStart = now
      }
      if slots.items[slot].generated == slots.items[slot].output {
        freeMemory(slot, engine, tokens: Int(slots.items[slot].promptTotal))
        complete(slot)
      } else {
        join(slot, engine)
      }
    }
    beginStep(engine)
  }

  // MARK: Memory

  private func fits(_ group: Int, blocks: Int, fixedBytes: Int, share: Double = 1) -> Bool {
    Double(blocks) * groups[group].memory.blockBytes + Double(fixedBytes)
      <= groups[group].memory.capacityBytes * share
  }

  private mutating func freeMemory(_ slot: Int, _ engine: Int, tokens: Int) {
    let group = engines[engine].group
    engines[engine].blocks -= groups[group].memory.blocks(tokens: tokens)
    engines[engine].fixedBytes -= groups[group].memory.fixedBytes(
      tokens: Int(slots.items[slot].input + slots.items[slot].output))
  }

  /// Takes a further block for every running sequence whose blocks are full; drops the cache of those admitted last
  /// when there is no room.
  private mutating func grow(_ engine: Int, _ group: Int) {
    let size = groups[group].memory.blockTokens
    let phase = engines[engine].steps % size
    let place = engines[engine].remaindersBase + (phase == 0 ? 0 : size - phase)
    guard remainders[place] > 0 else { return }
    while !fits(
      group, blocks: engines[engine].blocks + Int(remainders[place]), fixedBytes: engines[engine].fixedBytes)
    {
      if engines[engine].batch == 1, engines[engine].prompts.isEmpty { break }
      preempt(engine)
      if engines[engine].batch == 0 { return }
    }
    engines[engine].blocks += Int(remainders[place])
  }

  /// Drops the cache of the sequence admitted last; it waits in front of all others to be computed again.
  private mutating func preempt(_ engine: Int) {
    let slot = Int(engines[engine].running.tail)
    let base = engines[engine].endsBase
    var position = 0
    while Int(ends[base + position] & 0xFFFF_FFFF) != slot { position += 1 }
    let left = Int(ends[base + position] >> 32) - engines[engine].steps
    removeEnd(at: position, engine)
    let generated = Int(slots.items[slot].output) - left
    let tokens = Int(slots.items[slot].input) + generated
    leave(slot, engine, tokens: tokens - 1)
    slots.items[slot].generated = Int32(truncatingIfNeeded: generated)
    slots.items[slot].promptTotal = Int32(truncatingIfNeeded: tokens)
    slots.items[slot].promptLeft = slots.items[slot].promptTotal
    slots.items[slot].preemptions += 1
    slots.items[slot].state = .waiting
    preemptions += 1
    let group = engines[engine].group
    recorder.preempted(group: group, at: now)
    engines[engine].waiting.prepend(slot, &slots.items)
    engines[engine].promptTokens += tokens
    changeWaiting(group, by: 1)
  }

  // MARK: The batch

  /// Admits requests in order while the batch and the memory have room.
  private mutating func admit(_ engine: Int, _ group: Int) {
    let most = groups[group].maximumBatch
    var admitted = 0
    while !engines[engine].waiting.isEmpty, engines[engine].batch + engines[engine].prompts.count < most {
      let slot = Int(engines[engine].waiting.head)
      let hasPrompt = slots.items[slot].promptLeft > 0
      let tokens =
        hasPrompt ? Int(slots.items[slot].promptTotal) : Int(slots.items[slot].input + slots.items[slot].generated)
      let blocks = engines[engine].blocks + groups[group].memory.blocks(tokens: tokens)
      let fixed =
        engines[engine].fixedBytes
        + groups[group].memory.fixedBytes(tokens: Int(slots.items[slot].input + slots.items[slot].output))
      let isAlone = engines[engine].batch == 0 && engines[engine].prompts.isEmpty
      guard isAlone || fits(group, blocks: blocks, fixedBytes: fixed, share: 1 - Self.watermark) else { break }
      engines[engine].waiting.remove(slot, &slots.items)
      engines[engine].blocks = blocks
      engines[engine].fixedBytes = fixed
      admitted += 1
      if hasPrompt {
        slots.items[slot].state = .prompting
        engines[engine].prompts.append(slot, &slots.items)
      } else {
        if slots.items[slot].decodeStart < 0 { slots.items[slot].decodeStart = now }
        join(slot, engine)
      }
    }
    if admitted > 0 {
      events += admitted
      changeWaiting(group, by: -admitted)
    }
  }

  /// Prompt tokens of the next step, first come first served, and how many tokens each of them attends to on average.
  /// They share the budget of the step with the running sequences, which take one token each; one block of prompt tokens
  /// fits in any case.
  private mutating func takeChunks(_ engine: Int, _ group: Int) -> (tokens: Int, context: Double) {
    let ranks = groups[group].ranks
    var budget = max(
      groups[group].chunkTokens * ranks - engines[engine].batch, groups[group].memory.blockTokens * ranks)
    var tokens = 0
    var pairs = 0.0
    var slot = Int(engines[engine].prompts.head)
    while slot >= 0, budget > 0 {
      let left = Int(slots.items[slot].promptLeft)
      let now = min(left, budget)
      pairs += Double(now) * (Double(Int(slots.items[slot].promptTotal) - left) + Double(now) / 2)
      tokens += now
      budget -= now
      slots.items[slot].promptLeft -= Int32(truncatingIfNeeded: now)
      if slots.items[slot].prefillStart < 0 { slots.items[slot].prefillStart = self.now }
      slot = Int(slots.items[slot].next)
    }
    engines[engine].promptTokens -= tokens
    return (tokens, tokens > 0 ? pairs / Double(tokens) : 0)
  }

  /// Adds a sequence to those that get a token in every step.
  private mutating func join(_ slot: Int, _ engine: Int) {
    let held = Int(slots.items[slot].input + slots.items[slot].generated) - 1
    let end = engines[engine].steps + Int(slots.items[slot].output - slots.items[slot].generated)
    let size = groups[engines[engine].group].memory.blockTokens
    let remainder = (held - engines[engine].steps) % size
    let place = remainder < 0 ? remainder + size : remainder
    slots.items[slot].residue = Int32(truncatingIfNeeded: place)
    remainders[engines[engine].remaindersBase + place] += 1
    slots.items[slot].state = .running
    engines[engine].running.append(slot, &slots.items)
    engines[engine].context += held
    countClass(slot, engine, by: 1)
    insertEnd(UInt64(end) << 32 | UInt64(slot), engine)
    engines[engine].batch += 1
  }

  /// Takes a sequence that holds `tokens` out of the batch; its end is already removed.
  private mutating func leave(_ slot: Int, _ engine: Int, tokens: Int) {
    engines[engine].running.remove(slot, &slots.items)
    engines[engine].context -= tokens
    remainders[engines[engine].remaindersBase + Int(slots.items[slot].residue)] -= 1
    countClass(slot, engine, by: -1)
    freeMemory(slot, engine, tokens: tokens)
  }

  private mutating func countClass(_ slot: Int, _ engine: Int, by change: Int32) {
    let group = engines[engine].group
    guard groups[group].classIndices.count > 1 else { return }
    let classIndex = Int(slots.items[slot].classIndex)
    var position = 0
    while position < groups[group].classIndices.count {
      if groups[group].classIndices[position] == classIndex {
        classCounts[engines[engine].classesBase + position] += change
        return
      }
      position += 1
    }
  }

  // MARK: Ends of sequences

  private mutating func insertEnd(_ end: UInt64, _ engine: Int) {
    let base = engines[engine].endsBase
    ends.withUnsafeMutableBufferPointer { ends in
      var position = engines[engine].batch
      while position > 0 {
        let parent = (position - 1) / 2
        guard end < ends[base + parent] else { break }
        ends[base + position] = ends[base + parent]
        position = parent
      }
      ends[base + position] = end
    }
  }

  /// Removes one of the ends of the running sequences, and counts one sequence less.
  private mutating func removeEnd(at position: Int, _ engine: Int) {
    let base = engines[engine].endsBase
    let count = engines[engine].batch - 1
    engines[engine].batch = count
    ends.withUnsafeMutableBufferPointer { ends in
      guard position < count else { return }
      let last = ends[base + count]
      var position = position
      while position > 0, last < ends[base + (position - 1) / 2] {
        ends[base + position] = ends[base + (position - 1) / 2]
        position = (position - 1) / 2
      }
      while true {
        var child = 2 * position + 1
        guard child < count else { break }
        if child + 1 < count, ends[base + child + 1] < ends[base + child] { child += 1 }
        guard ends[base + child] < last else { break }
        ends[base + position] = ends[base + child]
        position = child
      }
      ends[base + position] = last
    }
  }
}
