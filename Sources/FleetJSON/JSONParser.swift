/// Bounds on what a JSON text may ask of the machine; a text beyond one of them is a fault, never a crash.
public struct JSONLimits: Sendable {
  /// The largest text, in bytes.
  public var maximumBytes: Int
  /// The deepest nesting of objects and arrays; at most `JSONLimits.deepest`.
  public var maximumDepth: Int
  /// The largest number of values (objects, arrays and scalars together), about 40 bytes of memory each.
  public var maximumValues: Int

  /// The deepest nesting that any limit may allow; keeps the recursion within a small thread stack.
  public static let deepest = 512

  public init(maximumBytes: Int = 64 << 20, maximumDepth: Int = 64, maximumValues: Int = 16_000_000) {
    precondition((1...Int(Int32.max)).contains(maximumBytes), "maximumBytes must lie in 1...2147483647")
    precondition((1...JSONLimits.deepest).contains(maximumDepth), "maximumDepth must lie in 1...\(JSONLimits.deepest)")
    precondition(maximumValues >= 1, "maximumValues must be at least 1")
    self.maximumBytes = maximumBytes
    self.maximumDepth = maximumDepth
    self.maximumValues = maximumValues
  }
}

/// A strict reader of JSON texts (RFC 8259, UTF-8) that keeps the place of every value.
///
/// It refuses what RFC 8259 leaves open or many readers let pass: duplicate keys, a byte order mark, invalid UTF-8, lone
/// surrogates, numbers beyond `Double`, comments, trailing commas, `NaN` and anything after the value. Faults that leave
/// the rest of the text readable are all reported; the first one that does not ends the reading. Keys that Unicode holds
/// canonically equivalent count as duplicates.
public enum JSONParser {
  /// Reads one JSON text.
  /// - Parameters:
  ///   - bytes: The text, in UTF-8.
  ///   - source: The name of the input in faults.
  /// - Throws: Every fault found, with JSON pointer, line and column.
  public static func parse(
    _ bytes: [UInt8], source: String, limits: JSONLimits = .init()
  ) throws(Faults) -> JSONNode {
    let faults = FaultCollector(source: source)
    if bytes.count > limits.maximumBytes {
      throw Faults(source: source, all: [InputFile.tooLarge(bytes.count, maximumBytes: limits.maximumBytes)])
    }
    let node = bytes.withUnsafeBufferPointer { buffer in
      var scanner = JSONScanner(buffer, limits: limits, faults: faults)
      return scanner.document()
    }
    try faults.throwIfAny()
    guard let node else { preconditionFailure("a reading without a value records a fault") }
    return node
  }

  /// Reads one JSON text held in a string.
  public static func parse(
    text: String, source: String, limits: JSONLimits = .init()
  ) throws(Faults) -> JSONNode {
    try parse(Array(text.utf8), source: source, limits: limits)
  }

  /// Reads the JSON file at `path`; faults name it by this path.
  public static func parse(contentsOf path: String, limits: JSONLimits = .init()) throws(Faults) -> JSONNode {
    let bytes = try InputFile.read(path: path, maximumBytes: limits.maximumBytes)
    return try parse(bytes, source: path, limits: limits)
  }

  /// Reads a JSON text and decodes it, so that either a value or every fault comes out.
  /// - Parameter body: Decodes the root. It may return nil only after recording a fault.
  /// - Throws: The faults of the text, or else every fault that `body` recorded.
  public static func decode<Decoded>(
    _ bytes: [UInt8], source: String, limits: JSONLimits = .init(), _ body: (JSONReader) -> Decoded?
  ) throws(Faults) -> Decoded {
    let node = try parse(bytes, source: source, limits: limits)
    let faults = FaultCollector(source: source)
    let decoded = body(JSONReader(node, faults: faults))
    try faults.throwIfAny()
    guard let decoded else { preconditionFailure("a decoder returned nil without recording a fault") }
    return decoded
  }

  /// Reads the JSON file at `path` and decodes it.
  public static func decode<Decoded>(
    contentsOf path: String, limits: JSONLimits = .init(), _ body: (JSONReader) -> Decoded?
  ) throws(Faults) -> Decoded {
    let bytes = try InputFile.read(path: path, maximumBytes: limits.maximumBytes)
    return try decode(bytes, source: path, limits: limits, body)
  }
}
