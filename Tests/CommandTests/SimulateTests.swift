import FleetJSON
import Testing

@testable import fleetplan

/// The commands that replay plans.
@Suite struct SimulateTests {
  /// A plan of a small problem with its folder.
  private static func planned() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(Self.problem, to: "problem.json")
    let run = try CommandRun(["plan", "problem.json", "--no-baselines", "--quiet", "-o", "plan.json"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    return folder
  }

  private static let problem = """
    {
      "format": "fleetplan-problem/1",
      "name": "small",
      "models": [{ "id": "m", "catalog": "llama-3.1-8b" }],
      "accelerators": [{ "id": "h100", "catalog": "h100-sxm", "prices": { "on_demand_usd_per_device_hour": 2.5 } }],
      "classes": [
        {
          "id": "chat", "model": "m", "rate_per_s": 12, "lengths": { "input_tokens": 800, "output_tokens": 120 },
          "slo": { "ttft_ms": 800, "tpot_ms": 40 }
        }
      ]
    }
    """

  private static let short = ["--duration-s", "120", "--warmup-s", "20"]

  @Test func aPlanIsReplayed() throws {
    let folder = try Self.planned()
    let run = try CommandRun(["simulate", "plan.json"] + Self.short, in: folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.isEmpty)
    for words in [
      "Every class attains its objectives.", "Objectives", "TTFT p95", "Instances", "What limits the fleet",
    ] {
      #expect(run.output.contains(words), "\(words)")
    }
    let again = try CommandRun(["simulate", "plan.json"] + Self.short, in: folder)
    #expect(again.output == run.output)
  }

  @Test func resultsAreWritten() throws {
    let folder = try Self.planned()
    let run = try CommandRun(
      [
        "simulate", "plan.json", "--json", "-o", "result.json", "--requests", "requests.csv", "--timeline",
        "timeline.json", "--seed", "9",
      ] + Self.short, in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let result = try run.json()
    #expect(result["format"]?.text == "fleetplan-replay/1")
    #expect(result["seed"]?.number == 9)
    #expect(result["runs"]?[0]?["result"]?["format"]?.text == "fleetplan-simulation/1")
    #expect(try folder.read("result.json") == run.output)
    #expect(try folder.read("requests.csv").hasPrefix("class,outcome,"))
    #expect(try folder.read("timeline.json").contains("traceEvents"))
  }

  @Test func policiesAndFaultsStandSideBySide() throws {
    let folder = try Self.planned()
    let policies = try CommandRun(["simulate", "plan.json", "--policy", "all"] + Self.short, in: folder)
    for name in ["plan weighted", "round robin", "shortest queue", "least kv", "session affinity", "goodput"] {
      #expect(policies.output.contains(name), "\(name)")
    }
    let plan = try JSONValue(JSONParser.parse(text: folder.read("plan.json"), source: ""))
    let group = try #require(plan["groups"]?[0]?["id"]?.text)
    let faults = try CommandRun(
      ["simulate", "plan.json", "--fault", "instance:\(group)#0@30+60", "--json"] + Self.short, in: folder)
    let runs = try #require(try faults.json()["runs"])
    #expect(runs.elements.map { $0["faults"]?.isTrue } == [false, true])
    #expect(faults.status == (try faults.json()["meets_objectives"]?.isTrue == true ? 0 : 6))
  }

  @Test func anOverloadMissesObjectives() throws {
    let folder = try Self.planned()
    let run = try CommandRun(["simulate", "plan.json", "--load-factor", "6"] + Self.short, in: folder)
    #expect(run.status == 6)
    #expect(run.output.hasPrefix("chat misses an objective."))
  }

  @Test func capacityIsFound() throws {
    let folder = try Self.planned()
    let run = try CommandRun(["capacity", "plan.json", "--tolerance", "0.1", "--json"] + Self.short, in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let answer = try run.json()
    let within = try #require(answer["load_factor"]?.number)
    let beyond = try #require(answer["fails_at_load_factor"]?.number)
    #expect(within >= 1 && beyond > within && beyond <= within * 1.1 + 1e-9)
    #expect(answer["limit"]?["class"]?.text == "chat")
    let text = try CommandRun(["capacity", "plan.json", "--tolerance", "0.1"] + Self.short, in: folder)
    #expect(text.output.hasPrefix("The plan holds up to "))
  }

  @Test func aPlanIsVerified() throws {
    let folder = try Self.planned()
    let run = try CommandRun(
      ["plan", "problem.json", "--verify", "--no-baselines", "--verify-seconds", "200", "-o", "verified.json"],
      in: folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("Replayed"))
    let plan = try JSONValue(JSONParser.parse(text: folder.read("verified.json"), source: ""))
    #expect(plan["verification"]?["holds"]?.isTrue == true)
    #expect(plan["verification"]?["classes"]?[0]?["id"]?.text == "chat")
  }

  @Test func theProblemIsFoundAndCompared() throws {
    let folder = try Self.planned()
    try folder.write(
      Self.problem.split(separator: "\"rate_per_s\": 12").joined(separator: "\"rate_per_s\": 13"), to: "other.json")
    let other = try CommandRun(["simulate", "plan.json", "--problem", "other.json"] + Self.short, in: folder)
    #expect(other.errors.contains("the problem is not the one that the plan was made from"))
    try folder.write("{}", to: "problem.json")
    let missing = try CommandRun(["simulate", "plan.json"], in: folder)
    #expect(missing.status == 2)
    #expect(missing.errors.contains("was not found") && missing.errors.contains("--problem"))
    let swapped = try CommandRun(["simulate", "other.json"], in: folder)
    #expect(swapped.status == 2)
    #expect(swapped.errors.contains("this is a problem"))
  }

  @Test(arguments: [
    (["--arrivals", "gamma"], "gamma needs a number"), (["--arrivals", "bursts:1,2"], "bursts need three numbers"),
    (["--arrivals", "rain"], "expected poisson"), (["--fault", "node:h100"], "KIND:NAME@START"),
    (["--fault", "node:h100#x@3"], "a number from 0"),
    (["--fault", "sun:h100@3"], "expected instance, node, link or random"),
    (["--fault", "link:h100@3"], "expected two pools"), (["--fault", "random:node@3"], "to repair"),
    (["--seed", "-1"], "--seed"), (["--load-factor", "0"], "--load-factor"), (["--duration-s", "0"], "--duration-s"),
    (["--warmup-s", "9", "--duration-s", "5"], "--warmup-s"), (["--policy", "best"], "plan_weighted"),
  ])
  func faultsInArgumentsAreNamed(arguments: [String], words: String) throws {
    let run = try CommandRun(["simulate", "plan.json"] + arguments)
    #expect(run.status == 2)
    #expect(run.errors.contains(words), "\(run.errors)")
  }
}
