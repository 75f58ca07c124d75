import Foundation
import Testing

@testable import fleetplan

@Suite struct CheckTests {
  @Test func soundProblem() throws {
    let folder = try TemporaryFolder()
    try folder.write(Problems.small, to: "p.json")
    let run = try CommandRun(["check", "p.json"], in: folder)
    #expect(run.status == 0)
    #expect(run.output == "p.json: no faults; 1 model, 1 accelerator, 1 class, 1 capacity table\n")
    #expect(run.errors.isEmpty)
  }

  /// Faults with place, source line, caret and hint, as people see them.
  @Test func faultsAreShown() throws {
    let folder = try TemporaryFolder()
    let text =
      Problems.small
      .replacingOccurrences(of: "\"ttft_ms\": 500", with: "\"ttft_ms\": \"fast\"")
      .replacingOccurrences(of: "\"model\": \"m\", \"rate_per_s\": 5", with: "\"model\": \"n\", \"rate_per_s\": -5")
      .replacingOccurrences(of: "\"vendor\": \"v\"", with: "\"vendr\": \"v\"")
    try folder.write(text, to: "p.json")
    try folder.write(Problems.small, to: "q.json")
    let run = try CommandRun(["check", "p.json", "q.json", "missing.json"], in: folder)
    #expect(run.status == 2)
    try Snapshot.expect(run.errors, named: "check-faults")
    #expect(run.output.hasSuffix("3 files checked: 2 have faults\n"))
  }

  @Test func faultsAsJSON() throws {
    let folder = try TemporaryFolder()
    try folder.write(Problems.small("\"rate_per_s\": 5", "\"rate_per_s\": -5"), to: "p.json")
    let run = try CommandRun(["check", "p.json", "--json"], in: folder)
    #expect(run.status == 2)
    let answer = try run.json()
    #expect(answer["files"]?[0]?["ok"]?.isTrue == false)
    let fault = answer["error"]?["faults"]?[0]
    #expect(fault?["source"]?.text == "p.json")
    #expect(fault?["path"]?.text == "/classes/0/rate_per_s")
    #expect(fault?["line"]?.number == 13)
    #expect(fault?["column"]?.number == 46)
    #expect(fault?["message"]?.text?.contains("found -5") == true)
  }

  @Test func warningsDoNotFail() throws {
    let folder = try TemporaryFolder()
    try folder.write(Problems.small("\"rate_per_s\": 5", "\"rate_per_s\": 0"), to: "p.json")
    let run = try CommandRun(["check", "p.json"], in: folder)
    #expect(run.status == 0)
    #expect(run.errors.contains("p.json:11:14: warning: /classes: no class has any requests"))
    #expect(run.output.contains("no faults, 1 warning"))
  }

  @Test func missingCatalogIsExplained() throws {
    let folder = try TemporaryFolder()
    try folder.write(Problems.small, to: "p.json")
    let run = try CommandRun(["check", "p.json", "--models", "nowhere"], in: folder)
    #expect(run.status == 2)
    #expect(run.errors.contains("the catalog folder nowhere does not exist"))
    #expect(run.errors.contains("--models or FLEETPLAN_MODELS"))
  }

  @Test func colourOnlyWhereAskedFor() throws {
    let folder = try TemporaryFolder()
    try folder.write("{", to: "p.json")
    #expect(try !CommandRun(["check", "p.json"], in: folder).errors.contains("\u{1B}"))
    #expect(try CommandRun(["check", "p.json", "--color", "always"], in: folder).errors.contains("\u{1B}[1mp.json:1:"))
  }
}
