import FleetJSON
import Testing

@testable import FleetServing

@Suite struct MeasurementTableTests {
  static func read(_ text: String, context: MeasurementContext = MeasurementContext()) throws -> [Measurement] {
    try MeasurementTable(CSVTable(Array(text.utf8), source: "t.csv"), context: context).measurements
  }

  static func faults(_ text: String, context: MeasurementContext = MeasurementContext()) -> [String] {
    do {
      _ = try MeasurementTable(CSVTable(Array(text.utf8), source: "t.csv"), context: context)
      return []
    } catch { return error.all.map(\.description) }
  }

  @Test func theSample() throws {
    let table = try MeasurementTable(CSVTable(contentsOf: MeasurementSamples.path("rows.csv")))
    #expect(table.measurements.count == 7)
    let first = table.measurements[0]
    #expect(first.kind == .aggregated)
    #expect(first.system == "h100_sxm")
    #expect(first.lengthRatio == 0.9)
    #expect(abs(first.meanInputTokens - 972.8) < 1e-9)
    #expect(first.tensor == 4)
    #expect(first.ttftSeconds == 0.1824)
    #expect(first.tpotSeconds == 0.0146)
    #expect(first.origin?.line == 2)
    let step = table.measurements[2]
    #expect(step.kind == .step)
    #expect(step.tpotSeconds == nil)
    #expect(step.flags == ["bare", "prompt"])
    let split = table.measurements[3]
    #expect(split.prefill == Measurement.Workers(count: 1, devices: 4))
    #expect(split.decode == Measurement.Workers(count: 2, devices: 4))
    #expect(table.measurements[6].speculation == "eagle")
  }

  @Test func columnsInAnyOrderWithDefaults() throws {
    let rows = try Self.read(
      """
      status,conc,tp,model,osl,isl,weights,backend,system,predicted_tpot_ms
      ok,8,2,m,64,128.0,fp8,vllm,h100,12
      """)
    let row = try #require(rows.first)
    #expect(row.kind == .aggregated)
    #expect(row.lengthRatio == 1)
    #expect(row.devices == 2)
    #expect(row.data == 1)
    #expect(row.speculation == "none")
    #expect(row.ttftSeconds == nil)
  }

  @Test func theContextFillsWhatIsMissing() throws {
    let context = MeasurementContext(
      kind: .step, system: "h200", backend: "sglang", model: "m", weights: "bf16", tensor: 8, concurrency: 4)
    let rows = try Self.read("isl,osl,system\n128,64,\n128,64,h100\n", context: context)
    #expect(rows.map(\.system) == ["h200", "h100"])
    #expect(rows.map(\.devices) == [8, 8])
    #expect(rows[0].kind == .step)
    #expect(rows[0].concurrency == 4)
  }

  @Test func zeroRanksAreNone() throws {
    let rows = try Self.read(
      """
      kind,system,backend,model,weights,isl,osl,conc,n_gpu,dp,ep,p_n,p_gpu,p_dp,p_ep,d_n,d_gpu,d_dp,d_ep
      disagg_serving,h200,vllm,m,fp8,1024,128,8,12,0,0,1,4,0,0,2,4,,0
      step,h200,vllm,m,fp8,1024,0,8,4,0,1,0,0,,,0,0,,
      """)
    #expect(rows[0].prefill == Measurement.Workers(count: 1, devices: 4))
    #expect(rows[0].decode == Measurement.Workers(count: 2, devices: 4))
    #expect(rows[0].tensor == 1)
    #expect(rows[1].outputTokens == 0)
    #expect(rows[1].tensor == 4)
  }

  private static let header = "kind,system,backend,model,weights,isl,osl,len_ratio,conc,n_gpu,tp,ttft_ms,tpot_ms\n"
  private static let good = "agg_serving,h100,vllm,m,fp8,1024,128,0.9,8,4,4,100,10"

