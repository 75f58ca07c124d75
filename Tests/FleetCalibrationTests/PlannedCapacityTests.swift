import FleetCalibration
import FleetServing
import Testing

@Suite("Planned capacity beside measured rates")
struct PlannedCapacityTests {
  private let catalog: Catalog

  init() throws {
    let folder = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
    catalog = try Catalog(contentsOf: folder + "/models")
  }

  /// A closed loop that measures exactly what the latency model predicts, times a factor.
  private func loop(
    _ model: String, backend: String, tensor: Int, input: Double, output: Double, concurrency: Double,
    factor: Double = 1
  ) throws -> Measurement {
    var measurement = Measurement(
      kind: .aggregated, system: "h100-sxm", backend: backend, model: model, weights: "fp8", inputTokens: input,
      outputTokens: output, lengthRatio: 0.8, concurrency: concurrency, devices: tensor, tensor: tensor)
    let predicted = LatencyModel(constants: catalog.latencyConstants).predict(try measurement.resolved(in: catalog))
    measurement.ttftSeconds = predicted.ttftSeconds
    measurement.tpotSeconds = predicted.tpotSeconds * factor
    return measurement
  }

  @Test("An instance that behaves as predicted is promised what it sustains, at P50; less at P95")
  func agrees() throws {
    var loops: [Measurement] = []
    for (model, backend, tensor) in [("llama-3.1-70b", "vllm", 4), ("llama-3.1-8b", "trtllm", 1)] {
      for (input, output) in [(1024.0, 1024.0), (1024, 4096), (8192, 1024)] {
        for concurrency in [16.0, 64] {
          loops.append(
            try loop(model, backend: backend, tensor: tensor, input: input, output: output, concurrency: concurrency))
        }
      }
    }
    let half = PlannedCapacity.all(of: loops, catalog: catalog)
    #expect(half.count == loops.count)
    let summary = PlannedCapacitySummary(half)
    #expect(summary.withoutPromise == 0 && summary.geometricMean > 0.85 && summary.geometricMean < 1.1, "\(summary)")
    #expect(summary.largest < 1.3, "\(summary)")
    let late = PlannedCapacity.all(of: loops, catalog: catalog, options: .init(percentile: 0.95))
    for (early, later) in zip(half, late) { #expect(later.ratio < early.ratio) }
  }

  @Test("Rows on which the prediction is off, single steps and unknown names are passed over")
  func passedOver() throws {
    var step = try loop("llama-3.1-8b", backend: "vllm", tensor: 1, input: 1024, output: 128, concurrency: 8)
    step.kind = .step
    var unknown = step
    unknown.kind = .aggregated
    unknown.model = "nobody-knows"
    let off = try loop(
      "llama-3.1-8b", backend: "vllm", tensor: 1, input: 1024, output: 1024, concurrency: 8, factor: 1.2)
    #expect(PlannedCapacity.all(of: [step, unknown, off], catalog: catalog).isEmpty)
    #expect(PlannedCapacity.all(of: [off], catalog: catalog, options: .init(tolerance: 0.5)).count == 1)
  }
}
