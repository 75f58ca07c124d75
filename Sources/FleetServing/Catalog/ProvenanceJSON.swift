import FleetJSON

extension ProvenanceTable {
  /// Reads `sources` and `provenance` of a catalog file, both required.
  ///
  /// Faults: a source id used twice, a pointer that does not start with `/`, an entry whose source is not listed, and an
  /// assumption without a note.
  /// - Returns: `nil` after recording every fault.
  init?(decoding object: JSONObject) {
    let sources = object.array("sources", "an array of sources")?.allOrNil { ProvenanceSource(decoding: $0) }
    let table = object.dictionary("provenance", "an object of origins by JSON pointer")
    var ids: Set<String> = []
    for source in sources ?? [] where !ids.insert(source.id).inserted {
      object.fault("sources", "the source id \"\(source.id)\" is used twice")
    }
    var entries: [String: ProvenanceEntry] = [:]
    for (pointer, value) in table?.entries ?? [] {
      if !pointer.hasPrefix("/") { table?.faultAtKey(pointer, "expected a JSON pointer such as \"/architecture\"") }
      guard let entry = ProvenanceEntry(decoding: value) else { continue }
      if sources != nil, !ids.contains(entry.source) {
        value.fault("the source \"\(entry.source)\" is not among the sources")
      }
      entries[pointer] = entry
    }
    guard let sources, let table, entries.count == table.entries.count else { return nil }
    self.init(sources: sources, entries: entries)
  }

  /// Records a fault for every number of a catalog file that no entry covers, and for every entry that covers nothing.
  func recordUncoveredNumbers(in file: JSONObject) {
    for (key, value) in file.entries where key != "sources" && key != "provenance" {
      recordUncoveredNumbers(in: value)
    }
    let table = file.optional("provenance")?.dictionary()
    for pointer in entries.keys.sorted() where !file.reader.holds(pointer) {
      table?.faultAtKey(pointer, "the file has nothing at this pointer")
    }
  }

  /// What an entry covers is left; so a number that is reached has no entry, nor has anything around it.
  private func recordUncoveredNumbers(in reader: JSONReader) {
    guard reader.isNumber || reader.isObject || reader.isArray, entries[reader.path] == nil else { return }
    if reader.isNumber {
      reader.fault("no provenance covers this number", hint: "add an entry for \(reader.path) or an enclosing pointer")
    } else if reader.isObject {
      for (_, value) in reader.dictionary()?.entries ?? [] { recordUncoveredNumbers(in: value) }
    } else {
      for element in reader.array() ?? [] { recordUncoveredNumbers(in: element) }
    }
  }

  /// The `sources` array.
  func encodedSources() -> JSONOutput {
    .array(
      sources.map { source in
        var members: [String: JSONOutput] = [
          "id": .string(source.id), "title": .string(source.title), "date": .string(source.date),
        ]
        if let url = source.url { members["url"] = .string(url) }
        return .object(members)
      })
  }

  /// The `provenance` object.
  func encodedEntries() -> JSONOutput {
    .object(
      entries.mapValues { entry in
        var members: [String: JSONOutput] = ["source": .string(entry.source), "kind": .string(entry.kind.rawValue)]
        if let note = entry.note { members["note"] = .string(note) }
        return .object(members)
      })
  }
}

extension ProvenanceSource {
  init?(decoding reader: JSONReader) {
    guard let object = reader.object("a source", keys: ["id", "title", "url", "date"]) else { return nil }
    let id = object.string("id")
    let title = object.string("title")
    let url = object.optionalString("url")
    let date = object.string("date", "an ISO date")
    guard let id, let title, let date else { return nil }
    self.init(id: id, title: title, url: url, date: date)
  }
}

extension ProvenanceEntry {
  init?(decoding reader: JSONReader) {
    guard let object = reader.object("the origin of a number", keys: ["source", "kind", "note"]) else { return nil }
    let source = object.string("source")
    let kind = object.choice("kind", of: ProvenanceKind.self)
    let note = object.optionalString("note")
    if kind == .assumed, note == nil { object.reader.fault("an assumption needs a note with its grounds") }
    guard let source, let kind else { return nil }
    self.init(source: source, kind: kind, note: note)
  }
}

extension JSONReader {
  /// Whether there is a value at a JSON pointer below this one.
  fileprivate func holds(_ pointer: String) -> Bool {
    var place = node
    for step in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      switch place.value {
      case .object(let members):
        guard let member = members.first(where: { pointerStep($0.key) == step }) else { return false }
        place = member.node
      case .array(let elements):
        guard let index = Int(step), elements.indices.contains(index) else { return false }
        place = elements[index]
      default: return false
      }
    }
    return true
  }
}

/// A key as a step of a JSON pointer (RFC 6901).
private func pointerStep(_ key: String) -> Substring {
  guard key.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "~") }) else { return key[...] }
  return key.reduce(into: "") { step, character in
    switch character {
    case "~": step += "~0"
    case "/": step += "~1"
    default: step.append(character)
    }
  }
}
