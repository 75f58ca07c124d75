import FleetJSON
import Testing

@testable import FleetServing

@Suite struct CandidateTableTests {
  private func read(_ sample: String) throws -> [Measurement] {
    try MeasurementFile.read(contentsOf: MeasurementSamples.path(sample))
  }

  private func faults(_ text: String) -> [String] {
    do {
      _ = try MeasurementFile.read(Array(text.utf8), source: "a.csv", format: .aiconfigurator)
      return []
    } catch { return error.all.map(\.description) }
  }

  @Test func aggregatedInstances() throws {
    let rows = try read("aiconfigurator-agg.csv")
    #expect(rows.count == 5)
    let first = rows[0]
    #expect(first.kind == .aggregated)
    #expect(first.model == "meta-llama/Llama-3.1-70B-Instruct")
    #expect(first.system == "h100_sxm" && first.backend == "trtllm" && first.weights == "fp8")
    #expect(first.inputTokens == 1024 && first.outputTokens == 256 && first.concurrency == 16)
    #expect(first.devices == 4 && first.tensor == 4 && first.pipeline == 1)
    #expect(first.ttftSeconds == 0.1805 && first.tpotSeconds == 0.0145 && first.ratePerSecond == 4)
    #expect(first.predictedBy == "AIConfigurator")
    #expect(first.harness.backendVersion == "1.0.0" && first.harness.prefixCache == nil)
    #expect(first.origin?.line == 2)
    #expect(rows[2].pipeline == 2 && rows[2].devices == 4 && rows[2].harness.prefixCache == .hits(0.5))
    #expect(rows[3].weights == "mxfp4", "the experts hold most weights")
    #expect(rows[4].flags == ["context_parallel"])
  }

  @Test func disaggregatedDeployments() throws {
    let rows = try read("aiconfigurator-disagg.csv")
    #expect(rows.map(\.kind) == [.disaggregated, .disaggregated, .disaggregated])
    #expect(rows[0].prefill == Measurement.Workers(count: 4, devices: 2))
    #expect(rows[0].decode == Measurement.Workers(count: 2, devices: 4))
    #expect(rows[0].devices == 16)
    #expect(rows[1].decode == Measurement.Workers(count: 1, devices: 8, data: 8, expert: 8))
    #expect(rows[1].weights == "fp8")
    #expect(rows[2].flags == ["mixed_deployment"])
  }

  /// Tables hold the stated rates, say that they are predictions, and keep apart from measured ones of the configuration.
  @Test func capacityTables() throws {
    let catalog = try shippedCatalog.get()
    var measured = try read("aiconfigurator-agg.csv")[0]
    measured.predictedBy = nil
    measured.ratePerSecond = nil
    let capacity = MeasuredCapacity(try read("aiconfigurator-agg.csv") + [measured], catalog: catalog)
    #expect(capacity.usedCount == 5)
    #expect(capacity.notes.map(\.reason) == ["context parallelism is not modelled"])
    let names = capacity.tables.map(\.id)
    #expect(
      names == [
        "gpt-oss-120b-h200-sxm-trtllm-mxfp4-tp1-aiconfigurator-c32",
        "llama-3.1-70b-h100-sxm-trtllm-fp8-tp2-pp2-aiconfigurator-c32", "llama-3.1-70b-h100-sxm-trtllm-fp8-tp4-c16",
        "llama-3.1-70b-h100-sxm-trtllm-fp8-tp4-aiconfigurator-c16",
        "llama-3.1-70b-h100-sxm-trtllm-fp8-tp4-aiconfigurator-c64",
      ])
    let predicted = try #require(capacity.tables.last)
    #expect(predicted.source == "predicted by AIConfigurator")
    #expect(predicted.rows.map(\.ratePerSecond) == [9.5])
    #expect(predicted.rows[0].ttftSeconds == 0.42025)
    #expect(PlanEvidence(predicted).text == "not measured: a capacity table (predicted by AIConfigurator)")
    let own = try #require(capacity.tables.first { $0.id.hasSuffix("tp4-c16") && $0.source == nil })
    #expect(abs(own.rows[0].ratePerSecond - 16 / (0.1805 + 255 * 0.0145)) < 1e-9)
    #expect(PlanEvidence(own) == .capacityTable)
  }

  /// Each of n instances of a phase carries an n-th of the rate.
  @Test func capacityTablesOfPhases() throws {
    let capacity = MeasuredCapacity(
      try read("aiconfigurator-disagg.csv"), catalog: try shippedCatalog.get())
    #expect(capacity.usedCount == 2)
    #expect(
      capacity.notes.map(\.reason) == ["its prefill and decode instances differ in accelerator, backend or precision"])
    let prefill = try #require(capacity.tables.first { $0.phase == .prefill && $0.modelID == "llama-3.1-70b" })
    #expect(prefill.strategy == ParallelStrategy(tensor: 2))
    #expect(prefill.rows.map(\.ratePerSecond) == [3])
    let decode = try #require(capacity.tables.first { $0.phase == .decode && $0.modelID == "deepseek-r1" })
    #expect(decode.strategy == ParallelStrategy(expert: 8, data: 8))
    #expect(decode.rows.map(\.ratePerSecond) == [40])
  }

  private static let header = "model,isl,osl,concurrency,ttft,tpot,seq/s,tp,gemm,backend,system,tokens/s/gpu\n"
  private static let good = "m,1024,256,16,180.5,14.5,4,4,fp8,trtllm,h100_sxm,255"

  @Test func answersOfOneTokenHaveNoTPOT() throws {
    let text = Self.header + "m,1024,1,16,180.5,0.0,4,4,fp8,trtllm,h100_sxm,255\n"
    let rows = try MeasurementFile.read(Array(text.utf8), source: "a.csv")
    #expect(rows.count == 1)
    #expect(rows[0].tpotSeconds == nil && rows[0].ttftSeconds == 0.1805)
  }

  @Test(arguments: [
    ("1024", "", "isl: expected a number of tokens"), ("180.5", "nan", "ttft: expected a number of ms"),
    ("14.5", "0.0145", "tpot: expected a number of ms"), (",4,4,", ",-1,4,", "seq/s: expected a number of requests/s"),
    (",4,4,", ",4,,", "tp: expected a whole number from 1 to 100000, found nothing"),
    (",4,4,", ",4,2.5,", "tp: expected a whole number from 1 to 100000, found \"2.5\""),
    ("fp8", "", "gemm: expected a name, found nothing"), ("h100_sxm", "", "system: expected a name, found nothing"),
  ])
  func wrongValuesAreLocated(part: String, damage: String, message: String) {
    let row = Self.good.replacing(part, with: damage, maxReplacements: 1)
    let found = faults(Self.header + Self.good + "\n" + row + "\n")
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("line 3, column ") == true, "\(found)")
    #expect(found.first?.contains(": row 2, \(message)") == true, "\(found)")
  }

  @Test func missingColumnsAreNamed() {
    let found = faults("model,isl,osl,(p)tp,(d)tp\n")
    for column in ["concurrency", "ttft", "seq/s", "(p)workers", "(d)gemm", "(d)system"] {
      #expect(found.contains { $0.contains("missing column \"\(column)\"") }, "\(column)")
    }
    #expect(found.count == 12)
  }
}
