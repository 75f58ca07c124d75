import FleetJSON
import FleetPlan

/// The file of one catalog entry: every figure with its JSON pointer and its origin.
struct CatalogFile {
  /// One figure, list or word of the file.
  struct Field {
    /// JSON pointer.
    var path: String
    var value: JSONOutput
    var origin: ProvenanceEntry?
    /// Pointer of the origin: `path` or an enclosing one.
    var originPath: String?

    /// The value on one line.
    var text: String {
      switch value {
      case .string(let text): return printable(text)
      default:
        let line = value.encoded(pretty: false)
        return printable(String(line.dropLast()))
      }
    }
  }

  let entry: CatalogEntry
  /// The content without `sources` and `provenance`.
  let members: [String: JSONOutput]
  let sources: [String: ProvenanceSource]
  /// In the order of the file.
  let fields: [Field]

  init(_ entry: CatalogEntry, folder: String) throws {
    self.entry = entry
    let node: JSONNode
    do {
      node = try JSONParser.parse(contentsOf: "\(folder)/\(entry.fileName)")
    } catch {
      throw CommandFailure([error])
    }
    guard case .object(let all) = node.value else {
      throw CommandFailure(.badInput, "the catalog file \(entry.fileName) holds no object")
    }
    var sources: [String: ProvenanceSource] = [:]
    var origins = ProvenanceTable()
    for member in all {
      if member.key == "sources" { sources = Self.sources(member.node) }
      if member.key == "provenance" { origins.entries = Self.origins(member.node) }
    }
    let content = all.filter { !["sources", "provenance"].contains($0.key) }
    members = Dictionary(content.map { ($0.key, JSONOutput($0.node)) }) { first, _ in first }
    self.sources = sources
    var fields: [Field] = []
    for member in content { Self.collect(member.node, path: "/" + member.key, origins, into: &fields) }
    self.fields = fields
  }

  /// The fields that `name` means: a pointer, a key path with dots, or any part of one that stands between separators.
  func fields(named name: String) -> [Field] {
    let wanted = name.split { $0 == "/" || $0 == "." }.map { $0.lowercased() }
    if wanted.isEmpty { return fields }
    return fields.filter { field in
      let keys = field.path.split(separator: "/").map { $0.lowercased() }
      return keys.indices.contains { keys[$0...].starts(with: wanted) }
    }
  }

  /// Objects are gone through; lists of plain values are one field.
  private static func collect(_ node: JSONNode, path: String, _ origins: ProvenanceTable, into fields: inout [Field]) {
    switch node.value {
    case .object(let members):
      for member in members { collect(member.node, path: path + "/" + member.key, origins, into: &fields) }
    case .array(let elements) where elements.contains { if case .object = $0.value { true } else { false } }:
      for (index, element) in elements.enumerated() {
        collect(element, path: "\(path)/\(index)", origins, into: &fields)
      }
    default:
      var place = path
      while !place.isEmpty, origins.entries[place] == nil {
        place = place.lastIndex(of: "/").map { String(place[..<$0]) } ?? ""
      }
      let origin = origins.entries[place]
      fields.append(
        Field(path: path, value: JSONOutput(node), origin: origin, originPath: origin == nil ? nil : place))
    }
  }

  private static func sources(_ node: JSONNode) -> [String: ProvenanceSource] {
    guard case .array(let elements) = node.value else { return [:] }
    var sources: [String: ProvenanceSource] = [:]
    for element in elements {
      let words = words(of: element)
      guard let id = words["id"] else { continue }
      sources[id] = ProvenanceSource(
        id: id, title: words["title"] ?? id, url: words["url"], date: words["date"] ?? "")
    }
    return sources
  }

  private static func origins(_ node: JSONNode) -> [String: ProvenanceEntry] {
    guard case .object(let members) = node.value else { return [:] }
    var origins: [String: ProvenanceEntry] = [:]
    for member in members {
      let words = words(of: member.node)
      guard let source = words["source"], let kind = words["kind"].flatMap(ProvenanceKind.init) else { continue }
      origins[member.key] = ProvenanceEntry(source: source, kind: kind, note: words["note"])
    }
    return origins
  }

  private static func words(of node: JSONNode) -> [String: String] {
    guard case .object(let members) = node.value else { return [:] }
    var words: [String: String] = [:]
    for member in members {
      if case .string(let text) = member.node.value { words[member.key] = text }
    }
    return words
  }
}
