import ArgumentParser
import FleetJSON
import FleetJobs
import FleetPlan

struct BatchCancelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "Cancel jobs that have no answer yet, running ones too.",
    discussion: """
      Queued jobs are cancelled at once; a running one is stopped by its runner within seconds, wherever that runs. Cancelled jobs \
      stay so until they are retried.

        fleetplan batch cancel out
        fleetplan batch cancel out night-shift day-shift
      """)

  @OptionGroup var change: BatchChange

  func run() throws {
    try change.apply { store, id throws(FileFailure) in try store.cancel(id) }
  }
}

struct BatchRetryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Put failed, timed out and cancelled jobs back into the queue.",
    discussion: """
      They are solved by the next run of the batch, or by one that watches.

        fleetplan batch retry out
        fleetplan batch retry out night-shift
      """)

  @OptionGroup var change: BatchChange

  func run() throws {
    try change.apply { store, id throws(FileFailure) in try store.retry(id) }
  }
}

/// The jobs that a command changes.
struct BatchChange: ParsableArguments {
  @Argument(help: ArgumentHelp("Output folder of a batch.", valueName: "folder"), completion: .directory)
  var folder: String

  @Argument(help: ArgumentHelp("Jobs (default: all).", valueName: "id"))
  var ids: [String] = []

  @OptionGroup var appearance: AppearanceOptions

  func apply(_ body: (JobStore, String) throws(FileFailure) -> JobStore.Effect) throws {
    let store = JobStore(path: folder)
    var effects: [(id: String, effect: JobStore.Effect)] = []
    do {
      let known = try store.ids()
      let unknown = ids.filter { !known.contains($0) }
      if !unknown.isEmpty {
        throw CommandFailure(.badInput, "\(folder) has no job \(unknown.joined(separator: ", "))")
      }
      for id in ids.isEmpty ? known : ids { effects.append((id, try body(store, id))) }
    } catch let faults as Faults {
      throw CommandFailure([faults])
    } catch let failure as FileFailure {
      throw CommandFailure(failure)
    }
    if appearance.json {
      let jobs = effects.map { JSONOutput.object(["id": .string($0.id), "effect": .string($0.effect.rawValue)]) }
      Terminal.output.write(
        JSONOutput.object(["format": "fleetplan-batch-change/1", "jobs": .array(jobs)]).encoded())
      return
    }
    // Without ids only what changed is worth a line.
    let told = effects.filter { !ids.isEmpty || $0.effect != .unchanged }
    for (id, effect) in told { Terminal.output.write("\(id): \(effect.rawValue)\n") }
    if told.isEmpty { Terminal.output.write("nothing to change\n") }
  }
}
