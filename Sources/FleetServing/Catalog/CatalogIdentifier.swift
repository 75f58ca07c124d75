import FleetJSON

extension JSONReader {
  /// An id: 1 to 100 letters, digits and `. _ - + : /`, starting with a letter or digit, so that it can stand in names of
  /// variables, in files and in tables.
  func identifier(_ what: String) -> String? {
    guard let text = string(what) else { return nil }
    let isPlain = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: ".-_+:/".utf8.contains(byte)
      }
    }
    guard isPlain, text.utf8.count <= 100, let first = text.utf8.first, !".-_+:/".utf8.contains(first) else {
      expected(what, hint: "an id has 1 to 100 letters, digits and . _ - + : / and starts with a letter or digit")
      return nil
    }
    return text
  }
}

extension JSONObject {
  /// Records that a key is missing, or `null`, where it is needed.
  func recordMissing(_ key: String, _ what: String) {
    if let value = self[key] { value.expected(what) } else { _ = required(key, what) }
  }

  /// Records that `id` is missing.
  func missingIdentifier() -> String? {
    recordMissing("id", "an id")
    return nil
  }
}
