import ArgumentParser

@main
struct FleetplanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fleetplan",
    abstract: "Plan accelerators, parallel strategies and instance counts for LLM inference at proven least cost.")
}
