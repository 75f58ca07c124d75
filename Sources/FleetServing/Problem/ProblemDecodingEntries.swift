import FleetJSON

/// The entries of one list of a problem, by id, so that other parts can refer to them.
///
/// An entry at fault keeps its id: a reference to it is no second fault.
struct DeclaredEntries<Entry> {
  /// What a reference names, for messages: `a class of the problem`.
  let noun: String
  /// The entries without fault, in the order of the file.
  private(set) var values: [Entry] = []
  /// Every id that was given, in the order of the file.
  private(set) var ids: [String] = []
  private var known: Set<String> = []
  private var positions: [String: Int] = [:]
  /// Whether some entry has no readable id, so that an unknown reference may mean it.
  private(set) var hasNamelessEntries = false

  /// Whether every entry was given without fault.
  var isWhole: Bool { values.count == ids.count && !hasNamelessEntries }

  init(noun: String) {
    self.noun = noun
  }

  /// Whether an entry of this id was given, at fault or not.
  func contains(_ id: String) -> Bool { known.contains(id) }

  /// Stops faults about unknown references: the list itself cannot be read.
  mutating func giveUp() { hasNamelessEntries = true }

  /// Adds an entry; an id that is in use is a fault.
  mutating func add(_ id: String?, at object: JSONObject, _ entry: Entry?) {
    add(id, at: object["id"] ?? object.reader, entry)
  }

  /// Adds an entry whose id stands at `reader`.
  mutating func add(_ id: String?, at reader: JSONReader, _ entry: Entry?) {
    guard let id else {
      hasNamelessEntries = true
      return
    }
    if contains(id) {
      reader.fault("the id \"\(id)\" is used twice", hint: "give each entry an id of its own")
      return
    }
    ids.append(id)
    known.insert(id)
    if let entry {
      positions[id] = values.count
      values.append(entry)
    }
  }

  /// The entry without fault of this id.
  subscript(id: String) -> Entry? {
    positions[id].map { values[$0] }
  }

  /// Whether the string at `reader` names an entry; a fault with the nearest id when it does not.
  func id(at reader: JSONReader?) -> String? {
    guard let reader, let id = reader.string("the id of \(noun)") else { return nil }
    if contains(id) { return id }
    if !hasNamelessEntries {
      let near = nearest(id, among: ids).map { "did you mean \"\($0)\"?" }
      let list = ids.isEmpty ? "there are none" : "known: " + ids.prefix(12).joined(separator: ", ")
      reader.fault("\"\(id)\" is not \(noun)", hint: near ?? list)
    }
    return nil
  }
}
