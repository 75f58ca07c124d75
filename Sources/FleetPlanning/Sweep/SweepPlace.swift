import FleetJSON

/// One place in the tree of a problem file.
struct SweepPlace: Hashable, Sendable {
  enum Step: Hashable, Sendable {
    case key(String)
    case index(Int)
  }

  var steps: [Step] = []
  /// Keys below the last value that is there, to be created.
  var missing: [String] = []

  /// JSON pointer (RFC 6901).
  var pointer: String {
    steps.map { step in
      switch step {
      case .key(let key): "/" + pointerEscaped(key)
      case .index(let index): "/\(index)"
      }
    }.joined() + missing.map { "/" + pointerEscaped($0) }.joined()
  }

  func appending(_ step: Step) -> SweepPlace {
    var place = self
    place.steps.append(step)
    return place
  }
}

/// A place with what stands there; nil where nothing does yet.
struct SweepTarget {
  var place: SweepPlace
  var node: JSONNode?
}

extension SweepPath {
  /// The places that the path names in a problem.
  ///
  /// A key that is absent names a place to be created; behind `*` only where no entry has it, so that varying the
  /// objectives of all classes gives none to a class without. `limit` of a number is that number: objectives may be
  /// written either way.
  /// - Throws: One fault that says where the path leaves the problem, with the nearest name.
  func targets(in root: JSONNode) throws(Fault) -> [SweepTarget] {
    var targets = [SweepTarget(place: SweepPlace(), node: root)]
    var walked = ""
    for (index, step) in steps.enumerated() {
      var next: [SweepTarget] = []
      for target in targets {
        // Entries cannot be created: the array must be there.
        if index + 1 < steps.count, case .key(let key) = step, !steps[index + 1].isKey,
          case .object(let members)? = target.node?.value, !members.contains(where: { $0.key == key })
        {
          throw SweepPath.missing(
            key, among: members.map(\.key), in: walked.isEmpty ? "the problem" : walked, what: "key")
        }
        next += try SweepPath.step(step, from: target, walked: walked)
      }
      walked += SweepPath.text(of: step, first: walked.isEmpty)
      targets = next
    }
    let present = targets.filter { $0.node != nil }
    return steps.contains(.all) && !present.isEmpty ? present : targets
  }

  private static func text(of step: Step, first: Bool) -> String {
    switch step {
    case .key(let key): first ? key : "." + key
    case .entry(let name): "[\(name)]"
    case .all: "[*]"
    }
  }

  private static func step(_ step: Step, from target: SweepTarget, walked: String) throws(Fault) -> [SweepTarget] {
    guard let node = target.node else {
      guard case .key(let key) = step else {
        throw Fault(path: "", message: "the problem has no \(walked)")
      }
      var place = target.place
      place.missing.append(key)
      return [SweepTarget(place: place, node: nil)]
    }
    switch (step, node.value) {
    case (.key(let key), .object(let members)): return [member(key, of: members, at: target.place)]
    case (.entry(let key), .object(let members)):
      if !members.contains(where: { $0.key == key }) {
        throw missing(key, among: members.map(\.key), in: walked, what: "key")
      }
      return [member(key, of: members, at: target.place)]
    case (.key("limit"), .number): return [target]
    case (.key, .string) where target.place.steps.last.map({ if case .index = $0 { true } else { false } }) ?? false:
      // An entry that is written as the string that is its id.
      return try self.step(
        step, from: SweepTarget(place: target.place, node: entryObject(of: node)), walked: walked)
    case (.all, .array(let elements)):
      if elements.isEmpty { throw Fault(path: "", message: "\(walked) has no entries") }
      return elements.enumerated().map { index, element in
        SweepTarget(place: target.place.appending(.index(index)), node: element)
      }
    case (.entry(let name), .array(let elements)):
      let ids = elements.map(id(of:))
      let index = ids.firstIndex { $0 == name } ?? Int(name).flatMap { elements.indices.contains($0) ? $0 : nil }
      guard let index else {
        throw missing(name, among: ids.compactMap { $0 }, in: walked, what: "entry")
      }
      return [SweepTarget(place: target.place.appending(.index(index)), node: elements[index])]
    case (.key(let key), .array(let elements)):
      let ids = elements.compactMap(id(of:))
      throw Fault(
        path: "", message: "\(walked) is an array: name an entry in brackets, or [*] for all, before \"\(key)\"",
        hint: ids.isEmpty ? nil : "entries: " + ids.prefix(20).joined(separator: ", "))
    case (.all, _), (.entry, _), (.key, _):
      throw Fault(
        path: "",
        message: "\(walked) is \(node.summary) and has no parts, found \"\(text(of: step, first: false))\" after it")
    }
  }

  private static func member(_ key: String, of members: [JSONNode.Member], at place: SweepPlace) -> SweepTarget {
    if let member = members.first(where: { $0.key == key }) {
      if case .null = member.node.value { return SweepTarget(place: place.appending(.key(key)), node: nil) }
      return SweepTarget(place: place.appending(.key(key)), node: member.node)
    }
    var place = place
    place.missing.append(key)
    return SweepTarget(place: place, node: nil)
  }

  private static func missing(_ name: String, among names: [String], in walked: String, what: String) -> Fault {
    var hint = nearest(name, among: names).map { "did you mean \(what == "key" ? $0 : "[\($0)]")?" }
    if hint == nil, !names.isEmpty {
      hint = "\(what == "key" ? "keys" : "entries"): " + names.prefix(20).joined(separator: ", ")
    }
    return Fault(path: "", message: "\(walked) has no \(what) \"\(name)\"", hint: hint)
  }

  /// What an entry of an array is called: its id, else the catalog's name for it, else the string that it is.
  private static func id(of node: JSONNode) -> String? {
    switch node.value {
    case .string(let text): return text
    case .object(let members):
      for key in ["id", "catalog"] {
        if let member = members.first(where: { $0.key == key }), case .string(let text) = member.node.value {
          return text
        }
      }
      return nil
    default: return nil
    }
  }
}

/// The object that a string stands for where entries may be written as their id.
func entryObject(of node: JSONNode) -> JSONNode {
  let id = JSONNode.Member(key: "id", keyLine: node.line, keyColumn: node.column, node: node)
  return JSONNode(.object([id]), line: node.line, column: node.column)
}
