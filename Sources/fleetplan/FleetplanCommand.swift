import ArgumentParser
import FleetJSON
import FleetPlan

@main
struct FleetplanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fleetplan",
    abstract: "Plan accelerators, parallel strategies and instance counts for LLM inference at proven least cost.",
    discussion: """
      Start with a problem file, check it, plan it:

        fleetplan init --output problem.json
        fleetplan check problem.json
        fleetplan plan problem.json --output plan.json --report plan.html
        fleetplan simulate plan.json

      Exit status: 0 done, 2 bad input, 3 infeasible, 4 no solution within the limits, 5 solver failure, \
      6 a replay misses an objective, 7 a batch was ended with jobs left.
      """,
    version: FleetplanVersion.current,
    subcommands: [
      CheckCommand.self, PlanCommand.self, SimulateCommand.self, CapacityCommand.self, CompareCommand.self,
      SweepCommand.self,
      PredictCommand.self, CalibrateCommand.self, ValidateCommand.self,
      TabulateCommand.self, CatalogCommand.self, ExportCommand.self, InitCommand.self, BatchCommand.self,
      BatchWorkerCommand.self,
    ])

  static func main() {
    Terminal.ignoreBrokenPipes()
    exitProcess(status(of: Array(CommandLine.arguments.dropFirst())))
  }

  /// Runs the command that `arguments` name and returns the exit status of the process.
  static func status(of arguments: [String]) -> Int32 {
    let wantsJSON = arguments.prefix { $0 != "--" }.contains("--json")
    do {
      var command = try parseAsRoot(arguments)
      try command.run()
      return ExitStatus.done.rawValue
    } catch let status as ExitStatus {
      return status.rawValue
    } catch let failure as CommandFailure {
      failure.report(asJSON: wantsJSON)
      return failure.status.rawValue
    } catch {
      return report(error, asJSON: wantsJSON)
    }
  }

  /// What the argument parser has to say: help, version and completion scripts, or a fault in the arguments.
  private static func report(_ error: any Error, asJSON: Bool) -> Int32 {
    let text = fullMessage(for: error) + "\n"
    if exitCode(for: error).isSuccess {
      Terminal.output.write(text)
      return ExitStatus.done.rawValue
    }
    Terminal.errors.write(text)
    if asJSON {
      let failure = CommandFailure(.badInput, message(for: error))
      Terminal.output.write(JSONOutput.object(["error": failure.encoded()]).encoded())
    }
    return ExitStatus.badInput.rawValue
  }
}
