import FleetJSON
import Testing

@testable import FleetServing

/// A small problem of which tests replace a piece.
private let sound = """
  {"format": "fleetplan-problem/1",
   "models": ["qwen3-32b"],
   "accelerators": ["h100-sxm", {"id": "amd", "catalog": "mi300x"}],
   "classes": [{"id": "chat", "model": "qwen3-32b", "rate_per_s": 12.5,
     "lengths": {"input_tokens": 1000, "output_tokens": 200}, "slo": {"ttft_ms": 800, "tpot_ms": 50}}],
   "policy": {"headroom": 0.1}}
  """

private func replacing(_ old: String, _ new: String) throws -> String {
  let parts = sound.components(separatedBy: old)
  try #require(parts.count == 2, "\(old) must occur once")
  return parts.joined(separator: new)
}

extension String {
  fileprivate func components(separatedBy separator: String) -> [String] {
    split(separator: separator, omittingEmptySubsequences: false).map(String.init)
  }
}

/// A change to the small problem, where its fault is, and what message and hint must say.
struct Slip: Sendable, CustomTestStringConvertible {
  var old: String
  var new: String
  var path: String
  var says: [String]

  init(_ old: String, _ new: String, at path: String, _ says: String...) {
    self.old = old
    self.new = new
    self.path = path
    self.says = says
  }

  var testDescription: String { "\(old) → \(new)" }
}

