/// Which blocks of prompts have been seen, least recently used ones forgotten first.
///
/// Blocks are named by ids that stand for the whole prompt up to them, so a prompt is cached as far as its ids are known
/// from the first on without a gap.
struct PrefixCache: Sendable {
  private struct Entry: Sendable {
    var block: Int
    var session: UInt32
    /// Neighbours in the order of use; -1 at the ends.
    var newer: Int32
    var older: Int32
  }

  private let capacity: Int
  private var places: [Int: Int32] = [:]
  private var entries: [Entry] = []
  private var newest: Int32 = -1
  private var oldest: Int32 = -1
  private var sessions: UInt32 = 0

  /// - Parameter capacity: Blocks that are kept; 0 caches nothing.
  init(capacity: Int) {
    self.capacity = min(capacity, Int(Int32.max))
  }

  var count: Int { entries.count }

  /// Takes the blocks of a prompt in.
  /// - Returns: How many of them, from the first, were known, and the number of the conversation: that of the last known
  ///   block when at least half of the prompt is known, else a new one.
  mutating func use(_ blocks: [Int]) -> (known: Int, session: UInt32) {
    var known = 0
    var session: UInt32 = 0
    for block in blocks {
      guard let place = places[block] else { break }
      known += 1
      session = entries[Int(place)].session
    }
    if session == 0 || 2 * known < blocks.count {
      sessions = sessions == .max ? 1 : sessions + 1
      session = sessions
    }
    // Backwards, so that the first blocks, on which the others depend, are forgotten last; the known ones first, so that
    // they do not make room for the others.
    if capacity > 0 {
      for block in blocks[..<known].reversed() { touch(block, session: session) }
      for block in blocks.prefix(capacity).reversed() { touch(block, session: session) }
    }
    return (known, session)
  }

  private mutating func touch(_ block: Int, session: UInt32) {
    if let place = places[block] {
      unlink(place)
      link(place)
    } else if entries.count < capacity {
      entries.append(Entry(block: block, session: session, newer: -1, older: -1))
      let place = Int32(entries.count - 1)
      places[block] = place
      link(place)
    } else {
      let place = oldest
      unlink(place)
      places[entries[Int(place)].block] = nil
      places[block] = place
      entries[Int(place)] = Entry(block: block, session: session, newer: -1, older: -1)
      link(place)
    }
  }

  private mutating func link(_ place: Int32) {
    entries[Int(place)].older = newest
    entries[Int(place)].newer = -1
    if newest >= 0 { entries[Int(newest)].newer = place }
    newest = place
    if oldest < 0 { oldest = place }
  }

  private mutating func unlink(_ place: Int32) {
    let entry = entries[Int(place)]
    if entry.newer >= 0 { entries[Int(entry.newer)].older = entry.older } else { newest = entry.older }
    if entry.older >= 0 { entries[Int(entry.older)].newer = entry.newer } else { oldest = entry.newer }
  }
}
