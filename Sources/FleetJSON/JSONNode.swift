/// A JSON value with the place where it stands in its text.
public struct JSONNode: Sendable {
  /// The value; objects keep the order of their members.
  public enum Value: Sendable {
    case object([Member])
    case array([JSONNode])
    case string(String)
    /// A finite number, correctly rounded to `Double`, with the digits as written.
    case number(Double, literal: String)
    case bool(Bool)
    case null
  }

  /// One `"key": value` of an object, with the place of the key.
  public struct Member: Sendable {
    public let key: String
    private let storedLine: Int32
    private let storedColumn: Int32
    public let node: JSONNode

    public init(key: String, keyLine: Int, keyColumn: Int, node: JSONNode) {
      self.key = key
      storedLine = Int32(clamping: keyLine)
      storedColumn = Int32(clamping: keyColumn)
      self.node = node
    }

    /// Line of the key's opening quote, from 1.
    public var keyLine: Int { Int(storedLine) }
    /// Column of the key's opening quote, from 1, in Unicode scalars.
    public var keyColumn: Int { Int(storedColumn) }
  }

  public let value: Value
  private let storedLine: Int32
  private let storedColumn: Int32

  public init(_ value: Value, line: Int, column: Int) {
    self.value = value
    storedLine = Int32(clamping: line)
    storedColumn = Int32(clamping: column)
  }

  /// Line of the value's first byte, from 1.
  public var line: Int { Int(storedLine) }
  /// Column of the value's first byte, from 1, in Unicode scalars.
  public var column: Int { Int(storedColumn) }

  /// The value in a few words for messages: `"ten"`, `2.5`, `an array of 3`.
  public var summary: String {
    switch value {
    case .object(let members): members.isEmpty ? "an empty object" : "an object"
    case .array(let elements): elements.isEmpty ? "an empty array" : "an array of \(elements.count)"
    case .string(let text): quoted(text)
    case .number(_, let literal): literal.utf8.count > 40 ? literal.prefix(40) + "…" : literal
    case .bool(let flag): flag ? "true" : "false"
    case .null: "null"
    }
  }
}
