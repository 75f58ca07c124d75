import FleetJSON
import FleetServing
import Foundation
import Testing

@testable import FleetSimulation

@Suite struct RecorderTests {
  private static let classes = [
    RecordedClass(
      id: "chat",
      objective: ServiceLevelObjective(
        ttft: LatencyObjective(seconds: 0.5, percentile: 0.9), tpot: LatencyObjective(seconds: 0.03, percentile: 0.5))),
    RecordedClass(id: "batch, nightly", objective: ServiceLevelObjective()),
  ]
  private static let groups = [
    RecordedGroup(
      id: "prefill-a", phase: .prefill, instances: 1, maximumBatch: 8, kvCapacityTokens: 0, classIndices: [0, 1]),
    RecordedGroup(
      id: "decode-b", phase: .decode, instances: 2, maximumBatch: 4, kvCapacityTokens: 1000, classIndices: [0]),
  ]
  private static let links = [RecordedLink(id: "a → b", channels: 2)]

  private func recorder(log: RequestLog? = nil, timeline: TimelineTrace? = nil) -> SimulationRecorder {
    SimulationRecorder(
      classes: Self.classes, groups: Self.groups, links: Self.links, warmupSeconds: 10, endSeconds: 110, log: log,
      timeline: timeline)
  }

  /// A request that waits, is prefilled in 0.2 s, transferred in 0.05 s and decoded with 0.02 s for each token.
  private func request(at time: Double, wait: Double, outputTokens: Int32 = 11) -> FinishedRequest {
    let start = time + wait
    return FinishedRequest(
      classIndex: 0, arrivalSeconds: time, prefillStartSeconds: start, prefillEndSeconds: start + 0.2,
      firstTokenSeconds: start + 0.25, transferSeconds: 0.05, decodeStartSeconds: start + 0.25,
      lastTokenSeconds: start + 0.25 + 0.02 * Double(outputTokens - 1), inputTokens: 100, outputTokens: outputTokens,
      cachedTokens: 25, prefillGroup: 0, prefillInstance: 0, decodeGroup: 1, decodeInstance: 1)
  }

  /// Ten requests a second for 120 s, of which every fifth waits too long.
  private func run(_ recorder: inout SimulationRecorder) {
    for index in 0..<1200 {
      let time = Double(index) / 10
      recorder.arrived(classIndex: 0, at: time)
      if index % 100 == 99 {
        recorder.rejected(classIndex: 0, arrivalSeconds: time)
      } else {
        recorder.finished(request(at: time, wait: index % 5 == 0 ? 0.5 : 0.1))
      }
      recorder.queue(group: 0, at: time, length: index % 2)
      recorder.step(
        group: 0, instance: 0, start: time, seconds: 0.05, batch: 0, promptTokens: 100, kvTokens: 0)
      recorder.step(
        group: 1, instance: 0, start: time, seconds: 0.1, batch: 3, promptTokens: 0, kvTokens: 500, count: 5)
      recorder.link(index: 0, start: time, seconds: 0.05, bytes: 1000)
    }
  }

  @Test func figuresOfAKnownRun() throws {
    var recorder = recorder()
    run(&recorder)
    let result = recorder.result(seed: 1, requests: 1200, events: 4800)
    let chat = result.classes[0]
    #expect(chat.offered == 1000 && chat.rejected == 10 && chat.finished == 990)
    #expect(chat.offeredPerSecond == 10)
    // Rejected requests and the 200 late ones miss the TTFT; the TPOT of all that finish is met.
    let ttft = try #require(chat.ttftObjective)
    #expect(ttft.attainment == 0.79 && !ttft.isMet)
    #expect(chat.tpotObjective?.attainment == 0.99 && chat.tpotObjective?.isMet == true)
    #expect(chat.attainment == 0.79 && abs(chat.goodputPerSecond - 7.9) < 1e-12)
    #expect(abs((chat.ttft?.p50.value ?? 0) / 0.35 - 1) < 0.005)
    #expect(abs((chat.ttft?.p99.value ?? 0) / 0.75 - 1) < 0.005)
    #expect(abs((chat.tpot?.mean.value ?? 0) - 0.02) < 1e-9)
    #expect(chat.cachedShare == 0.25 && chat.meanOutputTokens == 11)
    let stages = try #require(chat.stages)
    #expect(abs(stages.prefill - 0.2) < 1e-9 && abs(stages.transfer - 0.05) < 1e-9 && abs(stages.decodeWait) < 1e-9)

    let prefill = result.groups[0]
    #expect(abs(prefill.busyShare - 0.5) < 1e-9 && prefill.meanKVOccupancy == nil)
    #expect(abs(prefill.meanQueue - 0.5) < 1e-9 && prefill.maximumQueue == 1)
    #expect(abs(prefill.promptTokensPerSecond - 1000) < 1e-6)
    let decode = result.groups[1]
    // One of two instances runs three of four sequences all the time.
    #expect(abs(decode.busyShare - 0.5) < 1e-9 && abs(decode.utilization - 0.375) < 1e-9)
    #expect(abs(decode.meanBatch - 3) < 1e-9 && decode.maximumBatch == 3)
    #expect(abs((decode.meanKVOccupancy ?? 0) - 0.25) < 1e-9 && decode.maximumKVOccupancy == 0.5)
    #expect(abs(decode.outputTokensPerSecond - 150) < 1e-6)
    #expect(abs((decode.itl?.p50.value ?? 0) / 0.02 - 1) < 0.005)
    // Only this class is decoded there, so its gaps are those of the group.
    #expect(chat.itl == decode.itl)
    #expect(abs(result.links[0].utilization - 0.25) < 1e-9)
    #expect(abs(result.links[0].bytes - 1_000_000) < 1)
    #expect(result.bottleneck?.resource == .prefill)
    #expect(!result.meetsObjectives)
    // Nothing arrived in the other class.
    #expect(result.classes[1].offered == 0 && result.classes[1].ttft == nil && result.classes[1].attainment == 1)
    // Batches of 16 are too short for the 90th percentile.
    #expect(recorder.relativeHalfWidth == .infinity)
  }

