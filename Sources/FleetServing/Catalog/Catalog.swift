import FleetJSON

/// What is known of accelerators and language models, with the origin of every number.
///
/// Read from a folder with `accelerators/*.json`, `llms/*.json` and `latency/constants.json`. Ids, names and aliases
/// are found regardless of case and, where only one entry is meant, of separators; see `foldedSpelling(_:)`.
public struct Catalog: Sendable {
  /// Sorted by id.
  public let accelerators: [Accelerator]
  /// Sorted by id.
  public let models: [LanguageModel]
  /// Fitted constants of the latency model.
  public let latencyConstants: LatencyConstants
  /// SHA-256 over the names and contents of all files read.
  public let hash: String

  private let acceleratorIndex: SpellingIndex
  private let modelIndex: SpellingIndex

  /// A catalog built in code. Where two entries answer to one spelling, the first in the order of ids does.
  public init(
    accelerators: [Accelerator], models: [LanguageModel], latencyConstants: LatencyConstants, hash: String = ""
  ) {
    self.latencyConstants = latencyConstants
    self.accelerators = accelerators.sorted { $0.id < $1.id }
    self.models = models.sorted { $0.id < $1.id }
    self.hash = hash
    acceleratorIndex = SpellingIndex(self.accelerators.map { [$0.id] + [$0.name] + $0.aliases })
    modelIndex = SpellingIndex(self.models.map { [$0.id] + [$0.name] + $0.aliases })
  }

  /// The accelerator of this id, name or alias.
  public func accelerator(_ spelling: String) -> Accelerator? {
    acceleratorIndex[spelling].map { accelerators[$0] }
  }

  /// The language model of this id, name or alias.
  public func model(_ spelling: String) -> LanguageModel? {
    modelIndex[spelling].map { models[$0] }
  }

  /// The spelling of an accelerator that is nearest to an unknown one: an id where one is near, else an alias.
  public func nearestAccelerator(to spelling: String) -> String? {
    nearest(spelling, among: accelerators.map(\.id)) ?? nearest(spelling, among: accelerators.flatMap(\.aliases))
  }

  /// The spelling of a language model that is nearest to an unknown one: an id where one is near, else an alias.
  public func nearestModel(to spelling: String) -> String? {
    nearest(spelling, among: models.map(\.id)) ?? nearest(spelling, among: models.flatMap(\.aliases))
  }
}

/// The faults of a catalog, file by file.
public struct CatalogFaults: Error, Sendable, CustomStringConvertible {
  /// At least one, each with at least one fault, in the order of file names.
  public var files: [Faults]

  public init(files: [Faults]) {
    self.files = files
  }

  /// One fault per line, each prefixed by its file.
  public var description: String { files.map(\.description).joined(separator: "\n") }
}
