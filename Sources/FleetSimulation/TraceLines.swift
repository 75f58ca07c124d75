#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The lines of a file, read in parts: memory does not grow with the file.
///
/// Copies go on independently, because every copy knows its own position. Pipes have no positions and are refused.
struct TraceLines: Sendable {
  private let file: OpenFile
  private var buffer: [UInt8]
  /// Unread bytes of the buffer.
  private var start = 0
  private var end = 0
  /// Position in the file behind the buffer.
  private var position = 0
  private var isAtEnd = false
  /// Number of the line read last, from 1.
  private(set) var number = 0
  /// Whether the line read last ended with a line feed.
  private(set) var isTerminated = true

  private static let mostLineBytes = 4 << 20

  init(path: String, partBytes: Int = 1 << 20) throws(SimulationFaults) {
    precondition(partBytes > 0)
    let descriptor = path.utf8.contains(0) ? -1 : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let reason = strerror(errno).map { String(cString: $0).lowercased() } ?? "unknown reason"
      throw SimulationFaults("\(path): the trace cannot be read: \(reason)")
    }
    file = OpenFile(descriptor: descriptor, path: path)
    buffer = [UInt8](repeating: 0, count: partBytes)
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw SimulationFaults("\(path): expected a trace file, found a folder, a pipe or a device")
    }
  }

  var path: String { file.path }

  /// Calls `body` with the next line, without its line end; `nil` at the end of the file.
  mutating func next<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) throws(SimulationFaults) -> Result? {
    var searched = start
    while true {
      let found = buffer.withUnsafeBufferPointer { bytes in
        guard searched < end, let base = bytes.baseAddress,
          let hit = memchr(base + searched, 0x0A, end - searched)
        else { return -1 }
        return base.distance(to: hit.assumingMemoryBound(to: UInt8.self))
      }
      if found >= 0 {
        isTerminated = true
        return read(upTo: found, following: found + 1, body)
      }
      searched = end
      if isAtEnd {
        if start == end { return nil }
        isTerminated = false
        return read(upTo: end, following: end, body)
      }
      let shift = start
      try fill()
      searched -= shift
    }
  }

  private mutating func read<Result>(
    upTo lineEnd: Int, following: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    number += 1
    let first = start
    start = following
    return buffer.withUnsafeBufferPointer { bytes in
      let stop = lineEnd > first && bytes[lineEnd - 1] == 0x0D ? lineEnd - 1 : lineEnd
      return body(UnsafeBufferPointer(rebasing: bytes[first..<stop]))
    }
  }

  /// Moves the unread bytes to the front and reads more behind them.
  private mutating func fill() throws(SimulationFaults) {
    let kept = end - start
    if kept > Self.mostLineBytes {
      throw SimulationFaults("\(path):\(number + 1): the line is longer than \(Self.mostLineBytes) bytes")
    }
    if start > 0 {
      buffer.withUnsafeMutableBytes { bytes in
        if kept > 0, let base = bytes.baseAddress { memmove(base, base + start, kept) }
      }
    }
    start = 0
    end = kept
    if end == buffer.count { buffer.append(contentsOf: repeatElement(0, count: buffer.count)) }
    let count = buffer.withUnsafeMutableBytes { bytes in
      file.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[kept...]), at: position)
    }
    if count < 0 { throw SimulationFaults("\(path): the trace cannot be read behind line \(number)") }
    isAtEnd = count == 0
    end += count
    position += count
  }

  /// An open file that closes itself.
  private final class OpenFile: Sendable {
    let path: String
    private let descriptor: Int32

    init(descriptor: Int32, path: String) {
      self.descriptor = descriptor
      self.path = path
    }

    deinit {
      close(descriptor)
    }

    /// Bytes read; 0 at the end, -1 on failure.
    func read(into bytes: UnsafeMutableRawBufferPointer, at position: Int) -> Int {
      while true {
        let count = pread(descriptor, bytes.baseAddress, bytes.count, off_t(position))
        if count >= 0 || errno != EINTR { return count }
      }
    }
  }
}
