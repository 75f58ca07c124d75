import ArgumentParser

struct BatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "batch",
    abstract: "Plan many problems on worker processes; continue after any interruption.",
    discussion: """
      Every problem becomes a job with a folder of its own under the output folder (docs/batch.md). `run` is the default:

        fleetplan batch problems --output out
        fleetplan batch status out
        fleetplan batch cancel out night-shift
        fleetplan batch retry out
        fleetplan batch collect out
      """,
    subcommands: [
      BatchRunCommand.self, BatchStatusCommand.self, BatchCancelCommand.self, BatchRetryCommand.self,
      BatchCollectCommand.self,
    ],
    defaultSubcommand: BatchRunCommand.self)
}
