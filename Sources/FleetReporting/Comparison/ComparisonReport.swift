import FleetServing

/// A decision document: scenarios side by side, what to choose, what changes, what it costs, and where the answer flips.
///
/// Every number is taken from the plans and studies or follows from them by arithmetic. The four renderings come from
/// `document`, so that they agree cell by cell.
public struct ComparisonReport: Sendable, Hashable {
  /// What was found by solving one scenario's problem again.
  public struct ScenarioStudy: Sendable, Hashable {
    public var name: String
    public var study: PlanStudy

    public init(name: String, study: PlanStudy) {
      self.name = name
      self.study = study
    }
  }

  public let comparison: PlanComparison
  public let studies: [ScenarioStudy]
  /// Place of the scenario to choose: the cheapest that serves all its traffic; `nil` when none does.
  public let recommended: Int?
  /// For each scenario.
  public let verdicts: [[WorthVerdict]]
  /// What each scenario after the first buys differently; without those that have no plan.
  public let differences: [FleetDifference]
  /// All of it, ready for rendering.
  public let document: ReportDocument

  /// - Parameter studies: Of some scenarios, by their names; may be empty.
  public init(_ comparison: PlanComparison, studies: [ScenarioStudy] = []) {
    self.comparison = comparison
    self.studies = studies
    let answer = ComparisonAnswer(scenarios: comparison.scenarios)
    recommended = answer.recommended
    verdicts = comparison.scenarios.map { scenario in
      BreakEvenRate.Subject.allCases.compactMap { WorthVerdict($0, of: scenario.plan) }
    }
    differences = comparison.scenarios.dropFirst().compactMap {
      FleetDifference($0, against: comparison.scenarios[0])
    }
    document =
      ComparisonDocument(
        comparison: comparison, studies: studies, answer: answer, verdicts: verdicts, differences: differences
      ).document
  }

  public func html() -> String { DocumentHTML.render(document) }
  public func markdown() -> String { DocumentMarkdown.render(document) }
  public func csv() -> String { DocumentCSV.render(document) }
}
