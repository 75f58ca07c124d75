import FleetServing
import Testing

@testable import FleetCalibration

@Suite struct ValidationTests {
  private let catalog: Catalog
  private let model: LatencyModel

  init() throws {
    catalog = try Catalog(contentsOf: modelsDirectory)
    model = LatencyModel(constants: catalog.latencyConstants)
  }

  private func row(
    _ phase: PublishedThroughput.Phase, system: String = "h100-sxm", model: String = "llama-3.1-70b", devices: Int = 4,
    data: Int = 1, expert: Int = 1, concurrency: Double = 64, rate: Double? = 1000, source: String = "a page"
  ) -> FleetServing.Measurement {
    FleetServing.Measurement(
      kind: phase == .closedLoop ? .aggregated : .step, system: system, backend: "sglang", model: model, weights: "fp8",
      inputTokens: 2000, outputTokens: 100, concurrency: concurrency, devices: devices, tensor: devices / data,
      data: data, expert: expert,
      published: PublishedThroughput(phase: phase, tokensPerSecond: rate, source: source))
  }

  private func near(_ found: Double?, _ expected: Double) -> Bool {
    found.map { abs($0 / expected - 1) < 1e-12 } ?? false
  }

  @Test func ratesFollowTheModelOfEachPhase() throws {
    let loop = row(.closedLoop)
    let configuration = try loop.resolved(in: catalog).deployment.decodingConfiguration
    let times = model.predict(try loop.resolved(in: catalog))
    #expect(
      near(
        model.predictedThroughput(loop, in: catalog).tokensPerSecond,
        64 * 100 / (times.ttftSeconds + 99 * times.tpotSeconds)))
    // Four prompts of 2,000 tokens share a step of 8,192.
    let occupancy = model.instance(configuration).prefillOccupancySeconds(inputTokens: 2000, stepTokens: 8192)
    let four = model.mixedStep(
      configuration, batch: 0, contextTokens: 0, prefillTokens: 8000, prefillContextTokens: 1000
    ).totalSeconds
    #expect(near(occupancy, four / 4))
    let prefill = 2000 / occupancy
    #expect(near(model.predictedThroughput(row(.prefill), in: catalog).tokensPerSecond, prefill))
    let step = model.decodeStep(configuration, batch: 64, contextTokens: 2050).totalSeconds
    #expect(near(model.predictedThroughput(row(.decode), in: catalog).tokensPerSecond, 64 / step))
  }

  /// Measured times above the prediction are rates below it: the ends of the band change places.
  @Test func bandsAreTurnedAround() throws {
    for phase in PublishedThroughput.Phase.allCases {
      let found = model.predictedThroughput(row(phase), in: catalog)
      let configuration = try #require(found.configuration)
      let error = try #require(model.error(for: configuration, phase == .prefill ? .prefill : .tpot))
      let rate = try #require(found.tokensPerSecond)
      let band = try #require(found.band)
      #expect(near(band.lowerBound, rate / error.highRatio) && near(band.upperBound, rate / error.lowRatio))
      #expect(band.contains(rate))
    }
  }

  /// Data ranks, and more requests where more fit, never lower a rate.
  @Test func moreRequestsAreNoSlower() throws {
    let rates = try [1, 8, 64, 512].map {
      try #require(model.predictedThroughput(row(.decode, concurrency: $0), in: catalog).tokensPerSecond)
    }
    #expect(rates == rates.sorted())
  }

  @Test func groupsAndRemarks() throws {
    let section = ValidationSection.publishedThroughput(
      [
        row(.closedLoop), row(.closedLoop, system: "mi300x"), row(.prefill),
        row(.prefill, system: "h200-sxm", model: "deepseek-r1", devices: 16, data: 16, expert: 16),
        row(.closedLoop, system: "h200-sxm", model: "deepseek-r1", devices: 8, data: 8, expert: 8),
        row(.closedLoop, model: "lama-3.1-70b"), row(.closedLoop, rate: nil),
      ], catalog: catalog)
    #expect(
      section.points.map(\.group) == [
        "One node, NVIDIA", "One node, NVIDIA", "Other vendors", "Wide expert parallelism and single phases",
        "Wide expert parallelism and single phases",
      ])
    #expect(section.points[0].configuration == "h100-sxm sglang llama-3.1-70b fp8 TP4")
    #expect(section.points[0].load == "2000/100, 64 requests")
    #expect(section.points[4].configuration == "h200-sxm sglang deepseek-r1 fp8 DP16 EP16")
    #expect(section.points[4].load == "2000/100, prefill")
    #expect(section.unpredicted.count == 1)
    #expect(
      section.unpredicted[0].reason == "the catalog has no model \"lama-3.1-70b\"; did you mean \"llama-3.1-70b\"?")
  }

  private func point(_ predicted: Double, _ observed: Double, group: String = "g", source: String = "s")
    -> ValidationPoint
  {
    ValidationPoint(
      group: group, configuration: "a|b", load: "1/1", predicted: predicted, observed: observed,
      band: predicted / 2...predicted * 2, evidence: "assumed", source: source)
  }

  @Test func statistics() throws {
    let found = try #require(ValidationStatistics([point(2, 1), point(1, 2), point(1, 4), point(3, 3)]))
    #expect(found.points == 4)
    #expect(near(found.geometricMean, 0.5.squareRoot()))
    #expect(found.medianError == 0.625)
    #expect(found.insideShare == 0.75)
    #expect(ValidationStatistics([]) == nil)
  }

  @Test func document() {
    let section = ValidationSection(
      id: "x", title: "Things", explanation: "How.", unit: "tokens/s", observedName: "published",
      points: [point(200, 100), point(50, 50, group: "h", source: "t"), point(1, 4, group: "h", source: "s")],
      unpredicted: [.init(row: "r", reason: "no")])
    let text = ValidationLedger([section], command: "make it").markdown
    for line in [
      "    make it", "## Things", "| g | 1 | 2.00 | 100.0 % | 100 % |", "| h | 2 | 0.50 | 37.5 % | 50 % |",
      "| All | 3 | 0.79 | 75.0 % | 67 % |",
      "| a\\|b | 1/1 | 200 | 100 | 2.00 | 100–400 | yes | assumed | 1 |",
      "| a\\|b | 1/1 | 50.0 | 50.0 | 1.00 | 25.0–100 | yes | assumed | 2 |",
      "| a\\|b | 1/1 | 1.00 | 4.00 | 0.25 | 0.50–2.00 | no | assumed | 1 |", "- r: no", "1. s", "2. t",
    ] {
      #expect(text.contains("\n\(line)\n"), "\(line) in\n\(text)")
    }
  }
}
