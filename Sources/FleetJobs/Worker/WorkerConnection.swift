import FleetJSON

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// One worker process as its runner sees it: started when there is something to do, started anew when it has died. Used by
/// one thread.
struct WorkerConnection {
  private let command: [String]
  private let environment: [String: String]
  private var process: ChildProcess?
  /// What the process wrote and was not a whole line yet.
  private var pending: [UInt8] = []

  /// How a request ended.
  enum Outcome {
    case answer(WorkerAnswer)
    /// The process ended by itself: how.
    case died(String)
    /// The process did not answer in time and was killed.
    case timedOut
    /// `isUnwanted` said so; the process was killed.
    case unwanted
  }

  /// Times of a request on the monotonic clock [s].
  struct Deadlines {
    /// When the search is asked to end with what it has.
    var soft: Double
    /// When the process is killed.
    var hard: Double
  }

  /// Longest time between two looks at `isUnwanted` [s].
  private static let lookSeconds = 0.1

  /// - Parameter memoryLimitMebibytes: Address space of the process, which it is told to keep to.
  init(command: [String], memoryLimitMebibytes: Int? = nil) {
    // A crash is for the log of a job, not for a debugger's report of many seconds.
    var environment = ["SWIFT_BACKTRACE": "enable=no"]
    var command = command
    if let memoryLimitMebibytes {
      command += ["--memory-limit-mb", String(memoryLimitMebibytes)]
      // Each arena of the allocator reserves address space that nobody uses.
      environment["MALLOC_ARENA_MAX"] = "2"
    }
    self.command = command
    self.environment = environment
  }

  /// Sends a request and waits for its answer.
  /// - Parameter log: Receives what the process writes to its error stream meanwhile.
  mutating func solve(
    _ request: WorkerRequest, deadlines: Deadlines, log: inout JobLog, isUnwanted: () -> Bool
  ) throws(ChildProcess.Failure) -> Outcome {
    var worker = try started()
    if !Self.write(request.encoded().encoded(pretty: false), to: worker.input) {
      // It died between two jobs: not this job's doing.
      end(&log)
      worker = try started()
      if !Self.write(request.encoded().encoded(pretty: false), to: worker.input) { return .died(end(&log)) }
    }
    var isAskedToEnd = false
    while true {
      if let line = takeLine() {
        guard let answer = try? WorkerAnswer(json: line), answer.id == request.id else {
          log.append(
            "the worker wrote what is no answer: \(printable(String(decoding: line.prefix(200), as: UTF8.self)))\n")
          continue
        }
        drainErrors(worker, into: &log)
        return .answer(answer)
      }
      let now = MonotonicClock.seconds()
      if isUnwanted() {
        stop(&log)
        return .unwanted
      }
      if now >= deadlines.hard {
        stop(&log)
        return .timedOut
      }
      if !isAskedToEnd, now >= deadlines.soft {
        isAskedToEnd = true
        _ = Self.write(WorkerRequest.endSearch.encoded(pretty: false), to: worker.input)
      }
      let next = isAskedToEnd ? deadlines.hard : deadlines.soft
      if !receive(worker, &log, seconds: min(Self.lookSeconds, max(0.001, next - now))) { return .died(end(&log)) }
    }
  }

  /// Kills the process, if there is one.
  mutating func stop(_ log: inout JobLog) {
    guard let process else { return }
    drainErrors(process, into: &log)
    process.kill()
    forget()
  }

  /// Lets an idle process go.
  mutating func close() {
    process?.kill()
    forget()
  }

  private mutating func started() throws(ChildProcess.Failure) -> ChildProcess {
    if let process { return process }
    let process = try ChildProcess(command, environment: environment)
    self.process = process
    return process
  }

  /// Waits for a process whose output has ended, and says how it did.
  @discardableResult
  private mutating func end(_ log: inout JobLog) -> String {
    guard let process else { return "no process" }
    drainErrors(process, into: &log)
    let how = process.reapOrKill()
    forget()
    return how
  }

  private mutating func forget() {
    process = nil
    pending = []
  }

  private mutating func takeLine() -> [UInt8]? {
    guard let end = pending.firstIndex(of: 0x0A) else { return nil }
    let line = Array(pending[..<end])
    pending.removeSubrange(...end)
    return line
  }

  /// Waits for output of the process and takes it.
  /// - Returns: Whether its output goes on.
  private mutating func receive(_ worker: ChildProcess, _ log: inout JobLog, seconds: Double) -> Bool {
    var polled = [
      pollfd(fd: worker.output, events: Int16(POLLIN), revents: 0),
      pollfd(fd: worker.errors, events: Int16(POLLIN), revents: 0),
    ]
    guard poll(&polled, nfds_t(polled.count), Int32((seconds * 1000).rounded(.up))) > 0 else { return true }
    if polled[1].revents & Int16(POLLIN) != 0, let bytes = Self.read(worker.errors) { log.append(bytes) }
    guard polled[0].revents != 0 else {
      // Only the error stream has ended: nothing to wait for there.
      if polled[1].revents & Int16(POLLIN) == 0 { usleep(10_000) }
      return true
    }
    guard let bytes = Self.read(worker.output), !bytes.isEmpty else { return false }
    pending.append(contentsOf: bytes)
    return true
  }

  /// Takes what the process has written to its error stream so far.
  private func drainErrors(_ worker: ChildProcess, into log: inout JobLog) {
    while true {
      var polled = pollfd(fd: worker.errors, events: Int16(POLLIN), revents: 0)
      guard poll(&polled, 1, 0) > 0, polled.revents & Int16(POLLIN) != 0, let bytes = Self.read(worker.errors),
        !bytes.isEmpty
      else { return }
      log.append(bytes)
    }
  }

  private static func read(_ descriptor: Int32) -> [UInt8]? {
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    let count = chunk.withUnsafeMutableBytes { systemRead(descriptor, $0.baseAddress, $0.count) }
    return count < 0 ? nil : Array(chunk[..<count])
  }

  private static func write(_ text: String, to descriptor: Int32) -> Bool {
    let bytes = Array(text.utf8)
    var position = 0
    while position < bytes.count {
      let count = bytes.withUnsafeBytes {
        systemWrite(descriptor, $0.baseAddress.map { $0 + position }, $0.count - position)
      }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return false }
      position += count
    }
    return true
  }
}

private func systemRead(_ descriptor: Int32, _ target: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(descriptor, target, count)
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
