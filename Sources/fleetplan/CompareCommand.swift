import ArgumentParser
import FleetJSON
import FleetPlan

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare plans, or problems that are planned on the fly, and write a decision document.",
    discussion: """
      Shows cost, devices and traffic of every scenario side by side and what each one changes against the baseline, and \
      says which one to choose. One problem by itself is compared with other ways of planning it. The report says what \
      disaggregation and a second vendor are worth, and, for problems, what solving them again shows: cost against latency, \
      break-even prices and rates, what moves the cost, and plans that are nearly as good.

        fleetplan compare today.json tomorrow.json
        fleetplan compare base/problem.json cheap/problem.json --report compare.html
        fleetplan compare problem.json --report decision.html --csv decision.csv
        fleetplan compare plan-a.json plan-b.json plan-c.json --baseline plan-b --comment comment.md
        fleetplan compare a.json b.json --study all --study-seconds 300 --markdown compare.md
        fleetplan compare base/problem.json cheap/problem.json --json --output difference.json

      Exit status: 0 when all scenarios were read and answered, even where the answer is that there is no plan.
      """)

  @Argument(
    help: ArgumentHelp("Plans or problems, one or more.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var files: [String]

  @Option(
    help: ArgumentHelp(
      "Scenario that the others are compared with, by its name or file (default: the first).", valueName: "name"))
  var baseline: String?

  @OptionGroup var outputs: CompareOutputOptions
  @OptionGroup var study: StudyLimitOptions
  @OptionGroup var limits: SolveLimitOptions

  @Flag(name: .customLong("no-baselines"), help: "Do not solve other ways of planning the problems.")
  var skipsBaselines = false

  @OptionGroup var catalog: CatalogOptions
  @OptionGroup var appearance: AppearanceOptions

  func run() throws {
    Interruption.listen()
    let outputs = try outputs.checked(inputs: files)
    let names = ScenarioNames.names(of: files)
    let scope = study.scope ?? (outputs.hasPage ? .recommended : .none)
    let first = try place(of: baseline, in: names)
    var scenarios = zip(names, try readAll()).map { (name: $0, scenario: $1) }
    scenarios.insert(scenarios.remove(at: first), at: 0)
    // Verdicts rest on the optima of the other ways of planning: where time is spent on a study, they are proven too.
    let nodes = scope == .none ? nil : StudyOptions().nodesPerSolve
    var plans = try scenarios.map { name, scenario in
      switch scenario {
      case .plan(let plan): (name: name, plan: plan)
      case .problem(let problem, let catalog):
        (
          name: name,
          plan: try limits.plan(
            problem, catalog: catalog, baselines: !skipsBaselines, baselineNodes: nodes, showsProgress: true)
        )
      }
    }
    // A scenario by itself needs no name that tells it from others.
    if plans.count == 1, !plans[0].plan.problemName.isEmpty {
      plans[0].name = plans[0].plan.problemName
      scenarios[0].name = plans[0].name
    }
    let comparison = PlanComparison(plans)
    let report = ComparisonReport(
      comparison, studies: try studies(of: scenarios, plans, ComparisonReport(comparison), scope))
    let encoded = report.encoded().encoded()
    try outputs.write(report, encoded: encoded)
    Terminal.output.write(appearance.json ? encoded : ComparisonText.render(report, style: appearance.style))
  }

  private func place(of baseline: String?, in names: [String]) throws -> Int {
    guard let baseline else { return 0 }
    if let place = names.firstIndex(of: baseline) ?? files.firstIndex(of: baseline) { return place }
    throw CommandFailure(
      .badInput, "--baseline: there is no scenario \(baseline)",
      hint: "the scenarios are \(names.joined(separator: ", "))")
  }

  /// Solves the problems of the scenarios that are to be studied again; plans alone are left out.
  private func studies(
    of scenarios: [(name: String, scenario: Scenario)], _ plans: [(name: String, plan: Plan)],
    _ report: ComparisonReport, _ scope: StudyLimitOptions.Scope
  ) throws -> [ComparisonReport.ScenarioStudy] {
    var studies: [ComparisonReport.ScenarioStudy] = []
    for (index, entry) in scenarios.enumerated() {
      guard scope == .all || scope == .recommended && index == (report.recommended ?? 0),
        case .problem(let problem, let catalog) = entry.scenario, !Interruption.cancellation.isCancelled
      else { continue }
      studies.append(
        .init(
          name: entry.name, study: try study.study(problem, plan: plans[index].plan, limits: limits, catalog: catalog)))
    }
    return studies
  }

  /// Every file as what it says it is; the faults of all files together. The catalog is read when a problem needs it.
  private func readAll() throws -> [Scenario] {
    var known: Catalog?
    var faults: [Faults] = []
    var scenarios: [Scenario] = []
    for path in files {
      do throws(Faults) {
        let bytes = try InputFile.read(path: path)
        if try ScenarioFormat.isPlan(bytes, source: path) {
          scenarios.append(.plan(try Plan(json: bytes, source: path)))
          continue
        }
      } catch {
        faults.append(error)
        continue
      }
      let catalog = try known ?? self.catalog.load()
      known = catalog
      do {
        scenarios.append(.problem(try PlanningProblem(contentsOf: path, catalog: catalog), catalog))
      } catch {
        faults.append(error)
      }
    }
    if !faults.isEmpty { throw CommandFailure(faults) }
    return scenarios
  }
}

private enum Scenario {
  case plan(Plan)
  case problem(PlanningProblem, Catalog)
}

/// Telling plans from problems.
enum ScenarioFormat {
  /// Whether a file says that it is a plan; anything else is read as a problem.
  static func isPlan(_ bytes: [UInt8], source: String) throws(Faults) -> Bool {
    let node = try JSONParser.parse(bytes, source: source)
    guard case .object(let members) = node.value, let format = members.first(where: { $0.key == "format" }),
      case .string(let name) = format.node.value
    else { return false }
    return name.hasPrefix("fleetplan-plan/")
  }
}

/// Short names of scenarios.
enum ScenarioNames {
  /// The last part of each path that tells it from the others: `a` and `b` of `x/a.json` and `x/b.json`, `x` and `y` of
  /// `x/problem.json` and `y/problem.json`, the whole path where nothing shorter does.
  static func names(of paths: [String]) -> [String] {
    let parts = paths.map { path in
      let name = path.hasSuffix(".json") ? String(path.dropLast(".json".count)) : path
      return name.split(separator: "/").map(String.init)
    }
    for pick in [{ $0.last ?? "" }, { $0.dropLast().last ?? "" }] as [([String]) -> String] {
      let names = parts.map(pick)
      if Set(names).count == names.count, !names.contains("") { return names }
    }
    if Set(paths).count == paths.count { return paths }
    return paths.enumerated().map { "\($1) (\($0 + 1))" }
  }
}
