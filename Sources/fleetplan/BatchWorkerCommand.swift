import ArgumentParser
import FleetJobs
import FleetPlan

/// A worker process of `batch`: requests on the input, answers on the output.
struct BatchWorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "batch-worker", abstract: "Solve what a batch sends, until the input ends.", shouldDisplay: false)

  @Option(name: .customLong("memory-limit-mb"), help: "Address space of the process in MiB.")
  var memoryLimit: Int?

  @OptionGroup var catalog: CatalogOptions

  func run() throws {
    Worker(catalog: try catalog.load()).serve(memoryLimitMebibytes: memoryLimit)
  }
}
