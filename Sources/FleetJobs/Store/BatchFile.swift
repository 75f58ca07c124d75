import FleetJSON

/// What a batch was asked for: the content of `batch.json`, for people and programs that look at its output folder.
public struct BatchFile: Sendable, Hashable {
  public static let format = "fleetplan-batch/1"

  /// Folders, patterns, manifests and problem files, as the user named them.
  public var arguments: [String]
  public var options: JobOptions
  public var catalogHash: String
  /// Version of fleetplan.
  public var version: String

  public init(arguments: [String], options: JobOptions, catalogHash: String, version: String) {
    self.arguments = arguments
    self.options = options
    self.catalogHash = catalogHash
    self.version = version
  }

  public func write(to store: JobStore) throws(FileFailure) {
    let content: JSONOutput = [
      "format": .string(Self.format), "sources": .array(arguments.map { .string($0) }),
      "options": options.encoded(), "catalog_hash": .string(catalogHash), "version": .string(version),
    ]
    try AtomicFile.write(content.encoded(), to: "\(store.path)/batch.json")
  }
}
