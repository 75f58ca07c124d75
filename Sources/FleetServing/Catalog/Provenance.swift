/// How a number came to be known.
public enum ProvenanceKind: String, Sendable, CaseIterable, Hashable {
  /// Measured by someone who publishes the measurement.
  case measured
  /// Stated by the maker or seller.
  case published
  /// Neither: a stated assumption with its grounds in the note.
  case assumed
}

/// A document that numbers were taken from.
public struct ProvenanceSource: Sendable, Hashable {
  public var id: String
  public var title: String
  public var url: String?
  /// ISO date of the document, or of the day it was consulted.
  public var date: String

  public init(id: String, title: String, url: String? = nil, date: String) {
    self.id = id
    self.title = title
    self.url = url
    self.date = date
  }
}

/// The origin of one number, or of all numbers below one JSON pointer.
public struct ProvenanceEntry: Sendable, Hashable {
  public var source: String
  public var kind: ProvenanceKind
  public var note: String?

  public init(source: String, kind: ProvenanceKind, note: String? = nil) {
    self.source = source
    self.kind = kind
    self.note = note
  }
}

/// Sources and, by JSON pointer, the origin of every number of one catalog entry.
public struct ProvenanceTable: Sendable, Hashable {
  public var sources: [ProvenanceSource]
  public var entries: [String: ProvenanceEntry]

  public init(sources: [ProvenanceSource] = [], entries: [String: ProvenanceEntry] = [:]) {
    self.sources = sources
    self.entries = entries
  }

  /// The entry that covers a JSON pointer: its own, or that of the nearest enclosing pointer.
  public func entry(for pointer: String) -> ProvenanceEntry? {
    var current = pointer
    while true {
      if let found = entries[current] { return found }
      guard let slash = current.lastIndex(of: "/") else { return nil }
      current = String(current[..<slash])
    }
  }
}
