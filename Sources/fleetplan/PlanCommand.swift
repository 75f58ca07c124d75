import ArgumentParser
import FleetJSON
import FleetPlan

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Plan a problem: which accelerators, how they run, how many, at what cost.",
    discussion: """
      Solves one mixed-integer program over all instances, routes and parallel strategies, checks the plan outside the \
      solver, and compares it with other ways of planning. Ctrl-C ends the search and gives the best plan so far; a \
      second Ctrl-C ends the program.

        fleetplan plan problem.json
        fleetplan plan problem.json --output plan.json --report plan.html
        fleetplan plan problem.json --time-limit 10 --gap 0.01 --no-baselines
        fleetplan plan problem.json --robust
        fleetplan plan problem.json --verify
        fleetplan plan problem.json --json | jq .cost_usd_per_hour

      --robust takes every step and prompt at the bad end of the 90 % error band of its configuration, and states what \
      that costs more than the plan without margins. --verify replays the plan with its own traffic (docs/simulation.md); \
      where a class misses an objective the configurations that it ran on lose capacity and the problem is solved again, up \
      to 8 times. Exit status 6 means that objectives are still missed then. An infeasible problem gets an answer too: the rules that conflict and the smallest changes that repair it.
      """)

  @Argument(
    help: ArgumentHelp("The problem (fleetplan-problem/1).", valueName: "file"), completion: .file(extensions: ["json"])
  )
  var file: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Write the plan (fleetplan-plan/1) to this file.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var output: String?

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Write a report as one self-contained HTML page.", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var report: String?

  @Option(
    help: ArgumentHelp("Write a report in Markdown.", valueName: "file"), completion: .file(extensions: ["md"]))
  var markdown: String?

  @OptionGroup var limits: SolveLimitOptions

  @Flag(help: "Size every configuration for the bad end of its 90 % error band; as robust in the problem's policy.")
  var robust = false

  @Flag(help: "Replay the plan, and tighten and solve again until every class attains its objectives.")
  var verify = false

  @Option(
    name: .customLong("verify-seconds"),
    help: ArgumentHelp(
      "Time replayed in each period (default: as long as it takes to judge every class).", valueName: "seconds"))
  var verifySeconds: Double?

  @Option(name: .customLong("verify-seed"), help: "Seed of the replay's arrivals.")
  var verifySeed = 1

  @Option(
    name: .customLong("verify-arrivals"),
    help: ArgumentHelp(
      "How the replay's requests arrive: poisson, gamma:CV, bursts or bursts:FACTOR,BURST_S,QUIET_S.",
      valueName: "kind"))
  var verifyArrivals = "poisson"

  @Flag(name: .customLong("no-baselines"), help: "Do not solve other ways of planning for comparison.")
  var skipsBaselines = false

  @OptionGroup var catalog: CatalogOptions
  @OptionGroup var appearance: AppearanceOptions

  @Flag(name: .shortAndLong, help: "Print nothing but errors.")
  var quiet = false

  func validate() throws {
    if let verifySeconds, !(verifySeconds > 0 && verifySeconds.isFinite) {
      throw ValidationError("--verify-seconds: expected a number > 0, found \(verifySeconds)")
    }
    if !(0...(1 << 53)).contains(verifySeed) {
      throw ValidationError("--verify-seed: expected a whole number from 0, found \(verifySeed)")
    }
    let arrivals = try ArrivalSpelling.parse(verifyArrivals, option: "--verify-arrivals")
    if arrivals == .periods || arrivals.isTrace {
      throw ValidationError(
        "--verify-arrivals \(verifyArrivals): each period is replayed by itself; expected poisson, gamma:CV or bursts")
    }
  }

  func run() throws {
    Interruption.listen()
    let planFile = try OutputFile(checking: output, inputs: [file])
    let pageFile = try OutputFile(checking: report, inputs: [file])
    let markdownFile = try OutputFile(checking: markdown, inputs: [file])
    try OutputFile.checkDistinct([planFile, pageFile, markdownFile])
    let catalog = try catalog.load()
    var problem = try ProblemFile.read(file, catalog: catalog)
    if robust { problem.policy.robust = true }
    if !quiet { appearance.warn(problem, in: file) }
    let replay =
      verify
      ? ReplayOptions(
        seed: verifySeed, secondsPerPeriod: verifySeconds,
        arrivals: try ArrivalSpelling.parse(verifyArrivals, option: "--verify-arrivals")) : nil
    let plan = try limits.plan(
      problem, catalog: catalog, baselines: !skipsBaselines, showsProgress: !quiet, replay: replay)
    let encoded = plan.encoded().encoded()
    try planFile?.write(encoded)
    if let pageFile { try pageFile.write(HTMLReport.render(Report(plan: plan))) }
    if let markdownFile { try markdownFile.write(MarkdownReport.render(Report(plan: plan))) }
    if appearance.json {
      Terminal.output.write(encoded)
    } else if !quiet {
      Terminal.output.write(PlanText.render(plan, style: appearance.style))
    }
    let holds = plan.verification?.holds ?? true
    try (holds ? ExitStatus(plan.status) : .missed).throwUnlessDone()
  }
}
