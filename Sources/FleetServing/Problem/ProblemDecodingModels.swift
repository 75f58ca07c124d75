import FleetJSON

extension ProblemReading {
  func readModels(_ object: JSONObject) {
    guard let reader = object.optional("models") else {
      modelsAreImplicit = true
      return
    }
    guard let elements = reader.array("an array of models", count: 1...ProblemBounds.models) else {
      models.giveUp()
      return
    }
    for element in elements {
      if element.isString {
        let id = element.identifier("the name of a model")
        models.add(id, at: element, id.flatMap { catalogModel($0, at: element) }.map { served($0, as: id ?? $0.id) })
      } else if let model = element.object("a model, or the name of one", .model) {
        let id = modelID(model)
        models.add(id, at: model, id.flatMap { servedModel(model, id: $0) })
      } else {
        models.giveUp()
      }
    }
  }

  /// The model that a class or a table names; looked up in the catalog when the problem has no `models`.
  func servedModelID(at reader: JSONReader?) -> String? {
    guard modelsAreImplicit, let reader else { return models.id(at: reader) }
    guard let id = reader.identifier("the name of a model") else { return nil }
    if !models.contains(id) {
      models.add(id, at: reader, catalogModel(id, at: reader).map { served($0, as: id) })
    }
    return models.contains(id) ? id : nil
  }

  private func modelID(_ model: JSONObject) -> String? {
    if let reader = model.optional("id") { return reader.identifier("an id") }
    if let reader = model.optional("catalog") { return reader.identifier("the name of a model") }
    return model.missingIdentifier()
  }

  private func catalogModel(_ spelling: String, at reader: JSONReader) -> LanguageModel? {
    if let found = catalog.model(spelling) { return found }
    let near = catalog.nearestModel(to: spelling).map { "did you mean \"\($0)\"?" }
    reader.fault(
      "the catalog has no model \"\(spelling)\"",
      hint: near ?? "describe it in architecture, or set measured_only for one that only capacity tables serve")
    return nil
  }

  private func served(_ model: LanguageModel, as id: String) -> ServedModel {
    ServedModel(
      id: id, architecture: model, weightPrecisions: [model.nativePrecision],
      kvPrecisions: usualKV([model.nativePrecision]))
  }

  /// What KV caches are stored in where the problem does not say: 16 bit, in the format of the weights.
  private func usualKV(_ weights: [Precision]) -> [Precision] {
    !weights.isEmpty && weights.allSatisfy { $0 == .fp16 } ? [.fp16] : [.bf16]
  }

  private func servedModel(_ object: JSONObject, id: String) -> ServedModel? {
    let weights = precisions(object, "weight_precisions")
    let kv = precisions(object, "kv_precisions")
    let measuredOnly = object.bool("measured_only", default: false)
    let longest = object.optionalInteger("max_sequence_tokens", unit: "tokens", in: .closed(1, ProblemBounds.tokens))
    let before = object.reader.faults.faults.count
    checkModelKeys(object, measuredOnly: measuredOnly)
    var architecture: LanguageModel?
    if !measuredOnly {
      architecture =
        if let reader = object.optional("architecture") {
          LanguageModel(architecture: reader, id: id, name: object.string("name", default: id), settings: object)
        } else {
          catalogModel(
            object.optionalString("catalog") ?? id, at: object.optional("catalog") ?? object["id"] ?? object.reader)
        }
      guard let architecture else { return nil }
      if let longest, longest > architecture.maximumContextTokens {
        object.fault(
          "max_sequence_tokens", "\(longest) tokens exceed the context of \(architecture.maximumContextTokens) tokens")
      }
    }
    if object.reader.faults.faults.count > before { return nil }
    let native = architecture.map { [$0.nativePrecision] } ?? []
    guard let weights, let kv else { return nil }
    let allowed = weights.isEmpty ? native : weights
    return ServedModel(
      id: id, architecture: architecture, weightPrecisions: allowed,
      kvPrecisions: kv.isEmpty ? usualKV(allowed) : kv, maximumSequenceTokens: longest)
  }

  /// Keys that exclude one another.
  private func checkModelKeys(_ object: JSONObject, measuredOnly: Bool) {
    for key in ["name", "native_precision", "native_quantization", "native_bytes_per_weight"]
    where object.optional(key) != nil && object.optional("architecture") == nil {
      object.fault(key, "\(key) belongs to a model with architecture")
    }
    if object.optional("architecture") != nil, object.optional("catalog") != nil {
      object.fault("catalog", "catalog and architecture exclude each other", hint: "remove one of them")
    }
    for key in ["architecture", "catalog"] where measuredOnly && object.optional(key) != nil {
      object.fault(key, "\(key) and measured_only exclude each other", hint: "remove one of them")
    }
  }

  /// The precisions of `key`, empty when it is absent, `nil` after a fault.
  private func precisions(_ object: JSONObject, _ key: String) -> [Precision]? {
    guard let reader = object.optional(key) else { return [] }
    guard let elements = reader.array("an array of precisions", count: 1...Precision.allCases.count) else { return nil }
    let found = elements.allOrNil { $0.precision() }
    if let found, Set(found).count < found.count {
      reader.fault("a precision is named twice")
      return nil
    }
    return found
  }
}

extension JSONReader {
  /// A precision by its raw value; the hint names the one that another spelling means.
  func precision() -> Precision? {
    if case .string(let text) = node.value, Precision(rawValue: text) == nil, let meant = Precision(spelling: text) {
      expected("a precision", hint: "write \"\(meant.rawValue)\"")
      return nil
    }
    return choice(of: Precision.self)
  }
}
