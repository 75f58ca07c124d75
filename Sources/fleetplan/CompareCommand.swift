import ArgumentParser
import FleetJSON
import FleetPlan

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare plans, or problems that are planned on the fly, with the first one.",
    discussion: """
      Shows cost, devices and traffic of every scenario side by side, then what each one changes against the first: \
      which devices are held, which groups run. Problems are planned without baselines.

        fleetplan compare today.json tomorrow.json
        fleetplan compare plan-a.json plan-b.json plan-c.json
        fleetplan compare base/problem.json cheap/problem.json --json --output difference.json

      Exit status: 0 when all scenarios were read and answered, even where the answer is that there is no plan.
      """)

  @Argument(
    help: ArgumentHelp("Plans or problems, two or more; the first is the baseline.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var files: [String]

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Write the comparison as JSON to this file.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var output: String?

  @OptionGroup var limits: SolveLimitOptions
  @OptionGroup var catalog: CatalogOptions
  @OptionGroup var appearance: AppearanceOptions

  func validate() throws {
    if files.count < 2 { throw ValidationError("compare needs two files or more, found \(files.count)") }
  }

  func run() throws {
    Interruption.listen()
    let file = try OutputFile(checking: output, inputs: files)
    let scenarios = try readAll()
    let plans = try scenarios.map { scenario in
      switch scenario {
      case .plan(let plan): plan
      case .problem(let problem, let catalog):
        try limits.plan(problem, catalog: catalog, baselines: false, showsProgress: true)
      }
    }
    let comparison = PlanComparison(Array(zip(ScenarioNames.names(of: files), plans)).map { (name: $0, plan: $1) })
    let encoded = comparison.encoded().encoded()
    try file?.write(encoded)
    Terminal.output.write(
      appearance.json ? encoded : ComparisonText.render(comparison, style: appearance.style))
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
