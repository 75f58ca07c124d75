import ArgumentParser
import FleetJSON
import FleetPlan

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Find every fault in problem files, with line and column.",
    discussion: """
      Reads each problem and the files that it names, and tells all faults at once: where, what was expected, what was \
      found, and how to mend it. Nothing is solved.

        fleetplan check problem.json
        fleetplan check scenarios/*.json
        fleetplan check problem.json --json | jq '.files[].faults'

      Exit status: 0 when no file has a fault (warnings do not count), else 2.
      """)

  @Argument(
    help: ArgumentHelp("Problems (fleetplan-problem/1).", valueName: "file"), completion: .file(extensions: ["json"]))
  var files: [String]

  @OptionGroup var catalog: CatalogOptions
  @OptionGroup var appearance: AppearanceOptions

  func run() throws {
    let catalog = try catalog.load()
    let results = files.map { CheckedFile($0, catalog: catalog) }
    if appearance.json {
      Terminal.output.write(CheckedFile.encoded(results).encoded())
    } else {
      for result in results { show(result) }
      if results.count > 1 { Terminal.output.write(CheckedFile.summary(results) + "\n") }
    }
    if !results.allSatisfy(\.isSound) { throw ExitStatus.badInput }
  }

  private func show(_ result: CheckedFile) {
    if let faults = result.faults {
      Terminal.errors.write(appearance.faultStyle.text(of: faults))
    } else if let problem = result.problem {
      appearance.warn(problem, in: result.path)
      Terminal.output.write("\(printable(result.path)): \(CheckedFile.summary(of: problem))\n")
    }
  }
}

/// What came of reading one file.
struct CheckedFile {
  let path: String
  var problem: PlanningProblem?
  var faults: Faults?

  init(_ path: String, catalog: Catalog) {
    self.path = path
    do {
      problem = try PlanningProblem(contentsOf: path, catalog: catalog)
    } catch {
      faults = error
    }
  }

  var isSound: Bool { faults == nil }

  /// `no faults, 2 warnings; 1 model, 3 accelerators, 4 classes`
  static func summary(of problem: PlanningProblem) -> String {
    var text = "no faults"
    if !problem.warnings.isEmpty { text += ", \(counted(problem.warnings.count, "warning"))" }
    text += "; " + counted(problem.models.count, "model") + ", " + counted(problem.pools.count, "accelerator")
    text += ", " + counted(problem.classes.count, "class", "classes")
    if problem.periods.count > 1 { text += ", " + counted(problem.periods.count, "period") }
    if !problem.capacityTables.isEmpty { text += ", " + counted(problem.capacityTables.count, "capacity table") }
    return text
  }

  /// `3 files checked: 1 has faults`
  static func summary(_ results: [CheckedFile]) -> String {
    let bad = results.filter { !$0.isSound }.count
    let verdict = bad == 0 ? "none has faults" : "\(bad) \(bad == 1 ? "has" : "have") faults"
    return "\(counted(results.count, "file")) checked: \(verdict)"
  }

  static func encoded(_ results: [CheckedFile]) -> JSONOutput {
    var members: [String: JSONOutput] = [
      "format": .string("fleetplan-check/1"), "files": .array(results.map { $0.encoded() }),
    ]
    let faults = results.compactMap(\.faults)
    if !faults.isEmpty { members["error"] = CommandFailure(faults).encoded() }
    return .object(members)
  }

  private func encoded() -> JSONOutput {
    var members: [String: JSONOutput] = ["file": .string(path), "ok": .bool(isSound)]
    members["faults"] = .array((faults?.all ?? []).map { $0.encoded(source: path) })
    members["warnings"] = .array((problem?.warnings ?? []).map { $0.encoded(source: path) })
    if let problem {
      members["name"] = .string(problem.name)
      members["models"] = .integer(problem.models.count)
      members["accelerators"] = .integer(problem.pools.count)
      members["classes"] = .integer(problem.classes.count)
      members["periods"] = .integer(problem.periods.count)
    }
    return .object(members)
  }
}

/// `1 class`, `3 classes`.
func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
  "\(count) \(count == 1 ? one : many ?? one + "s")"
}