@Suite struct ProblemFaultTests {
  static let slips = [
    // Structure.
    Slip("fleetplan-problem/1", "fleetplan-problem/2", at: "/format", "expected \"fleetplan-problem/1\""),
    Slip("\"policy\"", "\"polices\"", at: "/polices", "did you mean \"policy\"?"),
    Slip("\"classes\"", "\"workload\"", at: "/workload", "write classes"),
    Slip("12.5", "\"12.5\"", at: "/classes/0/rate_per_s", "requests/s", "found \"12.5\""),
    Slip("\"rate_per_s\"", "\"rps\"", at: "/classes/0/rps", "write rate_per_s"),
    Slip("\"rate_per_s\": 12.5,", "", at: "/classes/0/rate_per_s", "missing key"),
    Slip("\"model\": \"qwen3-32b\", ", "", at: "/classes/0/model", "missing key"),
    Slip("\"chat\"", "\"a chat\"", at: "/classes/0/id", "letters, digits"),
    Slip("\"chat\"", "\"\"", at: "/classes/0/id", "not empty"),
    // References.
    Slip("[\"qwen3-32b\"]", "[\"qwen3-32\"]", at: "/models/0", "did you mean \"qwen3-32b\"?"),
    Slip("\"h100-sxm\"", "\"h100-smx\"", at: "/accelerators/0", "did you mean \"h100-sxm\"?"),
    Slip("\"model\": \"qwen3-32b\"", "\"model\": \"qwen3-32\"", at: "/classes/0/model", "did you mean"),
    Slip("\"amd\"", "\"h100-sxm\"", at: "/accelerators/1/id", "used twice"),
    Slip("[\"qwen3-32b\"]", "[\"qwen3-32b\", \"qwen3-32b\"]", at: "/models/1", "used twice"),
    // Sizes and ranges.
    Slip("12.5", "1.1e7", at: "/classes/0/rate_per_s", "10000000"),
    Slip("12.5", "-1", at: "/classes/0/rate_per_s", "found -1"),
    Slip("12.5", "[1, 2]", at: "/classes/0/rate_per_s", "exactly 1"),
    Slip("\"input_tokens\": 1000", "\"input_tokens\": 0", at: "/classes/0/lengths/input_tokens", "from 1"),
    Slip("\"input_tokens\": 1000", "\"input_tokens\": 40900", at: "/classes/0/lengths", "41100 tokens", "40960"),
    Slip("\"input_tokens\": 1000, ", "", at: "/classes/0/lengths/input_tokens", "missing key"),
    Slip(
      "\"output_tokens\": 200", "\"output_tokens\": 200, \"trace\": \"t\"", at: "/classes/0/lengths", "more than one"),
    Slip("\"output_tokens\": 200", "\"output_tokens\": 200, \"rows\": 3", at: "/classes/0/lengths/rows", "trace"),
    Slip(
      "\"output_tokens\": 200", "\"output_tokens\": 200, \"beyond_context\": \"clip\"",
      at: "/classes/0/lengths/beyond_context", "belongs to a trace"),
    Slip("1000", "{\"p50\": 100}", at: "/classes/0/lengths/input_tokens", "two quantiles"),
    Slip("1000", "{\"p50\": 100, \"p90\": 90}", at: "/classes/0/lengths/input_tokens", "below a lower one"),
    Slip("1000", "{\"p50\": 100, \"p50.0\": 100}", at: "/classes/0/lengths/input_tokens", "given twice"),
    Slip("1000", "{\"p50\": 100, \"mean\": 90}", at: "/classes/0/lengths/input_tokens/mean", "write the number"),
    Slip("1000", "{\"p50\": 100, \"p100\": 900}", at: "/classes/0/lengths/input_tokens/p100", "unknown key"),
    // Units.
    Slip("\"ttft_ms\": 800", "\"ttft_ms\": 0.8", at: "/classes/0/slo/ttft_ms", "the unit is ms"),
    Slip("\"tpot_ms\": 50", "\"tpot_ms\": 0.05", at: "/classes/0/slo/tpot_ms", "the unit is ms"),
    Slip("\"ttft_ms\": 800", "\"ttft\": 0.8", at: "/classes/0/slo/ttft", "write ttft_ms, in milliseconds"),
    Slip("800", "{\"limit\": 800, \"percentile\": 0.95}", at: "/classes/0/slo/ttft_ms/percentile", "write 95"),
    Slip("800", "{\"limit\": 800, \"percentile\": 100}", at: "/classes/0/slo/ttft_ms/percentile", "< 100"),
    Slip("\"tpot_ms\": 50", "\"e2e_ms\": 700", at: "/classes/0/slo/e2e_ms", "700 ms", "800 ms"),
    Slip("\"ttft_ms\": 800", "\"ttft_slowdown\": 3", at: "/classes/0/slo/reference", "missing key"),
    Slip(
      "\"ttft_ms\": 800", "\"ttft_slowdown\": 3, \"reference\": {\"accelerator\": \"h100-sx\"}",
      at: "/classes/0/slo/reference/accelerator", "did you mean"),
    Slip(
      "\"ttft_ms\": 800", "\"ttft_slowdown\": 3, \"reference\": {\"accelerator\": \"l4\", \"tp\": 1}",
      at: "/classes/0/slo/reference", "cannot serve qwen3-32b", "weights"),
    Slip(
      "\"ttft_ms\": 800", "\"ttft_ms\": 800, \"reference\": {\"accelerator\": \"amd\"}",
      at: "/classes/0/slo/reference", "belongs to"),
    Slip(
      "\"tpot_ms\": 50", "\"tpot_ms\": 50, \"tpot_slowdown\": 2, \"reference\": {\"accelerator\": \"amd\"}",
      at: "/classes/0/slo/tpot_slowdown", "exclude each other"),
    Slip(
      "\"ttft_ms\": 800", "\"ttft_slowdown\": {\"limit\": 3}, \"reference\": {\"accelerator\": \"amd\"}",
      at: "/classes/0/slo/ttft_slowdown/limit", "write factor"),
    Slip("0.1", "20", at: "/policy/headroom", "write 0.2"),
    Slip("0.1", "{\"decode\": 20}", at: "/policy/headroom/decode", "write 0.2"),
    Slip("0.1", "{\"all\": 0.2}", at: "/policy/headroom/all", "write the number itself"),
    Slip("\"headroom\": 0.1", "\"spot_share_max\": 30", at: "/policy/spot_share_max", "write 0.3"),
    // Policy and goals.
    Slip("\"headroom\": 0.1", "\"min_vendors\": 3", at: "/policy/min_vendors", "accelerators are of 2"),
    Slip(
      "\"headroom\": 0.1", "\"vendor_shares\": [{\"vendor\": \"nvidea\", \"max_share\": 0.5}]",
      at: "/policy/vendor_shares/0/vendor", "did you mean \"nvidia\"?"),
    Slip(
      "\"headroom\": 0.1", "\"device_limits\": [{\"accelerators\": [\"amdd\"], \"max_devices\": 5}]",
      at: "/policy/device_limits/0/accelerators/0", "did you mean \"amd\"?"),
    Slip(
      "\"headroom\": 0.1", "\"device_limits\": [{\"accelerators\": [\"amd\", \"amd\"], \"max_devices\": 5}]",
      at: "/policy/device_limits/0/accelerators", "named twice"),
    Slip(
      "\"headroom\": 0.1", "\"device_limits\": [{\"accelerators\": [], \"max_devices\": 5}]",
      at: "/policy/device_limits/0/accelerators", "1 to 64"),
    Slip("\"headroom\": 0.1", "\"tp\": [1, 1]", at: "/policy/tp", "twice"),
    Slip(
      "\"headroom\": 0.1}", "\"headroom\": 0.1}, \"objective\": \"costs\"", at: "/objective", "did you mean \"cost\"?"),
    Slip(
      "\"headroom\": 0.1}", "\"headroom\": 0.1}, \"links\": [{\"from\": \"amd\", \"to\": \"amdd\"}]", at: "/links/0/to",
      "did you mean \"amd\"?"),
    Slip(
      "\"headroom\": 0.1}",
      "\"headroom\": 0.1}, \"links\": [{\"from\": \"amd\", \"to\": \"amd\", \"device_gb_per_s\": 4}]",
      at: "/links/0/device_gb_per_s", "1 GB/s is 8 Gbit/s"),
    Slip("\"headroom\": 0.1}", "\"headroom\": 0.1}, \"kv_exchange\": {}", at: "/kv_exchange", "either only or except"),
    Slip(
      "\"headroom\": 0.1}", "\"headroom\": 0.1}, \"current_fleet\": [{\"accelerator\": \"amd\", \"devices\": -1}]",
      at: "/current_fleet/0/devices", "found -1"),
    // Accelerators.
    Slip("\"mi300x\"", "\"mi300x\", \"prices\": {}", at: "/accelerators/1/prices", "no price is given"),
    Slip(
      "\"mi300x\"", "\"mi300x\", \"prices\": {\"on_demand_usd_per_device_hour\": 2400}",
      at: "/accelerators/1/prices/on_demand_usd_per_device_hour", "per month"),
    Slip(
      "\"mi300x\"", "\"mi300x\", \"available\": {\"spot\": 4}", at: "/accelerators/1/available/spot", "has no price"),
    Slip("\"mi300x\"", "\"mi300x\", \"stock\": 4", at: "/accelerators/1/stock", "write stock_devices"),
    Slip("\"mi300x\"", "\"mi300x\", \"measured_only\": true", at: "/accelerators/1/catalog", "exclude each other"),
    Slip("\"mi300x\"", "\"mi300x\", \"power_watts\": 100", at: "/accelerators/1/power_watts", "measured_only"),
    Slip(
      "\"mi300x\"", "\"mi300x\", \"prices\": {\"owned\": {\"purchase_usd_per_device\": 1}}",
      at: "/accelerators/1/prices/owned/lifetime_years", "missing key"),
    Slip("\"mi300x\"", "\"mi300x\", \"prices\": [\"spot\"]", at: "/accelerators/1/prices/0", "\"on_demand\""),
  ]

