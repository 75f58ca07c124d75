import FleetJSON
import Testing

@testable import FleetServing

@Suite struct BenchmarkReportTests {
  private static let deployment = MeasurementContext(
    system: "h100-sxm", weights: "bf16", tensor: 2)

  private func read(_ sample: String, _ context: MeasurementContext = deployment) throws -> [Measurement] {
    try MeasurementFile.read(contentsOf: MeasurementSamples.path(sample), context: context)
  }

  private func faults(
    _ text: String, format: MeasurementFormat? = nil, _ context: MeasurementContext = deployment
  ) -> [String] {
    do {
      _ = try MeasurementFile.read(Array(text.utf8), source: "r", format: format, context: context)
      return []
    } catch { return error.all.map(\.description) }
  }

  @Test func vllm() throws {
    let rows = try read("vllm-bench.json")
    let row = try #require(rows.first)
    #expect(rows.count == 1)
    #expect(row.kind == .aggregated)
    #expect(row.model == "meta-llama/Llama-3.1-8B-Instruct")
    #expect(row.backend == "vllm")
    #expect(row.system == "h100-sxm")
    #expect(row.inputTokens == 1024)
    #expect(row.outputTokens == 256)
    #expect(row.lengthRatio == 1)
    #expect(row.concurrency == 32)
    #expect(row.devices == 2)
    #expect(row.ttftSeconds == 0.14825)
    #expect(row.tpotSeconds == 0.0095)
    #expect(row.flags == [])
    let catalog = try shippedCatalog.get()
    #expect(try row.resolved(in: catalog).deployment.decodingConfiguration.model.id == "llama-3.1-8b")
  }

  @Test func sglangLines() throws {
    var context = Self.deployment
    context.model = "llama-3.1-8b"
    let rows = try read("sglang-bench.jsonl", context)
    #expect(rows.map(\.concurrency) == [16, 64])
    #expect(rows.map(\.inputTokens) == [1024, 1024])
    #expect(rows.map(\.outputTokens) == [512, 512])
    #expect(rows.map(\.backend) == ["sglang", "sglang"])
    #expect(rows.map(\.ttftSeconds) == [0.1125, 0.30125])
    #expect(rows.map { $0.origin?.line } == [1, 2])
  }

  @Test(arguments: [("genai-perf.csv", 2048.0, 297.5, 1.20475, 0.02025), ("aiperf.csv", 512, 256, 0.0845, 0.00825)])
  func statistics(sample: String, input: Double, output: Double, ttft: Double, tpot: Double) throws {
    var context = Self.deployment
    context.model = "llama-3.1-8b"
    context.backend = "vllm"
    context.concurrency = 16
    let row = try #require(try read(sample, context).first)
    #expect(row.inputTokens == input)
    #expect(row.outputTokens == output)
    #expect(abs((row.ttftSeconds ?? 0) - ttft) < 1e-12)
    #expect(abs((row.tpotSeconds ?? 0) - tpot) < 1e-12)
    #expect(row.concurrency == 16)
  }

  @Test(arguments: [
    ("{\"backend\": \"vllm\"}", MeasurementFormat.vllm), ("\n {\n\"random_input_len\": 5}", .sglang),
    ("Metric,avg\n", .aiperf), ("\u{FEFF}\"Metric\",avg", .aiperf), ("kind,system\n", .csv), ("", .csv),
  ])
  func formatsAreFoundOut(text: String, format: MeasurementFormat) {
    #expect(MeasurementFile.detectedFormat(Array(text.utf8)) == format)
  }

  @Test func whatNobodySaysIsAskedFor() throws {
    let bytes = try InputFile.read(path: MeasurementSamples.path("aiperf.csv"))
    let found = faults(String(decoding: bytes, as: UTF8.self), MeasurementContext())
    #expect(found.count == 6)
    for option in ["--system", "--backend", "--model", "--weights", "--tp", "--concurrency"] {
      #expect(found.contains { $0.contains("state it with \(option)") }, "\(option)")
    }
  }

  private static let report = """
    {"model_id": "m", "backend": "vllm", "num_prompts": 10, "max_concurrency": 4, "request_rate": "inf",
    "completed": 10, "total_input_tokens": 1000, "total_output_tokens": 200, "mean_ttft_ms": 50.0,
    "mean_tpot_ms": 9.0}
    """

