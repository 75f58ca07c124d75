#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file could not be written.
public struct FileFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The path that was to be written.
  public var path: String
  /// Why it could not be.
  public var reason: String

  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  public var description: String { "\(printable(path)): cannot be written: \(reason)" }
}

/// Writes whole files so that a reader sees either the old content or the new, never a part.
public enum AtomicFile {
  /// Writes `text` in UTF-8; see `write(_:to:)` for bytes.
  public static func write(_ text: String, to path: String, flushes: Bool = true) throws(FileFailure) {
    try write(Array(text.utf8), to: path, flushes: flushes)
  }

  /// Writes `bytes` to a temporary file in the folder of `path`, flushes it to the disk and renames it to `path`.
  ///
  /// An existing file keeps its permissions; a symbolic link is followed. On failure the old file is left as it was and the
  /// temporary file is removed. A device or a pipe, which has no content to keep, is written directly.
  /// - Parameter flushes: Whether the file survives a loss of power from here on. Without it a reader still sees the old or
  ///   the new content while the machine runs; for files that can be made again.
  public static func write(_ bytes: [UInt8], to path: String, flushes: Bool = true) throws(FileFailure) {
    do throws(SystemFailure) {
      guard isUsablePath(path) else { throw SystemFailure(code: EINVAL) }
      let existing = FileStatus(path: path)
      if let existing, existing.isFolder { throw SystemFailure(code: EISDIR) }
      if let existing, !existing.isRegular { return try writeDirectly(bytes, to: path) }
      try replace(
        existing == nil ? path : resolved(path), with: bytes, permissions: existing?.permissions, flushes: flushes)
    } catch {
      throw FileFailure(path: path, reason: systemReason(error.code))
    }
  }

  /// Writes a file that must not exist yet: of any number of writers exactly one succeeds, and readers see its whole content.
  /// - Returns: Whether the file is new; `false` leaves the existing one as it is.
  public static func create(_ bytes: [UInt8], at path: String) throws(FileFailure) -> Bool {
    do throws(SystemFailure) {
      guard isUsablePath(path) else { throw SystemFailure(code: EINVAL) }
      for _ in 0..<sweptAttempts {
        if let isNew = try createOnce(bytes, at: path) { return isNew }
      }
      throw SystemFailure(code: ENOENT)
    } catch {
      throw FileFailure(path: path, reason: systemReason(error.code))
    }
  }

  /// How often a temporary file may be swept away by somebody else before its writer gives up.
  private static let sweptAttempts = 4

  /// - Returns: `nil` when the temporary file was gone before it could be put in place.
  private static func createOnce(_ bytes: [UInt8], at path: String) throws(SystemFailure) -> Bool? {
    let (descriptor, temporary) = try openTemporary(in: folder(of: path))
    defer { unlink(temporary) }
    do throws(SystemFailure) {
      try writeAll(bytes, to: descriptor)
    } catch {
      close(descriptor)
      throw error
    }
    try check(close(descriptor))
    if link(temporary, path) == 0 { return true }
    switch errno {
    case EEXIST: return false
    case ENOENT: return nil
    case EPERM, EOPNOTSUPP, ENOSYS, EMLINK: return try createDirectly(bytes, at: path)
    default: throw SystemFailure(code: errno)
    }
  }

  /// For file systems without hard links: a reader may see an empty file for a moment.
  private static func createDirectly(_ bytes: [UInt8], at path: String) throws(SystemFailure) -> Bool {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    if descriptor < 0, errno == EEXIST { return false }
    guard descriptor >= 0 else { throw SystemFailure(code: errno) }
    defer { close(descriptor) }
    try writeAll(bytes, to: descriptor)
    return true
  }

  /// Whether a file of this name is the temporary file of a write that may have been killed.
  public static func isTemporary(name: String) -> Bool {
    name.hasPrefix(temporaryPrefix) && name.hasSuffix(".tmp")
  }

  private static let temporaryPrefix = ".fleetplan-"

  struct SystemFailure: Error {
    var code: Int32
  }

  private static func writeDirectly(_ bytes: [UInt8], to path: String) throws(SystemFailure) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemFailure(code: errno) }
    defer { close(descriptor) }
    try writeAll(bytes, to: descriptor)
  }

  private static func replace(
    _ path: String, with bytes: [UInt8], permissions: mode_t?, flushes: Bool
  ) throws(SystemFailure) {
    let folder = folder(of: path)
    let (descriptor, temporary) = try openTemporary(in: folder)
    do throws(SystemFailure) {
      do throws(SystemFailure) {
        if let permissions { try check(fchmod(descriptor, permissions)) }
        try writeAll(bytes, to: descriptor)
        if flushes { try check(fsync(descriptor)) }
      } catch {
        close(descriptor)
        throw error
      }
      try check(close(descriptor))
      try check(rename(temporary, path))
    } catch {
      unlink(temporary)
      throw error
    }
    if flushes { flush(folder: folder) }
  }

  /// A new file in `folder` under a name that no file had.
  static func openTemporary(in folder: String) throws(SystemFailure) -> (descriptor: Int32, path: String) {
    while true {
      let number = UInt64.random(in: UInt64.min...UInt64.max)
      let path = "\(folder)/\(temporaryPrefix)\(String(number, radix: 36)).tmp"
      let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return (descriptor, path) }
      if errno != EEXIST { throw SystemFailure(code: errno) }
    }
  }

  static func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(SystemFailure) {
    let code: Int32 = bytes.withUnsafeBytes { buffer in
      var position = 0
      while position < buffer.count {
        let count = writeChunk(descriptor, UnsafeRawBufferPointer(rebasing: buffer[position...]))
        if count < 0 { return errno }
        position += count
      }
      return 0
    }
    if code != 0 { throw SystemFailure(code: code) }
  }

  static func check(_ result: Int32) throws(SystemFailure) {
    if result != 0 { throw SystemFailure(code: errno) }
  }

  /// The file that `path` leads to through symbolic links.
  static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/." : String(path[..<slash])
  }

  /// Makes the rename durable where the file system can; the file is complete either way.
  static func flush(folder: String) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0 { return }
    fsync(descriptor)
    close(descriptor)
  }
}
