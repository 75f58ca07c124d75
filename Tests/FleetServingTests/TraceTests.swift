import FleetJSON
import Testing

@testable import FleetServing

@Suite struct TraceTests {
  private func trace(_ text: String, rows: ClosedRange<Int> = 1...Trace.maximumRows) throws -> Trace {
    try Trace(csv: Array(text.utf8), rows: rows)
  }

  private func messages(_ text: String, rows: ClosedRange<Int> = 1...Trace.maximumRows) -> [String] {
    do {
      _ = try Trace(csv: Array(text.utf8), rows: rows)
      return []
    } catch { return error.messages }
  }

  @Test func theAzureFormat() throws {
    let trace = try trace(sampleTrace)
    #expect(trace.arrivalSeconds == [0, 1, 2, 3])
    #expect(trace.inputTokens == [374, 396, 879, 91])
    #expect(trace.outputTokens == [44, 109, 55, 16])
    #expect(trace.meanRatePerSecond == 1)
    #expect(trace.emptyLengths == 0)
    #expect(trace.hash == sha256Hex(Array(sampleTrace.utf8)))
    let lengths = trace.lengths()
    #expect(lengths.points.count == 4)
    #expect(lengths.meanInputTokens == 435)
  }

  @Test func columnsInAnyOrderLineEndsAndZones() throws {
    let text = """
      id,GeneratedTokens,TIMESTAMP,ContextTokens\r
      a,5,2024-02-29T23:59:59.5Z,7\r
      b,6,2024-03-01 02:00:00.25+02:00,8\r
      \r
      c,7,2024-03-01 00:00:01,9
      """
    let trace = try trace(text)
    #expect(trace.arrivalSeconds == [0, 0.75, 1.5])
    #expect(trace.inputTokens == [7, 8, 9])
    #expect(trace.outputTokens == [5, 6, 7])
  }

  @Test func secondsInTheFirstColumn() throws {
    let trace = try trace("TIMESTAMP,ContextTokens,GeneratedTokens\n0.5,1,0\n2,2,2\n")
    #expect(trace.arrivalSeconds == [0, 1.5])
    #expect(trace.outputTokens == [1, 2])
    #expect(trace.emptyLengths == 1)
  }

  @Test func aRangeOfRows() throws {
    #expect(try trace(sampleTrace, rows: 2...3).inputTokens == [396, 879])
    #expect(messages(sampleTrace, rows: 5...9) == ["there are only 4 rows"])
    // Rows behind the range are not looked at.
    #expect(try trace(sampleTrace + "\nnonsense", rows: 1...4).count == 4)
  }

  @Test(arguments: [
    ("", "the file is empty"),
    ("TIMESTAMP,ContextTokens,GeneratedTokens\n", "there are no rows"),
    ("TIMESTAMP,Context\n1,2\n", "line 1: expected a header"),
    ("TIMESTAMP,ContextTokens,GeneratedTokens\n1,2\n", "line 2: expected at least 3 columns, found 2"),
    ("TIMESTAMP,ContextTokens,GeneratedTokens\n1,2,3\n1,x,3\n", "line 3: expected a whole number of tokens"),
    ("TIMESTAMP,ContextTokens,GeneratedTokens\n1,2,\"3\"\n", "line 2: expected a whole number of tokens"),
    ("TIMESTAMP,ContextTokens,GeneratedTokens\n1,2,-3\n", "found \"-3\""),
    ("TIMESTAMP,ContextTokens,GeneratedTokens\n1,2,100000001\n", "up to 100000000"),
    ("TIMESTAMP,ContextTokens,GeneratedTokens\nsoon,2,3\n", "line 2: expected a timestamp"),
    ("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-13-01 00:00:00,2,3\n", "line 2: expected a timestamp"),
    ("TIMESTAMP,ContextTokens,GeneratedTokens\n2,2,3\n1,2,3\n", "line 3: the timestamp is earlier"),
  ])
  func faultsNameTheirLine(text: String, says: String) {
    #expect(messages(text).first?.contains(says) == true, "\(messages(text))")
  }

  @Test func faultsAreLimited() {
    let text = "TIMESTAMP,ContextTokens,GeneratedTokens\n" + String(repeating: "1,x,x\n", count: 1000)
    #expect(messages(text).count == 20)
  }

  @Test func aMissingFileAndAFolderAreFaults() throws {
    let folder = try TemporaryFolder()
    for path in [folder.path + "/none.csv", folder.path] {
      #expect(throws: TraceFaults.self) { try Trace(contentsOf: path) }
    }
  }

