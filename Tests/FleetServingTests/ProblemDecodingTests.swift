import FleetJSON
import Testing

@testable import FleetServing

@Suite struct ProblemDecodingTests {
  @Test func theShortestProblem() throws {
    let problem = try decoded(
      """
      {"format": "fleetplan-problem/1", "accelerators": ["h100-sxm"],
       "classes": [{"id": "chat", "model": "llama-3.1-70b", "rate_per_s": 12.5,
         "lengths": {"input_tokens": 1000, "output_tokens": 200}, "slo": {"ttft_ms": 800, "tpot_ms": 50}}]}
      """)
    #expect(problem.name == "test")
    #expect(problem.periods == [Period(id: "all", hours: 1)])
    #expect(problem.models.map(\.id) == ["llama-3.1-70b"])
    #expect(problem.models[0].weightPrecisions == [.bf16])
    #expect(problem.pools.map(\.id) == ["h100-sxm"])
    #expect(problem.classes[0].ratePerSecond == [12.5])
    #expect(problem.classes[0].objective.ttft == LatencyObjective(seconds: 0.8, percentile: 0.95))
    #expect(problem.classes[0].lengths == LengthDistribution(inputTokens: 1000, outputTokens: 200))
    #expect(problem.policy == Policy())
    #expect(problem.warnings.isEmpty)
    #expect(problem.inputHash.count == 64)
  }
}

func decoded(_ text: String, baseDirectory: String = "") throws -> PlanningProblem {
  try PlanningProblem(
    json: Array(text.utf8), source: "test.json", baseDirectory: baseDirectory, catalog: shippedCatalog.get())
}
