/// One fault in an input: where it is, what was expected, what was found, and how to mend it.
public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
  /// JSON pointer (RFC 6901) to the value at fault; `""` means the whole document.
  public var path: String
  /// Line of the fault, from 1; nil when the input is not a text with lines.
  public var line: Int?
  /// Column of the fault, from 1, counted in Unicode scalars; nil when the input is not a text with lines.
  public var column: Int?
  /// What was expected and what was found.
  public var message: String
  /// How to mend it, for example `did you mean "rate_per_s"?`.
  public var hint: String?

  public init(path: String, line: Int? = nil, column: Int? = nil, message: String, hint: String? = nil) {
    self.path = path
    self.line = line
    self.column = column
    self.message = message
    self.hint = hint
  }

  /// `line 4, column 12: /classes/0/rate_per_s: expected …, found … (hint)`; parts that are absent are left out.
  public var description: String {
    var text = ""
    if let line {
      text += "line \(line)"
      if let column { text += ", column \(column)" }
      text += ": "
    }
    if !path.isEmpty { text += printable(path) + ": " }
    text += message
    if let hint { text += " (\(hint))" }
    return text
  }
}

/// All faults found in one input, in the order in which a reader meets them.
public struct Faults: Error, Sendable, CustomStringConvertible {
  /// Name of the input, as the user wrote it: a file name.
  public var source: String
  /// The faults, sorted by line and column; those without a line come last, in the order given.
  public var all: [Fault]

  public init(source: String, all: [Fault]) {
    self.source = source
    self.all = all.enumerated().sorted { first, second in
      let a = (first.element.line ?? Int.max, first.element.column ?? Int.max, first.offset)
      let b = (second.element.line ?? Int.max, second.element.column ?? Int.max, second.offset)
      return a < b
    }.map(\.element)
  }

  /// One fault per line, each prefixed by the source.
  public var description: String {
    all.map { source.isEmpty ? $0.description : "\(printable(source)): \($0)" }.joined(separator: "\n")
  }
}

/// Collects the faults of one input while it is read, so that all of them reach the user at once.
///
/// A collector belongs to one reading on one thread; it is a class because every `JSONReader` of that reading shares it.
public final class FaultCollector {
  /// Name of the input.
  public let source: String
  /// The largest number of faults that are kept; the rest are counted.
  public let limit: Int
  /// The faults kept so far, in the order in which they were added.
  public private(set) var faults: [Fault] = []
  private var known: Set<Fault> = []
  private var surplus = 0

  public init(source: String, limit: Int = 200) {
    self.source = source
    self.limit = limit
  }

  public var isEmpty: Bool { faults.isEmpty }

  /// Adds a fault; one that equals an earlier fault in every part is dropped.
  public func add(_ fault: Fault) {
    if known.contains(fault) { return }
    if faults.count >= limit {
      surplus += 1
      return
    }
    known.insert(fault)
    faults.append(fault)
  }

  /// Adds every fault of `others`, found in the same input by another reading.
  public func add(_ others: Faults) {
    for fault in others.all { add(fault) }
  }

  /// Throws all faults, sorted, when there is at least one; a last line counts those beyond the limit.
  public func throwIfAny() throws(Faults) {
    if faults.isEmpty { return }
    var result = Faults(source: source, all: faults)
    if surplus > 0 {
      result.all.append(Fault(path: "", message: "and \(surplus) more"))
    }
    throw result
  }
}
