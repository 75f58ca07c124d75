import ArgumentParser
import FleetJSON
import FleetPlan

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Write a problem to start from.",
    discussion: """
      The problem is complete: check and plan accept it as it is. Its keys are explained on the terminal; all keys are \
      in docs/problem-format.md.

      Examples to choose from:

      \(StarterProblem.all.map { "  \($0.name): \($0.summary)" }.joined(separator: "\n"))

        fleetplan init
        fleetplan init --example moe --output r1.json
        fleetplan init --example budget --output - | fleetplan plan /dev/stdin
      """)

  @Option(
    name: .shortAndLong, help: ArgumentHelp("File to write; - for the terminal.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var output = "problem.json"

  @Option(help: ArgumentHelp("Which example.", valueName: "name"), completion: .list(StarterProblem.all.map(\.name)))
  var example = StarterProblem.all[0].name

  @Flag(help: "Replace an existing file.")
  var force = false

  @OptionGroup var appearance: AppearanceOptions

  func run() throws {
    guard let starter = StarterProblem.all.first(where: { $0.name == example }) else {
      let names = StarterProblem.all.map(\.name)
      throw CommandFailure(
        .badInput, "there is no example \"\(example)\"",
        hint: nearest(example, among: names).map { "did you mean \"\($0)\"?" }
          ?? "examples: \(names.joined(separator: ", "))")
    }
    if output == "-" {
      Terminal.output.write(starter.text)
      return
    }
    let file = try OutputFile(checking: output)
    if !force, Terminal.isRegularFile(output) {
      throw CommandFailure(.badInput, "\(output) exists already", hint: "replace it with --force")
    }
    try file.write(starter.text)
    if appearance.json {
      let answer: JSONOutput = ["file": .string(output), "example": .string(starter.name)]
      Terminal.output.write(answer.encoded())
    } else {
      Terminal.output.write(guide(to: starter))
    }
  }

  /// What was written, what its keys mean, and what to do next.
  private func guide(to starter: StarterProblem) -> String {
    var page = Page(style: appearance.style)
    page.paragraph("Wrote \(output): \(starter.summary).", ink: .bold)
    var table = ReportTable(
      "What it says", columns: [.init("Key"), .init("Unit", rank: 1), .init("Meaning", wraps: true)])
    for (part, fields) in starter.fields {
      for field in fields {
        let key = part == .problem ? field.key : "\(part.rawValue).\(field.key)"
        table.add([.init(key, .strong), .init(field.unit), .init(field.meaning.filter { $0 != "`" })])
      }
    }
    page.table(table)
    page.block(["Next:", "  fleetplan check \(output)", "  fleetplan plan \(output)"])
    return page.finished
  }
}

/// A complete problem to start from.
struct StarterProblem {
  let name: String
  let summary: String
  let text: String

  /// The keys that the text uses, by part of the format, in the order in which they are documented.
  var fields: [(part: ProblemFormat.Part, fields: [ProblemFormat.Field])] {
    let used = usedKeys
    return Self.parts.compactMap { part in
      let fields = part.fields.filter { used[part]?.contains($0.key) ?? false }
      return fields.isEmpty ? nil : (part, fields)
    }
  }

  private static let parts: [ProblemFormat.Part] = [
    .problem, .period, .model, .accelerator, .requestClass, .lengths, .slo, .capacityTable, .policy,
  ]

  private var usedKeys: [ProblemFormat.Part: Set<String>] {
    guard let node = try? JSONParser.parse(text: text, source: name) else { return [:] }
    var used: [ProblemFormat.Part: Set<String>] = [:]
    Self.collect(node, .problem, into: &used)
    return used
  }

  /// Parts within parts, by the key that leads to them.
  private static let inner: [String: ProblemFormat.Part] = [
    "periods": .period, "models": .model, "accelerators": .accelerator, "classes": .requestClass, "lengths": .lengths,
    "slo": .slo, "capacity_tables": .capacityTable, "policy": .policy,
  ]

  private static func collect(
    _ node: JSONNode, _ part: ProblemFormat.Part, into used: inout [ProblemFormat.Part: Set<String>]
  ) {
    switch node.value {
    case .array(let elements):
      for element in elements { collect(element, part, into: &used) }
    case .object(let members):
      for member in members {
        used[part, default: []].insert(member.key)
        if let next = inner[member.key] { collect(member.node, next, into: &used) }
      }
    default: break
    }
  }
}
