import FleetJSON
import FleetPlan
import Foundation
import Testing

@testable import fleetplan

@Suite struct PredictTableTests {
  private static let sample = "\(Repository.root)/Tests/MeasurementSamples/rows.csv"

  private func cells(_ text: String) throws -> (columns: [String], rows: [[String]]) {
    let table = try CSVTable(Array(text.utf8), source: "output")
    return (
      table.columns, (0..<table.rowCount).map { row in table.columns.indices.map { table.text(row: row, column: $0) } }
    )
  }

  @Test func rowsComeBackWithPredictions() throws {
    let folder = try TemporaryFolder()
    let run = try CommandRun(["predict", "--input", Self.sample, "--output", "predictions.csv"], in: folder)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    #expect(folder.names == ["predictions.csv"])
    let given = try cells(String(decoding: try InputFile.read(path: Self.sample), as: UTF8.self))
    let answer = try cells(folder.read("predictions.csv"))
    #expect(answer.columns == given.columns + PredictionTable.columns)
    #expect(answer.rows.map { Array($0.prefix(given.columns.count)) } == given.rows)
    let status = try #require(answer.columns.firstIndex(of: "status"))
    #expect(answer.rows.prefix(4).allSatisfy { $0[status] == "ok" })
    #expect(answer.rows[4][status].hasPrefix("does not fit memory: weights"))
    #expect(answer.rows[5][status] == "the catalog has no model \"lama3.1-70b\"; did you mean \"llama-3.1-70b\"?")
    #expect(answer.rows[6][status] == "speculative decoding (eagle) is not modelled")
    for row in answer.rows[4...] { #expect(row[given.columns.count..<status].joined() == "") }

    let catalog = try Catalog(contentsOf: SmallCatalog.path)
    let latency = LatencyModel(constants: catalog.latencyConstants)
    let table = try MeasurementTable(CSVTable(contentsOf: Self.sample))
    for (measurement, row) in zip(table.measurements, answer.rows).prefix(4) {
      let predicted = latency.predicted(measurement, in: catalog)
      for (column, value) in [
        ("predicted_ttft_ms", predicted.ttft?.seconds), ("predicted_tpot_ms", predicted.tpot?.seconds),
        ("predicted_tpot_low_ms", predicted.tpot?.band?.lowerBound),
        ("predicted_high", predicted.tpot?.band?.upperBound),
      ] {
        let text = row[try #require(answer.columns.firstIndex(of: column))]
        let difference = zip([Double(text)].compactMap(\.self), [value].compactMap(\.self)).map { abs($0 - $1 * 1000) }
        #expect(text.isEmpty == (value == nil))
        #expect(difference.allSatisfy { $0 <= 0.5001e-4 })
      }
    }
  }

  /// Without a file the table is the output, and the summary goes to the error stream.
  @Test func summaryIsKept() throws {
    let run = try CommandRun(["predict", "--input", Self.sample])
    #expect(run.status == 0)
    #expect(try cells(run.output).rows.count == 7)
    #expect(run.errors.hasPrefix("7 rows: 4 ok, 3 not predicted\n"))
    #expect(run.errors.contains("TPOT: median APE "))
    #expect(run.errors.contains("Prefill: median APE "))
    #expect(run.errors.contains(" over 1 measured"))

    let folder = try TemporaryFolder()
    let lines = try InputFile.read(path: Self.sample).split(separator: UInt8(ascii: "\n"))
    let unmeasured = [lines[0], lines[5], lines[6], lines[7], lines[7]].map { String(decoding: $0, as: UTF8.self) }
    try folder.write(unmeasured.joined(separator: "\r\n"), to: "rows.csv")
    let none = try CommandRun(["predict", "--input", "rows.csv", "--output", "out.csv"], in: folder)
    #expect(none.status == 0)
    try Snapshot.expect(none.output, named: "predict-table-summary")
  }

  /// Its own output is an input; what was predicted before is replaced.
  @Test func predictedTwiceIsTheSame() throws {
    let folder = try TemporaryFolder()
    _ = try CommandRun(["predict", "--input", Self.sample, "--output", "a.csv"], in: folder)
    let run = try CommandRun(["predict", "--input", "a.csv", "--output", "b.csv"], in: folder)
    #expect(run.status == 0)
    let second = try folder.read("b.csv")
    #expect(try folder.read("a.csv") == second)
  }

  /// Columns of the writer's own come back in their places, byte for byte.
  @Test func ownColumnsComeBack() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      run_id,system,backend,model,weights,isl,osl,conc,tp,x_rack,note,id
      "a, 1",h100,vllm,llama-3.1-8b,fp8,1024,128,8,1, r7 ,"said ""so"" twice",007
      b,h100,vllm,nothing-like-it,fp8,1024,128,8,1,,,8
      """, to: "rows.csv")
    let run = try CommandRun(["predict", "--input", "rows.csv", "--output", "out.csv"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let lines = try folder.read("out.csv").split(separator: "\n")
    #expect(lines[0].hasPrefix("run_id,system,backend,model,weights,isl,osl,conc,tp,x_rack,note,id,predicted_ttft_ms"))
    #expect(lines[1].hasPrefix("\"a, 1\",h100,vllm,llama-3.1-8b,fp8,1024,128,8,1, r7 ,\"said \"\"so\"\" twice\",007,"))
    #expect(lines[2].hasPrefix("b,h100,vllm,nothing-like-it,fp8,1024,128,8,1,,,8,,"))
  }

  @Test func answersInJSON() throws {
    let folder = try TemporaryFolder()
    let run = try CommandRun(["predict", "--input", Self.sample, "--output", "a.csv", "--json"], in: folder)
    let answer = try run.json()
    #expect(answer["format"]?.text == "fleetplan-prediction-table/1")
    #expect(answer["rows"]?.number == 7)
    #expect(answer["ok"]?.number == 4)
    #expect(answer["not_predicted"]?.elements.count == 3)
    #expect(answer["errors"]?["tpot"]?["rows"]?.number == 1)
    #expect(answer["errors"]?["tpot"]?["median_ape"]?.number == answer["errors"]?["tpot"]?["mape"]?.number)
  }

  /// A damaged file is refused with every fault and leaves the old output as it was.
  @Test func damagedTables() throws {
    let folder = try TemporaryFolder()
    try folder.write("old", to: "out.csv")
    try folder.write(
      """
      kind,system,backend,model,weights,isl,osl,conc,n_gpu,ttft,tpot_ms
      agg_serving,h100,vllm,llama-3.1-8b,fp8,1024,128,8,1,,12
      agg_srving,h100,vllm,llama-3.1-8b,fp8,10z4,128,0,1,,0.012
      step,h100,,llama-3.1-8b,fp8,1024,-1,8,1.5,,nan
      """, to: "rows.csv")
    let run = try CommandRun(["predict", "--input", "rows.csv", "--output", "out.csv"], in: folder)
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(try folder.read("out.csv") == "old")
    try Snapshot.expect(run.errors, named: "predict-table-faults")

    try folder.write("a,b\n1\n", to: "ragged.csv")
    let ragged = try CommandRun(["predict", "--input", "ragged.csv", "--json"], in: folder)
    #expect(ragged.status == 2)
    #expect(try ragged.json()["error"]?["faults"]?.elements.first?["line"]?.number == 2)
  }

  @Test(arguments: [
    "--output x.csv", "--input x.csv --model llama-3.1-8b", "--input x.csv --accelerator h100",
    "--input rows.csv --output rows.csv", "--input missing.csv", "--input rows.csv --output missing/x.csv",
  ])
  func wrongArguments(arguments: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("a\n", to: "rows.csv")
    let run = try CommandRun(["predict"] + arguments.split(separator: " ").map(String.init), in: folder)
    #expect(run.status == 2)
    #expect(folder.names == ["rows.csv"])
  }
}
