import FleetPlan
import Foundation
import Testing

@testable import fleetplan

@Suite struct CalibrateTests {
  private static let measured = "\(Repository.root)/examples/measured-fleet/measurements.csv"

  private func run(_ arguments: [String], in folder: TemporaryFolder) throws -> CommandRun {
    try CommandRun(arguments, in: folder, environment: ["FLEETPLAN_MODELS": Repository.models])
  }

  /// Probes of a configuration that the catalog does not know: twice as slow as predicted.
  private func probes(of system: String, in folder: TemporaryFolder) throws {
    var text = "kind,system,backend,model,weights,isl,osl,conc,n_gpu,tp,ttft_ms,tpot_ms\n"
    for concurrency in [4, 8, 16, 32, 64] {
      text += "agg_serving,\(system),vllm,llama-3.1-8b,bf16,1024,512,\(concurrency),1,1,,\n"
    }
    try folder.write(text, to: "questions.csv")
    let predicted = try run(["predict", "--input", "questions.csv"], in: folder)
    #expect(predicted.status == 0)
    let lines = predicted.output.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    let column = try #require(lines[0].firstIndex(of: "predicted_tpot_ms"))
    text = "kind,system,backend,model,weights,isl,osl,conc,n_gpu,tp,tpot_ms\n"
    for (line, concurrency) in zip(lines.dropFirst(), [4, 8, 16, 32, 64]) {
      let tpot = try #require(Double(line[column])) * 2
      text += "agg_serving,\(system),vllm,llama-3.1-8b,bf16,1024,512,\(concurrency),1,1,\(tpot)\n"
    }
    try folder.write(text, to: "probes.csv")
  }

  @Test func fiveProbesMakeAProfileThatOtherCommandsUse() throws {
    let folder = try TemporaryFolder()
    try probes(of: "gaudi3", in: folder)
    let calibrated = try run(
      ["calibrate", "probes.csv", "--output", "mine", "--date", "2026-01-31", "--json"], in: folder)
    #expect(calibrated.status == 0, "\(calibrated.errors)")
    #expect(try calibrated.json()["profiles"]?.number == 1)
    let predict = ["predict", "--model", "llama-3.1-8b", "--accelerator", "gaudi3", "--batch", "16"]
    let before = try run(predict, in: folder)
    let after = try run(predict + ["--calibration", "mine"], in: folder)
    #expect(before.output.contains("assumed: 4 measurements of one other model on gaudi"))
    #expect(after.output.contains("measured: this configuration at 5 operating points"))
    let table = try run(["predict", "--input", "probes.csv", "--calibration", "mine", "--json"], in: folder)
    let errors = try table.json()["errors"]?["tpot"]?["median_ape"]?.number
    #expect(try #require(errors) < 0.1)
    // The catalog's own files stay as they are, and a catalog can be told where to look by an absolute path too.
    #expect(try run(predict, in: folder).output == before.output)
  }

  @Test func foldersWithOtherProfilesAreNotMixed() throws {
    let folder = try TemporaryFolder()
    try probes(of: "gaudi3", in: folder)
    #expect(try run(["calibrate", "probes.csv", "--output", "mine"], in: folder).status == 0)
    let mixed = try run(
      ["calibrate", Self.measured, "--from-priors", "--no-validation", "--output", "mine"], in: folder)
    #expect(mixed.status == 2)
    #expect(mixed.errors.contains("belongs to other constants"))
  }

  @Test func faultsOfMeasurementsAreNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "kind,system,backend,model,weights,isl,osl,conc,n_gpu,tp,ttft_ms,tpot_ms\n"
        + "agg_serving,h100-sxm,vllm,llama-3.1-8b,bf16,-5,512,4,1,1,50,nan\n", to: "bad.csv")
    let run = try run(["calibrate", "bad.csv", "--output", "mine"], in: folder)
    #expect(run.status == 2)
    #expect(run.errors.contains("isl") && run.errors.contains("tpot_ms") && run.errors.contains("2"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/mine/latency/constants.json"))
  }
}
