/// Watched folders: files become jobs when they are complete.
///
/// A file counts as complete when two looks in a row find the same file with the same size and dates and it reads as JSON; one
/// that does not read as JSON gets a few looks more, in case its writer pauses, and then becomes a job that fails with its
/// faults. Names that start with a dot or end with `.tmp` or `.part` are left alone, so the surest way to add a file is to write
/// it under such a name and rename it.
public struct Spool: Sendable {
  /// Files that have become complete, and those that are no problems.
  public typealias Findings = Intake.Findings

  private struct Seen: Sendable {
    var stamp: FileStamp
    /// Looks that found it unchanged.
    var looks: Int
    /// Whether it was handed out, or passed over, as it is.
    var isSettled: Bool
  }

  private let folders: [String]
  private let output: String
  private var names = JobNames()
  private var ids: [String: String] = [:]
  private var seen: [String: Seen] = [:]
  private var isUnreadable: Set<String> = []

  /// Looks that a file gets which is no JSON text yet.
  static let patience = 5

  /// - Parameter output: Where the batch writes; never read as input.
  public init(folders: [String], output: String) {
    self.folders = folders
    self.output = FolderFiles.absolute(output)
  }

  /// Looks at the folders.
  public mutating func poll() -> Findings {
    var findings = Findings()
    for path in folders {
      guard let files = try? ProblemFolder(path: path, excluded: output).files() else {
        if isUnreadable.insert(path).inserted { findings.notes.append("the folder \(path) cannot be read") }
        continue
      }
      isUnreadable.remove(path)
      for file in files { look(at: file, &findings) }
    }
    return findings
  }

  private mutating func look(at file: ProblemFolder.File, _ findings: inout Findings) {
    guard let stamp = FileStamp(path: file.path) else { return }
    guard var entry = seen[file.path], entry.stamp == stamp else {
      seen[file.path] = Seen(stamp: stamp, looks: 0, isSettled: false)
      return
    }
    if entry.isSettled { return }
    entry.looks += 1
    switch ProblemFolder.kind(of: file.path) {
    case .problem:
      findings.sources.append(source(file))
      entry.isSettled = true
    case .unreadable where entry.looks >= Self.patience:
      findings.sources.append(source(file))
      entry.isSettled = true
    case .other(let what) where entry.looks >= Self.patience:
      findings.notes.append("\(file.path) is passed over: \(what)")
      entry.isSettled = true
    case .unreadable, .other:
      break
    }
    seen[file.path] = entry
  }

  private mutating func source(_ file: ProblemFolder.File) -> JobSource {
    let id = ids[file.path] ?? names.id(for: Intake.name(inFolder: file.name), path: file.path)
    ids[file.path] = id
    return JobSource(path: file.path, id: id)
  }
}
