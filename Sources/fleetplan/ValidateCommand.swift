import ArgumentParser
import FleetCalibration
import FleetJSON
import FleetPlan

struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Hold the latency model against published rates that it was not fitted on.",
    discussion: """
      Reads CSV tables with published rates (docs/profiling.md: the columns phase, published_tok_s and source) and shows for \
      each row what is predicted, what was published, their ratio, the 90 % band of the prediction and whether the published \
      rate lies in it; for each kind the geometric mean of the ratios, the median error and the share inside the bands. Closed loops \
      with measured TTFT and TPOT are set beside the rate that a plan would promise at their TPOT.

        fleetplan validate published.csv
        fleetplan validate published.csv --output docs/validation.md
        fleetplan validate published.csv --calibration my-calibration --json

      The exit status is 0 however far predictions are off.
      """)

  @Argument(
    help: ArgumentHelp("CSV tables of published rates.", valueName: "file"), completion: .file(extensions: ["csv"]))
  var files: [String]

  @Option(
    help: ArgumentHelp("Markdown file for all points.", valueName: "file"), completion: .file(extensions: ["md"]))
  var output: String?

  @OptionGroup var catalog: CatalogOptions
  @OptionGroup var appearance: AppearanceOptions

  func run() throws {
    let file = try OutputFile(checking: output, inputs: files)
    let catalog = try catalog.load()
    var rows: [Measurement] = []
    var failures: [Faults] = []
    for path in files {
      do {
        rows += try MeasurementFile.read(contentsOf: path, format: .csv)
      } catch {
        failures.append(error)
      }
    }
    if !failures.isEmpty { throw CommandFailure(failures) }
    let sections = [
      ValidationSection.publishedThroughput(rows, catalog: catalog),
      ValidationSection.plannedCapacity(rows, catalog: catalog),
    ].filter { !$0.points.isEmpty || !$0.unpredicted.isEmpty }
    guard !sections.isEmpty else {
      throw CommandFailure(
        .badInput, "no row of \(rows.count) states a published rate or is a closed loop that is predicted",
        hint: "the column published_tok_s holds it; see docs/profiling.md")
    }
    try file?.write(
      ValidationLedger(sections, command: "fleetplan validate published.csv --output docs/validation.md").markdown)
    let text = ValidationText(sections, written: output)
    Terminal.output.write(appearance.json ? text.encoded().encoded() : text.rendered(appearance.style))
  }
}
