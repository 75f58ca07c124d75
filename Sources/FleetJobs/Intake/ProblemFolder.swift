import FleetJSON

/// The problem files of a folder and of the folders in it.
struct ProblemFolder {
  /// The folder.
  var path: String
  /// A folder that is left out: where the batch writes.
  var excluded: String

  struct File: Hashable {
    var path: String
    /// Path within the folder.
    var name: String
  }

  /// What a file with the ending `.json` is.
  enum Kind: Hashable {
    case problem
    /// It says that it is something else, or nothing: in words.
    case other(String)
    /// No JSON text, or not yet.
    case unreadable(String)
  }

  /// Files whose names say that they may be problems, sorted; hidden and temporary names are left out.
  func files() throws(Faults) -> [File] {
    guard let names = FolderFiles.names(in: path) else {
      throw Faults(source: path, all: [Fault(path: "", message: "the folder cannot be read")])
    }
    var files: [File] = []
    var known: Set<[UInt64]> = FolderFiles.identity(path).map { [$0] } ?? []
    collect(names, prefix: "", depth: 0, &known, into: &files)
    return files.sorted { $0.name < $1.name }
  }

  private static let deepest = 16

  /// - Parameter known: Folders that were visited: links may lead round in circles.
  private func collect(
    _ names: [String], prefix: String, depth: Int, _ known: inout Set<[UInt64]>, into files: inout [File]
  ) {
    for name in names.sorted() where !name.hasPrefix(".") && !name.hasSuffix(".tmp") && !name.hasSuffix(".part") {
      let file = File(path: "\(path)/\(prefix)\(name)", name: prefix + name)
      if FolderFiles.isFolder(file.path) {
        guard depth < Self.deepest, FolderFiles.absolute(file.path) != excluded,
          let identity = FolderFiles.identity(file.path), known.insert(identity).inserted
        else { continue }
        collect(
          FolderFiles.names(in: file.path) ?? [], prefix: file.name + "/", depth: depth + 1, &known, into: &files)
      } else if name.hasSuffix(".json") {
        files.append(file)
      }
    }
  }

  private static let mark = Array("\"fleetplan-problem/".utf8)
  /// Where most problem files say what they are [bytes].
  private static let headBytes = 4096

  /// What a file is. One that cannot be read is taken for a problem, so that it is not passed over in silence.
  static func kind(of path: String) -> Kind {
    if FolderFiles.isSpecial(path) { return .other("it is a pipe, a socket or a device") }
    let bytes: [UInt8]
    do throws(Faults) {
      bytes = try InputFile.read(path: path)
    } catch {
      return .problem
    }
    let saysProblem = contains(bytes.prefix(headBytes), mark)
    do throws(Faults) {
      let node = try JSONParser.parse(bytes, source: path)
      if saysProblem { return .problem }
      guard case .object(let members) = node.value else { return .other("it holds \(node.summary)") }
      guard let format = members.first(where: { $0.key == "format" }) else { return .other("it states no format") }
      guard case .string(let text) = format.node.value else { return .other("its format is \(format.node.summary)") }
      return text.hasPrefix("fleetplan-problem/") ? .problem : .other("its format is \(text)")
    } catch {
      let reason = error.all.first?.description ?? "no JSON text"
      return saysProblem || contains(bytes[...], mark) ? .unreadable(reason) : .other(reason)
    }
  }

  private static func contains(_ bytes: ArraySlice<UInt8>, _ pattern: [UInt8]) -> Bool {
    guard bytes.count >= pattern.count, let first = pattern.first else { return false }
    var position = bytes.startIndex
    while let next = bytes[position...].firstIndex(of: first) {
      if bytes[next...].starts(with: pattern) { return true }
      position = next + 1
    }
    return false
  }
}