  @Test(arguments: [
    ("agg_serving", "serving", "kind: expected step, agg_serving, disagg_serving, found \"serving\""),
    ("h100", "", "system: expected a name, found nothing"),
    ("1024", "", "isl: expected a number of tokens from 1 to 100000000, found nothing"),
    ("1024", "1e12", "isl: expected a number of tokens from 1 to 100000000, found \"1e12\""),
    ("1024", "-5", "isl: expected a number of tokens"),
    ("1024", "\"1,024\"", "isl: expected a number of tokens from 1 to 100000000, found \"1,024\""),
    ("0.9", "1.5", "len_ratio: expected a number from 0 to 1, found \"1.5\""),
    (",8,", ",0,", "conc: expected a number of requests from 1 to 1000000, found \"0\""),
    ("4,4", "2.5,4", "n_gpu: expected a whole number from 1 to 100000, found \"2.5\""),
    ("4,4", ",", "n_gpu: expected the devices of the deployment in n_gpu or tp, found nothing"),
    (",100,10", ",nan,10", "ttft_ms: expected a number of ms from 1 to 3600000, found \"nan\""),
    (",100,10", ",-100,10", "ttft_ms: expected a number of ms from 1 to 3600000, found \"-100\""),
    (",100,10", ",0.05,10", "ttft_ms: expected a number of ms from 1 to 3600000, found \"0.05\" (is it in seconds?"),
    (",100,10", ",1e9,10", "ttft_ms: expected a number of ms from 1 to 3600000, found \"1e9\" (is it in microseconds?"),
    (",100,10", ",100,0x10", "tpot_ms: expected a number of ms from 0.1 to 60000, found \"0x10\""),
    (",100,10", ",100,0.012", "tpot_ms: expected a number of ms from 0.1 to 60000, found \"0.012\" (is it in seconds?"),
    (",100,10", ",100,inf", "tpot_ms: expected a number of ms from 0.1 to 60000, found \"inf\""),
  ])
  func wrongValuesAreLocated(part: String, damage: String, message: String) throws {
    let row = Self.good.replacing(part, with: damage, maxReplacements: 1)
    let found = Self.faults(Self.header + Self.good + "\n" + row + "\n")
    #expect(found.count == 1)
    let text = try #require(found.first)
    #expect(text.hasPrefix("line 3, column "), "\(text)")
    #expect(text.contains(": row 2, \(message)"), "\(text)")
  }

  @Test(arguments: [
    ("ttft_ms", "ttft", "unknown column \"ttft\" (write ttft_ms, in milliseconds)"),
    ("ttft_ms", "tftt_ms", "unknown column \"tftt_ms\" (did you mean \"ttft_ms\"?)"),
    ("weights", "precision", "unknown column \"precision\" (write weights)"),
    (
      "len_ratio", "colour",
      "unknown column \"colour\" (columns of your own are named id, …_id or x_…; known columns: dataset"
    ),
  ])
  func unknownColumns(name: String, damage: String, message: String) {
    let found = Self.faults(Self.header.replacing(name, with: damage))
    #expect(found.contains { $0.contains(message) }, "\(found)")
  }

  /// Columns of the writer's own mean nothing here and are no faults.
  @Test func ownColumnsAreLeftAlone() throws {
    let rows = try Self.read("id,run_id,x_rack,source,note," + Self.header + "7,a,9,me,\"b, c\"," + Self.good)
    #expect(rows.count == 1)
    #expect(rows[0].published == nil)
    #expect(MeasurementTable.isCarried("id") && !MeasurementTable.isCarried("grid") && !MeasurementTable.isCarried("x"))
  }

  @Test func missingColumnsAreNamedOnce() {
    let found = Self.faults("system,isl\nh100,5\nh100,6\n")
    let wanted = ["backend", "model", "weights", "osl", "conc", "n_gpu"]
    #expect(found == wanted.map { "line 1: header: missing column \"\($0)\"" })
  }

  /// Every fault of a file is told, each with its row.
  @Test func allFaultsAtOnce() {
    let rows = (0..<20).map { $0 % 2 == 0 ? Self.good : Self.good.replacing("1024", with: "x") }
    let found = Self.faults(Self.header + rows.joined(separator: "\n"))
    #expect(found.count == 10)
    #expect(found.first?.contains("row 2, isl") == true)
    #expect(found.last?.contains("row 20, isl") == true)
  }
}

/// Files in Tests/MeasurementSamples.
enum MeasurementSamples {
  static func path(_ name: String) -> String { packageFolder + "/Tests/MeasurementSamples/" + name }
}
