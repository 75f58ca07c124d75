import FleetJSON

/// What a batch is given: folders, patterns, manifests and problem files.
public struct Intake: Sendable {
  /// As the user named them.
  public var arguments: [String]
  /// Where the batch writes; never read as input.
  public var output: String
  /// Options of jobs to which a manifest gives some of their own.
  public var options: JobOptions

  public init(arguments: [String], output: String, options: JobOptions) {
    self.arguments = arguments
    self.output = output
    self.options = options
  }

  /// The jobs found, and what was passed over.
  public struct Findings: Sendable {
    public var sources: [JobSource] = []
    /// Files that are no problems, in sentences.
    public var notes: [String] = []

    public init() {}
  }

  /// The folders among the arguments, without symbolic links.
  public var folders: [String] {
    arguments.filter { FolderFiles.isFolder($0) }.map { FolderFiles.absolute($0) }
  }

  /// Looks at all arguments once.
  /// - Throws: The faults of arguments that name nothing, and of manifests.
  public func findings() throws(Faults) -> Findings {
    var findings = Findings()
    var names = JobNames()
    var known: Set<String> = []
    var faults: [Fault] = []
    for argument in arguments {
      do throws(Faults) {
        for entry in try entries(argument, &findings.notes) {
          if entry.id == nil, !known.insert(entry.path).inserted { continue }
          let id: String
          if let wanted = entry.id {
            guard names.take(wanted) else {
              faults.append(
                Fault(path: "", message: "\(argument): the id \"\(printable(wanted))\" is taken, or no safe name"))
              continue
            }
            id = wanted
          } else {
            id = names.id(for: entry.name, path: entry.path)
          }
          findings.sources.append(JobSource(path: entry.path, id: id, options: entry.options))
        }
      } catch {
        faults += error.all.map { fault in
          var fault = fault
          // All faults are told under the first argument; those of others say whose they are.
          if error.source != arguments.first { fault.message = "\(printable(error.source)): \(fault.message)" }
          return fault
        }
      }
    }
    if let argument = arguments.first, !faults.isEmpty { throw Faults(source: argument, all: faults) }
    return findings
  }

  /// A problem file before it has a name.
  struct Entry {
    var path: String
    var name: String
    var id: String?
    var options: JobOptions?
  }

  private func entries(_ argument: String, _ notes: inout [String]) throws(Faults) -> [Entry] {
    if FolderFiles.isFolder(argument) { return try folderEntries(argument, &notes) }
    if FolderFiles.isSpecial(argument) {
      throw Faults(
        source: argument,
        all: [Fault(path: "", message: "expected a file or folder, found a pipe, a socket or a device")])
    }
    if !FolderFiles.exists(argument) {
      let paths = FolderFiles.matches(argument)
      if paths.isEmpty {
        let isPattern = argument.contains { "*?[".contains($0) }
        let message = isPattern ? "no file matches the pattern" : "no such file or folder"
        throw Faults(source: argument, all: [Fault(path: "", message: message)])
      }
      var entries: [Entry] = []
      for path in paths {
        if FolderFiles.isFolder(path) {
          entries += try folderEntries(path, &notes)
        } else if FolderFiles.isSpecial(path) {
          notes.append("\(path) is passed over: it is a pipe, a socket or a device")
        } else {
          entries.append(entry(path))
        }
      }
      return entries
    }
    if argument.hasSuffix(".json"), !Manifest.isList(argument) { return [entry(argument)] }
    return try Manifest(path: argument, options: options).entries()
  }

  private func entry(_ path: String) -> Entry {
    let path = FolderFiles.absolute(path)
    return Entry(path: path, name: Self.name(path))
  }

  private func folderEntries(_ path: String, _ notes: inout [String]) throws(Faults) -> [Entry] {
    let folder = ProblemFolder(path: FolderFiles.absolute(path), excluded: FolderFiles.absolute(output))
    var entries: [Entry] = []
    for file in try folder.files() {
      if case .other(let what) = ProblemFolder.kind(of: file.path) {
        notes.append("\(file.path) is passed over: \(what)")
      } else {
        entries.append(Entry(path: file.path, name: Self.name(inFolder: file.name)))
      }
    }
    return entries
  }

  /// The path within a folder; without the file's name where that is `problem.json`.
  static func name(inFolder name: String) -> String {
    name.hasSuffix("/problem.json") ? String(name.dropLast("/problem.json".count)) : name
  }

  /// The file's name; of a file called `problem.json`, that of its folder.
  static func name(_ path: String) -> String {
    let parts = path.split(separator: "/").map(String.init)
    guard let last = parts.last else { return path }
    return last == "problem.json" && parts.count > 1 ? parts[parts.count - 2] : last
  }
}
