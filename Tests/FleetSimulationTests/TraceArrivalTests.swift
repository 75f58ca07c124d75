import FleetServing
import Foundation
import Testing

@testable import FleetSimulation

@Suite struct TraceArrivalTests {
  private func requests(
    _ specification: ArrivalSpecification, rates: [[Double]] = [[1]], loadFactor: Double = 1
  ) throws -> [Arrival] {
    try take(
      .max,
      of: ArrivalProcess(
        specification: specification, problem: trafficProblem(rates: rates), seed: 1, loadFactor: loadFactor))
  }

  /// Messages of the fault, without the folder of the file.
  private func messages(_ text: String, isMooncake: Bool = false) throws -> [String] {
    let folder = try TemporaryFolder()
    let source = TraceSource(path: try folder.file("trace", text))
    do {
      _ = try requests(isMooncake ? .mooncakeTrace(source) : .azureTrace(source))
      return []
    } catch let faults as SimulationFaults {
      return faults.messages.map { $0.replacingOccurrences(of: folder.path + "/", with: "") }
    }
  }

  private static let azure = """
    TIMESTAMP,ContextTokens,GeneratedTokens
    2023-11-16 18:15:46.6805900,374,44
    2023-11-16 18:15:47.6805900,396,109
    2023-11-16 18:15:50.1805900,0,55

    """

  @Test func azureRows() throws {
    let folder = try TemporaryFolder()
    let source = TraceSource(path: try folder.file("a.csv", Self.azure))
    let arrivals = try requests(.azureTrace(source), loadFactor: 2)
    #expect(arrivals.map(\.seconds) == [0, 0.5, 1.75])
    #expect(arrivals.map(\.inputTokens) == [374, 396, 1])
    #expect(arrivals.map(\.outputTokens) == [44, 109, 55])
  }

  @Test func requestsGoToTheNamedClassOrByRates() throws {
    let folder = try TemporaryFolder()
    var text = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
    for row in 0..<20_000 { text += "\(row),10,5\n" }
    let path = try folder.file("a.csv", text)
    let named = try requests(.azureTrace(TraceSource(path: path, classID: "class-1")), rates: [[3], [1]])
    #expect(named.allSatisfy { $0.classIndex == 1 })
    let shared = try requests(.azureTrace(TraceSource(path: path)), rates: [[3], [0], [1]])
    let counts = (0..<3).map { index in shared.filter { $0.classIndex == index }.count }
    #expect(abs(counts[0] - 15_000) < 250 && counts[1] == 0)
    #expect(throws: SimulationFaults("there is no class \"x\" for the requests of the trace; the problem has class-0"))
    {
      try requests(.azureTrace(TraceSource(path: path, classID: "x")))
    }
  }

  @Test(arguments: [
    ("", "trace:1: expected a header, found an empty file"),
    ("a,b\n1,2\n", "trace:1: expected a header with the columns"),
    ("TIMESTAMP,ContextTokens,GeneratedTokens\n", "trace:1: expected requests, found the end of the file"),
    (
      "TIMESTAMP,ContextTokens,GeneratedTokens\n1,5,5\n0.5,5,5\n",
      "trace:3: expected a time of at least that of the row"
    ),
    ("TIMESTAMP,ContextTokens,GeneratedTokens\n1,5,5\n2,5", "trace:3: expected at least 3 columns, found 2"),
    ("TIMESTAMP,ContextTokens,GeneratedTokens\n1,5,5\n2,5,5", "trace:3: expected a line feed at the end of the row"),
    ("TIMESTAMP,ContextTokens,GeneratedTokens\nnan,5,5\n", "trace:2: expected a timestamp"),
    ("TIMESTAMP,ContextTokens,GeneratedTokens\n1,-5,5\n", "trace:2: expected a whole number of tokens"),
    ("TIMESTAMP,ContextTokens,GeneratedTokens\n1,5,999999999999\n", "trace:2: expected a whole number of tokens"),
    ("TIMESTAMP,ContextTokens,GeneratedTokens\n1,5,5e3\n", "trace:2: expected a whole number of tokens"),
  ])
  func faultsOfAzureTraces(text: String, expected: String) throws {
    let found = try messages(text)
    #expect(found.count == 1 && found[0].hasPrefix(expected), "\(found)")
  }

