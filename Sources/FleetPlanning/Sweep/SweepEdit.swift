import FleetJSON

extension JSONNode {
  /// The tree with `value` at `place`. What is created or replaced keeps the line and column of what stood there, or of
  /// the object that it is put into.
  func setting(_ value: Value, at place: SweepPlace) -> JSONNode {
    setting(value, at: place.steps[...], missing: place.missing[...])
  }

  private func setting(
    _ newValue: Value, at steps: ArraySlice<SweepPlace.Step>, missing: ArraySlice<String>
  ) -> JSONNode {
    guard let step = steps.first else {
      guard let key = missing.first else { return JSONNode(newValue, line: line, column: column) }
      var members: [Member] = []
      switch value {
      case .object(let present): members = present
      case .string: members = [Member(key: "id", keyLine: line, keyColumn: column, node: self)]
      default: break
      }
      // Another change may have created the key already.
      let position = members.firstIndex { $0.key == key }
      let present = position.map { members.remove(at: $0).node } ?? JSONNode(.object([]), line: line, column: column)
      let child = present.setting(newValue, at: [], missing: missing.dropFirst())
      members.append(Member(key: key, keyLine: line, keyColumn: column, node: child))
      return JSONNode(.object(members), line: line, column: column)
    }
    switch (step, value) {
    case (.key(let key), .object(let members)):
      let changed = members.map { member in
        member.key != key
          ? member
          : Member(
            key: key, keyLine: member.keyLine, keyColumn: member.keyColumn,
            node: member.node.setting(newValue, at: steps.dropFirst(), missing: missing))
      }
      return JSONNode(.object(changed), line: line, column: column)
    case (.index(let index), .array(var elements)):
      elements[index] = elements[index].setting(newValue, at: steps.dropFirst(), missing: missing)
      return JSONNode(.array(elements), line: line, column: column)
    case (.key, .string): return entryObject(of: self).setting(newValue, at: steps, missing: missing)
    default: preconditionFailure("the place was found in this tree")
    }
  }
}

extension SweepEntry {
  /// What a target becomes.
  /// - Throws: One fault where the entry does not fit what stands there.
  func value(at target: SweepTarget, path: SweepPath) throws(Fault) -> JSONNode.Value {
    switch self {
    case .word(let word): return .string(word)
    case .bool(let flag): return .bool(flag)
    case .null: return .null
    case .number(let number):
      if let node = target.node { try Self.refuseParts(node, path, "set") }
      return Self.number(number)
    case .factor(let factor):
      guard let node = target.node else {
        throw Fault(
          path: target.place.pointer, message: "there is nothing in the file to multiply by \(Self.text(of: factor))",
          hint: "give values without *")
      }
      switch node.value {
      case .number(let number, _): return try Self.product(number, factor)
      case .array(let elements) where !elements.isEmpty:
        var products: [JSONNode] = []
        for element in elements {
          guard case .number(let number, _) = element.value else {
            throw Self.unfit(target, node)
          }
          products.append(JSONNode(try Self.product(number, factor), line: element.line, column: element.column))
        }
        return .array(products)
      case .object: try Self.refuseParts(node, path, "multiply")
      default: break
      }
      throw Self.unfit(target, node)
    }
  }

  private static func unfit(_ target: SweepTarget, _ node: JSONNode) -> Fault {
    Fault(
      path: target.place.pointer, message: "\(node.summary) cannot be multiplied",
      hint: "a factor needs a number, or an array of numbers")
  }

  /// Refuses to put a number in the place of an object, whose other keys would be lost.
  private static func refuseParts(_ node: JSONNode, _ path: SweepPath, _ verb: String) throws(Fault) {
    let keys: [String]
    switch node.value {
    case .object(let members): keys = members.map(\.key)
    case .array(let elements):
      let holdsObjects = elements.contains { if case .object = $0.value { true } else { false } }
      guard holdsObjects else { return }
      keys = []
    default: return
    }
    let hint =
      keys.isEmpty
      ? "name one of its entries"
      : "name one of its keys: " + keys.prefix(20).map { "\(path).\($0)" }.joined(separator: ", ")
    throw Fault(path: "", message: "\(path) is \(node.summary), not a number to \(verb)", hint: hint)
  }

  private static func product(_ number: Double, _ factor: Double) throws(Fault) -> JSONNode.Value {
    let product = number * factor
    guard product.isFinite else {
      throw Fault(path: "", message: "\(text(of: number)) times \(text(of: factor)) is too large")
    }
    // 0.1 · 3 is 0.3, not 0.30000000000000004.
    return Self.number(rounded(product, digits: 12))
  }

  private static func number(_ number: Double) -> JSONNode.Value {
    .number(number, literal: text(of: number))
  }
}
