import FleetJSON

/// The part of JSON Schema 2020-12 that `problem.schema.json` uses.
///
/// Members whose value is `null` are left out before checking: the reader takes them for absent.
struct ProblemSchemaChecker {
  let schema: JSONNode

  /// What breaks a rule, with its place; a rule that is not known here counts as broken.
  func violations(of node: JSONNode) -> [String] {
    violations(of: node, against: schema, at: "")
  }

  func resolved(_ rule: JSONNode) -> JSONNode {
    guard let reference = rule.child("$ref")?.strings.first, let name = reference.split(separator: "/").last,
      let definition = schema.child("$defs")?.child(String(name))
    else { return rule }
    return resolved(definition)
  }

  private func violations(of node: JSONNode, against rule: JSONNode, at path: String) -> [String] {
    let rule = resolved(rule)
    return rule.members.flatMap { entry -> [String] in
      switch entry.key {
      case "properties", "patternProperties", "additionalProperties": []
      case "items":
        node.elements.enumerated().flatMap { violations(of: $1, against: entry.node, at: "\(path)/\($0)") }
      case "anyOf", "oneOf":
        choice(node, entry.key, entry.node.elements, at: path)
      default: entry.node.allows(node, rule: entry.key) ? [] : ["\(path): \(entry.key) refuses \(node.summary)"]
      }
    } + memberViolations(node, rule, at: path)
  }

  private func choice(_ node: JSONNode, _ key: String, _ branches: [JSONNode], at path: String) -> [String] {
    let matching = branches.filter { violations(of: node, against: $0, at: path).isEmpty }.count
    return matching == 1 || (matching > 1 && key == "anyOf") ? [] : ["\(path): \(matching) of \(key) match"]
  }

  private func memberViolations(_ node: JSONNode, _ rule: JSONNode, at path: String) -> [String] {
    guard let properties = rule.child("properties") else { return [] }
    return node.presentMembers.flatMap { member -> [String] in
      if let inner = properties.child(member.key) {
        return violations(of: member.node, against: inner, at: "\(path)/\(member.key)")
      }
      for pattern in rule.child("patternProperties")?.members ?? [] where matches(member.key, pattern.key) {
        return violations(of: member.node, against: pattern.node, at: "\(path)/\(member.key)")
      }
      return rule.child("additionalProperties") == nil ? [] : ["\(path): \(member.key) is unknown"]
    }
  }
}

/// Whether a regular expression finds something in `text`; one that cannot be read does not.
private func matches(_ text: String, _ pattern: String) -> Bool {
  guard let regex = try? Regex(pattern) else { return false }
  return text.firstMatch(of: regex) != nil
}

extension JSONNode {
  var members: [Member] {
    if case .object(let members) = value { members } else { [] }
  }

  var presentMembers: [Member] {
    members.filter { if case .null = $0.node.value { false } else { true } }
  }

  var elements: [JSONNode] {
    if case .array(let elements) = value { elements } else { [] }
  }

  var number: Double? {
    if case .number(let number, _) = value { number } else { nil }
  }

  var text: String? {
    if case .string(let text) = value { text } else { nil }
  }

  var isObject: Bool {
    if case .object = value { true } else { false }
  }

  var isArray: Bool {
    if case .array = value { true } else { false }
  }

  func child(_ key: String) -> JSONNode? {
    members.first { $0.key == key }?.node
  }

  /// A string, or the strings of an array.
  var strings: [String] {
    text.map { [$0] } ?? elements.flatMap(\.strings)
  }

  /// Whether this, the value of a keyword of a schema, allows a value.
  fileprivate func allows(_ node: JSONNode, rule: String) -> Bool {
    let bound = number ?? 0
    switch rule {
    case "$schema", "$defs", "title", "description": return true
    case "type": return strings.contains { node.has(type: $0) }
    case "enum", "const": return node.text.map(strings.contains) ?? false
    case "required":
      return !node.isObject || strings.allSatisfy { key in node.presentMembers.contains { $0.key == key } }
    case "minimum": return node.number.map { $0 >= bound } ?? true
    case "maximum": return node.number.map { $0 <= bound } ?? true
    case "exclusiveMinimum": return node.number.map { $0 > bound } ?? true
    case "exclusiveMaximum": return node.number.map { $0 < bound } ?? true
    case "minItems": return !node.isArray || Double(node.elements.count) >= bound
    case "maxItems": return !node.isArray || Double(node.elements.count) <= bound
    case "minLength": return node.text.map { Double($0.unicodeScalars.count) >= bound } ?? true
    case "maxLength": return node.text.map { Double($0.unicodeScalars.count) <= bound } ?? true
    case "pattern": return node.text.map { matches($0, text ?? "") } ?? true
    case "minProperties": return !node.isObject || Double(node.presentMembers.count) >= bound
    case "maxProperties": return !node.isObject || Double(node.presentMembers.count) <= bound
    default: return false
    }
  }

  private func has(type: String) -> Bool {
    switch (type, value) {
    case ("object", .object), ("array", .array), ("string", .string), ("number", .number), ("boolean", .bool): true
    case ("integer", .number(let number, _)): number == number.rounded()
    default: false
    }
  }
}
