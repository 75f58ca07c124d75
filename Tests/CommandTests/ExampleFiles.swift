import FleetPlan
import Foundation
import Testing

/// A folder of `examples/`.
struct Example: Sendable, CustomTestStringConvertible {
  var name: String

  var testDescription: String { name }

  static let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let root = repository.appending(path: "examples")
  /// Whether expected plans are written instead of compared.
  static let writesExpected = ProcessInfo.processInfo.environment["FLEETPLAN_WRITE_EXPECTED"] == "1"

  static let all: [Example] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
    return names.sorted().filter { name in
      FileManager.default.fileExists(atPath: root.appending(path: "\(name)/problem.json").path)
    }.map { Example(name: $0) }
  }()

  var folder: URL { Self.root.appending(path: name) }
  var expectedFile: URL { folder.appending(path: "expected.json") }

  func catalog() throws -> Catalog { try Catalog(contentsOf: Self.repository.appending(path: "models").path) }

  func problem(_ catalog: Catalog) throws -> PlanningProblem {
    try PlanningProblem(contentsOf: folder.appending(path: "problem.json").path, catalog: catalog)
  }
}

extension Example {
  var readme: URL { folder.appending(path: "README.md") }

  /// The example that `make demo` plans and that the README of the repository shows.
  static let demo = "fleet-of-4-models"
  static let mainReadme = repository.appending(path: "README.md")

  /// Puts the plan's own words into the README: the answer, groups, baselines, conflict.
  func writeReadmes(_ plan: Plan) throws {
    var kept = ["Groups", "Other ways to plan", "What keeps the plan", "These rules cannot", "Each of these changes"]
    if Set(plan.purchases.map(\.tier)).count > 1 { kept.append("Devices to hold") }
    if plan.verification != nil { kept.append("Replayed") }
    if plan.robustness != nil { kept += ["Robust to", "No margin was added", "How far to trust it"] }
    try write(plan, sections: kept, to: readme)
    if name == Self.demo { try write(plan, sections: kept + ["Latency by class"], to: Self.mainReadme) }
  }

  /// Replaces what stands between the two marks of a file by sections of the plan's text.
  private func write(_ plan: Plan, sections kept: [String], to file: URL) throws {
    let text = try String(contentsOf: file, encoding: .utf8)
    guard let start = text.range(of: "<!-- plan -->\n"), let end = text.range(of: "<!-- /plan -->") else { return }
    let sections = PlanText.render(plan).components(separatedBy: "\n\n").enumerated().filter { index, section in
      index == 0 || kept.contains(where: section.hasPrefix)
    }
    let block = "```\n" + sections.map(\.element).joined(separator: "\n\n") + "\n```\n"
    try (text[..<start.upperBound] + block + text[end.lowerBound...]).write(
      to: file, atomically: true, encoding: .utf8)
  }
}

/// What `expected.json` says of a plan: values that are the same for every optimal plan.
struct ExpectedPlan: Codable {
  static let relativeTolerance = 1e-6

  var status: String
  var objective: Double?
  var costUSDPerHour: Double?
  /// Objective of each baseline; `nil` where none is possible.
  var baselines: [String: Double?]
  /// What repairs an infeasible problem.
  var repairs: [String]

  enum CodingKeys: String, CodingKey {
    case status, objective, baselines, repairs
    case costUSDPerHour = "cost_usd_per_hour"
  }

  init(_ plan: Plan) {
    status = plan.status.rawValue
    objective = plan.objective.map(Self.rounded)
    costUSDPerHour = plan.costUSDPerHour.map(Self.rounded)
    baselines = Dictionary(
      plan.baselines.map { ($0.name, $0.objective.map(Self.rounded)) }, uniquingKeysWith: { first, _ in first })
    repairs = plan.conflict?.repairs ?? []
  }

  init(contentsOf file: URL) throws {
    self = try JSONDecoder().decode(ExpectedPlan.self, from: Data(contentsOf: file))
  }

  func write(to file: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    var data = try encoder.encode(self)
    data.append(contentsOf: Array("\n".utf8))
    try data.write(to: file)
  }

  /// Nine decimals: far finer than the tolerance, and free of the last bits that differ between machines.
  private static func rounded(_ value: Double) -> Double { (value * 1e9).rounded() / 1e9 }
}