  @Test(arguments: slips)
  func aSlipIsFoundWhereItIs(slip: Slip) throws {
    let text = try replacing(slip.old, slip.new)
    let found = try faults(of: text)
    let fault = try #require(found.first { $0.path == slip.path }, "\(found)")
    for words in slip.says { #expect(fault.description.contains(words), "\(fault)") }
    #expect(fault.line != nil && fault.column != nil)
    #expect(found.count <= 2, "\(found)")
  }

  @Test func theSmallProblemIsSound() throws {
    #expect(try faults(of: sound) == [])
    #expect(try decoded(sound).warnings == [])
  }

  @Test func allFaultsComeAtOnceInTheOrderOfTheText() throws {
    let found = try faults(
      of: """
        {"format": "fleetplan-problem/1", "nme": "x",
         "accelerators": ["h100-sxn"],
         "classes": [{"id": "c", "model": "qwen3-32b", "rate_per_s": -1, "lengths": {}}],
         "objective": "speed"}
        """)
    #expect(
      found.map(\.path) == ["/nme", "/accelerators/0", "/classes/0/rate_per_s", "/classes/0/lengths", "/objective"])
    #expect(found.map(\.line) == [1, 2, 3, 3, 4])
  }

  /// A reference to an entry that is itself at fault is no second fault.
  @Test func faultsDoNotCascade() throws {
    let text = try replacing("[\"qwen3-32b\"]", "[{\"id\": \"qwen3-32b\", \"weight_precisions\": [\"FP8\"]}]")
    let found = try faults(of: text)
    #expect(found.map(\.path) == ["/models/0/weight_precisions/0"])
    #expect(found.first?.hint == "write \"fp8\"")
  }

