import FleetJSON
import Testing

@Suite struct ReaderTests {
  enum Phase: String, CaseIterable { case prefill, decode, aggregated }

  struct RequestClass: Equatable {
    var name: String
    var ratePerSecond: Double
    var devices: Int
    var price: Double?
    var phase: Phase
    var isActive: Bool
  }

  func decodeClasses(_ text: String) throws(Faults) -> [RequestClass] {
    try JSONParser.decode(Array(text.utf8), source: "problem.json") { root in
      guard let object = root.object("a problem", keys: ["classes"]) else { return nil }
      return object.array("classes", "an array of request classes", count: 1...Int.max)?.allOrNil { reader in
        guard
          let object = reader.object(
            keys: ["name", "rate_per_s", "devices", "price_usd", "phase", "active"],
            note: ["ttft": "write ttft_ms, in milliseconds"])
        else { return nil }
        let name = object.string("name")
        let rate = object.number("rate_per_s", unit: "requests/s", in: .atLeast(0))
        let devices = object.integer("devices", in: .closed(1, 8))
        let price = object.optionalNumber("price_usd", unit: "USD", in: .positive)
        let phase = object.choice("phase", of: Phase.self, default: .prefill)
        let isActive = object.bool("active", default: true)
        guard let name, let rate, let devices else { return nil }
        return RequestClass(
          name: name, ratePerSecond: rate, devices: devices, price: price, phase: phase, isActive: isActive)
      }
    }
  }

  func faults(_ text: String) -> [String] {
    do throws(Faults) {
      _ = try decodeClasses(text)
      return []
    } catch {
      return error.all.map(\.description)
    }
  }

