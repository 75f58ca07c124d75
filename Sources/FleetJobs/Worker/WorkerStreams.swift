#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The streams and limits of a worker's own process.
enum WorkerStreams {
  static let input = STDIN_FILENO
  static let errors = STDERR_FILENO

  /// Keeps the output for answers: whatever else is printed goes to the error stream.
  static func takeOutput() -> Int32 {
    let copy = dup(STDOUT_FILENO)
    dup2(STDERR_FILENO, STDOUT_FILENO)
    return copy
  }

  /// Ctrl-C in a terminal and the end of a cluster's time reach every process of the group; the runner decides what they mean.
  static func ignoreInterrupts() {
    for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_IGN) }
  }

  /// Bounds the address space beyond what is in use now, and leaves no core file when it is not enough.
  /// - Returns: The bound [bytes].
  static func limitMemory(mebibytes: Int) -> Int {
    let bytes = mebibytes << 20 + usedBytes()
    var space = rlimit(rlim_cur: rlim_t(bytes), rlim_max: rlim_t(bytes))
    var core = rlimit(rlim_cur: 0, rlim_max: 0)
    #if canImport(Glibc)
      setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &space)
      setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &core)
    #else
      setrlimit(RLIMIT_AS, &space)
      setrlimit(RLIMIT_CORE, &core)
    #endif
    return bytes
  }

  /// Room that a new thread's stack needs [bytes].
  private static let threadBytes = 10 << 20
  /// Looks without that room after which the process gives up, and the time between two [microseconds].
  private static let looks = 10
  private static let lookMicroseconds: UInt32 = 100_000

  /// Ends the process when it has been at its limit for a while. The thread pool waits for ever for memory that does not come.
  static func watchMemory(bytes: Int, mebibytes: Int) -> Never {
    var count = 0
    while count < looks {
      usleep(lookMicroseconds)
      count = bytes - usedBytes() < threadBytes ? count + 1 : 0
    }
    write("the memory limit of \(mebibytes) MiB is reached\n", to: errors)
    _exit(memoryStatus)
  }

  /// Exit status of a worker that reached its memory limit.
  private static let memoryStatus: Int32 = 9

  /// Address space in use: the first field of `/proc/self/statm`, in pages, see proc(5).
  private static func usedBytes() -> Int {
    let fields = (FolderFiles.read("/proc/self/statm") ?? []).split(separator: UInt8(ascii: " "))
    let pages = fields.first.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// Writes all of `text`; a reader that has gone away is noticed at the end of the input.
  static func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { buffer in
      var rest = UnsafeRawBufferPointer(buffer)
      while let start = rest.baseAddress, !rest.isEmpty {
        let count = systemWrite(descriptor, start, rest.count)
        if count < 0, errno == EINTR { continue }
        if count <= 0 { return }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
    }
  }

  /// Without running anything that a search in progress could hold up.
  static func exitAtOnce() -> Never { _exit(0) }
}

/// Lines of a stream, without their ends; a last line without one is left out.
struct LineReader {
  private let descriptor: Int32
  private var pending: [UInt8] = []

  init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// Waits for a whole line; `nil` at the end of the stream.
  mutating func next() -> [UInt8]? {
    while true {
      if let end = pending.firstIndex(of: 0x0A) {
        let line = Array(pending[..<end])
        pending.removeSubrange(...end)
        return line
      }
      var chunk = [UInt8](repeating: 0, count: 64 << 10)
      let count = chunk.withUnsafeMutableBytes { systemRead(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return nil }
      pending.append(contentsOf: chunk[..<count])
    }
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

private func systemRead(_ descriptor: Int32, _ target: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(descriptor, target, count)
}
