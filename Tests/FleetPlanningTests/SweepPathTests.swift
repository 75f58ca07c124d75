import FleetJSON
import FleetServing
import Testing

@testable import FleetPlanning

/// Paths into a problem file, values, and what they make of the file.
@Suite struct SweepPathTests {
  static let document = """
    {
      "format": "fleetplan-problem/1",
      "accelerators": ["h100", { "id": "mi300x", "stock_devices": 8 }, { "catalog": "gaudi3" }],
      "classes": [
        { "id": "chat", "rate_per_s": 5, "slo": { "ttft_ms": 800 } },
        { "id": "code", "rate_per_s": [2, 4], "slo": { "ttft_ms": { "limit": 500, "percentile": 99 } } },
        { "id": "2", "rate_per_s": 1 }
      ],
      "policy": null
    }
    """

  private func root() throws -> JSONNode { try JSONParser.parse(text: Self.document, source: "p.json") }

  /// The document after a variation, on one line with sorted keys.
  private func edited(_ path: String, _ entry: SweepEntry) throws -> String {
    let path = try SweepPath(path)
    var tree = try root()
    for target in try path.targets(in: tree) {
      tree = tree.setting(try entry.value(at: target, path: path), at: target.place)
    }
    return JSONOutput(tree).encoded(pretty: false)
  }

  private func pointers(_ path: String) throws -> [String] {
    try SweepPath(path).targets(in: root()).map(\.place.pointer)
  }

  @Test(arguments: [
    ("accelerators[mi300x].stock_devices", ["/accelerators/1/stock_devices"]),
    ("accelerators[gaudi3].stock_devices", ["/accelerators/2/stock_devices"]),
    ("accelerators[0].stock_devices", ["/accelerators/0/stock_devices"]),
    ("accelerators[*].stock_devices", ["/accelerators/1/stock_devices"]),
    ("accelerators[*].billing", ["/accelerators/0/billing", "/accelerators/1/billing", "/accelerators/2/billing"]),
    // An id comes before a position.
    ("classes[2].rate_per_s", ["/classes/2/rate_per_s"]), ("classes[1].rate_per_s", ["/classes/1/rate_per_s"]),
    ("classes[*].slo.ttft_ms.limit", ["/classes/0/slo/ttft_ms", "/classes/1/slo/ttft_ms/limit"]),
    ("classes[chat][slo].tpot_ms", ["/classes/0/slo/tpot_ms"]),
    ("policy.budget_usd_per_hour", ["/policy/budget_usd_per_hour"]),
    ("classes[code].rate_per_s[1]", ["/classes/1/rate_per_s/1"]),
  ]) func placesAreFound(path: String, expected: [String]) throws {
    #expect(try pointers(path) == expected)
  }

