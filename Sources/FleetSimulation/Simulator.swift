import FleetServing

/// Replays a plan request by request and step by step: a discrete-event simulation of its fleet.
public struct Simulator: Sendable {
  public let fleet: SimulatedFleet
  public let options: SimulationOptions

  public init(fleet: SimulatedFleet, options: SimulationOptions) {
    self.fleet = fleet
    self.options = options
  }
}

extension Simulator {
  /// Runs the simulation to its end.
  ///
  /// - Throws: Faults of the options, and those of a trace with its file and line.
  public func run() throws(SimulationFaults) -> SimulationResult {
    throw SimulationFaults("the simulation engine is not part of this version")
  }
}
