/// A node with its path and the collector of its reading: each accessor returns the value, or records one fault and
/// returns nil, so that a decoder goes on and the user sees every fault at once.
public struct JSONReader {
  public let node: JSONNode
  public let faults: FaultCollector
  let parent: JSONTrail?
  let step: JSONTrail.Step

  /// - Parameter path: JSON pointer of `node` in its document, `""` for the root.
  public init(_ node: JSONNode, path: String = "", faults: FaultCollector) {
    self.init(node, parent: nil, step: .root(path), faults: faults)
  }

  init(_ node: JSONNode, parent: JSONTrail?, step: JSONTrail.Step, faults: FaultCollector) {
    self.node = node
    self.parent = parent
    self.step = step
    self.faults = faults
  }

  /// JSON pointer of this value.
  public var path: String { JSONTrail.pointer(parent: parent, step: step) }
  public var line: Int { node.line }
  public var column: Int { node.column }

  public var isNull: Bool { if case .null = node.value { true } else { false } }
  public var isObject: Bool { if case .object = node.value { true } else { false } }
  public var isArray: Bool { if case .array = node.value { true } else { false } }
  public var isString: Bool { if case .string = node.value { true } else { false } }
  public var isNumber: Bool { if case .number = node.value { true } else { false } }
  public var isBool: Bool { if case .bool = node.value { true } else { false } }

  /// Records a fault at this value.
  public func fault(_ message: String, hint: String? = nil) {
    faults.add(Fault(path: path, line: line, column: column, message: message, hint: hint))
  }

  /// Records `expected …, found …` at this value.
  public func expected(_ what: String, hint: String? = nil) {
    fault("expected \(what), found \(node.summary)", hint: hint)
  }

  /// An object with no other keys than `keys`; a fault for each unknown key names the nearest known one.
  /// - Parameters:
  ///   - what: What stands here, for the message when it is no object.
  ///   - keys: Every key that the format knows at this place.
  ///   - note: Hints for given unknown keys, such as `"ttft": "write ttft_ms, in milliseconds"`.
  public func object(
    _ what: String = "an object", keys: [String], note: [String: String] = [:]
  ) -> JSONObject? {
    guard let object = dictionary(what) else { return nil }
    object.recordUnknownKeys(known: keys, note: note)
    return JSONObject(members: object.members, reader: self, trail: object.trail, known: keys)
  }

  /// An object whose keys are names that the user chose, such as ids.
  public func dictionary(_ what: String = "an object") -> JSONObject? {
    guard case .object(let members) = node.value else {
      expected(what)
      return nil
    }
    return JSONObject(members: members, reader: self, trail: JSONTrail(parent: parent, step: step), known: nil)
  }

  /// The elements of an array.
  /// - Parameter count: How many elements are accepted; nil for any number.
  public func array(_ what: String = "an array", count: ClosedRange<Int>? = nil) -> [JSONReader]? {
    guard case .array(let elements) = node.value else {
      expected(what + (count.map { " of \(countText($0))" } ?? ""))
      return nil
    }
    if let count, !count.contains(elements.count) {
      expected("\(what) of \(countText(count))")
      return nil
    }
    let trail = JSONTrail(parent: parent, step: step)
    return elements.enumerated().map { index, element in
      JSONReader(element, parent: trail, step: .index(index), faults: faults)
    }
  }

  /// A string; empty only where `allowEmpty` says so.
  public func string(_ what: String = "a string", allowEmpty: Bool = false) -> String? {
    guard case .string(let text) = node.value, allowEmpty || !text.isEmpty else {
      if case .string = node.value { expected(what + ", not empty") } else { expected(what) }
      return nil
    }
    return text
  }

  /// A finite number.
  /// - Parameters:
  ///   - what: What the number means; nil for `a number`.
  ///   - unit: Its unit, for messages: `requests/s`.
  public func number(_ what: String? = nil, unit: String? = nil, in range: NumberRange = .any) -> Double? {
    guard case .number(let number, _) = node.value, range.contains(number) else {
      expected(range.phrase(what, noun: "a number", unit: unit))
      return nil
    }
    return number
  }

  /// A whole number, however it is written: `8`, `8.0` and `1e3` are, `2.5` is not.
  public func integer(_ what: String? = nil, unit: String? = nil, in range: NumberRange = .any) -> Int? {
    guard case .number(let number, let literal) = node.value, let whole = Int(literal) ?? Int(exactly: number),
      range.contains(number)
    else {
      expected(range.phrase(what, noun: "a whole number", unit: unit))
      return nil
    }
    return whole
  }

  /// `true` or `false`.
  public func bool(_ what: String? = nil) -> Bool? {
    guard case .bool(let flag) = node.value else {
      expected((what.map { "\($0): " } ?? "") + "true or false")
      return nil
    }
    return flag
  }

  /// One of the raw values of `type`.
  public func choice<Choice>(_ what: String? = nil, of type: Choice.Type) -> Choice?
  where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
    if case .string(let text) = node.value, let choice = Choice(rawValue: text) { return choice }
    let names = Choice.allCases.map(\.rawValue)
    var hint: String?
    if case .string(let text) = node.value { hint = suggestion(for: text, among: names) }
    expected((what.map { "\($0): " } ?? "") + listed(names), hint: hint)
    return nil
  }
}

/// `exactly 2`, `1 or more`, `2 to 8`.
private func countText(_ count: ClosedRange<Int>) -> String {
  if count.lowerBound == count.upperBound { return "exactly \(count.lowerBound)" }
  if count.upperBound == Int.max { return "\(count.lowerBound) or more" }
  return "\(count.lowerBound) to \(count.upperBound)"
}
