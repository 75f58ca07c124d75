import FleetServing

/// What the transfer of one KV cache takes.
struct TransferWork: Sendable, Hashable {
  /// On the wire.
  var bytes: Double
  /// Time through host memory on the slower side; 0 for direct access [s].
  var stagedSeconds: Double
  /// Passes over the cache on the decode side and additional descriptors [s].
  var conversionSeconds: Double
  /// Fixed time of a transfer [s].
  var fixedSeconds: Double
}

/// Transfers from one prefill group to one decode group.
struct KVLane: Sendable {
  enum Law: Sendable {
    case model(KVTransferModel, from: InstanceConfiguration, to: InstanceConfiguration, link: PoolLink?)
    case linear(bytesPerToken: Double, fixedSeconds: Double)
  }

  /// A transfer on the wire: done when the lane has sent `target` bytes per transfer.
  private struct Flow: Sendable {
    var target: Double
    var slot: Int32
    var stamp: UInt32
  }

  let law: Law
  let link: Int
  /// What one transfer can use [bytes/s].
  let flowBytesPerSecond: Double
  /// Layers of the model: the last one can only be sent when the prefill is over.
  let layers: Double
  /// Bytes that every transfer on the lane would have sent if it had been there since the lane was last empty.
  fileprivate var sent = 0.0
  fileprivate var rate = 0.0
  /// A heap by target.
  private var flows: [Flow] = []
  private var lengths: [Int32]
  private var works: [TransferWork]

  private static let size = 1024

  init(law: Law, link: Int, flowBytesPerSecond: Double, layers: Double) {
    self.law = law
    self.link = link
    self.flowBytesPerSecond = flowBytesPerSecond
    self.layers = layers
    lengths = [Int32](repeating: -1, count: Self.size)
    works = [TransferWork](
      repeating: TransferWork(bytes: 0, stagedSeconds: 0, conversionSeconds: 0, fixedSeconds: 0), count: Self.size)
  }

  /// The lane between two configurations; `nil` when they cannot exchange caches.
  init?(
    from: InstanceConfiguration, to: InstanceConfiguration, stated: PoolLink?, link: Int, constants: LatencyConstants
  ) {
    var unshared = stated
    unshared?.totalBytesPerSecond = nil
    let model = KVTransferModel(constants: constants)
    guard let estimate = model.estimate(from: from, to: to, tokens: 1, link: unshared) else { return nil }
    self.init(
      law: .model(model, from: from, to: to, link: unshared), link: link,
      flowBytesPerSecond: estimate.bytesPerSecond, layers: Double(max(from.model.layers, 1)))
  }

  var count: Int { flows.count }

  /// The transfer of the cache of one prompt.
  mutating func work(tokens: Int) -> TransferWork {
    let place = tokens & (Self.size - 1)
    if lengths[place] == Int32(truncatingIfNeeded: tokens) { return works[place] }
    let work: TransferWork
    switch law {
    case .model(let model, let from, let to, let link):
      if let estimate = model.estimate(from: from, to: to, tokens: Double(tokens), link: link) {
        let moving = estimate.bytes / estimate.bytesPerSecond
        work = TransferWork(
          bytes: estimate.bytes, stagedSeconds: estimate.stagingSeconds > 0 ? moving + estimate.stagingSeconds : 0,
          conversionSeconds: estimate.conversionSeconds, fixedSeconds: estimate.wireSeconds - moving)
      } else {
        work = TransferWork(bytes: 0, stagedSeconds: 0, conversionSeconds: 0, fixedSeconds: 0)
      }
    case .linear(let bytesPerToken, let fixedSeconds):
      work = TransferWork(
        bytes: bytesPerToken * Double(tokens), stagedSeconds: 0, conversionSeconds: 0, fixedSeconds: fixedSeconds)
    }
    lengths[place] = Int32(truncatingIfNeeded: tokens)
    works[place] = work
    return work
  }

  fileprivate mutating func add(bytes: Double, slot: Int, stamp: UInt32) {
    if flows.isEmpty { sent = 0 }
    flows.append(Flow(target: sent + bytes, slot: Int32(truncatingIfNeeded: slot), stamp: stamp))
    var position = flows.count - 1
    while position > 0 {
      let parent = (position - 1) / 2
      guard Self.precedes(flows[position], flows[parent]) else { break }
      flows.swapAt(position, parent)
      position = parent
    }
  }

