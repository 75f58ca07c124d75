import FleetJSON
import Testing

@testable import FleetServing

/// The schema, the document and the table of keys say the same.
@Suite struct ProblemSchemaTests {
  private let checker: ProblemSchemaChecker
  private let document: String

  init() throws {
    checker = ProblemSchemaChecker(
      schema: try JSONParser.parse(contentsOf: packageFolder + "/docs/problem.schema.json"))
    document = String(decoding: try InputFile.read(path: packageFolder + "/docs/problem-format.md"), as: UTF8.self)
  }

  @Test(arguments: ProblemFormat.Part.allCases)
  func theSchemaHasTheKeysOfTheDecoder(part: ProblemFormat.Part) throws {
    let definition =
      try part == .problem
      ? checker.schema : #require(checker.schema.child("$defs")?.child(part.rawValue), "no $defs/\(part.rawValue)")
    // Any percentile is a key of its own.
    let fields = part.fields.filter { $0.key != "pNN" }
    let properties = definition.child("properties")?.members ?? []
    #expect(properties.map(\.key) == fields.map(\.key))
    #expect(definition.child("required")?.strings ?? [] == fields.filter { $0.fallback == nil }.map(\.key))
    for (property, field) in zip(properties, fields) {
      #expect(property.node.child("description")?.text == field.meaning)
    }
    guard case .bool(false)? = definition.child("additionalProperties")?.value else {
      Issue.record("additional properties are allowed in \(part.rawValue)")
      return
    }
  }

  @Test func theSchemaHasTheKeysOfAnAccelerator() throws {
    let definition = try #require(checker.schema.child("$defs")?.child("accelerator_figures"))
    #expect(definition.child("properties")?.members.map(\.key) == Accelerator.figureKeys)
  }

  /// `FLEETPLAN_REWRITE_DOCS=1 swift test` writes the tables of the document anew.
  @Test func theDocumentHasTheTableOfEveryPart() throws {
    var expected = document
    for part in ProblemFormat.Part.allCases {
      let start = "<!-- keys of \(part.rawValue) -->\n"
      let range = try #require(document.tableRange(after: start), "\(start) is missing in docs/problem-format.md")
      if document[range] != part.markdownTable {
        guard rewritesDocuments else {
          Issue.record("the table of \(part.rawValue) differs; FLEETPLAN_REWRITE_DOCS=1 swift test writes it anew")
          continue
        }
        let old = start + document[range]
        expected = expected.replacingFirst(old, with: start + part.markdownTable)
      }
    }
    if expected != document { try AtomicFile.write(expected, to: packageFolder + "/docs/problem-format.md") }
  }

  @Test func theDocumentNamesTheDefaultsOfTheCode() {
    let policy = Policy()
    let defaults = Dictionary(uniqueKeysWithValues: ProblemFormat.Part.policy.fields.map { ($0.key, $0.fallback) })
    #expect(policy.dataDegrees == nil && (defaults["dp"] ?? nil)?.hasPrefix("`\(Policy.usualDataDegrees)`") == true)
    #expect(defaults["cp"] == "`\(policy.contextDegrees)`")
    #expect(defaults["max_batch"] == "\(policy.maximumBatch)")
    #expect(policy.chunkTokens == nil && defaults["chunk_tokens"] == "chosen")
    #expect(defaults["prefill_step_tokens"] == "\(policy.prefillStepTokens)")
    #expect(defaults["router"] == "`\(policy.router.rawValue)`")
    #expect(defaults["robust"] == "`\(policy.robust)`")
    #expect(policy.headroom == 0 && defaults["headroom"] == "0")
    #expect(policy.spareInstancesPerGroup == 0 && defaults["spare_instances_per_group"] == "0")
    let solver = Dictionary(uniqueKeysWithValues: ProblemFormat.Part.solver.fields.map { ($0.key, $0.fallback) })
    #expect(solver["time_limit_s"] == tokens(SolverLimits().timeSeconds))
    #expect(solver["relative_gap"] == tokens(SolverLimits().relativeGap))
  }

  @Test func problemsObeyTheSchema() throws {
    let node = try JSONParser.parse(text: fullProblem, source: "")
    #expect(checker.violations(of: node) == [])
  }

  @Test(arguments: [
    ("\"hours\": 16", "\"hours\": 0"), ("\"billing\": \"node\"", "\"billing\": \"rack\""),
    ("\"tpot_ms\": 50", "\"tpot\": 50"), ("\"percentile\": 99", "\"percentile\": 0.99"),
    ("\"id\": \"chat\"", "\"id\": \"a chat\""), ("\"max_share\": 0.8", "\"max_share\": 80"),
    ("\"p5\": 20", "\"mean\": 20"), ("\"rows\": 3", "\"rows\": 2.5"),
    ("\"kv_exchange\": {", "\"kv_exchange\": {\"except\": [], "),
    ("\"host_staged\": true", "\"host_staged\": 1"), ("\"free\"", "\"any\""),
  ])
  func theSchemaRefusesWhatTheReaderRefuses(old: String, new: String) throws {
    let text = fullProblem.replacingFirst(old, with: new)
    #expect(text != fullProblem)
    #expect(try !checker.violations(of: JSONParser.parse(text: text, source: "")).isEmpty)
    let folder = try TemporaryFolder(["trace.csv": sampleTrace, "table.csv": sampleTable])
    #expect(try !faults(of: text, baseDirectory: folder.path).isEmpty)
  }
}

extension ProblemFormat.Part {
  /// The keys as a table of the document.
  var markdownTable: String {
    var lines = ["| Key | Type | Unit | Default | Meaning |", "|---|---|---|---|---|"]
    for field in fields {
      lines.append(
        "| `\(field.key)` | \(field.type) | \(field.unit) | \(field.fallback ?? "**required**") | \(field.meaning) |")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension String {
  /// The lines of a table that follow `marker`.
  func tableRange(after marker: String) -> Range<Index>? {
    guard let start = ranges(of: marker).first?.upperBound else { return nil }
    var end = start
    while end < endIndex, self[end] == "|" {
      end = self[end...].firstIndex(of: "\n").map { index(after: $0) } ?? endIndex
    }
    return start..<end
  }

  func replacingFirst(_ old: String, with new: String) -> String {
    guard let range = ranges(of: old).first else { return self }
    return self[..<range.lowerBound] + new + self[range.upperBound...]
  }
}
