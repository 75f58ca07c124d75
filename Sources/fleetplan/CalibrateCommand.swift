import ArgumentParser
import FleetCalibration
import FleetJSON
import FleetPlan

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Fit the latency model on measurements.",
    discussion: """
      Reads benchmark results, fits the constants of the latency model and makes profiles of measured configurations. By \
      default the constants of the catalog are the starting point, so that a few measurements of your own are enough: five of a \
      configuration make a profile, five of a new accelerator family move its constants. Fewer change nothing.

        fleetplan calibrate my-runs.csv --output my-calibration
        fleetplan calibrate run-*.json --system mi300x --weights fp8 --tp 8 --output my-calibration
        fleetplan predict --calibration my-calibration --input rows.csv --output predictions.csv
        fleetplan plan problem.json --calibration my-calibration

      The constants of a catalog are made from the priors and many measurements with

        fleetplan calibrate measurements.csv --from-priors --output models --accuracy docs/accuracy.md

      Errors are reported on rows that were left out of the fit. docs/profiling.md shows how to measure.
      """)

  @Argument(help: ArgumentHelp("Files of measurements.", valueName: "file"), completion: .file())
  var files: [String]

  @Option(
    help: ArgumentHelp("Folder that gets latency/constants.json and profiles/*.json.", valueName: "folder"),
    completion: .directory)
  var output: String?

  @Flag(help: "Fit all constants from the priors instead of updating those of the catalog.")
  var fromPriors = false

  @Option(
    help: ArgumentHelp("Markdown file for the errors on left-out rows.", valueName: "file"), completion: .file())
  var accuracy: String?

  @Flag(help: "Skip cross-validation.")
  var noValidation = false

  @Option(
    help: ArgumentHelp(
      "What the measurements are, for the provenance (default: the names of the files).", valueName: "text"))
  var source: String?

  @Option(help: ArgumentHelp("Where the measurements are published, for the provenance.", valueName: "url"))
  var sourceUrl: String?

  @Option(help: ArgumentHelp("Date of the measurements, for the provenance (default: today).", valueName: "date"))
  var date: String?

  @OptionGroup(title: "Where measurements do not say") var measurements: MeasurementOptions
  @OptionGroup var catalog: CatalogOptions
  @OptionGroup var appearance: AppearanceOptions

  func validate() throws {
    if let date, date.utf8.count != 10 || date.split(separator: "-").map(\.count) != [4, 2, 2] {
      throw ValidationError("--date: expected a date such as 2026-01-31, found \(date)")
    }
    if accuracy != nil, noValidation {
      throw ValidationError("--accuracy needs the cross-validation that --no-validation skips")
    }
    if accuracy != nil, !fromPriors { throw ValidationError("--accuracy needs --from-priors") }
  }

  func run() throws {
    let catalog = try catalog.load()
    let accuracyFile = try OutputFile(checking: accuracy, inputs: files)
    let priors = try fromPriors ? self.catalog.priors() : nil
    let rows = try measurements.read(files)
    let calibration = Calibration(
      rows, catalog: catalog, start: fromPriors ? .priors : .catalog, priors: priors,
      splits: noValidation ? [] : AccuracySplit.allCases)
    guard !calibration.rows.isEmpty else {
      throw CommandFailure(
        .badInput, "no measurement of \(rows.count) can be used",
        hint: calibration.unusable.first.map { "the first: \($0.text)" })
    }
    let origin = MeasurementSource(
      title: source ?? CalibrationText.title(rows, files: files), url: sourceUrl, date: date ?? Self.today())
    let report = CalibrationText(calibration)
    if let output { try CalibrationFolder(output).write(calibration.files(source: origin), replacing: fromPriors) }
    try accuracyFile?.write(
      AccuracyLedger(
        calibration, source: origin,
        command: "fleetplan calibrate measurements.csv --from-priors --output models --accuracy docs/accuracy.md"
      ).markdown)
    Terminal.output.write(
      appearance.json ? report.encoded().encoded() : report.rendered(appearance.style, output: output))
  }

  private static func today() -> String {
    var now = time(nil)
    var parts = tm()
    gmtime_r(&now, &parts)
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
  }
}
