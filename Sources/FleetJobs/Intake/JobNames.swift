import FleetJSON

/// Names of jobs out of names of files: safe as folders, unique, and the same whenever the same files are given.
struct JobNames {
  private var taken: Set<String> = []

  /// Longest name [bytes].
  private static let longest = 100

  /// The name for a file.
  /// - Parameters:
  ///   - name: What it is called within the batch, for example its path within a folder.
  ///   - path: Its whole path, which tells apart files of one name.
  mutating func id(for name: String, path: String) -> String {
    let joined = Self.withoutExtension(name).split(separator: "/").joined(separator: "-")
    let plain = Self.safe(joined)
    var id = plain
    if plain != joined || plain.isEmpty || taken.contains(id.lowercased()) {
      id = plain.isEmpty ? "job" : plain
      id += "-" + sha256Hex(Array("\(path)\n\(name)".utf8)).prefix(8)
    }
    taken.insert(id.lowercased())
    return id
  }

  /// Keeps a name that the user chose.
  /// - Returns: Whether it was free and is safe as a folder's name.
  mutating func take(_ id: String) -> Bool {
    guard Self.safe(id) == id, !id.isEmpty else { return false }
    return taken.insert(id.lowercased()).inserted
  }

  private static func withoutExtension(_ name: String) -> String {
    name.hasSuffix(".json") ? String(name.dropLast(".json".count)) : name
  }

  /// Letters, digits, `.`, `_` and `-`; other characters become `-`, and so does a leading dot.
  private static func safe(_ name: String) -> String {
    var bytes: [UInt8] = []
    for byte in name.utf8.prefix(longest) {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
        bytes.append(byte)
      case UInt8(ascii: ".") where !bytes.isEmpty:
        bytes.append(byte)
      default:
        if bytes.last != UInt8(ascii: "-") { bytes.append(UInt8(ascii: "-")) }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
