#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Catalog {
  /// The folder of the catalog: the one asked for, else the environment variable `FLEETPLAN_MODELS`, else `models` in the
  /// working directory, else `models` beside the executable or in a folder above it.
  ///
  /// The first two are taken as they are, so that a wrong path is reported; the others must hold `accelerators` and
  /// `llms`.
  /// - Parameters:
  ///   - asked: The path given by the user, or `nil`.
  ///   - environment: Value of `FLEETPLAN_MODELS`, by default that of the process.
  ///   - executable: Path of the running program, by default that of the process.
  /// - Returns: `nil` when there is none.
  public static func defaultDirectory(
    asked: String? = nil, environment: String? = environmentDirectory, executable: String? = executablePath
  ) -> String? {
    if let asked { return asked }
    if let environment, !environment.isEmpty { return environment }
    if holdsCatalog("models") { return "models" }
    var folder = executable ?? ""
    while let slash = folder.utf8.lastIndex(of: UInt8(ascii: "/")) {
      folder = String(folder[..<slash])
      for candidate in ["\(folder)/models", "\(folder)/share/fleetplan/models"] where holdsCatalog(candidate) {
        return candidate
      }
    }
    return nil
  }

  /// Value of `FLEETPLAN_MODELS`.
  public static var environmentDirectory: String? {
    getenv("FLEETPLAN_MODELS").map { String(cString: $0) }
  }

  /// Resolved path of the running program.
  public static var executablePath: String? {
    #if canImport(Darwin)
      guard let argument = CommandLine.arguments.first, let real = realpath(argument, nil) else { return nil }
    #else
      guard let real = realpath("/proc/self/exe", nil) else { return nil }
    #endif
    defer { free(real) }
    return String(cString: real)
  }

  private static func holdsCatalog(_ directory: String) -> Bool {
    isFolder("\(directory)/accelerators") && isFolder("\(directory)/llms")
  }
}

private func isFolder(_ path: String) -> Bool {
  guard let stream = opendir(path) else { return false }
  closedir(stream)
  return true
}

/// The names of the entries of a folder, sorted; `nil` when it cannot be read.
func fileNames(inDirectory path: String) -> [String]? {
  guard let stream = opendir(path) else { return nil }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
        String(cString: $0)
      }
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names.sorted()
}
