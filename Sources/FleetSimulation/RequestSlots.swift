/// A request under way.
struct RequestSlot: Sendable {
  enum State: UInt8, Sendable {
    case free
    /// On its way to the router, or waiting there for an instance that is up.
    case arriving, stranded
    case queued, prefilling
    /// Prefilled; its KV cache is on the way.
    case transferring
    /// In front of a decode or aggregated instance.
    case waiting
    /// Admitted there: prompt tokens are processed, or tokens are generated.
    case prompting, running
  }

  var arrival = 0.0
  var prefillStart = 0.0
  var prefillEnd = 0.0
  var transferStart = 0.0
  var firstToken = 0.0
  var decodeStart = 0.0
  var input: Int32 = 0
  var output: Int32 = 0
  var cached: Int32 = 0
  /// Tokens generated when it was admitted last.
  var generated: Int32 = 0
  /// Prompt tokens still to process on a decode or aggregated instance, and all of them.
  var promptLeft: Int32 = 0
  var promptTotal: Int32 = 0
  var session: UInt32 = 0
  var classIndex: Int32 = 0
  /// Groups; equal when the request stays on an aggregated one.
  var from: Int32 = -1
  var to: Int32 = -1
  /// Prefill instance, and decode or aggregated instance; −1 = not chosen.
  var server: Int32 = -1
  var engine: Int32 = -1
  /// Neighbours in the list that the request is in.
  var next: Int32 = -1
  var previous: Int32 = -1
  /// Position of its blocks' boundaries among steps (`StepInstance`).
  var residue: Int32 = 0
  var generation: UInt32 = 0
  var preemptions: Int32 = 0
  var retries: Int32 = 0
  var state = State.free
}

/// Requests under way; places are used again, so that memory follows the requests at one time and not their number.
struct RequestSlots: Sendable {
  var items: [RequestSlot] = []
  private var freeHead: Int32 = -1
  private(set) var count = 0

  mutating func take() -> Int {
    count += 1
    if freeHead >= 0 {
      let slot = Int(freeHead)
      freeHead = items[slot].next
      let generation = items[slot].generation
      items[slot] = RequestSlot()
      items[slot].generation = generation
      return slot
    }
    items.append(RequestSlot())
    return items.count - 1
  }

  mutating func release(_ slot: Int) {
    count -= 1
    items[slot].state = .free
    items[slot].generation &+= 1
    items[slot].next = freeHead
    freeHead = Int32(truncatingIfNeeded: slot)
  }
}

/// Requests in order, linked through their slots.
struct SlotList: Sendable {
  private(set) var head: Int32 = -1
  private(set) var tail: Int32 = -1
  private(set) var count = 0

  var isEmpty: Bool { head < 0 }

  mutating func append(_ slot: Int, _ items: inout [RequestSlot]) {
    let number = Int32(truncatingIfNeeded: slot)
    items[slot].next = -1
    items[slot].previous = tail
    if tail >= 0 { items[Int(tail)].next = number } else { head = number }
    tail = number
    count += 1
  }

  mutating func prepend(_ slot: Int, _ items: inout [RequestSlot]) {
    let number = Int32(truncatingIfNeeded: slot)
    items[slot].previous = -1
    items[slot].next = head
    if head >= 0 { items[Int(head)].previous = number } else { tail = number }
    head = number
    count += 1
  }

  mutating func remove(_ slot: Int, _ items: inout [RequestSlot]) {
    let (before, after) = (items[slot].previous, items[slot].next)
    if before >= 0 { items[Int(before)].next = after } else { head = after }
    if after >= 0 { items[Int(after)].previous = before } else { tail = before }
    count -= 1
  }

  mutating func removeFirst(_ items: inout [RequestSlot]) -> Int {
    let slot = Int(head)
    remove(slot, &items)
    return slot
  }
}