  @Test(arguments: [
    ("\"inf\"", "4.5", "/request_rate: the requests arrived at a rate"),
    ("\"max_concurrency\": 4", "\"max_concurrency\": null", "the report does not state the concurrency"),
    ("\"backend\": \"vllm\"", "\"backend\": \"openai-chat\"", "the report does not state the serving backend"),
    ("\"completed\": 10", "\"completed\": 0", "/completed: expected completed requests ≥ 1, found 0"),
    ("1000,", "5,", "/total_input_tokens: expected tokens of all requests from 10 to"),
    ("50.0", "0.05", "/mean_ttft_ms: expected a number of ms from 1 to 3600000, found 0.05 (is it in seconds?"),
    ("50.0", "NaN", "/mean_ttft_ms: "), ("9.0", "-9.0", "/mean_tpot_ms: "),
    ("\"mean_ttft_ms\"", "\"ttft\"", "expected the result of vllm bench serve with mean_ttft_ms"),
    ("{\"model_id\"", "[{\"model_id\"", "line "),
  ])
  func wrongReports(part: String, damage: String, message: String) {
    let found = faults(Self.report.replacing(part, with: damage, maxReplacements: 1))
    #expect(!found.isEmpty)
    #expect(found.contains { $0.contains(message) }, "\(found)")
  }

  @Test func remarksAndOverrides() throws {
    let text = Self.report.replacing("\"num_prompts\": 10", with: "\"num_prompts\": 12")
      .replacing("mean_ttft_ms", with: "median_ttft_ms").replacing("\"inf\"", with: "4.5")
    var context = Self.deployment
    context.concurrency = 3
    context.inputTokens = 90
    context.backend = "trtllm"
    let row = try #require(try MeasurementFile.read(Array(text.utf8), source: "r", context: context).first)
    #expect(row.flags == ["failed_requests", "median_ttft"])
    #expect(row.concurrency == 3)
    #expect(row.inputTokens == 90)
    #expect(row.backend == "trtllm")
  }

  /// A fault in one line of many is told with the line of the file, beside the faults of the others.
  @Test func linesOfJSON() {
    let line = Self.report.replacing("\n", with: " ")
    let text = [line, line.replacing("50.0", with: "x"), "", line.replacing("50.0", with: "-1")].joined(separator: "\n")
    let found = faults(text)
    #expect(found.count == 2)
    #expect(found.first?.hasPrefix("line 2, column ") == true)
    #expect(found.last?.hasPrefix("line 4, column ") == true)
    #expect(faults("{}").count == 1)
    #expect(faults("", format: .vllm) == ["expected the JSON of a benchmark, found an empty file"])
  }

  @Test func wordsInTextsAreKept() {
    let text = "{\"a\": \"Infinity \\\" NaN\", \"b\": -Infinity, \"c\": [NaN, Infinity]}"
    let plain = String(decoding: BenchmarkReports.withoutInfinities(Array(text.utf8)), as: UTF8.self)
    #expect(plain == "{\"a\": \"Infinity \\\" NaN\", \"b\": null, \"c\": [null, null]}")
  }

  @Test(arguments: [
    ("Metric,avg\nTime To First Token (ms),x\nInter Token Latency (ms),9\n", "expected a number, found \"x\""),
    ("Metric,avg\nTime To First Token (h),5\nInter Token Latency (ms),9\n", "found the unit \"h\""),
    ("Metric,avg\nTime To First Token (s),50000\nInter Token Latency (ms),9\n", "expected a number of ms from 1 to"),
    ("Metric,avg\nInter Token Latency (ms),9\n", "missing the row \"Time to First Token\""),
    ("Metric,min\nTime To First Token (ms),5\nInter Token Latency (ms),9\n", "missing the row \"Inter Token Latency\""),
    (
      "Metric,min,avg\nTime To First Token (ms),5\nInter Token Latency (ms),4,9\n", "expected 3 fields or more, found 2"
    ),
  ])
  func wrongStatistics(text: String, message: String) {
    let found = faults(text)
    #expect(found.contains { $0.contains(message) }, "\(found)")
  }

  @Test func unitsApartAndOthers() throws {
    let text = """
      Metric,Unit,avg
      Time to First Token,s,0.25
      Inter Token Latency,us,"12,500"
      Input Sequence Length,tokens,100
      Output Sequence Length,tokens,50
      """
    let context = MeasurementContext(
      system: "l4", backend: "vllm", model: "m", weights: "fp8", tensor: 1, concurrency: 2)
    let row = try #require(try MeasurementFile.read(Array(text.utf8), source: "r", context: context).first)
    #expect(row.ttftSeconds == 0.25)
    #expect(row.tpotSeconds == 0.0125)
  }
}