  /// A run with one request of 11 tokens that takes the given times, against limits of 0.5 s and 0.03 s.
  private func bottleneck(
    wait: Double = 0, transfer: Double = 0.01, decodeWait: Double = 0, token: Double = 0.02, preemptions: Int = 0,
    kvTokens: Double = 100
  ) -> Bottleneck? {
    var recorder = recorder()
    recorder.arrived(classIndex: 0, at: 20)
    let end = 20 + wait + 0.1
    let decodeStart = end + transfer + decodeWait
    recorder.finished(
      FinishedRequest(
        classIndex: 0, arrivalSeconds: 20, prefillStartSeconds: 20 + wait, prefillEndSeconds: end,
        firstTokenSeconds: end + transfer, transferSeconds: transfer, decodeStartSeconds: decodeStart,
        lastTokenSeconds: decodeStart + 10 * token, inputTokens: 100, outputTokens: 11, prefillGroup: 0,
        prefillInstance: 0, decodeGroup: 1, decodeInstance: 0))
    recorder.step(group: 0, instance: 0, start: 20, seconds: 30, batch: 0, promptTokens: 100, kvTokens: 0)
    recorder.step(group: 1, instance: 0, start: 20, seconds: 30, batch: 1, promptTokens: 0, kvTokens: kvTokens)
    for _ in 0..<preemptions { recorder.preempted(group: 1, at: 30) }
    return recorder.result(seed: 1, requests: 1, events: 1).bottleneck
  }

