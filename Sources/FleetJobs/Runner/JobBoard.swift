import Synchronization

/// Which jobs of a run are waiting, ready, running and settled; shared by the threads of a runner.
final class JobBoard: Sendable {
  /// Where a job stands within this run.
  enum Place: Sendable {
    /// Its problem has not been read yet.
    case waiting
    case ready(PreparedJob)
    /// An identical job comes first.
    case following(leader: Int, PreparedJob)
    /// Another runner has it; worth another look at a time of the monotonic clock [s].
    case held(PreparedJob, until: Double)
    case running(PreparedJob)
    case settled(JobRecord)
    /// Left in the queue because the run was ended.
    case left
  }

  private struct Entry: Sendable {
    var source: JobSource
    var place: Place
    /// Whether its problem file changed while it was worked on, so that it is read again when it is settled.
    var isStale = false
  }

  private struct State: Sendable {
    var entries: [Entry] = []
    var indices: [String: Int] = [:]
    /// First job of each key.
    var leaders: [String: Int] = [:]
    var followers: [Int: [Int]] = [:]
    /// Entries before this one are past waiting, those before `ready` past being ready.
    var firstWaiting = 0
    var ready: [Int] = []
    var held: Set<Int> = []
    var counts = RunCounts()
    var isClosed = false
  }

  /// What a thread that asks for work is told.
  enum Task: Sendable {
    case work(Int, PreparedJob)
    /// Nothing to do for now.
    case wait
    case end
  }

  private let state = Mutex(State())
  /// Rung at every change.
  let bell = Bell()

  /// Adds jobs at the end. One that is known, and whose problem file has changed, is read again as soon as it is settled.
  func add(_ sources: [JobSource]) {
    change { state in
      for source in sources {
        if let index = state.indices[source.id] {
          state.entries[index].source = source
          if case .settled = state.entries[index].place {
            Self.readAgain(index, &state)
          } else {
            state.entries[index].isStale = true
          }
        } else {
          state.indices[source.id] = state.entries.count
          state.entries.append(Entry(source: source, place: .waiting))
          state.counts.waiting += 1
        }
      }
    }
  }

  /// The next job whose problem has to be read.
  func nextWaiting() -> (index: Int, source: JobSource)? {
    state.withLock { state in
      while state.firstWaiting < state.entries.count {
        if case .waiting = state.entries[state.firstWaiting].place {
          return (state.firstWaiting, state.entries[state.firstWaiting].source)
        }
        state.firstWaiting += 1
      }
      return nil
    }
  }

  /// Settles a job whose problem was read: it is done already, follows an identical one, or is ready.
  func place(_ index: Int, _ finding: JobPreparation.Finding) {
    change { state in
      switch finding {
      case .kept(let record):
        if let key = record.key, record.state.isShared, state.leaders[key] == nil { state.leaders[key] = index }
        state.counts.kept += 1
        Self.settle(index, record, &state)
      case .work(let job):
        if let key = job.key, let leader = state.leaders[key], leader != index {
          Self.follow(index, leader, job, &state)
        } else {
          if let key = job.key { state.leaders[key] = index }
          Self.makeReady(index, job, &state)
        }
      }
    }
  }

  /// Hands out work; `now` is a time of the monotonic clock [s].
  func take(now: Double) -> Task {
    let task: Task = state.withLock { state in
      if state.isClosed { return .end }
      var index: Int?
      if let due = state.held.filter({ Self.isDue($0, now, state) }).min() {
        index = due
      } else if !state.ready.isEmpty {
        index = state.ready.removeFirst()
      }
      guard let index else { return .wait }
      switch state.entries[index].place {
      case .ready(let job), .held(let job, _):
        Self.move(index, to: .running(job), &state)
        return .work(index, job)
      default:
        return .wait
      }
    }
    if case .work = task { bell.ring() }
    return task
  }

  /// A job that another runner has.
  func hold(_ index: Int, _ job: PreparedJob, until time: Double) {
    change { state in Self.move(index, to: .held(job, until: time), &state) }
  }

  /// A job whose problem must be read again.
  func readAgain(_ index: Int) {
    change { state in Self.readAgain(index, &state) }
  }

  func settle(_ index: Int, _ record: JobRecord) {
    change { state in Self.settle(index, record, &state) }
  }

  /// A job that goes back into the queue because the run ends.
  func leave(_ index: Int) {
    change { state in Self.move(index, to: .left, &state) }
  }

  /// No more work is handed out.
  func close() {
    change { state in state.isClosed = true }
  }

  var counts: RunCounts { state.withLock { $0.counts } }

  /// Records of the jobs that are settled, in the order of the jobs.
  var settled: [JobRecord] {
    state.withLock { state in
      state.entries.compactMap { entry in
        if case .settled(let record) = entry.place { record } else { nil }
      }
    }
  }

  /// All jobs of the run.
  var sources: [JobSource] { state.withLock { $0.entries.map(\.source) } }

  private func change(_ body: (inout State) -> Void) {
    state.withLock { body(&$0) }
    bell.ring()
  }
}

extension JobBoard {
  private static func isDue(_ index: Int, _ now: Double, _ state: State) -> Bool {
    if case .held(_, let until) = state.entries[index].place { now >= until } else { false }
  }

  private static func move(_ index: Int, to place: Place, _ state: inout State) {
    state.counts.add(state.entries[index].place, -1)
    state.counts.add(place, 1)
    if case .held = place { state.held.insert(index) } else { state.held.remove(index) }
    state.entries[index].place = place
  }

  private static func makeReady(_ index: Int, _ job: PreparedJob, _ state: inout State) {
    move(index, to: .ready(job), &state)
    state.ready.append(index)
  }

  private static func follow(_ index: Int, _ leader: Int, _ job: PreparedJob, _ state: inout State) {
    guard case .settled(let record) = state.entries[leader].place else {
      move(index, to: .following(leader: leader, job), &state)
      state.followers[leader, default: []].append(index)
      return
    }
    var job = job
    if record.state.isShared {
      job.work = .share(record.id)
    } else if let key = job.key {
      state.leaders[key] = index
    }
    makeReady(index, job, &state)
  }

  /// The followers of a job that has an answer share it; otherwise the first of them is worked on instead.
  private static func settle(_ index: Int, _ record: JobRecord, _ state: inout State) {
    move(index, to: .settled(record), &state)
    releaseFollowers(of: index, &state)
    if state.entries[index].isStale { readAgain(index, &state) }
  }

  private static func readAgain(_ index: Int, _ state: inout State) {
    state.entries[index].isStale = false
    forgetKey(of: index, &state)
    move(index, to: .waiting, &state)
    state.firstWaiting = min(state.firstWaiting, index)
  }

  private static func releaseFollowers(of index: Int, _ state: inout State) {
    for follower in state.followers.removeValue(forKey: index) ?? [] {
      guard case .following(_, let job) = state.entries[follower].place else { continue }
      let leader = job.key.flatMap { state.leaders[$0] } ?? index
      if leader == follower { makeReady(follower, job, &state) } else { follow(follower, leader, job, &state) }
    }
  }

  /// A job whose problem is read again leads no other.
  private static func forgetKey(of index: Int, _ state: inout State) {
    for (key, leader) in state.leaders where leader == index { state.leaders[key] = nil }
    for follower in state.followers.removeValue(forKey: index) ?? [] {
      move(follower, to: .waiting, &state)
      state.firstWaiting = min(state.firstWaiting, follower)
    }
  }
}
