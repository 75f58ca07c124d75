import FleetPlan
import Foundation
import Testing

@testable import fleetplan

@Suite struct ValidateTests {
  private static let sample = "\(Repository.root)/Tests/MeasurementSamples/published.csv"

  @Test func pointsAreShownByGroup() throws {
    let run = try CommandRun(["validate", Self.sample])
    #expect(run.status == 0, "\(run.errors)")
    for part in [
      "Published throughput", "One node, NVIDIA", "Other vendors", "Wide expert parallelism", "Sources",
      "2. a report, second edition", "Not predicted", "did you mean \"llama-3.1-70b\"?",
    ] {
      #expect(run.output.contains(part), "\(part): \(run.output)")
    }
    #expect(!run.output.contains("no rate"))
  }

  @Test func documentIsWritten() throws {
    let folder = try TemporaryFolder()
    let run = try CommandRun(["validate", Self.sample, "--output", "validation.md", "--json"], in: folder)
    #expect(run.status == 0)
    #expect(folder.names == ["validation.md"])
    let answer = try run.json()
    #expect(answer["format"]?.text == "fleetplan-validation/1")
    let section = try #require(answer["sections"]?.elements.first)
    #expect(section["points"]?.elements.count == 5)
    #expect(section["not_predicted"]?.elements.count == 1)
    #expect(section["groups"]?.elements.compactMap { $0["points"]?.number } == [2, 1, 2])
    let document = try folder.read("validation.md")
    #expect(document.hasPrefix("# Predicted against published\n"))
    for point in section["points"]?.elements ?? [] {
      let ratio = try #require(point["ratio"]?.number)
      let predicted = try #require(point["predicted"]?.number)
      let observed = try #require(point["observed"]?.number)
      #expect(abs(ratio - predicted / observed) < 1e-9)
      let low = try #require(point["low"]?.number)
      let high = try #require(point["high"]?.number)
      #expect(low < predicted && predicted < high)
      #expect(document.contains("| \(try #require(point["configuration"]?.text)) | "))
    }
    let again = try CommandRun(["validate", Self.sample, "--output", "again.md"], in: folder)
    #expect(again.output.contains("Written to again.md"))
    #expect(try folder.read("again.md") == document)
  }

  @Test func tablesWithoutPublishedRatesAreRefused() throws {
    let folder = try TemporaryFolder()
    // Neither a published rate nor a closed loop whose TPOT is predicted.
    try folder.write(
      "system,backend,model,weights,isl,osl,conc,tp,ttft_ms,tpot_ms\nh100_sxm,vllm,llama3.1-70b,fp8,1024,1024,32,4,100,1000\n",
      to: "loop.csv")
    let run = try CommandRun(
      ["validate", "loop.csv", "--output", "x.md"], in: folder)
    #expect(run.status == 2)
    #expect(run.errors.contains("no row of 1 states a published rate"))
    #expect(folder.names == ["loop.csv"])
    try folder.write("phase,system\n", to: "a.csv")
    try folder.write("published\n1\n", to: "b.csv")
    let faults = try CommandRun(["validate", "a.csv", "b.csv"], in: folder)
    #expect(faults.status == 2)
    #expect(faults.errors.contains("a.csv:1: header: missing column \"backend\""))
    #expect(faults.errors.contains("b.csv:1:1: header: unknown column \"published\""))
  }
}
