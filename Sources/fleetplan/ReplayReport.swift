import FleetJSON
import FleetPlan

/// The simulations of one plan: one, or several that differ by policy or faults.
struct ReplayReport {
  struct Run {
    var policy: RoutingPolicy
    var hasFaults: Bool
    var result: SimulationResult

    /// As a column is called.
    var name: String {
      let words = policy.rawValue.split(separator: "_").joined(separator: " ")
      return hasFaults ? words + ", faults" : words
    }
  }

  var problemName: String
  var planHash: String
  /// Options that all runs share.
  var options: SimulationOptions
  /// At least one; with faults each policy has a run without and one with them.
  var runs: [Run]

  /// The run that was asked about: the first policy, with the faults where there are any.
  var subject: Run { runs.first { $0.hasFaults } ?? runs[0] }
  var meetsObjectives: Bool { subject.result.meetsObjectives }

  static let format = "fleetplan-replay/1"

  func encoded() -> JSONOutput {
    [
      "format": .string(Self.format),
      "problem": .string(problemName),
      "input_hash": .string(planHash),
      "seed": .decimal(String(options.seed)),
      "arrivals": .string(options.arrivals.name),
      "load_factor": .number(options.loadFactor),
      "overlaps_layers": .bool(options.overlapsLayers),
      "meets_objectives": .bool(meetsObjectives),
      "runs": .array(
        runs.map { run in
          [
            "policy": .string(run.policy.rawValue), "faults": .bool(run.hasFaults), "result": run.result.json(),
          ]
        }),
    ]
  }
}
