import Testing

@testable import fleetplan

@Suite struct InitAndExportTests {
  /// Every starter is sound as it is.
  @Test(arguments: StarterProblem.all.map(\.name))
  func startersAreSound(name: String) throws {
    let folder = try TemporaryFolder()
    let run = try CommandRun(["init", "--example", name], in: folder)
    #expect(run.status == 0)
    #expect(run.output.contains("fleetplan plan problem.json"))
    let whole = ["FLEETPLAN_MODELS": Repository.models]
    let check = try CommandRun(["check", "problem.json"], in: folder, environment: whole)
    #expect(check.status == 0)
    #expect(check.errors.isEmpty, "no warnings")
    #expect(check.output.hasPrefix("problem.json: no faults"))
  }

  @Test(arguments: ["moe", "measured"])
  func startersArePlanned(name: String) throws {
    let folder = try TemporaryFolder()
    #expect(try CommandRun(["init", "--example", name, "--output", "p.json"], in: folder).status == 0)
    let run = try CommandRun(["plan", "p.json", "--json", "--no-baselines"], in: folder)
    #expect(run.status == 0)
    #expect(try run.json()["status"]?.text == "optimal")
  }

  /// The guide explains every key of the top level and of classes.
  @Test func guideKnowsTheKeys() throws {
    for starter in StarterProblem.all {
      let keys = starter.fields.flatMap { part, fields in fields.map { "\(part.rawValue).\($0.key)" } }
      for key in ["problem.format", "problem.classes", "class.id", "class.rate_per_s", "lengths.input_tokens"] {
        #expect(keys.contains(key))
      }
    }
  }

  @Test func existingFilesAreKept() throws {
    let folder = try TemporaryFolder()
    try folder.write("mine", to: "problem.json")
    let run = try CommandRun(["init"], in: folder)
    #expect(run.status == 2)
    #expect(run.errors.contains("--force"))
    #expect(try folder.read("problem.json") == "mine")
    #expect(try CommandRun(["init", "--force"], in: folder).status == 0)
    #expect(try folder.read("problem.json") == Problems.starter("chat"))
    #expect(try CommandRun(["init", "--output", "-"], in: folder).output == Problems.starter("chat"))
    #expect(try CommandRun(["init", "--example", "moo"], in: folder).errors.contains("did you mean \"moe\"?"))
  }

  @Test func exportsPrograms() throws {
    let folder = try TemporaryFolder()
    try folder.write(Problems.small, to: "p.json")
    let mps = try CommandRun(["export", "p.json", "--format", "mps", "--output", "p.mps"], in: folder)
    #expect(mps.status == 0)
    let text = try folder.read("p.mps")
    #expect(text.hasPrefix("NAME") && text.hasSuffix("ENDATA\n"))
    #expect(try CommandRun(["export", "p.json", "--format", "mps"], in: folder).output == text)
    let lp = try CommandRun(["export", "p.json", "--format", "lp", "--full", "--output", "p.lp", "--json"], in: folder)
    #expect(lp.status == 0)
    #expect(try lp.json()["full"]?.isTrue == true)
    #expect(try folder.read("p.lp").contains("Minimize"))
    #expect(try CommandRun(["export", "p.json", "--format", "lp", "--output", "p.json"], in: folder).status == 2)
    #expect(try folder.read("p.json") == Problems.small)
  }
}
