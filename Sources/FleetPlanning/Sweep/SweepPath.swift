import FleetJSON

/// Names one or more places in a problem file: `classes[chat].slo.ttft_ms.limit`.
///
/// Keys are joined by dots. Square brackets pick an entry: of an array by its id (or, where it has none, by its `catalog`
/// or as the string that it is), by its position from 0, or `*` for all entries; of an object by its key, which may then
/// hold dots (`input_tokens[p99.9]`).
public struct SweepPath: Sendable, Hashable, CustomStringConvertible {
  public enum Step: Sendable, Hashable {
    case key(String)
    case entry(String)
    case all

    var isKey: Bool { if case .key = self { true } else { false } }
  }

  /// As written.
  public let description: String
  public let steps: [Step]

  /// - Throws: One fault that says what is wrong where in the text.
  public init(_ text: String) throws(Fault) {
    description = text
    var steps: [Step] = []
    var rest = Substring(text)
    while !rest.isEmpty {
      if rest.first == "[" {
        guard let end = rest.firstIndex(of: "]") else {
          throw Fault(path: "", message: "\"[\" without \"]\"")
        }
        let name = rest[rest.index(after: rest.startIndex)..<end]
        if name.isEmpty {
          throw Fault(
            path: "", message: "empty brackets", hint: "name an entry by its id or position, or * for all")
        }
        if steps.isEmpty { throw Fault(path: "", message: "a path starts with a key of the problem") }
        steps.append(name == "*" ? .all : .entry(String(name)))
        rest = rest[rest.index(after: end)...]
        if let next = rest.first, next != ".", next != "[" {
          throw Fault(path: "", message: "expected \".\" or \"[\" after \"]\", found \"\(next)\"")
        }
      } else {
        let key = rest.prefix { $0 != "." && $0 != "[" && $0 != "]" }
        if key.isEmpty {
          throw Fault(
            path: "", message: rest.first == "]" ? "\"]\" without \"[\"" : "a key is missing before \"\(rest)\"")
        }
        steps.append(.key(String(key)))
        rest = rest[key.endIndex...]
        if rest.first == "]" { throw Fault(path: "", message: "\"]\" without \"[\"") }
      }
      if rest.first == "." {
        rest = rest.dropFirst()
        if rest.isEmpty { throw Fault(path: "", message: "the path ends with a dot") }
        if rest.first == "[" { throw Fault(path: "", message: "a key is missing before \"\(rest)\"") }
      }
    }
    if steps.isEmpty { throw Fault(path: "", message: "the path is empty") }
    self.steps = steps
  }
}
