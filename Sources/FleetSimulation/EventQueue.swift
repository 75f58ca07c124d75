/// Something that happens at a point in time.
struct Event: Sendable {
  /// What happens; the comment says what `target` and `stamp` mean.
  enum Kind: UInt8, Sendable {
    /// A prompt is ready for the router: request, its generation.
    case routable
    /// A prefill instance may take its next prompts: instance, its generation.
    case prefillFree
    /// A prompt is through a pipeline whose first stage is free already: request, its generation.
    case promptDone
    /// The next transfer of a link has been sent: link, its version.
    case wireDone
    /// A KV cache has reached its decode instance: request, its generation.
    case delivered
    /// A decode or aggregated instance ends a step: instance, its generation.
    case stepDone
    /// A target goes down or comes back: position in the list of targets, position in the list of outages + 1 or 0.
    case outage, repair
    /// The next period of the problem begins.
    case period
  }

  var time: Double
  /// Order of scheduling, by which ties are broken, above the four bits of the kind.
  var tag: UInt64
  var target: Int32
  var stamp: UInt32

  var kind: Kind { Kind(rawValue: UInt8(truncatingIfNeeded: tag & 15)) ?? .period }

  static func < (left: Event, right: Event) -> Bool {
    left.time < right.time || (left.time == right.time && left.tag < right.tag)
  }
}

/// Events in order of time, those of the same time in the order in which they were scheduled: a heap of four branches.
struct EventQueue: Sendable {
  private var heap: [Event] = []
  /// Whether the first event was taken out but is still in its place, which the next one scheduled takes without a
  /// second pass through the heap.
  private var hasHole = false
  private var scheduled: UInt64 = 0

  init() { heap.reserveCapacity(1024) }

  /// Events still to come.
  var count: Int { heap.count - (hasHole ? 1 : 0) }

  /// Time of the next event; infinite when there is none.
  mutating func nextTime() -> Double {
    closeHole()
    return heap.isEmpty ? .infinity : heap[0].time
  }

  mutating func schedule(_ kind: Event.Kind, at time: Double, target: Int, stamp: UInt32 = 0) {
    scheduled += 1
    let event = Event(
      time: time, tag: scheduled << 4 | UInt64(kind.rawValue), target: Int32(truncatingIfNeeded: target), stamp: stamp)
    if hasHole {
      hasHole = false
      sink(event)
    } else {
      heap.append(event)
      rise(event)
    }
  }

  /// Takes the first event out; `nil` when there is none.
  mutating func next() -> Event? {
    closeHole()
    guard let first = heap.first else { return nil }
    hasHole = true
    return first
  }

  private mutating func closeHole() {
    guard hasHole else { return }
    hasHole = false
    let last = heap.removeLast()
    if !heap.isEmpty { sink(last) }
  }

  /// Moves an event up from the end of the heap.
  private mutating func rise(_ event: Event) {
    heap.withUnsafeMutableBufferPointer { heap in
      var position = heap.count - 1
      while position > 0 {
        let parent = (position - 1) >> 2
        guard event < heap[parent] else { break }
        heap[position] = heap[parent]
        position = parent
      }
      heap[position] = event
    }
  }

  /// Moves an event down from the root.
  private mutating func sink(_ event: Event) {
    heap.withUnsafeMutableBufferPointer { heap in
      let count = heap.count
      var position = 0
      while true {
        let first = 4 * position + 1
        guard first < count else { break }
        var least = first
        var child = first + 1
        let end = min(first + 4, count)
        while child < end {
          if heap[child] < heap[least] { least = child }
          child += 1
        }
        guard heap[least] < event else { break }
        heap[position] = heap[least]
        position = least
      }
      heap[position] = event
    }
  }
}
