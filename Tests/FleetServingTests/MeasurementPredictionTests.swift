import FleetJSON
import Testing

@testable import FleetServing

@Suite struct MeasurementPredictionTests {
  private let catalog: Catalog
  private let latency: LatencyModel

  init() throws {
    catalog = try shippedCatalog.get()
    latency = LatencyModel(constants: catalog.latencyConstants)
  }

  private func measurement(_ change: (inout Measurement) -> Void = { _ in }) -> Measurement {
    var measurement = Measurement(
      kind: .aggregated, system: "h100_sxm", backend: "vllm", model: "llama3.1-70b", weights: "fp8", inputTokens: 1024,
      outputTokens: 512, lengthRatio: 0.9, concurrency: 16, devices: 4, tensor: 4)
    change(&measurement)
    return measurement
  }

  @Test func closedLoopsAtMeanLengths() throws {
    let resolved = try measurement().resolved(in: catalog)
    let expected = latency.closedLoop(
      resolved.deployment.decodingConfiguration, concurrency: 16, inputTokens: 1024 * 0.95, outputTokens: 512 * 0.95)
    #expect(latency.predict(resolved) == expected)
  }

  @Test func stepsOfOnePromptAndOfSplitwise() throws {
    let row = measurement {
      $0.kind = .step
      $0.lengthRatio = 1
    }
    let configuration = try row.resolved(in: catalog).deployment.decodingConfiguration
    let single = latency.predict(try row.resolved(in: catalog))
    #expect(single.ttftSeconds == latency.prefillSeconds(configuration, inputTokens: 1024).totalSeconds)
    #expect(
      single.tpotSeconds == latency.decodeStep(configuration, batch: 16, contextTokens: 1024 + 256).totalSeconds)
    var together = row
    together.backend = "splitwise"
    let batch = latency.predict(try together.resolved(in: catalog))
    var alone = together
    alone.concurrency = 1
    #expect(batch.ttftSeconds > 4 * latency.predict(try alone.resolved(in: catalog)).ttftSeconds)
  }

  @Test func disaggregatedPools() throws {
    func row(_ devices: Int, _ decodeWorkers: Int = 2, _ decodeDevices: Int = 4) -> Measurement {
      measurement {
        $0.kind = .disaggregated
        $0.devices = devices
        $0.prefill = Measurement.Workers(count: 1, devices: 4)
        $0.decode = Measurement.Workers(count: decodeWorkers, devices: decodeDevices)
      }
    }
    let perWorker = latency.predicted(row(12), in: catalog)
    let total = latency.predicted(row(12, 2, 8), in: catalog)
    #expect(perWorker.reason == nil)
    #expect(perWorker == total)
    #expect(latency.predicted(row(13), in: catalog).reason?.contains("do not add up") == true)
    var missing = row(12)
    missing.decode = nil
    #expect(latency.predicted(missing, in: catalog).reason?.contains("needs prefill and decode workers") == true)
    let more = latency.predicted(row(36, 8), in: catalog)
    #expect((more.tpot?.seconds ?? 0) <= (perWorker.tpot?.seconds ?? 0) * (1 + 1e-9))
  }

  @Test(arguments: [
    ("system", "did you mean \"h100-sxm\"?"), ("model", "the catalog has no model \"lama3.1-70b\"; did you mean"),
    ("weights", "unknown precision \"fp7\""), ("spec", "speculative decoding (mtp) is not modelled"),
    ("tp", "TP8 × DP1 are 8 devices, not 4"), ("heads", "do not divide by TP"),
    ("memory", "does not fit memory: weights"),
    ("long", "does not hold one request of"),
  ])
  func reasons(damage: String, reason: String) throws {
    let row = measurement { row in
      switch damage {
      case "system": row.system = "h100-sxn"
      case "model": row.model = "lama3.1-70b"
      case "weights": row.weights = "fp7"
      case "spec": row.speculation = "mtp"
      case "tp": row.tensor = 8
      case "heads":
        row.model = "qwen2.5-7b"
        row.tensor = 8
        row.devices = 8
      case "memory":
        row.tensor = 1
        row.devices = 1
        row.weights = "bf16"
      default: row.inputTokens = 5e7
      }
    }
    let predicted = latency.predicted(row, in: catalog)
    #expect(predicted.tpot == nil)
    #expect(predicted.ttft == nil)
    #expect(predicted.reason?.contains(reason) == true, "\(predicted.reason ?? "")")
  }

  @Test func sixteenBitsAreOneSpeed() throws {
    let bf16 = latency.predicted(measurement { $0.weights = "bf16" }, in: catalog)
    #expect(bf16.reason == nil)
    #expect(bf16 == latency.predicted(measurement { $0.weights = "float16" }, in: catalog))
  }

  @Test func bandsComeFromTheErrorsOfTheConstants() throws {
    var latency = latency
    latency.constants.errors = LatencyErrors()
    #expect(latency.predicted(measurement(), in: catalog).tpot?.band == nil)
    let error = LatencyError(lowRatio: 0.8, highRatio: 1.5, medianAPE: 0.1, meanAPE: 0.2, rows: 50)
    for grade in LatencyGrade.allCases { latency.constants.errors.table[.init(grade, .tpot)] = error }
    let predicted = latency.predicted(measurement(), in: catalog)
    let tpot = try #require(predicted.tpot)
    #expect(tpot.band == tpot.seconds * 0.8...tpot.seconds * 1.5)
    #expect(predicted.ttft?.band == nil)
  }

  @Test func oneTokenHasNoTimeBetweenTokens() {
    let predicted = latency.predicted(measurement { $0.outputTokens = 1 }, in: catalog)
    #expect(predicted.ttft != nil)
    #expect(predicted.tpot == nil)
    #expect(predicted.reason == nil)
  }

  @Test(arguments: [
    ("dsr1", "deepseek-r1"), ("gptoss", "gpt-oss-120b"), ("glm5", "glm-5"), ("kimik2.5", "kimi-k2.5"),
    ("minimaxm2.5", "minimax-m2.5"), ("qwen3.5", "qwen3.5-397b-a17b"), ("llama70b", "llama-3.3-70b"),
    ("Llama_3.1 8B", "llama-3.1-8b"), ("llama-3-1-8b", "llama-3.1-8b"), ("QWEN3_5-27B", "qwen3.5-27b"),
    ("meta-llama/Llama-3.1-8B", "llama-3.1-8b"),
  ])
  func models(spelling: String, id: String) {
    #expect(catalog.model(spelling)?.id == id)
  }

  @Test(arguments: [
    ("h100 sxm", "h100-sxm"), ("H100.SXM", "h100-sxm"), ("gb200-nvl72", "gb200"), ("mi300x", "mi300x"),
    ("ASCEND 910B", "ascend-910b"),
  ])
  func accelerators(spelling: String, id: String) {
    #expect(catalog.accelerator(spelling)?.id == id)
  }

  @Test(arguments: ["llama-31-8b", "qwen35-27b", "", "-", "h10-0-sxm"])
  func otherSpellingsMeanNothing(spelling: String) {
    #expect(catalog.model(spelling) == nil)
    #expect(catalog.accelerator(spelling) == nil)
  }

  @Test func ambiguousSpellingsMeanNothing() {
    let index = SpellingIndex([["a-1", "b_2"], ["a1"], ["b-2 x"]])
    #expect(index["a-1"] == 0)
    #expect(index["a1"] == 1)
    #expect(index["a_1"] == nil)
    #expect(index["B 2"] == 0)
    #expect(index["b2X"] == 2)
  }

  /// Tables of the size that acceptance asks for are read and predicted whole, each row like itself.
  @Test func tenThousandRows() throws {
    let header = "kind,system,backend,model,weights,isl,osl,len_ratio,conc,n_gpu,tp\n"
    let kinds = ["agg_serving", "step"]
    var text = header
    for row in 0..<10_000 {
      text += "\(kinds[row % 2]),h100_sxm,vllm,llama3.1-70b,fp8,\(128 + row % 50),256,1,\(1 + row % 7),4,4\n"
    }
    let rows = try MeasurementTableTests.read(text)
    #expect(rows.count == 10_000)
    let predicted = rows.map { latency.predicted($0, in: catalog) }
    #expect(predicted.allSatisfy { $0.reason == nil && $0.tpot != nil })
    for row in stride(from: 0, to: 9_300, by: 37) { #expect(predicted[row] == predicted[row + 700]) }
  }
}
