import FleetJSON
import FleetServing

extension ComparisonReport {
  /// What the `format` key says.
  public static let format = "fleetplan-comparison/2"

  /// The report as JSON: the keys of the plain comparison, and beside them the recommendation, the verdicts and all tables with
  /// typed values. `docs/comparison-format.md` documents every key.
  public func encoded() -> JSONOutput {
    guard case .object(var members) = comparison.encoded() else { return comparison.encoded() }
    members["format"] = .string(ComparisonReport.format)
    members["baseline"] = .string(comparison.scenarios[0].name)
    members["recommended"] = JSONOutput(recommended.map { comparison.scenarios[$0].name })
    members["verdicts"] = .array(
      zip(comparison.scenarios, verdicts).flatMap { scenario, verdicts in
        verdicts.map { $0.encoded(scenario: scenario) }
      })
    members["report"] = .object(DocumentJSON.members(of: document))
    return .object(members)
  }
}

extension WorthVerdict {
  fileprivate func encoded(scenario: PlanComparison.Scenario) -> JSONOutput {
    [
      "scenario": .string(scenario.name),
      "subject": .string(subject.rawValue),
      "verdict": .string(saving.verdict.rawValue),
      "objective_name": .string(scenario.plan.objectiveName),
      "value": JSONOutput(value),
      "value_without": JSONOutput(valueWithout),
      "best_without": JSONOutput(nameWithout),
      "saving_at_least": JSONOutput(saving.atLeast),
      "saving_at_most": JSONOutput(saving.atMost),
      "used": .bool(isUsed),
      "sentence": .string(plain(sentence(of: scenario.plan))),
    ]
  }
}
