import FleetJSON
import FleetServing

/// What one `--vary PATH=VALUES` asks for.
public struct SweepVariation: Sendable, Hashable {
  /// As written.
  public let spelling: String
  public let path: SweepPath
  public let entries: [SweepEntry]

  /// - Throws: One fault about the path or the values; its source is the text.
  public init(_ text: String) throws(Faults) {
    do throws(Fault) {
      guard let sign = text.firstIndex(of: "=") else {
        throw Fault(
          path: "", message: "expected PATH=VALUES", hint: "for example classes[*].rate_per_s=*0.5,*1,*2")
      }
      path = try SweepPath(String(text[..<sign]))
      entries = try SweepEntry.list(String(text[text.index(after: sign)...]))
      spelling = text
    } catch {
      throw Faults(source: text, all: [error])
    }
  }

  public init(path: SweepPath, entries: [SweepEntry]) {
    self.path = path
    self.entries = entries
    spelling = "\(path)=" + entries.map(\.spelling).joined(separator: ",")
  }

  /// Unit of the values by the last key of the path, as in the problem format.
  var unit: String {
    let keys = path.steps.reversed().compactMap { step -> String? in
      switch step {
      case .key(let key): key
      case .entry, .all: nil
      }
    }
    guard let key = keys.first else { return "" }
    for part in ProblemFormat.Part.allCases {
      if let field = part.fields.first(where: { $0.key == key && !$0.unit.isEmpty }) { return field.unit }
    }
    return ""
  }
}
