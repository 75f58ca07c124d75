import FleetJSON
import Testing

@testable import FleetServing

/// Objectives as multiples of what a lone request takes on an idle reference.
@Suite struct SlowdownTests {
  static let keys = ["ttft_slowdown", "tpot_slowdown", "e2e_slowdown"]

  private func problem(_ slo: String, lengths: String = "{\"input_tokens\": 1500, \"output_tokens\": 200}") throws
    -> PlanningProblem
  {
    try decoded(
      """
      {"format": "fleetplan-problem/1", "accelerators": [{"id": "pool", "catalog": "h100-sxm", "backend": "sglang"}],
       "models": ["llama-3.1-70b"],
       "classes": [{"id": "c", "model": "llama-3.1-70b", "rate_per_s": 1, "lengths": \(lengths), "slo": \(slo)}]}
      """)
  }

  private func configuration(_ accelerator: String, tensor: Int, backend: String) throws -> InstanceConfiguration {
    let catalog = try shippedCatalog.get()
    return InstanceConfiguration(
      model: try #require(catalog.model("llama-3.1-70b")), accelerator: try #require(catalog.accelerator(accelerator)),
      strategy: ParallelStrategy(tensor: tensor), weightPrecision: .bf16, kvPrecision: .bf16, backend: backend)
  }

  @Test func limitsAreMultiplesOfTheIdleLatencies() throws {
    let found = try problem(
      """
      {"ttft_slowdown": {"factor": 3, "percentile": 90}, "tpot_slowdown": 2, "e2e_slowdown": 2.5,
       "reference": {"accelerator": "a100-80gb-sxm", "tp": 8, "backend": "vllm"}}
      """)
    let latency = LatencyModel(constants: try shippedCatalog.get().latencyConstants)
    let reference = try configuration("a100-80gb-sxm", tensor: 8, backend: "vllm")
    let first =
      latency.prefillSeconds(reference, inputTokens: 1500).totalSeconds
      + latency.promptHandlingSeconds(reference, inputTokens: 1500)
    let each = latency.decodeStep(reference, batch: 1, contextTokens: 1600).totalSeconds
    let objective = found.classes[0].objective
    #expect(objective.ttft == LatencyObjective(seconds: 3 * first, percentile: 0.9))
    #expect(objective.tpot == LatencyObjective(seconds: 2 * each, percentile: 0.95))
    #expect(objective.endToEnd == LatencyObjective(seconds: 2.5 * (first + 199 * each), percentile: 0.95))
    #expect(found.warnings.map(\.path) == Self.keys.map { "/classes/0/slo/\($0)" })
    let text = found.warnings.first?.message ?? ""
    #expect(text.contains("lone request on a100-80gb-sxm (TP8, bf16, vllm) are a limit of"), "\(text)")
  }

  /// Without tp the least degree that holds the model; a pool of the problem brings its backend.
  @Test func theReferenceHasDefaults() throws {
    let found = try problem("{\"tpot_slowdown\": 1, \"reference\": {\"accelerator\": \"pool\"}}")
    let latency = LatencyModel(constants: try shippedCatalog.get().latencyConstants)
    let reference = try configuration("h100-sxm", tensor: 4, backend: "sglang")
    #expect(MemoryFootprint(reference, constants: latency.constants).shortfallText == nil)
    let least = try configuration("h100-sxm", tensor: 2, backend: "sglang")
    let memory = MemoryFootprint(least, constants: latency.constants)
    let tensor = memory.shortfallText == nil && memory.sequences(ofTokens: 1700) >= 1 ? least : reference
    #expect(
      found.classes[0].objective.tpot?.seconds
        == latency.decodeStep(tensor, batch: 1, contextTokens: 1600).totalSeconds)
  }

  /// Mean lengths count, whatever their spread.
  @Test func meanLengthsCount() throws {
    let slo = "{\"ttft_slowdown\": 2, \"reference\": {\"accelerator\": \"pool\", \"tp\": 4}}"
    let even = try problem(slo)
    let spread = try problem(
      slo,
      lengths: """
        {"histogram": [{"input_tokens": 500, "output_tokens": 100}, {"input_tokens": 2500, "output_tokens": 300}]}
        """)
    let left = try #require(even.classes[0].objective.ttft?.seconds)
    let right = try #require(spread.classes[0].objective.ttft?.seconds)
    #expect(abs(left / right - 1) < 1e-9)
  }
}
