import ArgumentParser
import FleetJSON
import FleetPlan
import Foundation

struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Plan a problem over a grid of rates, prices, objectives or stocks.",
    discussion: """
      Each --vary names a value of the problem file and what it is set to; several make a grid. The problems are planned \
      without baselines, each from the plan of its neighbour. The answer is a table with cost, devices and what runs where \
      for each combination, and where that changes.

        fleetplan sweep p.json --vary 'classes[*].rate_per_s=*0.5,*1,*2,*4'
        fleetplan sweep p.json \\
          --vary 'accelerators[mi300x].prices.reserved_usd_per_device_hour=1:3:0.2'
        fleetplan sweep p.json --vary 'classes[chat].slo.ttft_ms=200:3200/5' --report sweep.html
        fleetplan sweep p.json --vary 'classes[*].rate_per_s=*1:8/4' \\
          --vary 'accelerators[h100].stock_devices=8:64:8'

      A path is keys joined by dots; brackets pick an entry by its id or position, or all entries with [*]. Values are \
      numbers, from:to:step, from:to/count (equal ratios), any of these after * (a factor on what stands in the file), \
      true, false, null (as if the key were absent) or words, separated by commas; a grid has at most 10000 points. \
      Ctrl-C ends the sweep; what is solved is reported.

      Exit status: 0 when every point was answered, also where the answer is that there is no plan; 4 when some were \
      not solved; 5 when the solver failed on some.
      """)

  @Argument(
    help: ArgumentHelp("The problem (fleetplan-problem/1).", valueName: "file"), completion: .file(extensions: ["json"])
  )
  var file: String

  @Option(
    name: .customLong("vary"),
    help: ArgumentHelp("What to vary, and over which values; repeatable.", valueName: "path=values"))
  var variations: [String] = []

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Write the sweep (fleetplan-sweep/1) to this file.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var output: String?

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Write a report as one self-contained HTML page.", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var report: String?

  @Option(
    help: ArgumentHelp("Write a report in Markdown.", valueName: "file"), completion: .file(extensions: ["md"]))
  var markdown: String?

  @Option(
    help: ArgumentHelp("Write the points as CSV, one line each.", valueName: "file"),
    completion: .file(extensions: ["csv"]))
  var csv: String?

  @Option(
    help: ArgumentHelp("Problems solved at the same time (default: one for each processor).", valueName: "number"))
  var jobs: Int?

  @OptionGroup var limits: SolveLimitOptions
  @OptionGroup var catalog: CatalogOptions
  @OptionGroup var appearance: AppearanceOptions

  @Flag(name: .shortAndLong, help: "Print nothing but errors.")
  var quiet = false

  func validate() throws {
    if variations.isEmpty {
      throw ValidationError("--vary is missing: expected PATH=VALUES, for example 'classes[*].rate_per_s=*0.5,*1,*2'")
    }
    if let jobs, !(1...1024).contains(jobs) {
      throw ValidationError("--jobs: expected a whole number from 1 to 1024, found \(jobs)")
    }
  }

  func run() throws {
    Interruption.listen()
    let dataFile = try OutputFile(checking: output, inputs: [file])
    let pageFile = try OutputFile(checking: report, inputs: [file])
    let markdownFile = try OutputFile(checking: markdown, inputs: [file])
    let tableFile = try OutputFile(checking: csv, inputs: [file])
    try OutputFile.checkDistinct([dataFile, pageFile, markdownFile, tableFile])
    let sweep = try read()
    if !quiet { appearance.warn(sweep.problem, in: file) }
    let result = solve(sweep)
    let encoded = result.encoded().encoded()
    try dataFile?.write(encoded)
    if let pageFile { try pageFile.write(DocumentHTML.render(SweepReport(result).document)) }
    if let markdownFile { try markdownFile.write(DocumentMarkdown.render(SweepReport(result).document)) }
    try tableFile?.write(SweepCSV.render(result))
    if appearance.json {
      Terminal.output.write(encoded)
    } else if !quiet {
      Terminal.output.write(SweepText.render(result, style: appearance.style))
    }
    try Self.status(of: result).throwUnlessDone()
  }

  private func read() throws -> Sweep {
    var faults: [Faults] = []
    var read: [SweepVariation] = []
    for text in variations {
      do throws(Faults) {
        read.append(try SweepVariation(text))
      } catch {
        faults.append(Faults(source: "--vary \(error.source)", all: error.all))
      }
    }
    if !faults.isEmpty { throw CommandFailure(faults) }
    let catalog = try catalog.load()
    do throws(SweepFailure) {
      let sweep = try Sweep(contentsOf: file, varying: read, catalog: catalog)
      try sweep.check()
      return sweep
    } catch {
      throw CommandFailure(error.inputs)
    }
  }

  private func solve(_ sweep: Sweep) -> SweepResult {
    var planner = Planner(catalog: sweep.catalog)
    planner.timeLimitSeconds = limits.timeLimit
    planner.relativeGap = limits.gap
    planner.cancellation = Interruption.cancellation
    var options = SweepOptions()
    if let jobs { options.workers = jobs }
    let line = quiet ? nil : ProgressLine.onTerminal()
    if let line { options.progress = { line.show("\($0) of \(sweep.count) planned") } }
    defer { line?.clear() }
    return planner.sweep(sweep, options: options)
  }

  private static func status(of result: SweepResult) -> ExitStatus {
    if result.points.contains(where: { $0.status == .failed }) { return .solverFailure }
    return result.points.allSatisfy(\.status.isAnswer) ? .done : .unsolved
  }
}
