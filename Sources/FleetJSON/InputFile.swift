#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads whole input files, bounded in size.
public enum InputFile {
  /// Reads the file at `path`; also a pipe, up to its end.
  /// - Throws: One fault that says whether the file is missing, a folder, unreadable or larger than `maximumBytes`.
  public static func read(path: String, maximumBytes: Int = 64 << 20) throws(Faults) -> [UInt8] {
    precondition(maximumBytes >= 0, "maximumBytes must not be negative")
    do throws(Fault) {
      return try contents(of: path, maximumBytes: maximumBytes)
    } catch {
      throw Faults(source: path, all: [error])
    }
  }

  private static func contents(of path: String, maximumBytes: Int) throws(Fault) -> [UInt8] {
    guard isUsablePath(path) else {
      throw Fault(path: "", message: "expected the path of a file, found \(quoted(path))")
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(errno) }
    defer { close(descriptor) }
    guard let status = FileStatus(descriptor: descriptor) else { throw failure(errno) }
    if status.isFolder { throw Fault(path: "", message: "expected a file, found a folder") }
    if status.isRegular, status.size > maximumBytes { throw tooLarge(status.size, maximumBytes: maximumBytes) }

    var bytes: [UInt8] = []
    if status.isRegular { bytes.reserveCapacity(status.size) }
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    defer { chunk.deallocate() }
    while true {
      let count = readChunk(descriptor, into: chunk)
      if count == 0 { return bytes }
      if count < 0 { throw failure(errno) }
      if bytes.count + count > maximumBytes { throw tooLarge(nil, maximumBytes: maximumBytes) }
      bytes.append(contentsOf: chunk[..<count])
    }
  }

  private static func failure(_ code: Int32) -> Fault {
    switch code {
    case ENOENT: Fault(path: "", message: "the file does not exist")
    case EACCES, EPERM: Fault(path: "", message: "the file cannot be read: permission denied")
    default: Fault(path: "", message: "the file cannot be read: \(systemReason(code))")
    }
  }

  static func tooLarge(_ size: Int?, maximumBytes: Int) -> Fault {
    Fault(path: "", message: "expected at most \(maximumBytes) bytes, found \(size.map(String.init) ?? "more")")
  }
}
