import FleetJSON

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The right to run one job and to write its files, held by one runner at a time.
///
/// Generation n is the file `lease.<n>`, made by exactly one process and never removed: whoever makes the next one has taken
/// the job over, and every earlier holder sees that.
struct Lease: Sendable {
  /// The job's folder.
  let folder: String
  let generation: Int
  private var content: LeaseContent

  private static let prefix = "lease."

  private static func path(_ folder: String, _ generation: Int) -> String { "\(folder)/\(prefix)\(generation)" }

  /// Whether nobody has taken over.
  var isHighest: Bool { !FolderFiles.exists(Self.path(folder, generation + 1)) }

  /// The highest generation of a job, with its content; `nil` when the job never ran.
  static func highest(in folder: String) -> (generation: Int, bytes: [UInt8])? {
    let generations = (FolderFiles.names(in: folder) ?? []).compactMap { name in
      name.hasPrefix(prefix) ? Int(name.dropFirst(prefix.count)) : nil
    }
    guard let generation = generations.max() else { return nil }
    return (generation, FolderFiles.read(path(folder, generation)) ?? [])
  }

  /// Takes the job unless somebody else has it.
  /// - Returns: `nil` when it is held, or somebody was quicker.
  static func acquire(
    in folder: String, watch: LeaseWatch, holder: ProcessIdentity = .current
  ) throws(FileFailure) -> Lease? {
    var generation = 1
    if let highest = highest(in: folder) {
      if watch.isHeld(path(folder, highest.generation), highest.bytes) { return nil }
      generation = highest.generation + 1
    }
    let content = LeaseContent(holder: holder, token: UInt64.random(in: .min ... .max))
    guard try AtomicFile.create(content.encoded(), at: path(folder, generation)) else { return nil }
    return Lease(folder: folder, generation: generation, content: content)
  }

  private init(folder: String, generation: Int, content: LeaseContent) {
    self.folder = folder
    self.generation = generation
    self.content = content
  }

  /// Gives a sign of life.
  /// - Returns: Whether the lease is still the highest.
  @discardableResult
  mutating func beat() -> Bool {
    content.beat += 1
    write()
    return isHighest
  }

  /// Leaves the job to anybody.
  mutating func release() {
    content.isReleased = true
    write()
  }

  /// Overwrites the file in place. A write that fails, as on a full disk it cannot and on a lost network it may, is a sign of
  /// life that is missing.
  private func write() {
    let descriptor = open(Self.path(folder, generation), O_WRONLY | O_CLOEXEC)
    if descriptor < 0 { return }
    defer { close(descriptor) }
    let bytes = content.encoded()
    _ = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }
}
