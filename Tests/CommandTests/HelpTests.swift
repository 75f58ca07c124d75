import Testing

@testable import fleetplan

@Suite struct HelpTests {
  static let commands: [[String]] = [
    [], ["check"], ["plan"], ["simulate"], ["capacity"], ["compare"], ["sweep"], ["predict"], ["calibrate"],
    ["tabulate"], ["validate"],
    ["catalog"], ["catalog", "list"],
    ["catalog", "show"],
    ["catalog", "explain"], ["catalog", "import"], ["export"], ["init"], ["batch"], ["batch", "run"],
    ["batch", "status"],
    ["batch", "cancel"], ["batch", "retry"], ["batch", "collect"],
  ]

  /// Every command says what it does with examples; the texts are kept in Tests/CommandSnapshots.
  @Test(arguments: commands)
  func helpIsKept(command: [String]) throws {
    let run = try CommandRun(command + ["--help"])
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    #expect(run.output.contains("  fleetplan \(command.joined(separator: " "))"), "an example")
    try Snapshot.expect(run.output, named: (["help"] + command).joined(separator: "-"))
  }

  @Test func versionIsPrinted() throws {
    let run = try CommandRun(["--version"])
    #expect(run.status == 0)
    #expect(run.output == "\(version)\n")
  }

  private var version: String { FleetplanCommand.configuration.version }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionsAreWritten(shell: String) throws {
    let run = try CommandRun(["--generate-completion-script", shell])
    #expect(run.status == 0)
    for word in ["predict", "catalog", "kv-precision"] { #expect(run.output.contains(word)) }
  }

  @Test(arguments: [
    ["plan"], ["plan", "a.json", "--bogus"], ["compare"], ["compare", "a.json", "--study-seconds", "0"], ["nonsense"],
    ["export", "a.json", "--format", "doc"],
    ["plan", "a.json", "--gap", "2"], ["plan", "a.json", "--time-limit", "0"],
    ["plan", "a.json", "--time-limit", "nan"],
    ["predict", "--model", "x"], ["predict", "--model", "x", "--accelerator", "y", "--tp", "0"],
    ["predict", "--model", "x", "--accelerator", "y", "--percentile", "100"],
    ["predict", "--model", "x", "--accelerator", "y", "--precision", "fp7"],
  ])
  func wrongArgumentsAreBadInput(arguments: [String]) throws {
    let run = try CommandRun(arguments)
    #expect(run.status == 2)
    #expect(run.exited)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("Usage: "))

    let asJSON = try CommandRun(arguments + ["--json"])
    #expect(asJSON.status == 2)
    #expect(try asJSON.json()["error"]?["message"]?.text?.isEmpty == false)
  }
}
