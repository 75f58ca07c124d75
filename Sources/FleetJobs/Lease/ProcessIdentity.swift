#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A process that no other process on any machine is taken for: a process id alone is used again.
struct ProcessIdentity: Hashable, Sendable {
  /// Name of the machine, for messages.
  var host: String
  /// Changes with every start of the machine; empty where the system does not say.
  var bootID: String
  /// The process ids of one namespace (one container) mean nothing in another.
  var namespace: String
  var pid: Int
  /// When the process started, in the system's ticks since the machine did.
  var startTicks: Int

  /// This process.
  static let current = ProcessIdentity(
    host: hostName(), bootID: line(of: "/proc/sys/kernel/random/boot_id"),
    namespace: linkTarget("/proc/self/ns/pid"), pid: Int(getpid()),
    startTicks: Stat(ofProcess: Int(getpid()))?.startTicks ?? 0)

  /// Whether the process still runs; `nil` when this machine cannot know.
  func isAlive() -> Bool? {
    let own = ProcessIdentity.current
    guard !bootID.isEmpty, bootID == own.bootID, namespace == own.namespace else { return nil }
    guard let stat = Stat(ofProcess: pid) else { return false }
    return stat.startTicks == startTicks && !stat.isDead
  }

  /// What `/proc/<pid>/stat` says, see proc(5).
  private struct Stat {
    var startTicks: Int
    /// Ended, though its parent has not been told yet.
    var isDead: Bool

    init?(ofProcess pid: Int) {
      guard let bytes = FolderFiles.read("/proc/\(pid)/stat") else { return nil }
      // The second field is the name in parentheses and may hold anything; the state is the third, the start the 22nd.
      guard let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
      let fields = bytes[(end + 1)...].split(separator: UInt8(ascii: " "))
      guard fields.count > 19, let ticks = Int(String(decoding: fields[19], as: UTF8.self)) else { return nil }
      startTicks = ticks
      isDead = fields[0].elementsEqual("Z".utf8) || fields[0].elementsEqual("X".utf8)
    }
  }

  private static func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    return gethostname(&name, name.count - 1) == 0 ? text(name[...]) : "unknown"
  }

  private static func text(_ characters: ArraySlice<CChar>) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func line(of path: String) -> String {
    String(decoding: (FolderFiles.read(path) ?? []).prefix { $0 != 0x0A }, as: UTF8.self)
  }

  private static func linkTarget(_ path: String) -> String {
    var target = [CChar](repeating: 0, count: 256)
    let count = readlink(path, &target, target.count)
    return count > 0 ? text(target.prefix(count)) : ""
  }
}

/// Time that only goes forwards, whatever happens to the date [s].
enum MonotonicClock {
  static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