  @Test func mooncakeRowsAndTheirPrefixes() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file(
      "m.jsonl",
      """
      {"timestamp": 1000, "input_length": 1200, "output_length": 20, "hash_ids": [1, 2, 3]}
      {"timestamp": 1500, "input_length": 1800, "output_length": 30, "hash_ids": [1, 2, 4, 5], "x": 1}

      {"timestamp": 2500, "input_length": 1024, "output_length": 0, "hash_ids": [1, 2]}
      {"timestamp": 2500, "input_length": 600, "output_length": 1, "hash_ids": [9, 1]}
      {"timestamp": 2600, "input_length": 600, "output_length": 1}
      """)
    let arrivals = try requests(.mooncakeTrace(TraceSource(path: path)))
    #expect(arrivals.map(\.seconds) == [0, 0.5, 1.5, 1.5, 1.6])
    #expect(arrivals.map(\.inputTokens) == [1200, 1800, 1024, 600, 600])
    #expect(arrivals.map(\.outputTokens) == [20, 30, 1, 1, 1])
    // The last token of a prompt is always computed.
    #expect(arrivals.map(\.cachedTokens) == [0, 1024, 1023, 0, 0])
    #expect(arrivals.map(\.session) == [1, 1, 1, 2, 0])
    #expect(
      try requests(.mooncakeTrace(TraceSource(path: path, prefixCacheBlocks: 0))).allSatisfy { $0.cachedTokens == 0 })
    // Three blocks hold the latest prompt and nothing of the one before.
    let small = try requests(.mooncakeTrace(TraceSource(path: path, prefixCacheBlocks: 3)))
    #expect(small.map(\.cachedTokens) == [0, 1024, 1023, 0, 0])
  }

  @Test(arguments: [
    ("", "trace:0: expected requests, found the end of the file"),
    ("{\"timestamp\": 1, \"input_length\": 5, \"output_length\": 5}\n{\"timestamp\": 2, \"inp", "trace:2: "),
    (
      "{\"timestamp\": 5, \"input_length\": 5, \"output_length\": 5}\n{\"timestamp\": 2, \"input_length\": 5, \"output_length\": 5}\n",
      "trace:2: expected a time of at least"
    ),
    ("{\"timestamp\": NaN, \"input_length\": 5, \"output_length\": 5}\n", "trace:1: "),
    (
      "{\"timestamp\": 1, \"input_length\": -5, \"output_length\": 5}\n",
      "trace:1: /input_length: expected a whole number"
    ),
    (
      "{\"timestamp\": 1, \"input_length\": 5.5, \"output_length\": 5}\n",
      "trace:1: /input_length: expected a whole number"
    ),
    (
      "{\"timestamp\": 1, \"input_length\": 1e12, \"output_length\": 5}\n",
      "trace:1: /input_length: expected a whole number"
    ),
    (
      "{\"timestamp\": 1, \"input_length\": 5, \"output_length\": 5, \"hash_ids\": [\"a\"]}\n", "trace:1: /hash_ids/0: "
    ),
    ("[]\n", "trace:1: expected an object"),
  ])
  func faultsOfMooncakeTraces(text: String, expected: String) throws {
    let found = try messages(text, isMooncake: true)
    #expect(!found.isEmpty && found[0].hasPrefix(expected), "\(found)")
  }

  @Test func aFolderAndAMissingFileAreRefused() throws {
    let folder = try TemporaryFolder()
    #expect(throws: SimulationFaults("\(folder.path): expected a trace file, found a folder, a pipe or a device")) {
      try requests(.azureTrace(TraceSource(path: folder.path)))
    }
    #expect(throws: SimulationFaults.self) {
      try requests(.mooncakeTrace(TraceSource(path: folder.path + "/missing")))
    }
  }

  @Test func aLongTraceStreamsAndItsFaultIsFound() throws {
    let folder = try TemporaryFolder()
    var rows = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
    var random = RandomStream(seed: 4)
    var tokens = 0
    for row in 0..<200_000 {
      let input = Int(random.next() % 8000)
      tokens += max(input, 1)
      rows += "\(Double(row) / 64),\(input),\(row % 700)\n"
    }
    let path = try folder.file("a.csv", rows)
    let specification = ArrivalSpecification.azureTrace(TraceSource(path: path))
    let arrivals = try requests(specification)
    #expect(arrivals.count == 200_000)
    #expect(arrivals.reduce(0) { $0 + Int($1.inputTokens) } == tokens)
    #expect(arrivals[199_999].seconds == 199_999.0 / 64)

    let unsorted = try folder.file("b.csv", rows + "17,5,5\n3200,5,5\n")
    do {
      _ = try requests(.azureTrace(TraceSource(path: unsorted)))
      Issue.record("an unsorted trace was read")
    } catch let faults as SimulationFaults {
      #expect(faults.messages[0].hasPrefix("\(unsorted):200002: expected a time of at least"))
    }
    // Copies of a process that has begun go on independently.
    var original = try ArrivalProcess(specification: specification, problem: trafficProblem(), seed: 1)
    for _ in 0..<50_000 { _ = try original.next() }
    let copy = original
    let rest = try take(.max, of: original)
    #expect(rest.count == 150_000)
    #expect(try take(.max, of: copy) == rest)
  }

  @Test(arguments: [1, 2, 3, 7, 64, 4096])
  func partsOfAnySizeGiveTheSameLines(partBytes: Int) throws {
    let folder = try TemporaryFolder()
    var lines = try TraceLines(path: folder.file("l", "a\r\n\nlonger line\nx\n\n  end"), partBytes: partBytes)
    var found: [String] = []
    while let line = try lines.next({ String(decoding: $0, as: UTF8.self) }) { found.append(line) }
    #expect(found == ["a", "", "longer line", "x", "", "  end"])
    #expect(lines.number == 6 && !lines.isTerminated)
  }

  /// Whatever the quick reading accepts, the strict one reads alike.
  @Test func quickAndStrictReadingsAgree() {
    let pieces = [
      "{", "}", "\"timestamp\"", "\"input_length\"", "\"output_length\"", "\"hash_ids\"", ":", ",", "[", "]", " ", "1",
      "27482", "0", "007", "1.5", "-3", "null", "[1, 2]", "[]", "[1,]", "123456789", "1e3", "\"x\"", "9999999999999999",
    ]
    let usual = [
      "{\"timestamp\": 27482, \"input_length\": 6955, \"output_length\": 52, \"hash_ids\": [46, 47, 48]}",
      "{\"timestamp\":0,\"input_length\":1,\"output_length\":0}",
      "{\"hash_ids\": [], \"output_length\": 52, \"timestamp\": 5, \"input_length\": 100000000 } ",
    ]
    var random = RandomStream(seed: 31)
    var quick = 0
    for line in usual { #expect(read(line).quick == read(line).strict && read(line).quick != nil) }
    for round in 0..<20_000 {
      var text = Array(usual[round % usual.count].utf8)
      for _ in 0...Int(random.next() % 2) {
        let start = Int(random.next() % UInt64(text.count))
        let end = min(text.count, start + Int(random.next() % 6))
        text.replaceSubrange(start..<end, with: Array(pieces[Int(random.next() % UInt64(pieces.count))].utf8))
      }
      let result = read(String(decoding: text, as: UTF8.self))
      if result.quick != nil {
        quick += 1
        #expect(result.quick == result.strict, "\(String(decoding: text, as: UTF8.self))")
      }
    }
    #expect(quick > 200)
  }

  private func read(_ line: String) -> (quick: MooncakeLine?, strict: MooncakeLine?) {
    let bytes = Array(line.utf8)
    return (bytes.withUnsafeBufferPointer { MooncakeLine(usual: $0) }, try? MooncakeLine(strict: bytes))
  }

  @Test func theCacheForgetsWhatWasUsedLongestAgo() {
    var cache = PrefixCache(capacity: 4)
    #expect(cache.use([1, 2]).known == 0)
    #expect(cache.use([5, 6]).known == 0)
    #expect(cache.use([1, 2]).known == 2)
    // Block 6 is the oldest, then 5.
    #expect(cache.use([7]).known == 0)
    #expect(cache.count == 4)
    #expect(cache.use([5, 6]).known == 1)
    #expect(cache.use([1, 2]).known == 1)
  }
}
