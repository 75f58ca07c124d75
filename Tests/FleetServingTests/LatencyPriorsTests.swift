import FleetJSON
import FleetServing
import Testing

@Suite struct LatencyPriorsTests {
  @Test func committedFileReadsAndNamesFamiliesOfTheCatalog() throws {
    let priors = try LatencyPriors(contentsOf: modelsDirectory)
    let catalog = try CommittedCatalog.read()
    let families = Set(catalog.accelerators.map(\.family))
    #expect(families.contains(priors.reference))
    for family in priors.families.keys { #expect(families.contains(family), "\(family)") }
    // A family of which much is measured needs no prior.
    for family in catalog.latencyConstants.families.keys where priors.families[family] != nil {
      let rows = catalog.latencyConstants.coverage.filter { $0.family == family }.reduce(0) { $0 + $1.rows }
      #expect(rows < 100, "\(family)")
    }
    #expect(priors.prior(of: .compute, family: "cdna3")?.ratio == 0.67)
    #expect(priors.prior(of: .attention, family: "cdna3") == nil)
    #expect(priors.provenance.entry(for: "/families/cdna3/link_efficiency/ratio")?.source == "azure-guide")
  }

  @Test func listedConstantsScaleTheReferenceAndOthersStay() throws {
    let constants = try LatencyConstants(contentsOf: modelsDirectory)
    let reference = try #require(constants.families["hopper"])
    let priors = LatencyPriors(reference: "hopper", families: ["new": [.link: .init(ratio: 0.5, deviation: 0.1)]])
    var expected = constants.otherFamily
    expected.linkEfficiency = reference.linkEfficiency / 2
    #expect(priors.hardware(family: "new", reference: reference, others: constants.otherFamily) == expected)
    #expect(
      priors.hardware(family: "unknown", reference: reference, others: constants.otherFamily) == constants.otherFamily)
  }

  @Test func subscriptReachesEveryConstant() {
    var hardware = LatencyConstants.Hardware(
      computeEfficiency: 0, memoryEfficiency: 0, kvReadEfficiency: 0, attentionEfficiency: 0, linkEfficiency: 0,
      collectiveLatencySeconds: 0)
    for (index, constant) in LatencyPriors.Constant.allCases.enumerated() { hardware[constant] = Double(index + 1) }
    #expect(
      hardware
        == LatencyConstants.Hardware(
          computeEfficiency: 1, memoryEfficiency: 2, kvReadEfficiency: 3, attentionEfficiency: 4, linkEfficiency: 5,
          collectiveLatencySeconds: 6))
    #expect(LatencyPriors.Constant.allCases.map { hardware[$0] } == [1, 2, 3, 4, 5, 6])
  }

  @Test func everyFaultIsReported() {
    let text = """
      {"format": "fleetplan-latency-priors/2", "reference": "a", "families": {"a": {},
       "b": {"memory": {}, "link_efficiency": {"ratio": 0, "deviation": 3}, "attention_efficiency": {"ratio": 1}},
       "c": {"compute_efficiency": {"ratio": 1, "deviation": 0.1}}}, "sources": [], "provenance": {}, "note": ""}
      """
    do {
      _ = try JSONParser.decode(Array(text.utf8), source: "test") { LatencyPriors(decoding: $0) }
      Issue.record("faults were not found")
    } catch {
      let paths = Set(error.all.map(\.path))
      for path in [
        "/format", "/families/a", "/families/b/memory", "/families/b/link_efficiency/ratio",
        "/families/b/link_efficiency/deviation", "/families/b/attention_efficiency/deviation",
        "/families/c/compute_efficiency/ratio", "/note",
      ] { #expect(paths.contains(path), "\(path) missing in \(error)") }
    }
  }
}
