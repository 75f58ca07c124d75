import FleetJSON

/// One of n parts into which the jobs of a batch are divided by the content of their problem files, so that n machines can share
/// them without talking and identical problems stay together.
public struct Shard: Sendable, Hashable, CustomStringConvertible {
  /// From 0, below `count`.
  public let index: Int
  public let count: Int

  public init(index: Int, count: Int) {
    precondition(count >= 1 && (0..<count).contains(index), "a shard's index lies in 0..<count")
    self.index = index
    self.count = count
  }

  /// Everything: the only part of one.
  public static let whole = Shard(index: 0, count: 1)

  public var description: String { "\(index)/\(count)" }

  /// Reads `2/8`: part 2 of 8, counted from 0.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let index = Int(parts[0]), let count = Int(parts[1]), count >= 1,
      (0..<count).contains(index)
    else { return nil }
    self.init(index: index, count: count)
  }

  /// Whether what goes by this name belongs to the shard: the first 60 bits of SHA-256 of the name, modulo the number of shards.
  public func contains(_ name: String) -> Bool {
    if count == 1 { return true }
    let bits = UInt64(sha256Hex(Array(name.utf8)).prefix(15), radix: 16) ?? 0
    return bits % UInt64(count) == UInt64(index)
  }

  /// Why the environment names no shard.
  public struct EnvironmentFault: Error, Sendable, Hashable, CustomStringConvertible {
    public var description: String
  }

  /// The shard that a Slurm array task or a Kubernetes Indexed Job is.
  ///
  /// Slurm: `SLURM_ARRAY_TASK_ID` − `SLURM_ARRAY_TASK_MIN` (÷ `SLURM_ARRAY_TASK_STEP`) of `SLURM_ARRAY_TASK_COUNT`. Kubernetes:
  /// `JOB_COMPLETION_INDEX` of `JOB_COMPLETIONS`, which the manifest sets. `count` takes the place of either count.
  /// - Returns: `nil` when the environment says nothing.
  public static func from(environment: [String: String], count: Int? = nil) throws(EnvironmentFault) -> Shard? {
    let slurm = "SLURM_ARRAY_TASK_ID"
    let kubernetes = "JOB_COMPLETION_INDEX"
    if environment[slurm] != nil {
      let id = try whole(slurm, environment)
      var first = 0
      var step = 1
      if environment["SLURM_ARRAY_TASK_MIN"] != nil { first = try whole("SLURM_ARRAY_TASK_MIN", environment) }
      if environment["SLURM_ARRAY_TASK_STEP"] != nil { step = try whole("SLURM_ARRAY_TASK_STEP", environment) }
      let number = try whole("SLURM_ARRAY_TASK_COUNT", environment, given: count)
      return try shard((id - first) / max(1, step), of: number, named: slurm)
    }
    if environment[kubernetes] != nil {
      let number = try whole("JOB_COMPLETIONS", environment, given: count)
      return try shard(whole(kubernetes, environment), of: number, named: kubernetes)
    }
    return nil
  }

  private static func whole(
    _ name: String, _ environment: [String: String], given: Int? = nil
  ) throws(EnvironmentFault) -> Int {
    if let given { return given }
    guard let text = environment[name] else {
      throw EnvironmentFault(description: "the variable \(name) is missing: give the shard with --shard i/n")
    }
    guard let number = Int(text), number >= 0 else {
      throw EnvironmentFault(description: "\(name): expected a whole number, found \(printable(text))")
    }
    return number
  }

  private static func shard(_ index: Int, of count: Int, named name: String) throws(EnvironmentFault) -> Shard {
    guard count >= 1, (0..<count).contains(index) else {
      throw EnvironmentFault(
        description: "\(name) gives shard \(index) of \(count): array indices must be gapless, or give --shard i/n")
    }
    return Shard(index: index, count: count)
  }
}