  @Test func decodesGoodInput() throws {
    let classes = try decodeClasses(
      """
      {"classes": [
        {"name": "chat", "rate_per_s": 2.5, "devices": 8.0},
        {"name": "code", "rate_per_s": 0, "devices": 1e0, "price_usd": 2, "phase": "decode", "active": false},
        {"name": "doc", "rate_per_s": 1, "devices": 2, "price_usd": null}
      ]}
      """)
    #expect(
      classes == [
        RequestClass(name: "chat", ratePerSecond: 2.5, devices: 8, price: nil, phase: .prefill, isActive: true),
        RequestClass(name: "code", ratePerSecond: 0, devices: 1, price: 2, phase: .decode, isActive: false),
        RequestClass(name: "doc", ratePerSecond: 1, devices: 2, price: nil, phase: .prefill, isActive: true),
      ])
  }

  @Test func reportsEveryFaultWithItsPlace() {
    let text = """
      {"classes": [
        {"name": "", "rate_per_s": "ten", "devices": 2.5, "price_usd": 0, "phase": "prefil", "active": 1},
        {"nmae": "x", "rate_per_s": -1, "devices": 9, "ttft": 3},
        {"name": null, "rate_per_s": null, "phase": 3, "qqqqqqq": 1},
        [1, 2]
      ]}
      """
    #expect(
      faults(text) == [
        #"line 2, column 12: /classes/0/name: expected a string, not empty, found """#,
        #"line 2, column 30: /classes/0/rate_per_s: expected a number of requests/s ≥ 0, found "ten""#,
        #"line 2, column 48: /classes/0/devices: expected a whole number from 1 to 8, found 2.5"#,
        #"line 2, column 66: /classes/0/price_usd: expected a number of USD > 0, found 0"#,
        #"line 2, column 78: /classes/0/phase: expected "prefill", "decode" or "aggregated", found "prefil" (did you mean "prefill"?)"#,
        #"line 2, column 98: /classes/0/active: expected true or false, found 1"#,
        #"line 3, column 3: /classes/1/name: missing key "name": expected a string"#,
        #"line 3, column 4: /classes/1/nmae: unknown key "nmae" (did you mean "name"?)"#,
        #"line 3, column 31: /classes/1/rate_per_s: expected a number of requests/s ≥ 0, found -1"#,
        #"line 3, column 46: /classes/1/devices: expected a whole number from 1 to 8, found 9"#,
        #"line 3, column 49: /classes/1/ttft: unknown key "ttft" (write ttft_ms, in milliseconds)"#,
        #"line 4, column 3: /classes/2/devices: missing key "devices": expected a whole number from 1 to 8"#,
        #"line 4, column 12: /classes/2/name: expected a string, found null"#,
        #"line 4, column 32: /classes/2/rate_per_s: expected a number of requests/s ≥ 0, found null"#,
        #"line 4, column 47: /classes/2/phase: expected "prefill", "decode" or "aggregated", found 3"#,
        #"line 4, column 50: /classes/2/qqqqqqq: unknown key "qqqqqqq" (known keys: name, rate_per_s, devices, price_usd, phase, active)"#,
        #"line 5, column 3: /classes/3: expected an object, found an array of 2"#,
      ])
  }

  @Test func reportsFaultsOfContainers() {
    #expect(faults("[]") == ["line 1, column 1: expected a problem, found an empty array"])
    #expect(
      faults(#"{"classes": []}"#) == [
        "line 1, column 13: /classes: expected an array of request classes of 1 or more, found an empty array"
      ])
    #expect(
      faults("{}") == [#"line 1, column 1: /classes: missing key "classes": expected an array of request classes"#])
    #expect(faults("{") == ["line 1, column 2: the file ends inside the object opened at line 1, column 1"])
  }

  @Test func integersAreExactBeyondDoublePrecision() throws {
    let node = try JSONParser.parse(text: "[9007199254740993, 1e3, 8.0, 2.5, 1e30, -0]", source: "")
    let collector = FaultCollector(source: "")
    let values = JSONReader(node, faults: collector).array()?.map { $0.integer() }
    #expect(values == [9_007_199_254_740_993, 1000, 8, nil, nil, 0])
    #expect(collector.faults.map(\.path) == ["/3", "/4"])
  }

  @Test func pathsFollowRFC6901() throws {
    let node = try JSONParser.parse(text: #"{"a/b~c": [{"": 1}]}"#, source: "")
    let collector = FaultCollector(source: "")
    let reader = JSONReader(node, path: "/top", faults: collector)
    let inner = reader.dictionary()?["a/b~c"]?.array()?.first?.dictionary()?[""]
    #expect(inner?.path == "/top/a~1b~0c/0/")
    #expect(inner?.line == 1 && inner?.column == 17)
  }

  @Test func dictionariesKeepTheOrderOfTheText() throws {
    let node = try JSONParser.parse(text: #"{"z": 1, "a": 2, "m": 3}"#, source: "")
    let object = JSONReader(node, faults: FaultCollector(source: "")).dictionary()
    #expect(object?.keys == ["z", "a", "m"])
    #expect(object?.entries.map { $0.value.integer() } == [1, 2, 3])
  }

  @Test func unknownKeysPreferANearKeyThatIsNotInUse() throws {
    let node = try JSONParser.parse(text: #"{"rate_a": 1, "rate_c": 2, "stock": 3, "stocks": 4}"#, source: "")
    let collector = FaultCollector(source: "")
    _ = JSONReader(node, faults: collector).object(keys: ["rate_a", "rate_b", "stock"])
    #expect(collector.faults.map(\.hint) == [#"did you mean "rate_b"?"#, #"did you mean "stock"?"#])
  }

  @Test func arraysOfScalarsReportEachElement() throws {
    let node = try JSONParser.parse(text: #"{"n": [1, "x", -2], "s": ["a"], "i": [1, 2]}"#, source: "")
    let collector = FaultCollector(source: "")
    let object = JSONReader(node, faults: collector).object(keys: ["n", "s", "i"])
    #expect(object?.numbers("n", in: .positive) == nil)
    #expect(object?.strings("s") == ["a"])
    #expect(object?.integers("i", count: 2...2) == [1, 2])
    #expect(
      collector.faults.map(\.description) == [
        #"line 1, column 11: /n/1: expected a number > 0, found "x""#,
        #"line 1, column 16: /n/2: expected a number > 0, found -2"#,
      ])
  }
}
