#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// `log.txt` of a job: what its workers wrote to their error stream, and what the runner has to say of them. Lines are added at
/// the end; a log that cannot be written is no reason to fail.
struct JobLog {
  private let descriptor: Int32
  private var recent: [UInt8] = []
  /// What is kept in memory for the state file [bytes].
  private static let recentBytes = 4096

  init(path: String) {
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
  }

  mutating func append(_ text: String) { append(Array(text.utf8)) }

  mutating func append(_ bytes: [UInt8]) {
    recent.append(contentsOf: bytes)
    if recent.count > 2 * Self.recentBytes { recent.removeFirst(recent.count - Self.recentBytes) }
    if descriptor >= 0 { _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } }
  }

  /// The last lines that were added since the log was opened.
  func lastLines(_ count: Int) -> String {
    let lines = String(decoding: recent.suffix(Self.recentBytes), as: UTF8.self).split(separator: "\n")
    return lines.suffix(count).joined(separator: "\n")
  }

  func close() {
    if descriptor >= 0 { closeDescriptor(descriptor) }
  }
}

private func closeDescriptor(_ descriptor: Int32) {
  close(descriptor)
}
