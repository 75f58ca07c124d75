import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A child process with pipes for its three streams, in a process group of its own so that Ctrl-C does not reach it.
struct ChildProcess {
  let pid: pid_t
  /// Ends of the pipes that this process holds.
  let input: Int32
  let output: Int32
  let errors: Int32

  /// Why a process could not be started.
  struct Failure: Error {
    var reason: String
  }

  /// - Parameter environment: Variables that replace or join those of this process.
  init(_ command: [String], environment: [String: String] = [:]) throws(Failure) {
    // One at a time: until they are marked, the ends of a pipe would be inherited by another child and keep it open.
    let started: Result<ChildProcess, Failure> = Self.starting.withLock { _ in
      do throws(Failure) {
        return .success(try Self.start(command, environment))
      } catch {
        return .failure(error)
      }
    }
    self = try started.get()
  }

  private static let starting = Mutex(())

  private init(pid: pid_t, input: Int32, output: Int32, errors: Int32) {
    self.pid = pid
    self.input = input
    self.output = output
    self.errors = errors
  }

  private static func start(_ command: [String], _ environment: [String: String]) throws(Failure) -> ChildProcess {
    var pipes: [(reading: Int32, writing: Int32)] = []
    for _ in 0..<3 {
      guard let pipe = pipe() else {
        let code = errno
        for pipe in pipes { close(pipe.reading, pipe.writing) }
        throw Failure(reason: "no pipe for a worker process: \(FolderFiles.reason(code))")
      }
      pipes.append(pipe)
    }
    let (pid, code) = spawn(
      command, environment: environment, streams: [pipes[0].reading, pipes[1].writing, pipes[2].writing])
    close(pipes[0].reading, pipes[1].writing, pipes[2].writing)
    let process = ChildProcess(
      pid: pid, input: pipes[0].writing, output: pipes[1].reading, errors: pipes[2].reading)
    if code != 0 {
      close(process.input, process.output, process.errors)
      throw Failure(reason: "the worker process \(command[0]) cannot be started: \(FolderFiles.reason(code))")
    }
    return process
  }

  /// Ends the process whatever it does, and waits for it.
  func kill() {
    sendSignal(pid, SIGKILL)
    _ = reap()
  }

  /// How a process ended whose output has; one that closed its output but goes on is killed.
  func reapOrKill() -> String {
    for _ in 0..<100 {
      var information = siginfo_t()
      if waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | WNOWAIT) != 0 || Self.hasEnded(information) {
        return reap()
      }
      usleep(10_000)
    }
    kill()
    return "its output closed"
  }

  private static func hasEnded(_ information: siginfo_t) -> Bool {
    information.si_signo == SIGCHLD
  }

  /// Waits for the end of the process and says how it was: `signal 9 (Killed)`, `exit status 1`.
  func reap() -> String {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    Self.close(input, output, errors)
    let signal = status & 0x7F
    if signal == 0 { return "exit status \(status >> 8 & 0xFF)" }
    return "signal \(signal)" + (strsignal(signal).map { " (\(String(cString: $0)))" } ?? "")
  }

  /// A pipe that is not handed on to programs.
  private static func pipe() -> (Int32, Int32)? {
    var ends: [Int32] = [0, 0]
    guard systemPipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  private static func spawn(
    _ command: [String], environment: [String: String], streams: [Int32]
  ) -> (pid_t, Int32) {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    for (target, descriptor) in streams.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(target))
    }
    var defaults = sigset_t()
    sigemptyset(&defaults)
    sigaddset(&defaults, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    var mask = sigset_t()
    sigemptyset(&mask)
    posix_spawnattr_setsigmask(&attributes, &mask)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETPGROUP))

    let variables = Self.variables(with: environment)
    return withCStrings(command) { arguments in
      withCStrings(variables) { variables in
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, command[0], &actions, &attributes, arguments, variables)
        return (pid, code)
      }
    }
  }

  /// `NAME=value` of this process's environment, with changes.
  private static func variables(with changes: [String: String]) -> [String] {
    var lines: [String] = []
    var next = environ
    while let entry = next.pointee {
      let line = String(cString: entry)
      if !changes.keys.contains(where: { line.hasPrefix($0 + "=") }) { lines.append(line) }
      next += 1
    }
    return lines + changes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }

  private static func close(_ descriptors: Int32...) {
    for descriptor in descriptors { closeDescriptor(descriptor) }
  }
}

/// A null-terminated array of C strings for the time of `body`.
private func withCStrings<Result>(
  _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var pointers = texts.map { strdup($0) } + [nil]
  defer { for pointer in pointers { free(pointer) } }
  return pointers.withUnsafeMutableBufferPointer { buffer in
    guard let start = buffer.baseAddress else { preconditionFailure("the array holds its end") }
    return body(start)
  }
}

private func closeDescriptor(_ descriptor: Int32) {
  close(descriptor)
}

private func systemPipe(_ ends: inout [Int32]) -> Int32 {
  pipe(&ends)
}

private func sendSignal(_ pid: pid_t, _ number: Int32) {
  kill(pid, number)
}
