import FleetPlan
import Foundation
import Testing

/// Every folder of `examples/` is planned and compared with its `expected.json`; its plan, replayed and tightened where it
/// takes that, keeps its promises.
///
/// `make expected` writes those files and the plans in the READMEs anew; a change in them is reviewed like code.
@Suite struct ExampleTests {
  @Test(arguments: Example.all)
  func isPlannedAsExpected(_ example: Example) throws {
    let catalog = try example.catalog()
    let problem = try example.problem(catalog)
    let verified = try Planner(catalog: catalog).verified(problem, options: VerifiedExample.options)
    try VerifiedExample(plan: verified.plan, problem: problem, catalog: catalog).expectPromisesKept()
    let plan = verified.untightened
    if Example.writesExpected {
      try ExpectedPlan(plan).write(to: example.expectedFile)
      try example.writeReadmes(plan)
    }
    let expected = try ExpectedPlan(contentsOf: example.expectedFile)
    let found = ExpectedPlan(plan)
    #expect(found.status == expected.status)
    #expect(isNear(found.objective, expected.objective))
    #expect(isNear(found.costUSDPerHour, expected.costUSDPerHour))
    #expect(found.repairs == expected.repairs)
    #expect(found.baselines.keys.sorted() == expected.baselines.keys.sorted())
    for (name, objective) in expected.baselines {
      #expect(isNear(found.baselines[name] ?? nil, objective), "\(name)")
    }
  }

  /// Baselines are the joint program with fewer choices, so none can be better.
  @Test(arguments: Example.all)
  func noBaselineIsBetter(_ example: Example) throws {
    let expected = try ExpectedPlan(contentsOf: example.expectedFile)
    for (name, objective) in expected.baselines {
      guard let objective, let joint = expected.objective else { continue }
      #expect(joint <= objective * (1 + ExpectedPlan.relativeTolerance), "\(name)")
    }
  }

  @Test func fleetOfFourModelsBeatsEveryBaseline() throws {
    let example = try #require(Example.all.first { $0.name == Example.demo })
    let expected = try ExpectedPlan(contentsOf: example.expectedFile)
    let joint = try #require(expected.objective)
    #expect(expected.status == "optimal")
    #expect(expected.baselines.count >= 6)
    for (name, objective) in expected.baselines {
      #expect(objective.map { $0 > joint * 1.001 } ?? true, "\(name)")
    }
  }

  /// The words of a README are checked against the numbers of the plan: the command and the cost stand in it.
  @Test(arguments: Example.all)
  func readmeStatesTheCost(_ example: Example) throws {
    let expected = try ExpectedPlan(contentsOf: example.expectedFile)
    let text = try String(contentsOf: example.readme, encoding: .utf8)
    #expect(text.contains("fleetplan plan examples/\(example.name)/problem.json"))
    if let cost = expected.costUSDPerHour {
      // Half a cent is shown rounded up, whatever the binary fraction behind it is.
      let shown = String(format: "%.2f", cost + 1e-9)
      #expect(text.contains(shown), "cost \(cost)")
      if example.name == Example.demo {
        #expect(try String(contentsOf: Example.mainReadme, encoding: .utf8).contains(shown))
      }
    }
    for repair in expected.repairs { #expect(text.contains(repair)) }
  }

  @Test func everyExampleHasItsFilesAndIsListed() throws {
    #expect(Example.all.count >= 8)
    let list = try String(contentsOf: Example.root.appending(path: "README.md"), encoding: .utf8)
    for example in Example.all {
      for file in ["problem.json", "expected.json", "README.md"] {
        #expect(FileManager.default.fileExists(atPath: example.folder.appending(path: file).path), "\(example.name)")
      }
      #expect(list.contains("(\(example.name)/README.md)"), "\(example.name)")
    }
  }

  private func isNear(_ found: Double?, _ expected: Double?) -> Bool {
    guard let found, let expected else { return found == nil && expected == nil }
    return abs(found - expected) <= ExpectedPlan.relativeTolerance * max(1, abs(expected))
  }
}
