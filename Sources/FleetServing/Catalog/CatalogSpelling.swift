/// A spelling without what people vary: case, and the separators `-`, `_`, `.` and space.
///
/// Separators between two digits count, each as the other: `qwen3_5-27b` is `Qwen3.5 27B`, and `llama-3.1-8b` is not
/// `llama-31-8b`. All others do not: `glm5` is `GLM-5`, and `h100 sxm` is `h100_sxm`.
func foldedSpelling(_ spelling: String) -> String {
  var folded: [UInt8] = []
  var isSeparated = false
  for byte in spelling.lowercased().utf8 {
    if "-_. ".utf8.contains(byte) {
      isSeparated = true
      continue
    }
    if isSeparated, let last = folded.last, isDigit(last), isDigit(byte) { folded.append(UInt8(ascii: "-")) }
    isSeparated = false
    folded.append(byte)
  }
  return String(decoding: folded, as: UTF8.self)
}

private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

/// Entries by spelling: exactly but for case, else folded where only one entry answers to it.
struct SpellingIndex: Sendable {
  private var exact: [String: Int] = [:]
  /// `nil` where two entries answer to the same folded spelling.
  private var folded: [String: Int?] = [:]

  /// - Parameter spellings: Of each entry, the most important first. The first entry to claim a spelling keeps it, column by
  ///   column.
  init(_ spellings: [[String]]) {
    for column in 0..<(spellings.map(\.count).max() ?? 0) {
      for (position, names) in spellings.enumerated() where column < names.count {
        let key = names[column].lowercased()
        if exact[key] == nil { exact[key] = position }
      }
    }
    for (position, names) in spellings.enumerated() {
      for key in Set(names.map(foldedSpelling)) where !key.isEmpty {
        if let known = folded[key], known != position {
          folded[key] = .some(nil)
        } else {
          folded[key] = position
        }
      }
    }
  }

  subscript(spelling: String) -> Int? {
    exact[spelling.lowercased()] ?? folded[foldedSpelling(spelling)] ?? nil
  }
}
