import FleetJSON
import Testing

@Suite struct FaultTests {
  @Test func descriptionsLeaveOutWhatIsAbsent() {
    #expect(Fault(path: "", message: "the file does not exist").description == "the file does not exist")
    #expect(Fault(path: "/a", line: 3, message: "m", hint: "h").description == "line 3: /a: m (h)")
    #expect(
      Fault(path: "/a\u{1B}[2J", line: 3, column: 4, message: "m").description == #"line 3, column 4: /a\u001B[2J: m"#)
  }

  @Test func faultsAreSortedAndNamed() {
    let faults = Faults(
      source: "a.json",
      all: [
        Fault(path: "", message: "none"), Fault(path: "", line: 2, column: 1, message: "c"),
        Fault(path: "", line: 1, column: 9, message: "b"), Fault(path: "", line: 1, column: 2, message: "a"),
        Fault(path: "", message: "later"),
      ])
    #expect(
      faults.description == """
        a.json: line 1, column 2: a
        a.json: line 1, column 9: b
        a.json: line 2, column 1: c
        a.json: none
        a.json: later
        """)
  }

  @Test func collectorsDropRepeatsAndCountTheRest() {
    let collector = FaultCollector(source: "a.json", limit: 3)
    #expect(collector.isEmpty)
    for number in [1, 1, 2, 3, 4, 5] { collector.add(Fault(path: "", line: number, message: "m")) }
    do throws(Faults) {
      try collector.throwIfAny()
      Issue.record("expected faults")
    } catch {
      #expect(error.description.split(separator: "\n").last == "a.json: and 2 more")
      #expect(error.all.count == 4)
    }
  }

  @Test func messagesEscapeWhatTheInputSays() throws {
    let node = try JSONParser.parse(text: #"{"k\u001b": "\u001b[31m\u202e"}"#, source: "")
    let collector = FaultCollector(source: "")
    let object = JSONReader(node, faults: collector).object(keys: [])
    object?.entries.first?.value.expected("a number")
    #expect(
      collector.faults.map(\.description) == [
        #"line 1, column 2: /k\u001B: unknown key "k\u001B" (no keys are known here)"#,
        #"line 1, column 13: /k\u001B: expected a number, found "\u001B[31m\u202E""#,
      ])
  }

  @Test(
    arguments: [
      ("ttft", "ttft_ms"), ("TTFT-MS", "ttft_ms"), ("ttftms", "ttft_ms"), ("ttfs_ms", "ttft_ms"),
      ("rate", "rate_per_s"),
      ("h100-sxm", "h100_sxm5"), ("stcok", "stock"), ("price_usd_per_device_hours", "price_usd_per_device_hour"),
      ("tp", "tp"), ("zzz", nil), ("", nil), ("a", nil), (String(repeating: "q", count: 1000), nil),
    ] as [(String, String?)])
  func nearestWord(word: String, expected: String?) {
    let candidates = [
      "ttft_ms", "tpot_ms", "rate_per_s", "stock", "price_usd_per_device_hour", "h100_sxm5", "tp", "pp",
    ]
    #expect(nearest(word, among: candidates) == expected)
  }
}
