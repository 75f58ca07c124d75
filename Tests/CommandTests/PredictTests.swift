import FleetJSON
import FleetPlan
import Foundation
import Testing

@testable import fleetplan

@Suite struct PredictTests {
  private func predict(_ arguments: String) throws -> CommandRun {
    try CommandRun(["predict"] + arguments.split(separator: " ").map(String.init))
  }

  /// Parts add up, a larger batch takes longer, and more devices hold more.
  @Test func timesAndMemory() throws {
    let run = try predict("--model llama-3.1-70b --accelerator h100-sxm --tp 4 --batch 1 8 64 --json")
    #expect(run.status == 0)
    let answer = try run.json()
    let steps = try #require(answer["decode_steps"]?.elements)
    #expect(steps.compactMap { $0["batch"]?.number } == [1, 8, 64])
    for step in steps + [try #require(answer["prefill"])] {
      let parts = ["gemm_ms", "attention_ms", "communication_ms", "overhead_ms"].compactMap { step[$0]?.number }
      let total = try #require(step["total_ms"]?.number)
      #expect(abs(parts.reduce(0, +) - total) <= 1e-9 * total)
    }
    let totals = steps.compactMap { $0["total_ms"]?.number }
    #expect(totals == totals.sorted())
    #expect(answer["evidence"]?["kind"]?.text == "measured")

    let isKnown = answer["evidence"]?["tpot_error"]?["high_ratio"]?.number
    for step in steps {
      #expect((step["predicted_high_ms"]?.number == nil) == (isKnown == nil))
      if let high = step["predicted_high_ms"]?.number, let total = step["total_ms"]?.number { #expect(high >= total) }
    }
    #expect(["profiled", "model_measured", "calibrated"].contains(answer["evidence"]?["grade"]?.text))

    let wider = try predict("--model llama-3.1-70b --accelerator h100-sxm --tp 8 --json").json()
    let held = try #require(answer["memory"]?["kv_capacity_tokens"]?.number)
    #expect(try #require(wider["memory"]?["kv_capacity_tokens"]?.number) > held)
  }

  /// With known errors every time has its band, the wider the less was measured; without them the text says so.
  @Test func bands() throws {
    let catalog = try Catalog(contentsOf: Repository.models)
    var constants = catalog.latencyConstants
    func prediction(_ accelerator: String) throws -> Prediction {
      Prediction(
        PredictionQuestion(
          model: try #require(catalog.model("llama-3.1-8b")),
          accelerator: try #require(catalog.accelerator(accelerator)), batches: [8]), constants: constants)
    }
    constants.errors = LatencyErrors()
    #expect(
      PredictionText.render(try prediction("h100-sxm"), style: TextStyle()).contains("these constants carry no errors"))
    for (grade, high) in [(LatencyGrade.profiled, 1.05), (.assumed, 1.6)] {
      for quantity in LatencyQuantity.allCases {
        constants.errors.table[.init(grade, quantity)] = LatencyError(
          lowRatio: 1 / high, highRatio: high, medianAPE: 0.1, meanAPE: 0.1, rows: 50)
      }
    }
    let unmeasured = try prediction("moore-threads-s4000")
    let text = PredictionText.render(unmeasured, style: TextStyle())
    #expect(text.contains("decode steps −38 % … +60 % of the prediction"))
    #expect(text.contains("assumed: no measurement of musa"))
    #expect(text.contains("90 % band"))
    let answer = JSONValue(try JSONParser.parse(text: unmeasured.encoded().encoded(), source: ""))
    #expect(answer["evidence"]?["grade"]?.text == "assumed")
    for time in (answer["decode_steps"]?.elements ?? []) + [try #require(answer["prefill"])] {
      let total = try #require(time["total_ms"]?.number)
      #expect(abs(try #require(time["predicted_high_ms"]?.number) - 1.6 * total) < 1e-9 * total)
      #expect(abs(try #require(time["predicted_low_ms"]?.number) - total / 1.6) < 1e-9 * total)
    }
  }

  /// Looser objectives never lower the capacity.
  @Test func capacityWithinObjectives() throws {
    func rates(_ objectives: String) throws -> [Double] {
      let run = try predict("--model llama-3.1-8b --accelerator h100-sxm --json \(objectives)")
      #expect(run.status == 0)
      return try run.json()["capacity"]?.elements.map { $0["rate_per_s"]?.number ?? 0 } ?? []
    }
    let tight = try rates("--ttft-ms 200 --tpot-ms 15")
    let loose = try rates("--ttft-ms 2000 --tpot-ms 60")
    let none = try rates("")
    #expect(tight.count == 3)
    for (index, rate) in tight.enumerated() {
      #expect(rate <= loose[index] * (1 + 1e-9))
      #expect(loose[index] <= none[index] * (1 + 1e-9))
    }
  }

  /// Objectives that cannot be met get a reason, not a failure.
  @Test func impossibleObjectives() throws {
    let run = try predict("--model llama-3.1-70b --accelerator h100-sxm --tp 4 --ttft-ms 1 --tpot-ms 1")
    #expect(run.status == 0)
    #expect(run.output.contains("none"))
    #expect(run.output.contains("no batch keeps a step within"))
  }

  @Test func textIsKept() throws {
    let run = try predict("--model deepseek-r1 --accelerator h200-sxm --dp 8 --ep 8 --tp 1")
    #expect(run.status == 0)
    for words in [
      "DeepSeek R1 on 8 × NVIDIA H200", "TP1 DP8 EP8", "KV cache of the instance", "Decode step", "Prefill",
    ] {
      #expect(run.output.contains(words))
    }
  }

  @Test(arguments: [
    "--model llama-3.1-405b --accelerator l4", "--model llama-3.1-70b --accelerator h100-sxm --tp 3",
    "--model llama-3.1-70b --accelerator h100-sxm --ep 2",
    "--model llama-3.1-70b --accelerator h100-sxm --input-tokens 100000000",
  ])
  func whatCannotRun(arguments: String) throws {
    let run = try predict(arguments)
    #expect(run.status == 3)
    #expect(run.output.contains("It cannot run: "))
    let answer = try predict(arguments + " --json")
    #expect(answer.status == 3)
    #expect(try answer.json()["fault"]?.text?.isEmpty == false)
  }

  @Test func unknownNames() throws {
    let run = try predict("--model lama-3.1-70b --accelerator h100-sxm")
    #expect(run.status == 2)
    #expect(run.errors.contains("did you mean \"llama-3.1-70b\"?"))
    #expect(
      try predict("--model llama-3.1-70b --accelerator h100-sxm --backend vlm").errors.contains(
        "did you mean \"vllm\"?"))
  }

  @Test func modelsInFiles() throws {
    let path = "\(Repository.models)/llms/mistral-7b.json"
    #expect(
      try predict("--model \(path) --accelerator h100-sxm --json").json()["configuration"]?["model"]?.text
        == "mistral-7b")
  }

  @Test func batchesShown() {
    #expect(Prediction.batches(upTo: 26) == [1, 4, 16, 26])
    #expect(Prediction.batches(upTo: 16) == [1, 4, 16])
    #expect(Prediction.batches(upTo: 1) == [1])
    #expect(Prediction.largest(upTo: 100) { $0 <= 37 } == 37)
    #expect(Prediction.largest(upTo: 100) { _ in false } == 0)
    #expect(Prediction.largest(upTo: 100) { _ in true } == 100)
  }

  @Test func memoryBar() {
    let signs = MemoryBar.letters
    #expect(
      MemoryBar(capacity: 100, weights: 50, overhead: 10, cache: 30).text(width: 10, signs: signs) == "WWWWWokkk.")
    #expect(MemoryBar(capacity: 100, weights: 150, overhead: 10, cache: 0).text(width: 5, signs: signs) == "WWWWW>")
  }
}