  /// A line that parts of a large file share is read as one.
  @Test(arguments: [1, 2, 7, 64, 100, 1000])
  func linesAcrossPartsOfTheFile(partBytes: Int) throws {
    let folder = try TemporaryFolder(["t.csv": sampleTrace])
    let parted = try Trace(contentsOf: folder.path + "/t.csv", rows: 1...9, partBytes: partBytes)
    let whole = try trace(sampleTrace)
    #expect(parted.arrivalSeconds == whole.arrivalSeconds)
    #expect(parted.inputTokens == whole.inputTokens)
    #expect(parted.outputTokens == whole.outputTokens)
    #expect((parted.hash == whole.hash) == (partBytes > sampleTrace.utf8.count))
  }

  @Test func aProblemNeedsARateWhereTheTraceHasNone() throws {
    let folder = try TemporaryFolder(["t.csv": "TIMESTAMP,ContextTokens,GeneratedTokens\n1,2,3\n"])
    let found = try faults(
      of: """
        {"format": "fleetplan-problem/1", "accelerators": ["h100-sxm"],
         "classes": [{"id": "c", "model": "qwen3-32b", "lengths": {"trace": "t.csv"}, "slo": {"ttft_ms": 800}}]}
        """, baseDirectory: folder.path)
    #expect(found.map(\.path) == ["/classes/0/rate_per_s"])
  }

  // MARK: Rows beyond the context

  /// Of ten rows 1 s apart two are longer than 1000 tokens: an answer too long, and a prompt.
  private static let longRows =
    "TIMESTAMP,ContextTokens,GeneratedTokens\n"
    + (0..<10).map { "\($0),\($0 == 3 ? 600 : $0 == 9 ? 5000 : 100),\($0 == 3 ? 700 : 50)" }.joined(separator: "\n")

  private func problem(_ rule: String, rows: String = longRows) throws -> Result<PlanningProblem, Faults> {
    let folder = try TemporaryFolder(["t.csv": rows])
    let text = """
      {"format": "fleetplan-problem/1", "accelerators": ["h100-sxm"],
       "models": [{"id": "qwen3-32b", "max_sequence_tokens": 1000}],
       "classes": [{"id": "c", "model": "qwen3-32b", "lengths": {"trace": "t.csv"\(rule)},
         "slo": {"ttft_ms": 800}}]}
      """
    let catalog = try shippedCatalog.get()
    do throws(Faults) {
      return .success(
        try PlanningProblem(
          json: Array(text.utf8), source: "test.json", baseDirectory: folder.path, catalog: catalog))
    } catch {
      return .failure(error)
    }
  }

  @Test func longRowsAreRefusedUnlessTheProblemSaysOtherwise() throws {
    for rule in ["", ", \"beyond_context\": \"refuse\""] {
      guard case .failure(let faults) = try problem(rule) else {
        Issue.record("rows beyond the context were read")
        continue
      }
      #expect(faults.all.map(\.path) == ["/classes/0/lengths"])
      #expect(faults.all.first?.hint?.contains("beyond_context can clip or drop") == true)
    }
  }

  @Test func longRowsAreClipped() throws {
    let clipped = try problem(", \"beyond_context\": \"clip\"").get()
    #expect(clipped.warnings.map(\.message) == ["t.csv: 2 of 10 rows are longer than 1000 tokens and are clipped"])
    let points = clipped.classes[0].lengths.points
    #expect(points.map(\.inputTokens) == [100, 600, 999])
    #expect(points.map(\.outputTokens) == [50, 400, 1])
    #expect(abs(clipped.classes[0].ratePerSecond[0] - 1) < 1e-12)
  }

  @Test func longRowsAreDropped() throws {
    let dropped = try problem(", \"beyond_context\": \"drop\"").get()
    #expect(dropped.warnings.map(\.message) == ["t.csv: 2 of 10 rows are longer than 1000 tokens and are dropped"])
    #expect(dropped.classes[0].lengths == LengthDistribution(inputTokens: 100, outputTokens: 50))
    // Eight of ten rows; the last one gone does not shorten the time.
    #expect(abs(dropped.classes[0].ratePerSecond[0] - 0.8) < 1e-12)
  }

  @Test func aTraceOfLongRowsAloneCannotBeDropped() throws {
    let rows = "TIMESTAMP,ContextTokens,GeneratedTokens\n0,5000,1\n1,5000,1\n"
    guard case .failure(let faults) = try problem(", \"beyond_context\": \"drop\"", rows: rows) else {
      Issue.record("a trace without rows was read")
      return
    }
    #expect(faults.all.map(\.path) == ["/classes/0/lengths/trace"])
    #expect(faults.all.first?.message.contains("2 of 2 rows") == true)
  }

  @Test func rowsWithinTheContextAreLeftAsTheyAre() throws {
    let rows = "TIMESTAMP,ContextTokens,GeneratedTokens\n0,900,100\n1,10,10\n"
    let found = try problem(", \"beyond_context\": \"clip\"", rows: rows).get()
    #expect(found.warnings.isEmpty)
    #expect(found.classes[0].lengths.points.map(\.inputTokens) == [10, 900])
  }
}
