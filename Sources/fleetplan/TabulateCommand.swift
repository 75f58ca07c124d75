import ArgumentParser
import FleetJSON
import FleetPlan

struct TabulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tabulate",
    abstract: "Make capacity tables from measurements: plan with what was measured, without the latency model.",
    discussion: """
      Reads the files that calibrate reads and writes, for each configuration and each pair of lengths, the requests per \
      second that one instance sustained. A problem takes the file as it is: "capacity_tables": "tables.json".

        fleetplan tabulate measurements.csv --output tables.json
        fleetplan tabulate measurements.csv --ttft-ms 1000 --tpot-ms 40 --output tables.json
        fleetplan tabulate measurements.csv --tpot-ms 40 --margin 1.25 --output tables.json
        fleetplan tabulate run-*.json --system h100-sxm --model llama-3.1-70b --weights fp8 --tp 4
        fleetplan tabulate best_config_topn.csv --format aiconfigurator --output tables.json

      Without objectives each configuration gets a table for every measured concurrency, and the plan chooses among them. \
      With objectives it gets one table, with the highest rate within them: between two measured concurrencies by a straight \
      line, never beyond the measured ones. Measurements are means: docs/profiling.md says what --margin is good for. Tables made of AIConfigurator's candidates \
      say that they are its predictions.
      """)

  @Argument(help: ArgumentHelp("Files of measurements; see docs/profiling.md.", valueName: "file"))
  var measurements: [String]

  @Option(
    help: ArgumentHelp("File for the tables (default: the output).", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var output: String?

  @Option(help: ArgumentHelp("Objective for the mean time to first token.", valueName: "ms"))
  var ttftMs: Double?

  @Option(help: ArgumentHelp("Objective for the mean time per output token.", valueName: "ms"))
  var tpotMs: Double?

  @Option(
    help: ArgumentHelp("Factor on the measured means, before they are compared and written.", valueName: "factor"))
  var margin = 1.0

  @OptionGroup var known: MeasurementOptions
  @OptionGroup var catalog: CatalogOptions
  @OptionGroup var appearance: AppearanceOptions

  func validate() throws {
    for (name, value) in [("--ttft-ms", ttftMs ?? 1), ("--tpot-ms", tpotMs ?? 1)] where !(value > 0 && value < 1e9) {
      throw ValidationError("\(name): expected a number of ms > 0, found \(value)")
    }
    if !(margin >= 1 && margin <= 100) {
      throw ValidationError("--margin: expected a factor from 1 to 100, found \(margin)")
    }
  }

  func run() throws {
    let file = try OutputFile(checking: output, inputs: measurements)
    let catalog = try catalog.load()
    let rows = try known.read(measurements)
    let capacity = MeasuredCapacity(
      rows, catalog: catalog,
      objectives: MeasuredCapacity.Objectives(
        ttftSeconds: ttftMs.map { $0 / 1000 }, tpotSeconds: tpotMs.map { $0 / 1000 }, margin: margin))
    if capacity.tables.isEmpty { throw nothing(capacity, of: rows.count) }
    let tables = JSONOutput.object(["capacity_tables": .array(capacity.tables.map { $0.encoded() })])
    let summary = CapacitySummary(capacity, measurements: rows.count)
    guard let file else {
      Terminal.output.write(tables.encoded())
      Terminal.errors.write(summary.text(style: appearance.style))
      return
    }
    try file.write(tables.encoded())
    Terminal.output.write(appearance.json ? summary.encoded().encoded() : summary.text(style: appearance.style))
  }

  /// No table at all: the reasons are the faults.
  private func nothing(_ capacity: MeasuredCapacity, of count: Int) -> CommandFailure {
    guard count > 0 else { return CommandFailure(.badInput, "there are no measurements") }
    let bySource = Dictionary(grouping: capacity.notes) { $0.origin?.file ?? "" }
    var failure = CommandFailure(
      bySource.sorted { $0.key < $1.key }.map { source, notes in
        Faults(source: source, all: notes.map { Fault(path: "", line: $0.origin?.line, message: $0.reason) })
      })
    failure.message = "no table can be made of \(count) measurement\(count == 1 ? "" : "s")"
    return failure
  }
}
