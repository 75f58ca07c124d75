import Foundation
import Testing

@testable import fleetplan

/// Broken problems: each ends with status 2 and located faults, writes nothing and does not crash.
@Suite struct BrokenInputTests {
  struct Damage: CustomTestStringConvertible, Sendable {
    var name: String
    var text: String
    /// Beginning of the first fault after the file's name.
    var fault: String

    init(_ name: String, _ text: String, _ fault: String) {
      self.name = name
      self.text = text
      self.fault = fault
    }

    var testDescription: String { name }
  }

  static let damages: [Damage] = [
    Damage("empty", "", ":1:1: expected a JSON value, found an empty file"),
    Damage("truncated", String(Problems.small.prefix(420)), ":15:14: /classes/0/slo: the file ends inside"),
    Damage("text behind", Problems.small + "x", ":22:1: "),
    Damage("wrong root", "[]", ":1:1: expected a problem, found an empty array"),
    Damage("a plan", "{\"format\": \"fleetplan-plan/1\"}", ":1:1: "),
    Damage("NaN", Problems.small("\"rate_per_s\": 5", "\"rate_per_s\": NaN"), ":13:46: /classes/0/rate_per_s: "),
    Damage("1e999", Problems.small("\"rate_per_s\": 5", "\"rate_per_s\": 1e999"), ":13:46: /classes/0/rate_per_s: "),
    Damage("1e308", Problems.small("\"rate_per_s\": 5", "\"rate_per_s\": 1e308"), ":13:46: /classes/0/rate_per_s: "),
    Damage("negative", Problems.small("\"rate_per_s\": 5", "\"rate_per_s\": -1"), ":13:46: /classes/0/rate_per_s: "),
    Damage("a word for a number", Problems.small("\"rate_per_s\": 5", "\"rate_per_s\": \"5\""), ":13:46: "),
    Damage("a number for an id", Problems.small("\"id\": \"c\"", "\"id\": 7"), ":13:13: /classes/0/id: "),
    Damage("unknown model", Problems.small("\"model\": \"m\", \"rate", "\"model\": \"n\", \"rate"), ":13:27: "),
    Damage("unknown key", Problems.small("\"slo\"", "\"sol\""), ":15:7: /classes/0/sol: unknown key \"sol\""),
    Damage("duplicate key", Problems.small("\"name\"", "\"format\": 1, \"name\""), ":3:3: /format: duplicate key"),
    Damage(
      "duplicate id",
      Problems.small("{ \"id\": \"m\", \"measured_only\": true }", "{ \"id\": \"m\", \"measured_only\": true }, \"m\""),
      ":4:"),
    Damage("deep nesting", String(repeating: "[", count: 100_000), ":1:65: "),
    Damage(
      "deep objects", "{\"format\": " + String(repeating: "{\"a\":", count: 100_000), ":1:"),
    Damage("invalid UTF-8 marks", "\u{FEFF}" + Problems.small, ":1:1: "),
    Damage("controls", "{\"\u{1}\": \"\u{1B}[2J\"}", ":1:"),
  ]

  @Test(arguments: damages)
  func isRefused(damage: Damage) throws {
    let folder = try TemporaryFolder()
    try folder.write(damage.text, to: "p.json")
    let outputs = ["--output", "plan.json", "--report", "plan.html", "--markdown", "plan.md"]
    let run = try CommandRun(["plan", "p.json"] + outputs, in: folder)
    #expect(run.exited)
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("p.json" + damage.fault), "\(run.errors.prefix(200))")
    #expect(!run.errors.contains("\u{1B}"))
    #expect(folder.names == ["p.json"])
  }

  /// The same faults as JSON, with their places.
  @Test(arguments: damages)
  func isRefusedAsJSON(damage: Damage) throws {
    let folder = try TemporaryFolder()
    try folder.write(damage.text, to: "p.json")
    let run = try CommandRun(["plan", "p.json", "--json"], in: folder)
    #expect(run.status == 2)
    let faults = try #require(try run.json()["error"]?["faults"]?.elements)
    #expect(!faults.isEmpty)
    for fault in faults where fault["message"]?.text?.hasPrefix("and ") != true {
      #expect(fault["source"]?.text == "p.json")
      #expect(fault["line"]?.number != nil)
      #expect(fault["column"]?.number != nil)
    }
  }

  @Test func filesThatAreNone() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.path + "/d.json", withIntermediateDirectories: false)
    for (name, words) in [("missing.json", "does not exist"), ("d.json", "found a folder"), ("", "expected the path")] {
      let run = try CommandRun(["plan", name], in: folder)
      #expect(run.status == 2)
      #expect(run.errors.contains(words))
    }
    #expect(folder.names == ["d.json"])
  }

  @Test(.disabled(if: getuid() == 0, "everything is readable to root"))
  func unreadableFile() throws {
    let folder = try TemporaryFolder()
    try folder.write(Problems.small, to: "p.json")
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: folder.path + "/p.json")
    let run = try CommandRun(["plan", "p.json"], in: folder)
    #expect(run.status == 2)
    #expect(run.errors.contains("permission denied"))
  }

  /// 50 MB of a document that ends too early, and more than is read at all.
  @Test(arguments: [50_000_000, 70_000_000])
  func hugeFiles(size: Int) throws {
    let folder = try TemporaryFolder()
    try folder.write("{\"name\": \"" + String(repeating: "x", count: size), to: "p.json")
    let run = try CommandRun(["plan", "p.json", "--output", "plan.json"], in: folder)
    #expect(run.exited)
    #expect(run.status == 2)
    #expect(run.errors.utf8.count < 2000)
    #expect(folder.names == ["p.json"])
  }

  /// Faults of a 10⁴-class problem stay readable.
  @Test func manyFaults() throws {
    let folder = try TemporaryFolder()
    let classes = (0..<10_000).map { "{\"id\": \"c\($0)\"}" }.joined(separator: ",\n")
    try folder.write("{\"format\": \"fleetplan-problem/1\", \"classes\": [\(classes)]}", to: "p.json")
    let run = try CommandRun(["check", "p.json"], in: folder)
    #expect(run.status == 2)
    #expect(run.errors.split(separator: "\n").count < 1000)
  }
}
