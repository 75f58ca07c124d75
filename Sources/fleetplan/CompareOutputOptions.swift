import ArgumentParser
import FleetPlan

/// The files that a comparison is written to.
struct CompareOutputOptions: ParsableArguments {
  @Option(
    name: .shortAndLong, help: ArgumentHelp("Write the report as one self-contained HTML page.", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var report: String?

  @Option(help: ArgumentHelp("Write the report in Markdown.", valueName: "file"), completion: .file(extensions: ["md"]))
  var markdown: String?

  @Option(
    help: ArgumentHelp("Write a short comment for a pull request in Markdown.", valueName: "file"),
    completion: .file(extensions: ["md"]))
  var comment: String?

  @Option(
    help: ArgumentHelp("Write all tables as one tidy CSV file, one line per cell.", valueName: "file"),
    completion: .file(extensions: ["csv"]))
  var csv: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write the report as JSON (fleetplan-comparison/2) to this file.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var output: String?

  /// The files, each checked before the work starts.
  func checked(inputs: [String]) throws -> Checked {
    let files = Checked(
      report: try OutputFile(checking: report, inputs: inputs),
      markdown: try OutputFile(checking: markdown, inputs: inputs),
      comment: try OutputFile(checking: comment, inputs: inputs), csv: try OutputFile(checking: csv, inputs: inputs),
      json: try OutputFile(checking: output, inputs: inputs))
    try OutputFile.checkDistinct([files.report, files.markdown, files.comment, files.csv, files.json])
    return files
  }

  struct Checked {
    var report: OutputFile?
    var markdown: OutputFile?
    var comment: OutputFile?
    var csv: OutputFile?
    var json: OutputFile?

    /// Whether something is written that shows studies.
    var hasPage: Bool { report != nil || markdown != nil || csv != nil }

    func write(_ comparison: ComparisonReport, encoded: String) throws {
      try report?.write(comparison.html())
      try markdown?.write(comparison.markdown())
      try comment?.write(ComparisonComment.render(comparison))
      try csv?.write(comparison.csv())
      try json?.write(encoded)
    }
  }
}
