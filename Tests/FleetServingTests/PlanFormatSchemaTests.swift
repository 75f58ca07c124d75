import FleetJSON
import FleetServing
import Testing

/// The schema, the document and the code say the same.
@Suite struct PlanFormatSchemaTests {
  private let schema: JSONNode
  private let document: String

  init() throws {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    schema = try JSONParser.parse(contentsOf: "/\(root)/docs/plan.schema.json")
    document = String(decoding: try InputFile.read(path: "/\(root)/docs/plan-format.md"), as: UTF8.self)
  }

  @Test func everyPlanObeysTheSchema() throws {
    for seed in UInt64(0)..<100 {
      var random = RandomPlans(seed: seed)
      let plan = try JSONParser.parse(text: random.plan().encoded().encoded(), source: "plan.json")
      #expect(violations(of: plan, against: schema, at: "").isEmpty, "seed \(seed)")
    }
  }

  @Test func theSchemaRefusesWhatTheReaderRefuses() throws {
    let sound = smallPlan().encoded().encoded(pretty: false)
    for (old, new) in [
      (#""status":"optimal""#, #""status":"optimum""#), (#""gap":0"#, #""gap":-1"#), (#""tp":2"#, #""tp":0"#),
      (#""tp":2"#, #""tp":2.5"#), (#""tp":2"#, #""tp":100001"#), (#""groups":["#, #""group":["#),
      (#""id":"p""#, #""id":"""#),
      (#""percentile":95"#, #""percentile":100"#), (#""rate_per_s":24"#, #""rate_per_s":null"#),
    ] {
      let text = sound.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false).joined(separator: new)
      #expect(text != sound)
      #expect(throws: Faults.self) { try Plan(json: Array(text.utf8), source: "") }
      #expect(try !violations(of: JSONParser.parse(text: text, source: ""), against: schema, at: "").isEmpty, "\(new)")
    }
  }

  /// A plan with every part present: each object of the schema has the keys that the writer writes, and the document
  /// has a row for each of them under the heading of its object.
  @Test func theKeysAgreeInCodeSchemaAndDocument() throws {
    var plan = smallPlan()
    plan.economics = PlanEconomics(
      usdPerMillionTokens: 1, usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1, usdPerThousandRequests: 1,
      offeredRatePerSecond: 1, servedRatePerSecond: 1, powerWatts: 1)
    plan.binding = [BindingConstraint(family: "stock", name: "stock[h100]", message: "all used")]
    plan.baselines = [BaselineResult(name: "two steps", kind: "two_step", status: .infeasible)]
    plan.robustness = PlanRobustness(nominal: BaselineResult(name: "nominal", kind: "nominal", status: .optimal))
    let replay = ReplayedClass.Latency(percentile: 0.95, predictedSeconds: 1, replayedSeconds: 1)
    plan.verification = PlanVerification(
      holds: true, rounds: 1, seed: 1, requests: 1, simulatedSeconds: 1,
      classes: [ReplayedClass(id: "c", requests: 1, ttft: replay, tpot: replay, endToEnd: replay)],
      tightened: [
        TightenedConfiguration(
          phase: .decode, modelID: "m", poolID: "a", weightPrecision: nil, kvPrecision: nil,
          strategy: ParallelStrategy(context: 2), classID: "c", factor: 1.5)
      ])
    plan.groups[0].evidence = .capacityTable
    // Only strategies with context groups have the key.
    plan.groups[0].strategy.context = 2
    plan.periods = plan.groups[0].instancesByPeriod.indices.map { PlanPeriod(id: "period-\($0)", hours: 1) }
    plan.rejected = [RejectedAlternative(poolID: "a", modelID: "m", phase: .decode, reason: "dear")]
    plan.conflict = ConflictReport(summary: "s", conflicting: ["c"], repairs: ["r"])
    let node = try JSONParser.parse(text: plan.encoded().encoded(), source: "")
    let headings: [(heading: String, path: [String])] = [
      ("## Plan", []), ("## `economics`", ["economics"]), ("## `groups[]`", ["groups", "items"]),
      ("## `groups[].evidence`", ["groups", "items", "evidence"]),
      ("## `routes[]`", ["routes", "items"]), ("## `classes[]`", ["classes", "items"]),
      ("## `classes[].ttft`", ["classes", "items", "ttft"]), ("## `purchases[]`", ["purchases", "items"]),
      ("## `periods[]`", ["periods", "items"]), ("## `binding[]`", ["binding", "items"]),
      ("## `baselines[]`", ["baselines", "items"]),
      ("## `robustness`", ["robustness"]),
      ("## `verification`", ["verification"]), ("## `verification.classes[]`", ["verification", "classes", "items"]),
      ("## `verification.classes[].ttft`", ["verification", "classes", "items", "ttft"]),
      ("## `verification.tightened[]`", ["verification", "tightened", "items"]),
      ("## `rejected[]`", ["rejected", "items"]), ("## `conflict`", ["conflict"]), ("## `provenance`", ["provenance"]),
    ]
    for (heading, path) in headings {
      let written = try #require(keys(of: node, path: path))
      let declared = try #require(keys(ofSchema: schema, path: path))
      #expect(written == declared, "\(path)")
      let documented = try #require(keys(inSection: heading), "\(heading) is missing in the document")
      #expect(documented == written, "\(heading)")
    }
    let sections = document.split(separator: "\n").filter { $0.hasPrefix("## ") }
    #expect(sections.count == headings.count)
  }

  private func keys(of node: JSONNode, path: [String]) -> Set<String>? {
    var node = node
    for step in path {
      if step == "items" {
        guard case .array(let elements) = node.value, let first = elements.first else { return nil }
        node = first
      } else {
        guard let member = node.member(step) else { return nil }
        node = member
      }
    }
    guard case .object(let members) = node.value else { return nil }
    return Set(members.map(\.key))
  }

  private func keys(ofSchema schema: JSONNode, path: [String]) -> Set<String>? {
    var node = schema
    for step in path {
      guard let next = step == "items" ? node.member("items") : node.member("properties")?.member(step) else {
        return nil
      }
      node = resolved(next)
    }
    guard case .object(let members)? = node.member("properties")?.value else { return nil }
    return Set(members.map(\.key))
  }

  /// The keys in the first column of the table under `heading`.
  private func keys(inSection heading: String) -> Set<String>? {
    let lines = document.split(separator: "\n", omittingEmptySubsequences: false)
    guard let start = lines.firstIndex(where: { $0.hasPrefix(heading) }) else { return nil }
    let section = lines[(start + 1)...].prefix { !$0.hasPrefix("## ") }
    let cells = section.filter { $0.hasPrefix("| `") }.compactMap { $0.dropFirst(2).split(separator: " |").first }
    return Set(cells.flatMap { $0.split(separator: ", ").map { String($0.filter { $0 != "`" }) } })
  }

  private func resolved(_ node: JSONNode) -> JSONNode {
    guard case .string(let reference)? = node.member("$ref")?.value,
      let name = reference.split(separator: "/").last,
      let definition = schema.member("$defs")?.member(String(name))
    else { return node }
    return definition
  }

  /// The part of JSON Schema 2020-12 that `plan.schema.json` uses.
  private func violations(of node: JSONNode, against rule: JSONNode, at path: String) -> [String] {
    let rule = resolved(rule)
    var found: [String] = []
    guard case .object(let rules) = rule.value else { return ["\(path): the schema is no object"] }
    for entry in rules {
      switch (entry.key, entry.node.value) {
      case ("type", _):
        if !entry.node.words.contains(where: { node.has(type: $0) }) { found.append("\(path): \(node.summary)") }
      case ("enum", _), ("const", _):
        if case .string(let word) = node.value, entry.node.words.contains(word) { continue }
        found.append("\(path): \(node.summary)")
      case ("required", _):
        guard case .object = node.value else { continue }
        found += entry.node.words.filter { node.member($0) == nil }.map { "\(path): \($0) is missing" }
      case ("properties", _):
        guard case .object(let members) = node.value else { continue }
        for member in members {
          guard let inner = entry.node.member(member.key) else {
            found.append("\(path): \(member.key) is unknown")
            continue
          }
          found += violations(of: member.node, against: inner, at: "\(path)/\(member.key)")
        }
      case ("items", _):
        guard case .array(let elements) = node.value else { continue }
        for (index, element) in elements.enumerated() {
          found += violations(of: element, against: entry.node, at: "\(path)/\(index)")
        }
      case ("minimum", .number(let bound, _)):
        if case .number(let number, _) = node.value, number < bound { found.append("\(path): \(number)") }
      case ("maximum", .number(let bound, _)):
        if case .number(let number, _) = node.value, number > bound { found.append("\(path): \(number)") }
      case ("exclusiveMinimum", .number(let bound, _)):
        if case .number(let number, _) = node.value, number <= bound { found.append("\(path): \(number)") }
      case ("exclusiveMaximum", .number(let bound, _)):
        if case .number(let number, _) = node.value, number >= bound { found.append("\(path): \(number)") }
      case ("minItems", .number(let bound, _)):
        if case .array(let elements) = node.value, Double(elements.count) < bound { found.append("\(path): too short") }
      case ("minLength", .number(let bound, _)):
        if case .string(let text) = node.value, Double(text.count) < bound { found.append("\(path): too short") }
      case ("additionalProperties", .bool(false)), ("$schema", _), ("title", _), ("description", _), ("$defs", _):
        continue
      default: found.append("\(path): the rule \(entry.key) is not known to this test")
      }
    }
    return found
  }
}

extension JSONNode {
  fileprivate func member(_ key: String) -> JSONNode? {
    guard case .object(let members) = value else { return nil }
    return members.first { $0.key == key }?.node
  }

  /// A string, or the strings of an array.
  fileprivate var words: [String] {
    switch value {
    case .string(let word): [word]
    case .array(let elements): elements.flatMap(\.words)
    default: []
    }
  }

  fileprivate func has(type: String) -> Bool {
    switch (type, value) {
    case ("object", .object), ("array", .array), ("string", .string), ("number", .number), ("null", .null),
      ("boolean", .bool):
      true
    case ("integer", .number(let number, _)): number == number.rounded()
    default: false
    }
  }
}
