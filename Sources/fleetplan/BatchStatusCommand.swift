import ArgumentParser
import FleetJSON
import FleetJobs
import FleetPlan

struct BatchStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show where the jobs of an output folder stand.",
    discussion: """
      Reads the folder only; runners may be at work on it.

        fleetplan batch status out
        fleetplan batch status out --json | jq .counts
      """)

  @Argument(help: ArgumentHelp("Output folder of a batch.", valueName: "folder"), completion: .directory)
  var folder: String

  @OptionGroup var appearance: AppearanceOptions

  func run() throws {
    let summary: BatchSummary
    do {
      summary = BatchSummary(try JobStore(path: folder).standing())
    } catch {
      throw CommandFailure([error])
    }
    if appearance.json {
      let answer: JSONOutput = [
        "format": "fleetplan-batch-status/1", "counts": summary.counts.encoded(),
        "jobs": .array(summary.records.map { $0.encoded() }),
      ]
      Terminal.output.write(answer.encoded())
    } else {
      Terminal.output.write(BatchText.render(summary, style: appearance.style))
    }
  }
}
