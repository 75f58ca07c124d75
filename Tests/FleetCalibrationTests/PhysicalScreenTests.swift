import FleetServing
import Testing

@testable import FleetCalibration

@Suite struct PhysicalScreenTests {
  private let catalog: Catalog

  init() throws { catalog = try Catalog(contentsOf: modelsDirectory) }

  private func row(ttft: Double?, tpot: Double?, concurrency: Double = 64) -> FleetServing.Measurement {
    FleetServing.Measurement(
      kind: .aggregated, system: "h200-sxm", backend: "vllm", model: "llama-3.1-8b", weights: "fp8", inputTokens: 8000,
      outputTokens: 100, concurrency: concurrency, devices: 1, tensor: 1, ttftSeconds: ttft, tpotSeconds: tpot,
      origin: .init(file: "rows.csv", line: 2))
  }

  private func contradiction(_ row: FleetServing.Measurement) throws -> String? {
    PhysicalScreen.contradiction(
      try row.resolved(in: catalog), LatencyModel(constants: catalog.latencyConstants))
  }

  /// 64 ÷ (0.1 + 99 · 0.01) = 59 prompts/s of 8,000 tokens are 472,000 tokens/s · 15 GFLOP = 7.1 of 1.98 PFLOP/s.
  @Test func promptsFasterThanThePeak() throws {
    let found = try #require(try contradiction(row(ttft: 0.1, tpot: 0.01)))
    #expect(found.hasPrefix("its prompts alone need ") && found.contains(", more than 0.9: was a prefix cache on"))
    var cached = row(ttft: 0.1, tpot: 0.01)
    cached.harness.prefixCache = .hits(0.95)
    #expect(try contradiction(cached) == nil)
    #expect(try contradiction(row(ttft: 1, tpot: 0.06)) == nil)
  }

  /// 8 GB at 4.8 TB/s take 1.7 ms.
  @Test func stepsFasterThanTheirWeights() throws {
    let found = try #require(try contradiction(row(ttft: 0.5, tpot: 0.0005, concurrency: 1)))
    #expect(found.hasPrefix("a TPOT of 0.50 ms is under half of the 1."), "\(found)")
    #expect(try contradiction(row(ttft: 0.5, tpot: 0.002, concurrency: 1)) == nil)
  }

  @Test func stepsSlowerThanAnythingExplains() throws {
    let found = try #require(try contradiction(row(ttft: 0.5, tpot: 0.2, concurrency: 1)))
    #expect(found.contains("is over 30 times the ") && found.hasSuffix("were kernels launched one by one?"))
    #expect(try contradiction(row(ttft: 0.5, tpot: 0.01, concurrency: 1)) == nil)
    // Sixteen devices of a family that nobody measured: launching takes longer than all else, and is not known.
    var unknown = row(ttft: 0.5, tpot: 0.025, concurrency: 1)
    unknown.system = "ascend-910c"
    unknown.weights = "bf16"
    #expect(try contradiction(unknown) == nil)
    unknown.tpotSeconds = 0.3
    #expect(try contradiction(unknown) != nil)
  }

  /// Rows are set apart with the reason, and so is what was never measured.
  @Test func theyAreSetApart() throws {
    var predicted = row(ttft: 1, tpot: 0.06)
    predicted.predictedBy = "AIConfigurator"
    let calibration = Calibration(
      [row(ttft: 0.1, tpot: 0.01), row(ttft: 1, tpot: 0.06), predicted], catalog: catalog, start: .catalog, splits: [])
    #expect(calibration.rows.count == 1)
    #expect(calibration.unusable.count == 2)
    #expect(calibration.unusable[0].text.contains("prefix cache"))
    #expect(calibration.unusable[1].text == "it was predicted by AIConfigurator, not measured")
  }
}
