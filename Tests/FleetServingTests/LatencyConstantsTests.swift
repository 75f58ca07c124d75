import FleetJSON
import FleetServing
import Testing

/// Folder `models` of the package.
let modelsDirectory =
  #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
  .joined(separator: "/") + "/models"

@Suite struct LatencyConstantsTests {
  @Test func committedFileReads() throws {
    let constants = try LatencyConstants(contentsOf: modelsDirectory)
    #expect(Set(constants.families.keys).isSuperset(of: ["ampere", "hopper", "blackwell", "cdna3"]))
    #expect(Set(constants.backends.keys).isSuperset(of: ["vllm", "trtllm", "sglang"]))
    #expect(constants.coverage.reduce(0) { $0 + $1.rows } == 1235)
    #expect(constants.provenance.entry(for: "/families/hopper/memory_efficiency")?.kind == .measured)
    #expect(constants.provenance.entry(for: "/other_family/link_efficiency")?.kind == .assumed)
  }

  @Test func unknownFamilyAndBackendUseTheMeans() throws {
    let constants = try LatencyConstants(contentsOf: modelsDirectory)
    let unknownFamily = constants.fit(family: "mlu", backend: "vllm")
    #expect(unknownFamily.hardware == constants.otherFamily)
    #expect(unknownFamily.backend == constants.backends["vllm"])
    let unknownBackend = constants.fit(family: "hopper", backend: "lmdeploy")
    #expect(unknownBackend.hardware == constants.families["hopper"])
    #expect(unknownBackend.backend == constants.otherBackend)
  }

  @Test func evidenceNamesRows() throws {
    let constants = try LatencyConstants(contentsOf: modelsDirectory)
    #expect(constants.evidence(family: "hopper", backend: "vllm") == .measured(rows: 213))
    // One model under each backend: the family is known of two, the pair of one.
    #expect(constants.evidence(family: "cdna3", backend: "vllm") == .calibratedFamily(rows: 18))
    #expect(constants.evidence(family: "gaudi", backend: "vllm") == .oneModel(rows: 4))
    #expect(constants.evidence(family: "cdna3", backend: "trtllm") == .calibratedFamily(rows: 18))
    #expect(constants.evidence(family: "mlu", backend: "vllm") == .assumed)
    #expect(LatencyEvidence.assumed.kind == .assumed)
  }

  @Test func everyFaultIsReported() {
    let text = """
      {"format": "fleetplan-latency-constants/2", "families": {"a": {"compute_efficiency": -1}}, "backends": {},
       "shared": {}, "memory": {"usable_share": 92}, "coverage": [], "sources": [], "provenance": {}, "familys": {}}
      """
    #expect(throws: Faults.self) {
      try JSONParser.decode(Array(text.utf8), source: "test") { LatencyConstants(decoding: $0) }
    }
    do {
      _ = try JSONParser.decode(Array(text.utf8), source: "test") { LatencyConstants(decoding: $0) }
    } catch {
      let paths = Set(error.all.map(\.path))
      for path in [
        "/format", "/familys", "/families/a/compute_efficiency", "/families/a/memory_efficiency", "/other_backend",
        "/other_family", "/kv_transfer", "/shared/prompt_token_s", "/memory/usable_share",
      ] { #expect(paths.contains(path), "\(path) missing in \(error)") }
    }
  }
}
