import FleetJSON

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Plain system calls on folders and small files, quick enough for tens of thousands of them.
enum FolderFiles {
  /// Makes a folder and those above it that are missing.
  static func make(_ path: String) throws(FileFailure) {
    if mkdir(path, 0o777) == 0 { return }
    let code = errno
    if code == EEXIST || code == EISDIR || code == EROFS || code == EACCES, isFolder(path) { return }
    if code == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
      try make(String(path[..<slash]))
      if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
      throw FileFailure(path: path, reason: reason(errno))
    }
    throw FileFailure(path: path, reason: reason(code))
  }

  /// Names in a folder without `.` and `..`, in no order; `nil` when it cannot be read.
  static func names(in path: String) -> [String]? {
    guard let folder = opendir(path) else { return nil }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether it is a pipe, a socket or a device: opening one may wait for ever.
  static func isSpecial(_ path: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0 else { return false }
    return status.st_mode & S_IFMT != S_IFDIR && status.st_mode & S_IFMT != S_IFREG
  }

  /// Device and number of a folder: what it is, by whatever path; `nil` when it cannot be looked at.
  static func identity(_ path: String) -> [UInt64]? {
    var status = stat()
    return stat(path, &status) == 0 ? [UInt64(status.st_dev), UInt64(status.st_ino)] : nil
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// The content of a small file, `nil` when it cannot be read.
  static func read(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    while true {
      let known = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: max(4096, known)))
      let count = bytes.withUnsafeMutableBytes { buffer in
        readAll(descriptor, into: UnsafeMutableRawBufferPointer(rebasing: buffer[known...]))
      }
      guard let count else { return nil }
      let isFull = known + count == bytes.count
      bytes.removeLast(bytes.count - known - count)
      if !isFull { return bytes }
    }
  }

  /// Fills `buffer` up to the end of the file.
  private static func readAll(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    var total = 0
    while total < buffer.count {
      let count = systemRead(descriptor, buffer.baseAddress.map { $0 + total }, buffer.count - total)
      if count < 0, errno == EINTR { continue }
      if count < 0 { return nil }
      if count == 0 { break }
      total += count
    }
    return total
  }

  /// Removes a file; one that is not there is no error.
  static func remove(_ path: String) throws(FileFailure) {
    if unlink(path) == 0 || errno == ENOENT { return }
    throw FileFailure(path: path, reason: reason(errno))
  }

  /// Removes temporary files that nobody has touched for `seconds`: their writers were killed.
  static func sweep(_ path: String, olderThan seconds: Int) {
    for name in names(in: path) ?? [] where AtomicFile.isTemporary(name: name) {
      var status = stat()
      guard stat("\(path)/\(name)", &status) == 0 else { continue }
      if time(nil) - modificationSeconds(status) >= seconds { unlink("\(path)/\(name)") }
    }
  }

  static func reason(_ code: Int32) -> String {
    switch code {
    case ENOENT: "no such file or folder"
    case EACCES, EPERM: "permission denied"
    case ENOTDIR: "a part of the path is not a folder"
    case ENOSPC: "no space left on the device"
    case EROFS: "the file system is read-only"
    case EEXIST: "a file of this name is in the way"
    default: strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }
  }

  /// Paths that match a pattern with `*`, `?` and `[…]`, sorted.
  static func matches(_ pattern: String) -> [String] {
    var result = glob_t()
    defer { globfree(&result) }
    guard glob(pattern, 0, nil, &result) == 0 else { return [] }
    return (0..<Int(result.gl_pathc)).compactMap { index in result.gl_pathv[index].map { String(cString: $0) } }
  }

  /// The path without symbolic links and relative parts; as it is when it does not exist.
  static func absolute(_ path: String) -> String {
    if let real = realpath(path, nil) {
      defer { free(real) }
      return String(cString: real)
    }
    if path.hasPrefix("/") { return path }
    guard let folder = realpath(".", nil) else { return path }
    defer { free(folder) }
    return String(cString: folder) + "/" + path
  }
}

private func systemRead(_ descriptor: Int32, _ target: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(descriptor, target, count)
}

private func modificationSeconds(_ status: stat) -> Int {
  #if canImport(Darwin)
    status.st_mtimespec.tv_sec
  #else
    status.st_mtim.tv_sec
  #endif
}
