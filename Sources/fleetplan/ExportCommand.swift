import ArgumentParser
import FleetJSON
import FleetPlan

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the program of a problem for other solvers.",
    discussion: """
      Every row and column keeps its name. The reduced program leaves out what dominance rules out; the full program has \
      every candidate. Both have the same optimum, the "objective" of the plan.

        fleetplan export problem.json --format mps --output problem.mps
        fleetplan export problem.json --format lp --full --output problem.lp
        fleetplan export problem.json --format lp | less
        fleetplan export problem.json --format mathprog --output problem.mod    # glpsol -m problem.mod
      """)

  /// File formats of programs.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case mps, lp, mathprog
  }

  @Argument(
    help: ArgumentHelp("The problem (fleetplan-problem/1).", valueName: "file"), completion: .file(extensions: ["json"])
  )
  var file: String

  @Option(help: "mps (free MPS), lp (CPLEX LP) or mathprog (GNU MathProg, model and data in one file).")
  var format: Format

  @Flag(help: "Every candidate, also those that dominance rules out.")
  var full = false

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Write to this file instead of the terminal.", valueName: "file"),
    completion: .file())
  var output: String?

  @OptionGroup var catalog: CatalogOptions
  @OptionGroup var appearance: AppearanceOptions

  func validate() throws {
    if appearance.json, output == nil { throw ValidationError("--json needs --output: the program takes the terminal") }
  }

  func run() throws {
    let target = try OutputFile(checking: output, inputs: [file])
    let twin = format == .mathprog ? try programText() : ""
    let catalog = try catalog.load()
    let problem = try ProblemFile.read(file, catalog: catalog)
    appearance.warn(problem, in: file)
    let program = ProgramExport(problem: problem, constants: catalog.latencyConstants, full: full)
    let text =
      switch format {
      case .mps: program.mps()
      case .lp: program.lp()
      case .mathprog: program.mathProg(programText: twin)
      }
    guard let target else {
      Terminal.output.write(text)
      return
    }
    try target.write(text)
    if appearance.json {
      let answer: JSONOutput = [
        "file": .string(target.path), "format": .string(format.rawValue), "full": .bool(full),
        "rows": .integer(program.rows), "columns": .integer(program.columns),
      ]
      Terminal.output.write(answer.encoded())
    } else {
      let size = "\(counted(program.rows, "row")), \(counted(program.columns, "column"))"
      Terminal.output.write("\(printable(target.path)): \(size)\n")
    }
  }

  /// The MathProg statement of the program, which stands in the catalog folder.
  private func programText() throws -> String {
    let path = try catalog.directory() + "/program/planning.mod"
    do throws(Faults) {
      return String(decoding: try InputFile.read(path: path, maximumBytes: 1 << 20), as: UTF8.self)
    } catch {
      throw CommandFailure([error])
    }
  }
}
