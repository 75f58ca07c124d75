import FleetPlan
import Foundation
import Testing

@testable import fleetplan

@Suite struct TabulateTests {
  private static let samples = "\(Repository.root)/Tests/MeasurementSamples"
  private static let measured = "\(Repository.root)/examples/measured-fleet"

  private func tabulate(_ arguments: [String], in folder: TemporaryFolder? = nil) throws -> CommandRun {
    try CommandRun(["tabulate"] + arguments, in: folder, environment: ["FLEETPLAN_MODELS": Repository.models])
  }

  /// The tables of the example are what the command in its README makes.
  @Test func exampleIsReproduced() throws {
    let folder = try TemporaryFolder()
    let run = try tabulate(["\(Self.measured)/measurements.csv", "--output", "tables.json"], in: folder)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    let kept = try String(contentsOfFile: "\(Self.measured)/tables.json", encoding: .utf8)
    #expect(try folder.read("tables.json") == kept)
    let readme = try String(contentsOfFile: "\(Self.measured)/README.md", encoding: .utf8)
    #expect(readme.contains(run.output), "the README shows the summary")
    let printed = try tabulate(["\(Self.measured)/measurements.csv"])
    #expect(printed.output == kept)
    #expect(printed.errors == run.output)
  }

  /// From reports of a single benchmark to a plan without the latency model.
  @Test func reportsBecomeATableThatIsPlanned() throws {
    let folder = try TemporaryFolder()
    let made = try tabulate(
      [
        "\(Self.samples)/vllm-bench.json", "--system", "h100-sxm", "--model", "llama-3.1-70b", "--weights", "fp8",
        "--backend", "vllm", "--tp", "4", "--output", "tables.json", "--json",
      ], in: folder)
    #expect(made.status == 0)
    #expect(try made.json()["used"]?.number == 1)
    try folder.write(
      """
      {
        "format": "fleetplan-problem/1",
        "models": [{ "id": "llama-3.1-70b", "measured_only": true }],
        "accelerators": ["h100-sxm"],
        "classes": [{
          "id": "chat", "model": "llama-3.1-70b", "rate_per_s": 3,
          "lengths": { "input_tokens": 100, "output_tokens": 50 }
        }],
        "capacity_tables": "tables.json"
      }
      """, to: "problem.json")
    let plan = try tabulatedPlan(in: folder)
    #expect(plan.status == 0, "\(plan.errors)")
    #expect(plan.output.contains("h100-sxm TP4 aggregated"))
  }

  private func tabulatedPlan(in folder: TemporaryFolder) throws -> CommandRun {
    try CommandRun(["plan", "problem.json"], in: folder, environment: ["FLEETPLAN_MODELS": Repository.models])
  }

  @Test func faultsAreToldAtOnceAndNothingIsWritten() throws {
    let folder = try TemporaryFolder()
    try folder.write("kept", to: "tables.json")
    try folder.write(
      "system,backend,model,weights,isl,osl,conc,tp,ttft_ms,tpot_ms\n"
        + "h100-sxm,vllm,llama-3.1-70b,fp8,100,100,4,x,100,0.01\n", to: "a.csv")
    try folder.write("system,backend,modell\n", to: "b.csv")
    let run = try tabulate(["a.csv", "b.csv", "--output", "tables.json"], in: folder)
    #expect(run.status == 2)
    for place in ["a.csv:2:43: row 1, tp", "a.csv:2:49: row 1, tpot_ms", "b.csv:1:16: header"] {
      #expect(run.errors.contains(place), "\(place): \(run.errors)")
    }
    #expect(try folder.read("tables.json") == "kept")
    #expect(folder.names == ["a.csv", "b.csv", "tables.json"])
  }

  /// Without any table the reasons are faults; with some they are notes.
  @Test func reasonsAreShown() throws {
    let measurements = "\(Self.measured)/measurements.csv"
    let none = try tabulate([measurements, "--tpot-ms", "1"])
    #expect(none.status == 2)
    #expect(none.output.isEmpty)
    #expect(none.errors.contains("no table can be made of 10 measurements"))
    #expect(none.errors.contains("no measurement with 972 input and 972 output tokens meets the objectives"))
    let some = try tabulate([measurements, "--tpot-ms", "17"])
    #expect(some.status == 0)
    #expect(some.errors.contains("note: llama-3.1-70b-h100-sxm-vllm-fp8-tp2: no measurement"))
    let same = try tabulate([measurements, "--output", measurements])
    #expect(same.status == 2)
    #expect(same.errors.contains("is read by the same command"))
  }

  @Test(arguments: [["--tpot-ms", "0"], ["--ttft-ms", "nan"], ["--margin", "0.9"], ["--format", "xml"]])
  func wrongOptions(options: [String]) throws {
    let run = try tabulate(["x.csv"] + options)
    #expect(run.status == 2)
    #expect(run.errors.contains("Usage: "))
  }
}
