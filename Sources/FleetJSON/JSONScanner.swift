/// Ends a reading after its fault has been recorded.
struct ScanStopped: Error {}

/// One pass over the bytes of a JSON text. Recursive, with its depth bounded by the limits.
struct JSONScanner {
  /// An object or array that is open at the current byte.
  struct Container {
    let isObject: Bool
    let line: Int
    let column: Int
    /// The key being read in an object; nil between members.
    var key: String?
    /// The index being read in an array; nil between elements.
    var index: Int?
  }

  let bytes: UnsafeBufferPointer<UInt8>
  let end: Int
  let limits: JSONLimits
  let faults: FaultCollector
  /// The current byte.
  var index = 0
  var line = 1
  /// The first byte of the current line.
  var lineStart = 0
  /// UTF-8 continuation bytes met on the current line; they take no column.
  var continuationBytes = 0
  var containers: [Container] = []
  var valueCount = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits, faults: FaultCollector) {
    self.bytes = bytes
    end = bytes.count
    self.limits = limits
    self.faults = faults
  }

  var column: Int { index - lineStart - continuationBytes + 1 }

  /// The whole text: one value with only white space around it. Nil after a fault that ends the reading.
  mutating func document() -> JSONNode? {
    do throws(ScanStopped) {
      try skipByteOrderMark()
      skipWhiteSpace()
      if index == end {
        throw stop(
          end == 0 ? "expected a JSON value, found an empty file" : "expected a JSON value, found only white space")
      }
      let node = try value()
      skipWhiteSpace()
      if index < end { throw unexpected("the end of the file after the value") }
      return node
    } catch {
      return nil
    }
  }

  private mutating func skipByteOrderMark() throws(ScanStopped) {
    if end >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
      record("expected a JSON value, found a byte order mark", hint: "save the file as UTF-8 without byte order mark")
      index = 3
      lineStart = 3
    } else if end >= 2, (bytes[0] == 0xFE && bytes[1] == 0xFF) || (bytes[0] == 0xFF && bytes[1] == 0xFE) {
      throw stop("expected UTF-8, found UTF-16", hint: "save the file as UTF-8 without byte order mark")
    }
  }

  @inline(__always)
  mutating func skipWhiteSpace() {
    while index < end {
      switch bytes[index] {
      case 0x20, 0x09, 0x0D:
        index += 1
      case 0x0A:
        index += 1
        line += 1
        lineStart = index
        continuationBytes = 0
      default:
        return
      }
    }
  }

  /// One value; the current byte is its first one or white space before it.
  mutating func value() throws(ScanStopped) -> JSONNode {
    skipWhiteSpace()
    guard index < end else { throw endOfFile() }
    valueCount += 1
    if valueCount > limits.maximumValues {
      throw stop("expected at most \(limits.maximumValues) values, found more")
    }
    let line = line
    let column = column
    let value: JSONNode.Value
    switch bytes[index] {
    case UInt8(ascii: "{"): value = try object()
    case UInt8(ascii: "["): value = try array()
    case UInt8(ascii: "\""): value = .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): value = try number()
    default: value = try word()
    }
    return JSONNode(value, line: line, column: column)
  }

  private mutating func object() throws(ScanStopped) -> JSONNode.Value {
    try enter(isObject: true)
    var members: [JSONNode.Member] = []
    var seen: Set<String> = []
    skipWhiteSpace()
    if index < end, bytes[index] == UInt8(ascii: "}") {
      leave()
      return .object([])
    }
    let level = containers.count - 1
    while true {
      guard index < end else { throw endOfFile() }
      guard bytes[index] == UInt8(ascii: "\"") else { throw unexpected("a key in double quotes") }
      let keyLine = line
      let keyColumn = column
      let key = try string()
      containers[level].key = key
      if let first = earlier(key, in: members, seen: &seen) {
        record(
          "duplicate key \(quoted(key)), first written at line \(first.keyLine), column \(first.keyColumn)",
          line: keyLine, column: keyColumn)
      }
      skipWhiteSpace()
      guard index < end else { throw endOfFile() }
      guard bytes[index] == UInt8(ascii: ":") else { throw unexpected("\":\" after the key \(quoted(key))") }
      index += 1
      let node = try value()
      members.append(JSONNode.Member(key: key, keyLine: keyLine, keyColumn: keyColumn, node: node))
      containers[level].key = nil
      if try containerEnds(with: UInt8(ascii: "}")) { return .object(members) }
    }
  }

  /// The first member with this key. Small objects are searched; larger ones keep a set of the keys seen.
  @inline(__always)
  private func earlier(
    _ key: String, in members: [JSONNode.Member], seen: inout Set<String>
  ) -> JSONNode.Member? {
    let searched = 12
    if members.count < searched {
      for position in members.indices where members[position].key == key { return members[position] }
      return nil
    }
    if seen.isEmpty { seen = Set(members.lazy.map(\.key)) }
    return seen.insert(key).inserted ? nil : members.first { $0.key == key }
  }

  private mutating func array() throws(ScanStopped) -> JSONNode.Value {
    try enter(isObject: false)
    var elements: [JSONNode] = []
    skipWhiteSpace()
    if index < end, bytes[index] == UInt8(ascii: "]") {
      leave()
      return .array([])
    }
    let level = containers.count - 1
    while true {
      containers[level].index = elements.count
      elements.append(try value())
      containers[level].index = nil
      if try containerEnds(with: UInt8(ascii: "]")) { return .array(elements) }
    }
  }

  private mutating func enter(isObject: Bool) throws(ScanStopped) {
    if containers.count >= limits.maximumDepth {
      throw stop("expected at most \(limits.maximumDepth) levels of nesting, found more")
    }
    containers.append(Container(isObject: isObject, line: line, column: column))
    index += 1
  }

  private mutating func leave() {
    index += 1
    containers.removeLast()
  }

  /// Reads what follows a value in a container: true after its closing bracket, false after a comma with more to come.
  @inline(__always)
  private mutating func containerEnds(with bracket: UInt8) throws(ScanStopped) -> Bool {
    skipWhiteSpace()
    guard index < end else { throw endOfFile() }
    if bytes[index] == UInt8(ascii: ",") {
      let commaLine = line
      let commaColumn = column
      index += 1
      skipWhiteSpace()
      guard index < end, bytes[index] == bracket else { return false }
      record(
        "expected a \(bracket == UInt8(ascii: "]") ? "value" : "key") after the comma, found the closing bracket",
        line: commaLine, column: commaColumn, hint: "remove the comma")
    } else if bytes[index] != bracket {
      throw unclosed(expecting: bracket)
    }
    leave()
    return true
  }
}
