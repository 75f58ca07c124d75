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

  func write(_ text: String) throws { try write(Array(text.utf8)) }

  func write(_ bytes: [UInt8]) throws {
    do {
      try AtomicFile.write(bytes, to: path)
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
    first == second || resolved(first) == resolved(second)
  }

  /// The path without symbolic links; of a file that is not there yet, its folder so and its name.
  private static func resolved(_ path: String) -> String {
    if let real = realPath(path) { return real }
    guard let slash = path.lastIndex(of: "/") else { return (realPath(".") ?? ".") + "/" + path }
    let folder = slash == path.startIndex ? "/" : String(path[..<slash])
    return (realPath(folder) ?? folder) + "/" + path[path.index(after: slash)...]
  }

  private static func realPath(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  private static func failure(_ path: String, _ reason: String) -> CommandFailure {
    CommandFailure(FileFailure(path: path, reason: reason))
  }
}
