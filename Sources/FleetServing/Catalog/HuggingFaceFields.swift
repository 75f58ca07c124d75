import FleetJSON

/// What an import took from elsewhere than the file.
final class HuggingFaceNotes {
  /// Defaults of the model class, in words.
  private(set) var all: [String] = []
  /// Grounds of numbers that neither the file nor the model class states, by JSON pointer of the catalog file.
  var assumptions: [String: String] = [:]

  func add(_ note: String) {
    if !all.contains(note) { all.append(note) }
  }
}

/// The fields of the text decoder in a `config.json`, with the enclosing object for what multimodal files say there.
struct HuggingFaceFields {
  /// The whole file.
  let root: JSONObject
  /// The object with the sizes: `text_config` where there is one, else the whole file.
  let text: JSONObject
  let notes = HuggingFaceNotes()

  /// Keys under which multimodal configurations keep the text decoder.
  private static let nestedKeys = ["text_config", "language_config", "llm_config"]

  /// - Returns: `nil` after recording a fault when the nested configuration is no object.
  init?(root: JSONObject) {
    self.root = root
    guard let nested = Self.nestedKeys.lazy.compactMap({ root.optional($0) }).first else {
      text = root
      return
    }
    guard let object = nested.dictionary("the configuration of the text decoder") else { return nil }
    text = object
  }

  /// The first of `keys` that is there and not `null`.
  func present(_ keys: [String]) -> JSONReader? { keys.lazy.compactMap { text.optional($0) }.first }

  /// Whether `key` is there and not `null`.
  func has(_ key: String) -> Bool { text.optional(key) != nil }

  /// A whole number under the first of `keys` that is there; a fault naming the first key when none is.
  func integer(_ keys: String..., in range: NumberRange) -> Int? {
    if let reader = present(keys) { return reader.integer(in: range) }
    let others = keys.dropFirst().isEmpty ? "" : ", here or as \(keys.dropFirst().joined(separator: " or "))"
    return text.required(keys[0], "a whole number" + others).flatMap { $0.integer(in: range) }
  }

  /// A whole number, or `nil` where none of `keys` is there.
  func optionalInteger(_ keys: String..., in range: NumberRange) -> Int? { present(keys)?.integer(in: range) }

  /// A whole number, or the default of the model class, which is noted.
  func integer(_ keys: String..., in range: NumberRange, classDefault: Int) -> Int? {
    if let reader = present(keys) { return reader.integer(in: range) }
    notes.add("\(keys[0]) is absent: \(classDefault), the default of the model class")
    return classDefault
  }

  /// A flag in the text decoder's fields or, where absent there, in the enclosing object.
  func bool(_ key: String, default fallback: Bool) -> Bool {
    (text.optional(key) ?? root.optional(key))?.bool() ?? fallback
  }

  /// The per-layer list under `key`, cut to `layers` entries: files list the layers of multi-token prediction behind
  /// those of the decoder. A shorter list is a fault.
  func perLayer<Entry>(_ key: String, layers: Int, _ decode: (JSONReader) -> Entry?) -> [Entry]? {
    guard let reader = text.required(key, "one entry per layer"), let elements = reader.array("one entry per layer")
    else { return nil }
    if elements.count < layers {
      reader.fault("expected one entry for each of the \(layers) layers, found \(elements.count)")
      return nil
    }
    return Array(elements.prefix(layers)).allOrNil(decode)
  }

  /// Records a fault at `key`, or at the configuration where the key is absent.
  func fault(_ key: String, _ message: String, hint: String? = nil) { text.fault(key, message, hint: hint) }
}
