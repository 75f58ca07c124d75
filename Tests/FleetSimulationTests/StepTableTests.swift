import FleetServing
import Testing

@testable import FleetSimulation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct StepTableTests {
  private func law(_ model: String, _ accelerator: String, _ strategy: ParallelStrategy) throws -> StepLaw {
    let catalog = try shippedCatalog.get()
    let configuration = InstanceConfiguration(
      model: try #require(catalog.models.first { $0.id == model }),
      accelerator: try #require(catalog.accelerators.first { $0.id == accelerator }), strategy: strategy,
      weightPrecision: .fp8, kvPrecision: .fp8, backend: "vllm")
    return .model(LatencyModel(constants: catalog.latencyConstants).instance(configuration))
  }

  /// Within 0.1 % of the model everywhere, exactly the model at whole batches on the grid of contexts.
  @Test(arguments: [
    ("llama-3.1-70b", "h100-sxm", ParallelStrategy(tensor: 4)),
    ("llama-3.1-8b", "l40s", ParallelStrategy()),
    ("gemma-3-27b", "h200-sxm", ParallelStrategy()),
    ("deepseek-v3", "h200-sxm", ParallelStrategy(expert: 8, data: 8)),
    ("gpt-oss-120b", "mi300x", ParallelStrategy(tensor: 2, pipeline: 2)),
  ])
  func tableFollowsTheModel(model: String, accelerator: String, strategy: ParallelStrategy) throws {
    let law = try law(model, accelerator, strategy)
    var table = StepTable(law: law, maximumBatch: 2000)
    var random = RandomStream(seed: 4)
    var worst = 0.0
    for _ in 0..<1500 {
      let batch = Int(pow(2000, random.uniform()))
      let context = pow(100_000, random.uniform())
      let exact = law.decode(batch: Double(batch), context: context)
      worst = max(worst, abs(table(batch: batch, context: context) / exact - 1))
    }
    #expect(worst < 1e-3, "\(worst)")
    for batch in [1, 2, 3, 17, 300, 511, 512] {
      #expect(table(batch: batch, context: 1280) == law.decode(batch: Double(batch), context: 1280))
    }
  }

  @Test func promptsAreExact() throws {
    let law = try law("llama-3.1-70b", "h100-sxm", ParallelStrategy(tensor: 2, pipeline: 2))
    var table = PromptTable(law: law)
    for tokens in [1, 100, 4196, 100, 8292, 70_000] {
      #expect(table(tokens: tokens) == law.prompt(tokens: Double(tokens)))
    }
    let time = table(tokens: 4000)
    #expect(time.occupancy < time.latency && time.attention < time.latency)
  }

  @Test func eventsComeInOrder() {
    var queue = EventQueue()
    var random = RandomStream(seed: 1)
    var expected: [(Double, Int)] = []
    for number in 0..<300 {
      let time = (random.uniform() * 40).rounded()
      queue.schedule(.period, at: time, target: number)
      expected.append((time, number))
    }
    expected.sort { $0 < $1 }
    var found: [(Double, Int)] = []
    while let event = queue.next() {
      found.append((event.time, Int(event.target)))
      // Every third one brings a later one, which takes its place.
      if event.target % 3 == 0, event.target < 300 {
        queue.schedule(.period, at: event.time + 5, target: Int(event.target) + 300)
        expected.append((event.time + 5, Int(event.target) + 300))
      }
    }
    #expect(found.count == 400 && queue.count == 0)
    #expect(zip(found, found.dropFirst()).allSatisfy { $0.0 <= $1.0 })
    #expect(Set(found.map(\.1)).count == 400)
  }
}
