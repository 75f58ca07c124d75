import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that is written part by part and appears whole: the parts go to a temporary file in the same folder, which
/// takes the place of the target when the stream is closed.
///
/// A stream that is dropped without `close()` leaves the target as it was and removes the temporary file. A device or a
/// pipe is written directly. Write to one copy of the value only: copies share the file.
public struct StreamedFile: Sendable {
  private let handle: Handle
  private var buffer: [UInt8] = []
  /// The first failure; nothing is written after it.
  public private(set) var failure: FileFailure?

  private static let bufferBytes = 256 << 10

  /// Opens the temporary file.
  public init(path: String) throws(FileFailure) {
    do throws(AtomicFile.SystemFailure) {
      guard isUsablePath(path) else { throw AtomicFile.SystemFailure(code: EINVAL) }
      let existing = FileStatus(path: path)
      if let existing, existing.isFolder { throw AtomicFile.SystemFailure(code: EISDIR) }
      if let existing, !existing.isRegular {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw AtomicFile.SystemFailure(code: errno) }
        handle = Handle(descriptor: descriptor, target: path, temporary: nil)
      } else {
        let target = existing == nil ? path : AtomicFile.resolved(path)
        let (descriptor, temporary) = try AtomicFile.openTemporary(in: AtomicFile.folder(of: target))
        handle = Handle(descriptor: descriptor, target: target, temporary: temporary)
        if let existing { try AtomicFile.check(fchmod(descriptor, existing.permissions)) }
      }
    } catch {
      throw FileFailure(path: path, reason: systemReason(error.code))
    }
    buffer.reserveCapacity(Self.bufferBytes + 4096)
  }

  public mutating func write(_ text: String) {
    buffer.append(contentsOf: text.utf8)
    flushWhenFull()
  }

  public mutating func write(_ bytes: [UInt8]) {
    buffer.append(contentsOf: bytes)
    flushWhenFull()
  }

  /// Writes what is left and puts the file in place.
  /// - Throws: The first failure of the stream; the target is then as it was.
  public mutating func close() throws(FileFailure) {
    flush()
    if failure == nil, let code = handle.commit() { fail(code) }
    handle.discard()
    if let failure { throw failure }
  }

  private mutating func flushWhenFull() {
    if buffer.count >= Self.bufferBytes { flush() }
  }

  private mutating func flush() {
    if failure == nil {
      do throws(AtomicFile.SystemFailure) {
        try AtomicFile.writeAll(buffer, to: handle.descriptor)
      } catch {
        fail(error.code)
      }
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private mutating func fail(_ code: Int32) {
    failure = FileFailure(path: handle.target, reason: systemReason(code))
  }

  /// The open file. Removes the temporary file when nobody needs it any more.
  private final class Handle: Sendable {
    let descriptor: Int32
    let target: String
    let temporary: String?
    private let isOpen = Mutex(true)

    init(descriptor: Int32, target: String, temporary: String?) {
      self.descriptor = descriptor
      self.target = target
      self.temporary = temporary
    }

    deinit {
      discard()
    }

    /// Flushes to the disk and renames.
    /// - Returns: The code of a failure.
    func commit() -> Int32? {
      isOpen.withLock { isOpen in
        guard isOpen else { return EBADF }
        guard let temporary else { return nil }
        if fsync(descriptor) != 0 { return errno }
        if rename(temporary, target) != 0 { return errno }
        isOpen = false
        _ = closeDescriptor(descriptor)
        AtomicFile.flush(folder: AtomicFile.folder(of: target))
        return nil
      }
    }

    /// Closes a file that was not put in place.
    func discard() {
      isOpen.withLock { isOpen in
        guard isOpen else { return }
        isOpen = false
        _ = closeDescriptor(descriptor)
        if let temporary { unlink(temporary) }
      }
    }
  }
}

private func closeDescriptor(_ descriptor: Int32) -> Int32 {
  close(descriptor)
}
