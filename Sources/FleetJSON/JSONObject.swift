/// The members of one object, read by key. A key that is missing, or wrong, leaves one fault and nil.
///
/// `null` counts as absent for the optional and defaulted accessors, and as a wrong value for the required ones.
public struct JSONObject {
  let members: [JSONNode.Member]
  /// The object as a value: for faults about the whole of it.
  public let reader: JSONReader
  let trail: JSONTrail
  let known: [String]?

  /// The keys in the order of the text.
  public var keys: [String] { members.map(\.key) }

  /// The members in the order of the text.
  public var entries: [(key: String, value: JSONReader)] { members.map { ($0.key, child($0)) } }

  /// The value of `key`, nil when it is absent. A `null` is a value here.
  public subscript(key: String) -> JSONReader? {
    assert(known?.contains(key) ?? true, "the key \"\(key)\" is not among the keys given to object(keys:)")
    for position in members.indices where members[position].key == key { return child(members[position]) }
    return nil
  }

  /// The value of `key`, nil when it is absent or `null`.
  public func optional(_ key: String) -> JSONReader? {
    guard let reader = self[key], !reader.isNull else { return nil }
    return reader
  }

  /// The value of `key`; a missing one is a fault that says what was expected.
  public func required(_ key: String, _ expected: @autoclosure () -> String = "a value") -> JSONReader? {
    if let reader = self[key] { return reader }
    reader.faults.add(
      Fault(
        path: reader.path + "/" + pointerEscaped(key), line: reader.line, column: reader.column,
        message: "missing key \(quoted(key)): expected \(expected())"))
    return nil
  }

  /// Records a fault at the value of `key`, or at the object when the key is absent.
  public func fault(_ key: String, _ message: String, hint: String? = nil) {
    if let value = self[key] {
      value.fault(message, hint: hint)
    } else {
      reader.fault(message, hint: hint)
    }
  }

  /// Records a fault at the key itself: for an unknown id in a dictionary.
  public func faultAtKey(_ key: String, _ message: String, hint: String? = nil) {
    let member = members.first { $0.key == key }
    reader.faults.add(
      Fault(
        path: reader.path + "/" + pointerEscaped(key), line: member?.keyLine ?? reader.line,
        column: member?.keyColumn ?? reader.column, message: message, hint: hint))
  }

  private func child(_ member: JSONNode.Member) -> JSONReader {
    JSONReader(member.node, parent: trail, step: .key(member.key), faults: reader.faults)
  }

  /// A fault for every member whose key is not known, hinting at the note for it, at the nearest known key that is not
  /// in use, or at the list of known keys.
  func recordUnknownKeys(known: [String], note: [String: String]) {
    for member in members where !known.contains(member.key) {
      let used = Set(members.map(\.key))
      let hint =
        note[member.key]
        ?? suggestion(for: member.key, among: known.filter { !used.contains($0) })
        ?? suggestion(for: member.key, among: known)
        ?? (known.isEmpty ? "no keys are known here" : "known keys: \(known.prefix(20).joined(separator: ", "))")
      faultAtKey(member.key, "unknown key \(quoted(member.key))", hint: hint)
    }
  }
}
