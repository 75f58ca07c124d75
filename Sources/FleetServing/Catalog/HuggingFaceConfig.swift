import FleetJSON

/// What a `config.json` does not say about the model that it describes.
public struct HuggingFaceOrigin: Sendable, Hashable {
  /// Repository on huggingface.co, `meta-llama/Llama-3.1-8B`; it becomes an alias and the address of the source.
  public var repository: String?
  /// Name for people; where `nil`, the last part of the repository or else the id.
  public var name: String?
  /// Further names of the model.
  public var aliases: [String]
  /// ISO date on which the file was consulted.
  public var date: String

  public init(repository: String? = nil, name: String? = nil, aliases: [String] = [], date: String) {
    self.repository = repository
    self.name = name
    self.aliases = aliases
    self.date = date
  }
}

/// A model read from a `config.json`.
public struct ImportedModel: Sendable, Hashable {
  /// The model with its provenance; `model.encoded()` is its catalog file.
  public var model: LanguageModel
  /// What was not in the file and was taken from the defaults of the model class, in words.
  public var notes: [String]
}

/// Reads the `config.json` that Hugging Face repositories carry.
///
/// Only the text decoder is read; in multimodal configurations that is the nested `text_config`. Keys that do not concern
/// the sizes of the model are ignored. Where a key may be absent, the default of the model's configuration class in the
/// Transformers library applies and is noted.
public enum HuggingFaceConfig {
  /// Every `model_type` that can be read, sorted.
  public static var supportedModelTypes: [String] { HuggingFaceFamily.all.flatMap(\.modelTypes).sorted() }

  /// The model that a `config.json` describes.
  /// - Parameters:
  ///   - bytes: The file.
  ///   - source: Name of the file in faults.
  ///   - id: Id of the model; where `nil`, the last part of the repository, or else of `_name_or_path`, in lower case.
  ///   - origin: What the file does not say.
  /// - Throws: Every fault: broken JSON, an unsupported model type (the message lists those that are supported), missing
  ///   and wrong keys, sizes that contradict each other, features whose memory cannot be described.
  public static func model(
    fromConfig bytes: [UInt8], source: String, id: String?, origin: HuggingFaceOrigin
  ) throws(Faults) -> ImportedModel {
    try JSONParser.decode(bytes, source: source) { model(from: $0, id: id, origin: origin) }
  }

  private static func model(from reader: JSONReader, id: String?, origin: HuggingFaceOrigin) -> ImportedModel? {
    guard let root = reader.dictionary("a Hugging Face configuration"),
      let fields = HuggingFaceFields(root: root), let family = HuggingFaceFamily(of: fields)
    else { return nil }
    let path = origin.repository ?? root.optionalString("_name_or_path")
    let lastPart = path?.split(separator: "/").last.map(String.init)
    let chosen = id ?? lastPart?.lowercased()
    if chosen == nil {
      reader.fault("the file names no model", hint: "give an id")
    }
    let model = family.model(from: fields, id: chosen ?? "", name: origin.name ?? lastPart ?? chosen ?? "")
    guard var model, let chosen else { return nil }
    model.aliases = aliases(of: origin, id: chosen)
    model.provenance = provenance(of: origin, model: model, notes: fields.notes)
    return ImportedModel(model: model, notes: fields.notes.all)
  }

  private static func aliases(of origin: HuggingFaceOrigin, id: String) -> [String] {
    var aliases: [String] = []
    for alias in [origin.repository].compactMap({ $0 }) + origin.aliases
    where alias.lowercased() != id.lowercased() && !aliases.contains(alias) {
      aliases.append(alias)
    }
    return aliases
  }

  private static func provenance(
    of origin: HuggingFaceOrigin, model: LanguageModel, notes: HuggingFaceNotes
  ) -> ProvenanceTable {
    let title = origin.repository.map { "\($0), config.json" } ?? "config.json"
    let url = origin.repository.map { "https://huggingface.co/\($0)/blob/main/config.json" }
    let note = notes.all.isEmpty ? nil : notes.all.joined(separator: "; ")
    var entries = ["/architecture": ProvenanceEntry(source: "config", kind: .published, note: note)]
    if model.nativeBytesPerWeight != nil {
      entries["/native_bytes_per_weight"] = ProvenanceEntry(
        source: "config", kind: .published, note: "from the group size of the quantisation, with 16-bit scales")
    }
    for (pointer, grounds) in notes.assumptions {
      entries[pointer] = ProvenanceEntry(source: "config", kind: .assumed, note: grounds)
    }
    return ProvenanceTable(
      sources: [ProvenanceSource(id: "config", title: title, url: url, date: origin.date)], entries: entries)
  }
}