  @Test func theBottleneckIsWhereTimeIsLost() throws {
    #expect(bottleneck()?.resource == .prefill)
    let prefill = try #require(bottleneck(wait: 3))
    #expect(prefill.resource == .prefill && prefill.place == "prefill-a")
    #expect(
      prefill.sentence
        == "prefill (prefill-a): instances process prompts 30 % of the time, 0 requests wait on average; requests that miss "
        + "their objectives lose 3100 ms there on average")
    #expect(bottleneck(transfer: 2)?.resource == .link)
    #expect(bottleneck(token: 0.2)?.resource == .decode)
    #expect(bottleneck(decodeWait: 3)?.resource == .decode)
    #expect(bottleneck(decodeWait: 3, preemptions: 2)?.resource == .memory)
    #expect(bottleneck(decodeWait: 3, kvTokens: 990)?.resource == .memory)
    // A long wait that is within the limit does not explain a missed time per token.
    #expect(bottleneck(wait: 0.35, token: 0.04)?.resource == .decode)
  }

  @Test func nothingServedHasNoBottleneck() {
    let result = recorder().result(seed: 1, requests: 0, events: 0)
    #expect(result.bottleneck == nil && result.classes[0].ttft == nil)
    #expect(recorder().relativeHalfWidth == 0 && result.notes.isEmpty)
    // Requests that all came before the window are no proof of anything.
    #expect(recorder().result(seed: 1, requests: 7, events: 0).notes[0].hasPrefix("none of the 7 requests arrived"))
  }

  @Test func theWindowEndsWithTheArrivals() {
    var recorder = recorder()
    recorder.arrived(classIndex: 0, at: 20)
    recorder.arrived(classIndex: 0, at: 60)
    recorder.arrivalsEnded(at: 60)
    recorder.finished(request(at: 60, wait: 0))
    recorder.step(group: 0, instance: 0, start: 55, seconds: 10, batch: 1, promptTokens: 1, kvTokens: 0)
    let result = recorder.result(seed: 1, requests: 2, events: 2)
    #expect(result.windowSeconds == 50 && abs(result.groups[0].busyShare - 0.1) < 1e-12)
    #expect(result.classes[0].offered == 2 && result.classes[0].finished == 1)
    // A trace that ends within the warm-up leaves the window as it was.
    recorder.arrivalsEnded(at: 5)
    #expect(recorder.endSeconds == 60)
  }

  @Test func answersOfOneTokenHaveNoTimePerToken() {
    var recorder = recorder()
    recorder.arrived(classIndex: 0, at: 20)
    recorder.finished(request(at: 20, wait: 0, outputTokens: 1))
    let chat = recorder.result(seed: 1, requests: 1, events: 1).classes[0]
    #expect(chat.tpot == nil && chat.tpotObjective?.attainment == 1 && chat.tpotObjective?.simulated == nil)
  }

  @Test func theResultAsJSON() throws {
    var recorder = recorder()
    run(&recorder)
    let result = recorder.result(seed: 42, requests: 1200, events: 4800, notes: ["one note"])
    let text = result.encoded()
    try expectGolden(text, "result.json")
    let node = try JSONParser.parse(text: text, source: "result")
    #expect(JSONOutput(node).encoded() == text)
  }

  /// Every key of the result and every column of the log stands in the page that describes them.
  @Test func thePageNamesEveryKeyAndColumn() throws {
    let page = String(decoding: try InputFile.read(path: packageFolder + "/docs/simulation-format.md"), as: UTF8.self)
    var recorder = recorder()
    run(&recorder)
    let text = recorder.result(seed: 42, requests: 1200, events: 4800).encoded()
    func keys(_ node: JSONNode) -> Set<String> {
      switch node.value {
      case .object(let members): members.reduce(into: []) { $0.formUnion(keys($1.node).union([$1.key])) }
      case .array(let elements): elements.reduce(into: []) { $0.formUnion(keys($1)) }
      default: []
      }
    }
    for name in keys(try JSONParser.parse(text: text, source: "result")).union(RequestLog.columns) {
      #expect(page.contains("`\(name)`"), "\(name)")
    }
  }

  @Test func rowsOfTheRequestLog() throws {
    let folder = try TemporaryFolder()
    var recorder = recorder(log: try RequestLog(path: folder.path + "/requests.csv"))
    recorder.finished(request(at: 5, wait: 0.125))
    recorder.finished(request(at: 20, wait: 0, outputTokens: 1))
    recorder.rejected(classIndex: 1, arrivalSeconds: 30)
    recorder.failed(classIndex: 0, arrivalSeconds: 120)
    #expect(throws: (any Error).self) { try folder.text("requests.csv") }
    try recorder.log?.close()
    let lines = try folder.text("requests.csv").split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines == [
        "class,outcome,counted,arrival_s,prefill_start_s,prefill_end_s,first_token_s,transfer_ms,decode_start_s,last_token_s,input_tokens,output_tokens,cached_tokens,prefill_group,prefill_instance,decode_group,decode_instance,preemptions,ttft_ms,tpot_ms,end_to_end_ms",
        "chat,finished,0,5,5.125,5.325,5.375,50,5.375,5.575,100,11,25,prefill-a,0,decode-b,1,0,375,20,575",
        "chat,finished,1,20,20,20.2,20.25,50,20.25,20.25,100,1,25,prefill-a,0,decode-b,1,0,250,,250",
        "\"batch, nightly\",rejected,1,30,,,,,,,,,,,,,,,,,", "chat,failed,0,120,,,,,,,,,,,,,,,,,", "",
      ])
  }

  @Test(arguments: [5, 100_000])
  func theTimelineIsJSON(maximumEvents: Int) throws {
    let folder = try TemporaryFolder()
    var recorder = recorder(
      timeline: try TimelineTrace(path: folder.path + "/t.json", fromSeconds: 1, maximumEvents: maximumEvents))
    run(&recorder)
    try recorder.timeline?.close()
    let node = try JSONParser.parse(text: try folder.text("t.json"), source: "t.json")
    guard case .object(let members) = node.value, case .array(let events) = members[1].node.value else {
      Issue.record("expected an object with a list of events")
      return
    }
    #expect(members[1].key == "traceEvents")
    let written = recorder.timeline?.events ?? 0
    // Two groups, a link and two classes have names.
    #expect(events.count == written + 5)
    #expect(written <= maximumEvents && (recorder.timeline?.omittedEvents ?? 0) > 0)
    if maximumEvents > 5 { #expect(written > 1190 * 4) }
  }

  @Test(arguments: [
    (0, "0"), (1.5, "1.5"), (-0.25, "-0.25"), (0.000_000_4, "0"), (0.1 + 0.2, "0.3"),
    (123_456.000_001, "123456.000001"),
    (2.999_999_9, "3"), (1e13, "10000000000000.0"),
  ])
  func decimals(value: Double, text: String) {
    var bytes: [UInt8] = []
    appendDecimal(value, to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == text)
  }

  @Test func aLogThatIsNotClosedLeavesNothing() throws {
    let folder = try TemporaryFolder()
    _ = try folder.file("requests.csv", "old")
    do {
      var log = try RequestLog(path: folder.path + "/requests.csv")
      log.append(.failed, classID: "x", arrivalSeconds: 1, counted: true)
    }
    #expect(try folder.text("requests.csv") == "old")
    #expect(throws: FileFailure.self) { try RequestLog(path: folder.path + "/none/requests.csv") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["requests.csv"])
    // A device is written directly; a closed file takes nothing more.
    var device = try RequestLog(path: "/dev/null")
    device.append(.failed, classID: "x", arrivalSeconds: 1, counted: true)
    try device.close()
    #expect(throws: FileFailure.self) { try device.close() }
  }
}
