import ArgumentParser
import FleetJSON
import FleetPlan

struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Replay a plan request by request: what becomes of its promises under random traffic.",
    discussion: """
      A discrete-event simulation of the plan's instances, queues, batches, KV caches and transfers, with the step times of \
      the latency model. Shows TTFT, TPOT and end-to-end times with confidence intervals, the share of requests within \
      the objectives, and what limits the fleet.

        fleetplan simulate plan.json
        fleetplan simulate plan.json --problem problem.json --arrivals gamma:3 --seed 7
        fleetplan simulate plan.json --policy all
        fleetplan simulate plan.json --fault node:h100#0@1200+600
        fleetplan simulate plan.json --arrivals azure:trace.csv --load-factor 2 --requests requests.csv
        fleetplan simulate plan.json --output result.json --timeline timeline.json

      With --policy several times, or all, the policies are compared on the same requests; with --fault each is replayed with \
      and without the faults. Timelines open in https://ui.perfetto.dev. docs/simulation.md says what is modelled.

      Exit status 6 means that a class misses an objective under the first policy, with the faults where there are any.
      """)

  @Argument(
    help: ArgumentHelp("The plan (fleetplan-plan/1).", valueName: "plan"), completion: .file(extensions: ["json"]))
  var plan: String

  @OptionGroup var replay: ReplayArguments

  @Option(
    name: .customLong("policy"),
    help: ArgumentHelp(
      "How requests are sent to instances: \(PolicyChoice.names); repeatable.", valueName: "policy"))
  var policies: [PolicyChoice] = []

  @Option(name: .customLong("fault"), help: ArgumentHelp("\(FaultSpelling.help)", valueName: "fault"))
  var faults: [String] = []

  @Option(
    help: ArgumentHelp("Write one CSV row for each request of the (last) run.", valueName: "file"),
    completion: .file(extensions: ["csv"]))
  var requests: String?

  @Option(
    help: ArgumentHelp("Write a timeline of the (last) run, for Perfetto or chrome://tracing.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var timeline: String?

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Write the results (fleetplan-replay/1) to this file.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var output: String?

  @OptionGroup var catalog: CatalogOptions
  @OptionGroup var appearance: AppearanceOptions

  func validate() throws {
    _ = try FaultSpelling.plan(faults)
  }

  func run() throws {
    let inputs = [plan] + (replay.problem.map { [$0] } ?? [])
    let outputs = try [output, requests, timeline].map { try OutputFile(checking: $0, inputs: inputs) }
    try OutputFile.checkDistinct(outputs)
    let input = try ReplayInput.read(
      plan: plan, problem: replay.problem, catalog: try catalog.load(), appearance: appearance)
    let report = ReplayReport(
      problemName: input.plan.problemName, planHash: input.plan.provenance.inputHash,
      options: try replay.options(input), runs: try runs(input))
    let encoded = report.encoded().encoded()
    try outputs[0]?.write(encoded)
    Terminal.output.write(appearance.json ? encoded : ReplayText.render(report, style: appearance.style))
    try (report.meetsObjectives ? ExitStatus.done : .missed).throwUnlessDone()
  }

  /// Every policy, without and with the faults.
  private func runs(_ input: ReplayInput) throws -> [ReplayReport.Run] {
    let faults = try FaultSpelling.plan(faults)
    let asked = policies.isEmpty ? [.planWeighted] : policies.flatMap(\.policies)
    var seen: Set<RoutingPolicy> = []
    let distinct = asked.filter { seen.insert($0).inserted }
    let variants = distinct.flatMap { policy in
      faults.isEmpty ? [(policy, FaultPlan.none)] : [(policy, FaultPlan.none), (policy, faults)]
    }
    return try variants.enumerated().map { index, variant in
      let options = try replay.options(input, policy: variant.0, faults: variant.1)
      let simulator = Simulator(fleet: input.fleet, options: options)
      let isLast = index == variants.count - 1
      let result = isLast ? try recorded(simulator) : try simulator.replay(of: plan)
      return ReplayReport.Run(policy: variant.0, hasFaults: !variant.1.isEmpty, result: result)
    }
  }

  /// Runs with the request log and the timeline that were asked for.
  private func recorded(_ simulator: Simulator) throws -> SimulationResult {
    do throws(FileFailure) {
      var log = try requests.map { path throws(FileFailure) in try RequestLog(path: path) }
      var trace = try timeline.map { path throws(FileFailure) in try TimelineTrace(path: path) }
      let result: Result<SimulationResult, SimulationFaults>
      do throws(SimulationFaults) {
        result = .success(try simulator.run(log: &log, timeline: &trace))
      } catch {
        result = .failure(error)
      }
      guard case .success(let found) = result else {
        if case .failure(let faults) = result { throw FileFailure(path: plan, reason: faults.description) }
        throw FileFailure(path: plan, reason: "")
      }
      try log?.close()
      try trace?.close()
      return found
    } catch {
      throw CommandFailure(error)
    }
  }
}

/// A routing policy, or all of them.
struct PolicyChoice: ExpressibleByArgument, Sendable {
  var policies: [RoutingPolicy]

  static let names = (RoutingPolicy.allCases.map(\.rawValue) + ["all"]).joined(separator: ", ")
  static let planWeighted = PolicyChoice(policies: [.planWeighted])

  init(policies: [RoutingPolicy]) { self.policies = policies }

  init?(argument: String) {
    if argument == "all" {
      policies = RoutingPolicy.allCases
    } else if let policy = RoutingPolicy(rawValue: argument.map { $0 == "-" ? "_" : String($0) }.joined()) {
      policies = [policy]
    } else {
      return nil
    }
  }

  static var allValueStrings: [String] { RoutingPolicy.allCases.map(\.rawValue) + ["all"] }
}
