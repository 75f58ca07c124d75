import FleetJSON

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that a command will write at its end; checked before the work starts, written whole or not at all.
struct OutputFile {
  let path: String

  /// Throws when the file could not be written: no such folder, no permission, a folder of that name, or an input of the
  /// same command.
  init(checking path: String, inputs: [String] = []) throws {
    self.path = path
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    if path.isEmpty { throw Self.failure(path, "the path is empty") }
    if Terminal.isFolder(path) || path.hasSuffix("/") { throw Self.failure(path, "it is a folder") }
    if !Terminal.isFolder(folder) { throw Self.failure(path, "the folder \(folder) does not exist") }
    let isNew = access(path, F_OK) != 0
    if isNew || Terminal.isRegularFile(path) {
      if access(folder, W_OK | X_OK) != 0 { throw Self.failure(path, "the folder \(folder) is not writable") }
    } else if access(path, W_OK) != 0 {
      throw Self.failure(path, "permission denied")
    }
    if let input = inputs.first(where: { Self.isSame($0, path) }) {
      throw Self.failure(path, "\(input) is read by the same command")
    }
  }

  init?(checking path: String?, inputs: [String] = []) throws {
    guard let path else { return nil }
    try self.init(checking: path, inputs: inputs)
  }

  func write(_ text: String) throws {
    do {
      try AtomicFile.write(text, to: path)
    } catch {
      throw CommandFailure(error)
    }
  }

  /// Throws when two outputs are one file.
  static func checkDistinct(_ files: [OutputFile?]) throws {
    let paths = files.compactMap { $0?.path }.filter { !$0.hasPrefix("/dev/") }
    for (index, path) in paths.enumerated() where paths[..<index].contains(where: { isSame($0, path) }) {
      throw failure(path, "two outputs have this name")
    }
  }

  private static func isSame(_ first: String, _ second: String) -> Bool {
    if first == second { return true }
    guard let a = realpath(first, nil) else { return false }
    defer { free(a) }
    guard let b = realpath(second, nil) else { return false }
    defer { free(b) }
    return strcmp(a, b) == 0
  }

  private static func failure(_ path: String, _ reason: String) -> CommandFailure {
    CommandFailure(FileFailure(path: path, reason: reason))
  }
}
