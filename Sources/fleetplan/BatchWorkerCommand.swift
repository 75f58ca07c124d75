import ArgumentParser
import FleetJobs
import FleetPlan

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A worker process of `batch`: requests on the input, answers on the output.
struct BatchWorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "batch-worker", abstract: "Solve what a batch sends, until the input ends.", shouldDisplay: false)

  @Option(name: .customLong("memory-limit-mb"), help: "Address space beyond that of the idle process, in MiB.")
  var memoryLimit: Int?

  @OptionGroup var catalog: CatalogOptions

  func run() throws {
    // Cluster schedulers signal every process of a task. It is the runner that decides what becomes of the work; a worker ends
    // with its input.
    signal(SIGTERM, SIG_IGN)
    signal(SIGINT, SIG_IGN)
    Worker(catalog: try catalog.load()).serve(memoryLimitMebibytes: memoryLimit)
  }
}
