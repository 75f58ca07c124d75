import ArgumentParser
import FleetJSON
import FleetJobs
import FleetPlan

struct BatchCollectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "collect",
    abstract: "Merge output folders into one report.",
    discussion: """
      Reads one output folder, or several that parts of a batch were written to: a table of all jobs with state, cost, \
      attempts and errors, with totals; the jobs that are missing; and the jobs that have different answers in different \
      folders. Nothing is solved or changed.

        fleetplan batch collect out
        fleetplan batch collect out-0 out-1 out-2 out-3 --report batch.html --csv batch.csv
        fleetplan batch collect out-* --sources problems --json | jq .missing

      Exit status as of a run: 0 all done; 3 some infeasible, none worse; 4 some without an answer in time, none worse; \
      5 some failed or have different answers; 7 jobs are left, missing or cancelled.
      """)

  @Argument(help: ArgumentHelp("Output folders of a batch.", valueName: "folder"), completion: .directory)
  var folders: [String]

  @Option(
    help: ArgumentHelp(
      "Folder, pattern or manifest whose jobs must be there; repeatable (default: those the folders were made from).",
      valueName: "source"))
  var sources: [String] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write everything (fleetplan-batch-collection/1) to this file.", valueName: "file"),
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
    help: ArgumentHelp("Write the jobs as CSV, one line each.", valueName: "file"),
    completion: .file(extensions: ["csv"]))
  var csv: String?

  @OptionGroup var appearance: AppearanceOptions

  @Flag(name: .shortAndLong, help: "Print nothing but errors.")
  var quiet = false

  func validate() throws {
    if Set(folders).count != folders.count { throw ValidationError("a folder is named twice") }
  }

  func run() throws {
    let dataFile = try OutputFile(checking: output)
    let pageFile = try OutputFile(checking: report)
    let markdownFile = try OutputFile(checking: markdown)
    let tableFile = try OutputFile(checking: csv)
    try OutputFile.checkDistinct([dataFile, pageFile, markdownFile, tableFile])
    let collection: BatchCollection
    do throws(Faults) {
      collection = try BatchCollection(folders: folders, sources: sources)
    } catch {
      throw CommandFailure([error])
    }
    let encoded = collection.encoded().encoded()
    try dataFile?.write(encoded)
    try pageFile?.write(DocumentHTML.render(collection.document))
    try markdownFile?.write(DocumentMarkdown.render(collection.document))
    try tableFile?.write(collection.csv())
    for conflict in collection.conflicts {
      Terminal.errors.write(appearance.faultStyle.error(conflict.text))
    }
    if appearance.json {
      Terminal.output.write(encoded)
    } else if !quiet {
      Terminal.output.write(Self.text(of: collection, style: appearance.style))
    }
    try ExitStatus(collection).throwUnlessDone()
  }

  private static func text(of collection: BatchCollection, style: TextStyle) -> String {
    var page = Page(style: style)
    for section in collection.document.sections {
      for table in section.tables { page.table(table) }
      for case .paragraph(let text) in section.blocks { page.paragraph(text, ink: nil) }
    }
    page.paragraph(collection.answer, ink: .bold)
    return page.finished
  }
}

extension ExitStatus {
  /// The worst that happened to a job of a collection.
  fileprivate init(_ collection: BatchCollection) {
    let counts = collection.counts
    let left = counts.waiting + counts.running + counts.cancelled + (collection.missing?.count ?? 0)
    if left > 0 {
      self = .interrupted
    } else if counts.failed > 0 || !collection.conflicts.isEmpty {
      self = .solverFailure
    } else if counts.timedOut > 0 {
      self = .unsolved
    } else {
      self = counts.infeasible > 0 ? .infeasible : .done
    }
  }
}