  @Test func valuesAreSet() throws {
    #expect(try edited("classes[chat].rate_per_s", .number(7.5)).contains(#"{"id":"chat","rate_per_s":7.5,"#))
    #expect(try edited("classes[code].rate_per_s", .factor(1.5)).contains(#""rate_per_s":[3,6]"#))
    #expect(try edited("classes[code].rate_per_s", .number(3)).contains(#""rate_per_s":3"#))
    #expect(
      try edited("accelerators[h100].stock_devices", .number(4)).contains(
        #""accelerators":[{"id":"h100","stock_devices":4}"#))
    #expect(try edited("policy.budget_usd_per_hour", .number(4)).contains(#""policy":{"budget_usd_per_hour":4}"#))
    #expect(try edited("traffic_mix", .word("free")).contains(#""traffic_mix":"free""#))
    #expect(
      try edited("classes[*].slo.ttft_ms.limit", .factor(0.5)).contains(#""limit":250,"percentile":99"#))
    // 0.1 · 3 as a person writes it.
    let path = try SweepPath("x")
    let node = try JSONParser.parse(text: #"{"x": 0.1}"#, source: "")
    let target = try #require(try path.targets(in: node).first)
    let tripled = try SweepEntry.factor(3).value(at: target, path: path)
    #expect(JSONOutput(JSONNode(tripled, line: 1, column: 1)) == .number(0.3))
  }

  /// Two changes below an object that neither finds.
  @Test func missingObjectsAreMadeOnce() throws {
    var tree = try root()
    for (text, number) in [("policy.budget_usd_per_hour", 4.0), ("policy.power_watts_max", 9.0)] {
      let path = try SweepPath(text)
      for target in try path.targets(in: root()) {
        tree = tree.setting(try SweepEntry.number(number).value(at: target, path: path), at: target.place)
      }
    }
    #expect(
      JSONOutput(tree).encoded(pretty: false).contains(#""policy":{"budget_usd_per_hour":4,"power_watts_max":9}"#))
  }

  @Test(arguments: [
    ("", "the path is empty"), ("a.", "the path ends with a dot"), (".a", "a key is missing before"),
    ("a..b", "a key is missing before"), ("[a]", "a path starts with a key"), ("a[", "\"[\" without \"]\""),
    ("a]", "\"]\" without \"[\""), ("a[]", "empty brackets"), ("a[b]c", "expected \".\" or \"[\""),
    ("a.[b]", "a key is missing before"),
  ]) func brokenPaths(text: String, message: String) throws {
    let fault = #expect(throws: Fault.self) { try SweepPath(text) }
    #expect(fault?.message.contains(message) ?? false, "\(fault?.description ?? "none")")
  }

  @Test(arguments: [
    ("clases[chat].rate_per_s", "the problem has no key \"clases\"", "classes"),
    ("classes[chta].rate_per_s", "classes has no entry \"chta\"", "[chat]"),
    ("classes[9].rate_per_s", "classes has no entry \"9\"", "chat, code, 2"),
    ("classes.rate_per_s", "classes is an array", "chat, code, 2"),
    ("format.x", "has no parts", ""), ("classes[chat].id[0]", "has no parts", ""),
  ]) func unknownPlaces(path: String, message: String, hint: String) throws {
    let fault = #expect(throws: Fault.self) { try pointers(path) }
    #expect(fault?.message.contains(message) ?? false, "\(fault?.description ?? "none")")
    #expect(hint.isEmpty || fault?.hint?.contains(hint) ?? false)
  }

  @Test(arguments: [
    ("classes[chat].slo", SweepEntry.number(1), "not a number to set", "classes[chat].slo.ttft_ms"),
    ("classes[code].slo.ttft_ms", .number(1), "not a number to set", "classes[code].slo.ttft_ms.limit"),
    ("classes", .number(1), "not a number to set", "entries"),
    ("classes[chat].slo", .factor(2), "not a number to multiply", "ttft_ms"),
    ("classes[chat].id", .factor(2), "cannot be multiplied", "a factor needs"),
    ("policy.budget_usd_per_hour", .factor(2), "nothing in the file to multiply", "without *"),
    ("classes[chat].rate_per_s", .factor(1e308), "too large", ""),
  ]) func entriesThatDoNotFit(path: String, entry: SweepEntry, message: String, hint: String) throws {
    let fault = #expect(throws: Fault.self) { _ = try edited(path, entry) }
    #expect(fault?.message.contains(message) ?? false, "\(fault?.description ?? "none")")
    #expect(hint.isEmpty || fault?.hint?.contains(hint) ?? false)
  }

  // MARK: Values

  @Test(arguments: [
    ("1,2,5", "1 2 5"), ("1:4:1", "1 2 3 4"), ("0.1:0.5:0.1", "0.1 0.2 0.3 0.4 0.5"), ("10:1:-4", "10 6 2"),
    ("1:100/3", "1 10 100"), ("1:100/4", "1 4.64159 21.5443 100"), ("*0.5,*2", "*0.5 *2"), ("*1:4:1.5", "*1 *2.5 *4"),
    ("*0.5:2/3", "*0.5 *1 *2"), (" 1 , 2 ", "1 2"), ("true,false,null,node", "true false null node"), ("1e3", "1000"),
    ("-1", "-1"), ("0:0:1", "0"), ("0:0.3:0.1", "0 0.1 0.2 0.3"), ("h100-sxm", "h100-sxm"), ("1:2:1,5", "1 2 5"),
  ]) func lists(text: String, expected: String) throws {
    #expect(try SweepEntry.list(text).map(\.spelling).joined(separator: " ") == expected)
  }

  @Test(arguments: [
    ("", "no values"), ("1,,2", "missing between"), ("1,2,", "missing between"), ("1:2", "expected from:to:step"),
    ("1:2:3:4", "expected from:to:step"), ("1:x:1", "expected from:to:step"), ("1:2:0", "is 0"),
    ("1:2:-1", "leads away"), ("0:2/3", "one sign"), ("-1:2/3", "one sign"), ("1:1/3", "are equal"),
    ("1:2/1", "count of 2 or more"), ("1:2/x", "expected from:to:step"), ("*", "after *"), ("*x", "after *"),
    ("1,1", "given twice"), ("*1,*1", "given twice"), (".5", "expected a number"), ("+1", "expected a number"),
    ("1:1e9:0.001", "more than 10000"), ("1:1e308:1e-300", "more than 10000"), ("1:2/99999999999", "more than 10000"),
    ("1:2/99999999999999999999", "expected from:to:step"), ("1:1.0000001/10000", "do not fit"),
  ]) func brokenLists(text: String, message: String) throws {
    let fault = #expect(throws: Fault.self) { try SweepEntry.list(text) }
    #expect(fault?.message.contains(message) ?? false, "\(fault?.description ?? "none")")
  }

  // MARK: Properties

  /// Setting a value and reading it gives the value; the rest of the tree is as it was; places come back as pointers.
  @Test(arguments: 1...60) func settingIsReading(seed: Int) throws {
    var random = SeededGenerator(seed: seed)
    let tree = RandomTree.node(&random, depth: 4)
    let places = RandomTree.places(tree)
    guard let place = places.randomElement(using: &random) else { return }
    let number = Double(random.whole(-1000...1000)) / 8
    let changed = tree.setting(.number(number, literal: SweepEntry.text(of: number)), at: place)
    #expect(RandomTree.value(at: place, in: changed) == .number(number), "seed \(seed)")
    for other in places where other != place {
      let inside = other.pointer.hasPrefix(place.pointer + "/") || place.pointer.hasPrefix(other.pointer + "/")
      if inside { continue }
      #expect(
        RandomTree.value(at: other, in: changed) == RandomTree.value(at: other, in: tree),
        "seed \(seed), \(other.pointer)")
    }
    // The same place by its path.
    let path = try SweepPath(RandomTree.spelling(of: place))
    #expect(try path.targets(in: tree).map(\.place) == [place], "seed \(seed), \(path)")
  }
}

/// Trees of numbers, drawn from a seed.
private enum RandomTree {
  static func node(_ random: inout SeededGenerator, depth: Int) -> JSONNode {
    let place = (random.whole(1...99), random.whole(1...99))
    if depth == 0 || random.chance(0.2), depth < 4 {
      let number = Double(random.whole(0...99))
      return JSONNode(.number(number, literal: SweepEntry.text(of: number)), line: place.0, column: place.1)
    }
    let count = random.whole(1...3)
    if random.chance(0.4), depth < 4 {
      return JSONNode(.array((0..<count).map { _ in node(&random, depth: depth - 1) }), line: place.0, column: place.1)
    }
    let members = (0..<count).map { index in
      JSONNode.Member(key: "k\(index)", keyLine: 1, keyColumn: 1, node: node(&random, depth: depth - 1))
    }
    return JSONNode(.object(members), line: place.0, column: place.1)
  }

  static func places(_ node: JSONNode, _ place: SweepPlace = SweepPlace()) -> [SweepPlace] {
    switch node.value {
    case .object(let members):
      return members.flatMap { member -> [SweepPlace] in
        let inner = place.appending(.key(member.key))
        return [inner] + places(member.node, inner)
      }
    case .array(let elements):
      return elements.enumerated().flatMap { index, element -> [SweepPlace] in
        let inner = place.appending(.index(index))
        return [inner] + places(element, inner)
      }
    default: return []
    }
  }

  static func value(at place: SweepPlace, in node: JSONNode) -> JSONOutput? {
    var node = node
    for step in place.steps {
      switch (step, node.value) {
      case (.key(let key), .object(let members)):
        guard let member = members.first(where: { $0.key == key }) else { return nil }
        node = member.node
      case (.index(let index), .array(let elements)):
        guard elements.indices.contains(index) else { return nil }
        node = elements[index]
      default: return nil
      }
    }
    if case .number(let number, _) = node.value { return .number(number) }
    return JSONOutput(node)
  }

  static func spelling(of place: SweepPlace) -> String {
    place.steps.enumerated().map { index, step in
      switch step {
      case .key(let key): index == 0 ? key : "." + key
      case .index(let index): "[\(index)]"
      }
    }.joined()
  }
}