  /// Time until the first transfer is sent; infinite when there is none or the lane stands still [s].
  fileprivate var secondsToNext: Double {
    guard let first = flows.first, rate > 0 else { return .infinity }
    return max(0, (first.target - sent) / rate)
  }

  fileprivate mutating func removeFirst() -> (slot: Int, stamp: UInt32) {
    let first = flows[0]
    sent = max(sent, first.target)
    let last = flows.removeLast()
    if !flows.isEmpty {
      var position = 0
      while true {
        var child = 2 * position + 1
        guard child < flows.count else { break }
        if child + 1 < flows.count, Self.precedes(flows[child + 1], flows[child]) { child += 1 }
        guard Self.precedes(flows[child], last) else { break }
        flows[position] = flows[child]
        position = child
      }
      flows[position] = last
    }
    return (Int(first.slot), first.stamp)
  }

  private static func precedes(_ left: Flow, _ right: Flow) -> Bool {
    left.target < right.target || (left.target == right.target && left.slot < right.slot)
  }
}

/// The network between two pools: transfers share its bandwidth evenly, none above what its instances can use.
struct KVLink: Sendable {
  /// What all transfers may use together [bytes/s].
  let totalBytesPerSecond: Double
  /// Positions of its lanes, those with the slowest transfers first.
  private(set) var lanes: [Int] = []
  private(set) var version: UInt32 = 0
  var isUp = true
  private var updated = 0.0

  init(totalBytesPerSecond: Double) { self.totalBytesPerSecond = totalBytesPerSecond }

  mutating func add(lane: Int, of all: [KVLane]) {
    lanes.append(lane)
    lanes.sort { (all[$0].flowBytesPerSecond, $0) < (all[$1].flowBytesPerSecond, $1) }
  }

  /// Brings the bytes sent up to date.
  private mutating func advance(to time: Double, _ all: inout [KVLane]) {
    for lane in lanes { all[lane].sent += all[lane].rate * (time - updated) }
    updated = time
  }

  /// Shares the bandwidth anew: max-min fairness, the slowest lanes first.
  /// - Returns: When the next transfer is sent; infinite when none is.
  private mutating func share(_ all: inout [KVLane]) -> Double {
    version &+= 1
    var left = isUp ? totalBytesPerSecond : 0
    var flows = 0
    for lane in lanes { flows += all[lane].count }
    var next = Double.infinity
    for lane in lanes where all[lane].count > 0 {
      let count = all[lane].count
      let rate = isUp ? min(all[lane].flowBytesPerSecond, left / Double(flows)) : 0
      all[lane].rate = rate
      left -= rate * Double(count)
      flows -= count
      next = min(next, all[lane].secondsToNext)
    }
    return updated + next
  }

  /// Puts a transfer on the wire.
  /// - Returns: When the next transfer of the link is sent; a message of an earlier version is void.
  mutating func send(
    bytes: Double, lane: Int, slot: Int, stamp: UInt32, at time: Double, _ all: inout [KVLane]
  ) -> Double {
    advance(to: time, &all)
    all[lane].add(bytes: bytes, slot: slot, stamp: stamp)
    return share(&all)
  }

  /// Takes the first transfer off the wire.
  mutating func receive(at time: Double, _ all: inout [KVLane]) -> (slot: Int, stamp: UInt32, next: Double)? {
    advance(to: time, &all)
    var first = -1
    var least = Double.infinity
    for lane in lanes {
      let seconds = all[lane].secondsToNext
      if seconds < least {
        least = seconds
        first = lane
      }
    }
    guard first >= 0 else { return nil }
    let done = all[first].removeFirst()
    return (done.slot, done.stamp, share(&all))
  }

  /// Stops or restarts all transfers.
  mutating func set(isUp: Bool, at time: Double, _ all: inout [KVLane]) -> Double {
    advance(to: time, &all)
    self.isUp = isUp
    return share(&all)
  }
}
