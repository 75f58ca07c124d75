#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why a call of the operating system failed, in words for the user.
func systemReason(_ code: Int32) -> String {
  switch code {
  case ENOENT: "no such file or folder"
  case EACCES, EPERM: "permission denied"
  case EISDIR: "it is a folder"
  case ENOTDIR: "a part of the path is not a folder"
  case ENAMETOOLONG: "the name is too long"
  case ENOSPC: "no space left on the device"
  case EROFS: "the file system is read-only"
  case ELOOP: "too many symbolic links"
  default: strerror(code).map { String(cString: $0) } ?? "error \(code)"
  }
}

/// The kind and size of a file.
struct FileStatus {
  var isFolder: Bool
  var isRegular: Bool
  var size: Int
  var permissions: mode_t

  init(_ status: stat) {
    isFolder = status.st_mode & S_IFMT == S_IFDIR
    isRegular = status.st_mode & S_IFMT == S_IFREG
    size = Int(status.st_size)
    permissions = status.st_mode & 0o7777
  }

  /// The file behind an open descriptor; nil leaves the reason in `errno`.
  init?(descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  /// The file at `path`, through symbolic links; nil leaves the reason in `errno`.
  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }
}

/// A path as the operating system can take it: not empty, without NUL.
func isUsablePath(_ path: String) -> Bool {
  !path.isEmpty && !path.utf8.contains(0)
}

/// `read`, repeated when a signal interrupts it: the bytes read, 0 at the end, or -1 with the reason in `errno`.
func readChunk(_ descriptor: Int32, into chunk: UnsafeMutableRawBufferPointer) -> Int {
  while true {
    let count = read(descriptor, chunk.baseAddress, chunk.count)
    if count >= 0 || errno != EINTR { return count }
  }
}

/// `write`, repeated when a signal interrupts it: the bytes written, or -1 with the reason in `errno`.
func writeChunk(_ descriptor: Int32, _ chunk: UnsafeRawBufferPointer) -> Int {
  while true {
    let count = write(descriptor, chunk.baseAddress, chunk.count)
    if count >= 0 || errno != EINTR { return count }
  }
}