  @Test(arguments: [
    ("\"ttft_ms\": 800", "\"ttft_ms\": 5", "/classes/0/slo/ttft_ms"),
    ("\"tpot_ms\": 50", "\"tpot_ms\": 5000", "/classes/0/slo/tpot_ms"),
    (", \"slo\": {\"ttft_ms\": 800, \"tpot_ms\": 50}", "", "/classes/0"),
    ("12.5", "0", "/classes"),
    ("0.1", "1.5", "/policy/headroom"),
    ("\"mi300x\"", "\"mi300x\", \"backend\": \"mine\"", "/accelerators/1/backend"),
    ("\"mi300x\"", "\"mi300x\", \"billing\": \"node\", \"stock_devices\": 9", "/accelerators/1/stock_devices"),
    (
      "\"mi300x\"", "\"mi300x\", \"prices\": {\"on_demand_usd_per_device_hour\": 60}",
      "/accelerators/1/prices/on_demand_usd_per_device_hour"
    ),
    ("1000", "{\"p50\": 10000, \"p90\": 39000}", "/classes/0/lengths"),
  ])
  func whatIsOddIsAWarning(old: String, new: String, path: String) throws {
    let problem = try decoded(replacing(old, new))
    #expect(problem.warnings.map(\.path) == [path])
    #expect(problem.warnings.first?.line != nil)
  }

  @Test func bordersAreAccepted() throws {
    #expect(try decoded(replacing("12.5", "1e7")).classes[0].ratePerSecond == [1e7])
    #expect(try decoded(replacing("\"mi300x\"", "\"mi300x\", \"stock_devices\": 0")).pools[1].stockDevices == 0)
    #expect(
      try decoded(replacing("\"input_tokens\": 1000", "\"input_tokens\": 40760")).classes[0].lengths
        .maximumSequenceTokens == 40_960)
  }

  @Test func tooManyEntriesAreRefused() throws {
    let entry = "{\"id\": \"chat\", \"model\": \"qwen3-32b\", \"rate_per_s\": 1, \"lengths\": {}}"
    let many = "\"classes\": [" + Array(repeating: entry, count: 201).joined(separator: ",") + "]"
    let text = "{\"format\": \"fleetplan-problem/1\", \"accelerators\": [\"h100-sxm\"], \(many)}"
    let found = try faults(of: text)
    #expect(found.map(\.path) == ["/classes"])
    #expect(found.first?.message.contains("1 to 200") == true)
  }

  @Test func modelsKnownByMeasurementsAloneNeedATable() throws {
    let text = try replacing("[\"qwen3-32b\"]", "[{\"id\": \"qwen3-32b\", \"measured_only\": true}]")
    #expect(try faults(of: text).map(\.path) == ["/models"])
  }

  @Test(arguments: [
    ("rate_per_s,ttft\n1,2", "line 1: unknown column \"ttft\""),
    ("class\nchat", "missing column \"rate_per_s\""),
    ("class,rate_per_s\nchat,1,2", "line 2: expected 2 cells, found 3"),
    ("class,rate_per_s\nchat,1\nchat,x", "line 3, column 6: /rate_per_s"),
    ("class,rate_per_s\nchatt,1", "did you mean \"chat\"?"),
    ("class,rate_per_s\n", "there are no rows"),
    ("input_tokens,rate_per_s\n100,2", "belong together"),
  ])
  func faultsOfTableFilesNameFileAndLine(csv: String, says: String) throws {
    let folder = try TemporaryFolder(["t.csv": csv])
    let table = "{\"id\": \"t\", \"model\": \"qwen3-32b\", \"accelerator\": \"amd\", \"file\": \"t.csv\"}"
    let text = try replacing("\"policy\"", "\"capacity_tables\": [\(table)], \"policy\"")
    let found = try faults(of: text, baseDirectory: folder.path)
    #expect(found.count == 1)
    #expect(found.first?.path == "/capacity_tables/0/file")
    #expect(
      found.first?.description.contains("t.csv, ") == true || found.first?.description.contains("t.csv: ") == true)
    #expect(found.first?.description.contains(says) == true, "\(found)")
  }
}
