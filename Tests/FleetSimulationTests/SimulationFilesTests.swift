import FleetJSON
import FleetServing
import Foundation
import Testing

@testable import FleetSimulation

/// A trace through a small fleet, and what is written of it.
@Suite struct SimulationFilesTests {
  private struct Files {
    var result: SimulationResult
    var log: String
    var timeline: String
  }

  private static let rows = 4000

  private func simulator(_ folder: TemporaryFolder) throws -> Simulator {
    var random = RandomStream(seed: 12)
    var text = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
    var time = 0.0
    for _ in 0..<Self.rows {
      time += random.exponential() / 20
      text += "\((time * 1000).rounded() / 1000),"
      text += "\(100 + random.next() % 900),\(1 + random.next() % 100)\n"
    }
    let trace = TraceSource(path: try folder.file("trace.csv", text), classID: "class-0")
    let fleet = try TheoryFleets.fleet(
      [
        TheoryFleets.group(.prefill, instances: 2, law: LinearLaw(perPromptToken: 1e-4)),
        TheoryFleets.group(.decode, instances: 2, law: LinearLaw(base: 0.01, perSequence: 1e-4)),
      ], [TheoryFleets.route(0, 1)])
    return Simulator(
      fleet: fleet,
      options: SimulationOptions(
        seed: 3, durationSeconds: 1000, warmupSeconds: 20, arrivals: .azureTrace(trace), policy: .shortestQueue))
  }

  private func run(_ simulator: Simulator, _ folder: TemporaryFolder) throws -> Files {
    var log: RequestLog? = try RequestLog(path: folder.path + "/requests.csv")
    var timeline: TimelineTrace? = try TimelineTrace(path: folder.path + "/timeline.json", maximumEvents: 5000)
    let result = try simulator.run(log: &log, timeline: &timeline)
    try log?.close()
    try timeline?.close()
    return Files(result: result, log: try folder.text("requests.csv"), timeline: try folder.text("timeline.json"))
  }

  @Test func theLogHoldsWhatTheResultSays() throws {
    let folder = try TemporaryFolder()
    let files = try run(try simulator(folder), folder)
    let rows = files.log.split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    #expect(rows.count == Self.rows && files.result.requests == Self.rows)
    #expect(rows.allSatisfy { $0.count == RequestLog.columns.count && $0[1] == "finished" })
    func column(_ name: String, countedOnly: Bool = true) throws -> [Double] {
      let position = try #require(RequestLog.columns.firstIndex(of: name))
      return rows.filter { !countedOnly || $0[2] == "1" }.compactMap { Double($0[position]) }
    }
    let entry = files.result.classes[0]
    #expect(try column("counted").count == entry.finished && entry.finished == entry.offered)
    // The run was to last 1000 s; the trace ends after about 200.
    let last = try #require(try column("arrival_s", countedOnly: false).max())
    #expect(abs(files.result.endSeconds - last) < 1e-6 && last < 250)
    for (name, summary) in [("ttft_ms", entry.ttft), ("tpot_ms", entry.tpot), ("end_to_end_ms", entry.endToEnd)] {
      let values = try column(name).sorted()
      let summary = try #require(summary)
      #expect(summary.count == values.count)
      #expect(abs(summary.mean.value * 1000 / (values.reduce(0, +) / Double(values.count)) - 1) < 1e-6)
      let p95 = values[Int((0.95 * Double(values.count)).rounded(.up)) - 1]
      #expect(abs(summary.p95.value * 1000 / p95 - 1) < 0.01, "\(name)")
    }
    let ttft = try column("ttft_ms")
    let met = Double(ttft.filter { $0 <= 1000 }.count) / Double(ttft.count)
    #expect(abs((entry.ttftObjective?.attainment ?? 0) - met) < 1e-12)
    // Every prompt and every token of the trace is in the log.
    let trace = try folder.text("trace.csv").split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
    #expect(
      try column("input_tokens", countedOnly: false).reduce(0, +) == trace.reduce(0) { $0 + (Double($1[1]) ?? 0) })
    #expect(
      try column("output_tokens", countedOnly: false).reduce(0, +) == trace.reduce(0) { $0 + (Double($1[2]) ?? 0) })
  }

  @Test func theSameRunWritesTheSameBytes() throws {
    let folder = try TemporaryFolder()
    let simulator = try simulator(folder)
    let first = try run(simulator, folder)
    let second = try run(simulator, folder)
    #expect(first.result.encoded() == second.result.encoded())
    #expect(first.log == second.log && first.timeline == second.timeline)
    #expect(try simulator.run() == first.result)
    _ = try JSONParser.parse(text: first.timeline, source: "timeline")
  }

  @Test func aFaultInTheTraceEndsTheSimulation() throws {
    let folder = try TemporaryFolder()
    var simulator = try simulator(folder)
    let cut = String(try folder.text("trace.csv").dropLast(2))
    let path = try folder.file("cut.csv", cut)
    simulator = Simulator(
      fleet: simulator.fleet,
      options: SimulationOptions(durationSeconds: 1000, arrivals: .azureTrace(TraceSource(path: path))))
    #expect(
      throws: SimulationFaults(
        "\(path):\(Self.rows + 1): expected a line feed at the end of the row, found the end of the file: the trace seems "
          + "cut off")
    ) { try simulator.run() }
  }
}
