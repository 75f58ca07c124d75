import FleetJSON
import Testing

@testable import FleetServing

@Suite struct MeasurementHarnessTests {
  private static let names = "system,backend,model,weights,isl,osl,conc,tp,"
  private static let row = "h100,vllm,m,fp8,1024,128,8,4,"

  @Test func columnsOfTheHarness() throws {
    let rows = try MeasurementTableTests.read(
      Self.names + "date,backend_version,waves,stream_interval,receive_interval,chunk_tokens,prefix_cache\n" + Self.row
        + "2025-03,0.9.1,10,20,50,8192,off\n" + Self.row + ",,,,,,\n")
    let harness = rows[0].harness
    #expect(harness.monthsSince2024 == 14)
    #expect(harness.backendVersion == "0.9.1")
    #expect(harness.waves == 10)
    #expect(harness.streamInterval == 20)
    #expect(harness.receiveInterval == 50)
    #expect(harness.chunkTokens == 8192)
    #expect(harness.prefixCache == .off)
    #expect(rows[1].harness == MeasurementHarness())
  }

  @Test(arguments: [
    ("2024-01", 0.0), ("2023-12", -1.0), ("2024-02-29", 1.0 + 28.0 / 29.0), ("2026-04-16", 27.5), ("2024-01-01", 0.0),
  ])
  func dates(text: String, months: Double) {
    #expect(MeasurementHarness.monthsSince2024(text) == months)
  }

  @Test(arguments: [
    "2024", "2024-13", "2024-00", "2025-02-29", "2024-1", "2024-01-", "24-01-01", "2024-01-01-01", "1999-01", "2024-0x",
    "２０２４-01", "+024-01", "2024/01/02", "",
  ])
  func noDates(text: String) { #expect(MeasurementHarness.monthsSince2024(text) == nil) }

  @Test(arguments: [
    ("0", MeasurementHarness.PrefixCache.off), ("1", .on), ("OFF", .off), ("on", .on), ("0.25", .hits(0.25)),
  ])
  func prefixCaches(text: String, cache: MeasurementHarness.PrefixCache) throws {
    let rows = try MeasurementTableTests.read(Self.names + "prefix_cache\n" + Self.row + text + "\n")
    #expect(rows[0].harness.prefixCache == cache)
  }

  @Test(arguments: [
    ("date", "April 2025", "expected a date yyyy-mm or yyyy-mm-dd from 2000 to 2099, found \"April 2025\""),
    ("waves", "0", "expected a number from 0.01 to 1000000, found \"0\""),
    ("stream_interval", "0", "expected a number of steps from 1 to 1000000, found \"0\""),
    ("receive_interval", "x", "expected a number of steps from 1 to 1000000, found \"x\""),
    ("chunk_tokens", "-1", "expected a number of tokens from 1 to 100000000, found \"-1\""),
    ("prefix_cache", "50%", "expected off, on or the share of hits from 0 to 1, found \"50%\" (write a share"),
    ("published_tok_s", "0", "expected a number of tokens/s from 0.001 to 1000000000000, found \"0\""),
    ("phase", "decod", "expected closed_loop, prefill, decode, found \"decod\" (did you mean \"decode\"?)"),
  ])
  func wrongValuesAreLocated(column: String, text: String, message: String) {
    let found = MeasurementTableTests.faults(Self.names + column + "\n" + Self.row + text + "\n")
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("line 2, column ") == true, "\(found)")
    #expect(found.first?.contains("row 1, \(column): \(message)") == true, "\(found)")
  }

  /// A published rate needs no latencies, and one of prompts no number of them.
  @Test func publishedRates() throws {
    let rows = try MeasurementTableTests.read(
      """
      phase,system,backend,model,weights,isl,osl,conc,n_gpu,tp,dp,ep,published_tok_s,note,source
      closed_loop,h100,trtllm,m,fp8,128,2048,2048,2,2,1,1,6651,,"overview, 1.0"
      prefill,h100,sglang,m,fp8,2000,100,,32,,32,32,218176,4 nodes,a report
      decode,h100,sglang,m,fp8,2000,100,18432,72,,72,72,200520,,
      ,h100,sglang,m,fp8,2000,100,8,8,,,,1,,
      decode,h100,sglang,m,fp8,2000,100,8,8,,,,,,
      ,h100,sglang,m,fp8,2000,100,8,8,,,,,,
      """)
    #expect(rows.map(\.kind) == [.aggregated, .step, .step, .aggregated, .step, .aggregated])
    #expect(
      rows[0].published
        == PublishedThroughput(phase: .closedLoop, tokensPerSecond: 6651, source: "overview, 1.0", note: ""))
    #expect(rows[1].published?.note == "4 nodes")
    #expect(rows[1].concurrency == 1)
    #expect(rows[1].tensor == 1)
    #expect(rows[2].concurrency == 18432)
    #expect(rows[3].published?.phase == .closedLoop)
    #expect(rows[4].published?.tokensPerSecond == nil)
    #expect(rows[5].published == nil)
  }

  @Test func aPhaseAndAKindThatContradictEachOther() {
    let found = MeasurementTableTests.faults(
      Self.names + "kind,phase\n" + Self.row + "step,closed_loop\n" + Self.row + "agg_serving,closed_loop\n"
        + Self.row + "disagg_serving,decode\n")
    #expect(found.count == 2)
    #expect(found[0].contains("row 1, kind: \"step\" is no kind of the phase \"closed_loop\""), "\(found)")
  }

  /// Reports of benchmarks state their number of requests, and vLLM's the date.
  @Test func reportsOfBenchmarks() throws {
    let context = MeasurementContext(system: "h100", weights: "fp8", tensor: 1)
    let vllm = try MeasurementFile.read(contentsOf: MeasurementSamples.path("vllm-bench.json"), context: context)
    #expect(vllm[0].harness.waves == 10)
    #expect(vllm[0].harness.monthsSince2024 == 25 + 13.0 / 28)
    var named = context
    named.model = "m"
    let sglang = try MeasurementFile.read(contentsOf: MeasurementSamples.path("sglang-bench.jsonl"), context: named)
    #expect(sglang.map(\.harness.waves) == [10, 10])
    #expect(sglang[0].harness.monthsSince2024 == nil)
  }
}
