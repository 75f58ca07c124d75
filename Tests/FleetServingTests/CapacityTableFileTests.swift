import FleetJSON
import Testing

@testable import FleetServing

/// Tables that are written are read back, in the problem and from a file beside it.
@Suite struct CapacityTableFileTests {
  private let table = CapacityTable(
    id: "t", modelID: "llama-3.1-70b", poolID: "h100-sxm", phase: .decode,
    strategy: ParallelStrategy(tensor: 2, pipeline: 2, expert: 4, data: 2), weightPrecision: .fp8, maximumBatch: 12,
    source: "predicted by somebody",
    rows: [
      CapacityTable.Row(inputTokens: 972, outputTokens: 100, ratePerSecond: 1234.5678, tpotSeconds: 0.0123456789),
      CapacityTable.Row(inputTokens: 972, outputTokens: 100, ratePerSecond: 2_345_678.9),
      CapacityTable.Row(classID: "chat", ratePerSecond: 0.00123456789, ttftSeconds: 1.5),
    ])

  private func problem(_ tables: String) -> String {
    """
    {
      "format": "fleetplan-problem/1",
      "models": ["llama-3.1-70b"],
      "accelerators": ["h100-sxm"],
      "classes": [{
        "id": "chat", "model": "llama-3.1-70b", "rate_per_s": 1,
        "lengths": { "input_tokens": 100, "output_tokens": 100 }
      }],
      "capacity_tables": \(tables)
    }
    """
  }

  private func file(_ tables: [CapacityTable]) -> String {
    JSONOutput.object(["capacity_tables": .array(tables.map { $0.encoded() })]).encoded()
  }

  /// Far more tables, and rows of one, than were once taken.
  @Test func manyTablesAndRowsAreRead() throws {
    let tables = (0..<1500).map { number in
      var one = table
      one.id = "t\(number)"
      return one
    }
    let csv = (1...10_500).map { "\(10 * $0),100,\(0.5 + Double($0) / 1000)" }
    let folder = try TemporaryFolder([
      "tables.json": file(tables), "rows.csv": "input_tokens,output_tokens,rate_per_s\n" + csv.joined(separator: "\n"),
    ])
    #expect(try decoded(problem("\"tables.json\""), baseDirectory: folder.path).capacityTables.count == 1500)
    let long = """
      [{"id": "long", "model": "llama-3.1-70b", "accelerator": "h100-sxm", "file": "rows.csv"}]
      """
    #expect(try decoded(problem(long), baseDirectory: folder.path).capacityTables[0].rows.count == 10_500)
    #expect(ProblemBounds.tables == 100_000 && ProblemBounds.rows == 100_000, "docs/problem-format.md names both")
  }

  /// What is measured is used to the last request unless headroom is kept for the phase.
  @Test func tablesWithoutHeadroomAreNamed() throws {
    let text = problem(JSONOutput.array([table.encoded()]).encoded())
    let warning = "instances of measured tables (decode) may be loaded to 100 % of what was measured"
    #expect(try decoded(text).warnings.map(\.message).contains(warning))
    let other = text.replacingFirst("{", with: "{ \"policy\": {\"headroom\": {\"prefill\": 0.2}},")
    #expect(try decoded(other).warnings.map(\.message).contains(warning))
    let kept = text.replacingFirst("{", with: "{ \"policy\": {\"headroom\": {\"decode\": 0.2}},")
    #expect(try !decoded(kept).warnings.map(\.message).contains(warning))
    let meant = text.replacingFirst("{", with: "{ \"policy\": {\"headroom\": 0},")
    #expect(try !decoded(meant).warnings.map(\.message).contains(warning))
  }

  @Test func tablesAreReadBack() throws {
    var expected = table
    expected.rows[0].ratePerSecond = 1234.57
    expected.rows[0].tpotSeconds = 0.0123457
    expected.rows[1].ratePerSecond = 2_345_680
    expected.rows[2].ratePerSecond = 0.00123457
    let inside = try decoded(problem(JSONOutput.array([table.encoded()]).encoded()))
    let folder = try TemporaryFolder(["tables.json": file([table])])
    let beside = try decoded(problem("\"tables.json\""), baseDirectory: folder.path)
    for found in [inside, beside] {
      let read = try #require(found.capacityTables.first)
      for (row, wanted) in zip(read.rows, expected.rows) {
        #expect(abs(row.ratePerSecond / wanted.ratePerSecond - 1) < 1e-12)
        #expect(abs((row.tpotSeconds ?? 1) / (wanted.tpotSeconds ?? 1) - 1) < 1e-12)
      }
      var same = read
      same.rows = expected.rows
      #expect(same == expected)
    }
  }

  /// The file counts towards the hash of the problem.
  @Test func fileIsHashed() throws {
    let folder = try TemporaryFolder(["tables.json": file([table])])
    let first = try decoded(problem("\"tables.json\""), baseDirectory: folder.path)
    var other = table
    other.maximumBatch = 13
    try folder.write(file([other]), to: "tables.json")
    let second = try decoded(problem("\"tables.json\""), baseDirectory: folder.path)
    #expect(first.inputHash != second.inputHash)
  }

  @Test func faultsNameTheFileAndThePlaceInIt() throws {
    let folder = try TemporaryFolder([
      "tables.json": """
      {
        "capacity_tables": [
          { "id": "t", "model": "llama-3.1-70b", "accelerator": "h100-sxn", "rows": [{ "rate_per_s": -1 }] }
        ],
        "table": 1
      }
      """,
      "broken.json": "{",
    ])
    let found = try faults(of: problem("\"tables.json\""), baseDirectory: folder.path)
    #expect(found.count == 3)
    #expect(found.allSatisfy { $0.path == "/capacity_tables" && $0.message.hasPrefix("tables.json, line ") })
    let text = found.map(\.message).joined(separator: "\n")
    for part in ["line 3, column", "/capacity_tables/0/rows/0/rate_per_s", "did you mean \"h100-sxm\"?", "/table"] {
      #expect(text.contains(part), "\(part)")
    }
    #expect(try faults(of: problem("\"broken.json\""), baseDirectory: folder.path).count == 1)
    #expect(try faults(of: problem("\"none.json\""), baseDirectory: folder.path).count == 1)
    #expect(try faults(of: problem("1")).count == 1)
  }

  /// Of the operating points of a bucket a class gets the fastest that meets its objectives.
  @Test func fastestOperatingPointIsUsed() throws {
    let rows = [(1.0, 0.01), (3, 0.03), (2, 0.02)].map { rate, tpot in
      CapacityTable.Row(inputTokens: 100, outputTokens: 100, ratePerSecond: rate, tpotSeconds: tpot)
    }
    let larger = CapacityTable.Row(inputTokens: 1000, outputTokens: 100, ratePerSecond: 9)
    let table = CapacityTable(
      id: "t", modelID: "llama-3.1-70b", poolID: "h100-sxm", phase: .aggregated, strategy: ParallelStrategy(),
      rows: rows + [larger])
    var problem = try decoded(problem("[]"))
    for (limit, load) in [(0.05, 1.0 / 3), (0.025, 0.5), (0.01, 1)] {
      problem.classes[0].objective.tpot = LatencyObjective(seconds: limit, percentile: 0.95)
      guard case .serves(let match) = table.load(for: problem.classes[0]) else {
        Issue.record("not served within \(limit)")
        continue
      }
      #expect(match.load == load)
    }
  }
}
