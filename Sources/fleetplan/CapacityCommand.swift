import ArgumentParser
import FleetJSON
import FleetPlan

struct CapacityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "capacity",
    abstract: "Find how much more traffic a plan carries before a class misses an objective.",
    discussion: """
      Replays the plan at growing load factors, with the same requests closer together, and bisects: the largest factor at \
      which every class attains every objective, and which class and resource give way first beyond it.

        fleetplan capacity plan.json
        fleetplan capacity plan.json --problem problem.json --period night --tolerance 0.02
        fleetplan capacity plan.json --arrivals gamma:3 --policy shortest_queue --json

      Exit status 6 means that the plan does not hold at its own traffic.
      """)

  @Argument(
    help: ArgumentHelp("The plan (fleetplan-plan/1).", valueName: "plan"), completion: .file(extensions: ["json"]))
  var plan: String

  @OptionGroup var replay: ReplayArguments

  @Option(help: ArgumentHelp("How requests are sent to instances.", valueName: "policy"))
  var policy = RoutingPolicy.planWeighted

  @Option(help: ArgumentHelp("How closely the factor is found, 0.01 for 1 %.", valueName: "share"))
  var tolerance = 0.01

  @Option(help: ArgumentHelp("Largest factor tried.", valueName: "factor"))
  var largest = 16.0

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Write the answer (fleetplan-capacity/1) to this file.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var output: String?

  @OptionGroup var catalog: CatalogOptions
  @OptionGroup var appearance: AppearanceOptions

  func validate() throws {
    if !(tolerance >= 0.001 && tolerance <= 1) {
      throw ValidationError("--tolerance: expected a share from 0.001 to 1, found \(tolerance)")
    }
    if !(largest >= 1 && largest <= 1000) {
      throw ValidationError("--largest: expected a factor from 1 to 1000, found \(largest)")
    }
  }

  func run() throws {
    let file = try OutputFile(checking: output, inputs: [plan] + (replay.problem.map { [$0] } ?? []))
    let input = try ReplayInput.read(
      plan: plan, problem: replay.problem, catalog: try catalog.load(), appearance: appearance)
    let simulator = Simulator(fleet: input.fleet, options: try replay.options(input, policy: policy))
    let capacity: LoadCapacity
    do throws(SimulationFaults) {
      capacity = try LoadCapacity(
        simulator, search: LoadCapacity.Search(tolerance: tolerance, largestFactor: largest))
    } catch {
      throw CommandFailure(error, of: plan)
    }
    let report = CapacityReport(problemName: input.plan.problemName, options: simulator.options, capacity: capacity)
    let encoded = report.encoded().encoded()
    try file?.write(encoded)
    Terminal.output.write(appearance.json ? encoded : report.text(style: appearance.style))
    try (report.holds ? ExitStatus.done : .missed).throwUnlessDone()
  }
}

extension RoutingPolicy: ExpressibleByArgument {}

/// How much traffic a plan carries, as it is told.
struct CapacityReport {
  var problemName: String
  var options: SimulationOptions
  var capacity: LoadCapacity

  static let format = "fleetplan-capacity/1"

  /// Whether the plan holds at the traffic that was asked about.
  var holds: Bool { (capacity.within?.loadFactor ?? 0) >= 1 }

  func encoded() -> JSONOutput {
    let limit = capacity.beyond?.result
    let miss = limit?.worstMiss
    return [
      "format": .string(Self.format),
      "problem": .string(problemName),
      "seed": .decimal(String(options.seed)),
      "policy": .string(options.policy.rawValue),
      "arrivals": .string(options.arrivals.name),
      "load_factor": JSONOutput(capacity.within?.loadFactor),
      "rate_per_s": JSONOutput(capacity.within?.result.offeredPerSecond),
      "fails_at_load_factor": JSONOutput(capacity.beyond?.loadFactor),
      "limit": miss.map { miss in
        [
          "class": .string(miss.classID), "quantity": .string(miss.quantity),
          "percentile": .number(miss.objective.objective.percentile, shiftedBy: 2),
          "objective_ms": .milliseconds(miss.objective.objective.seconds),
          "replayed_ms": .milliseconds(miss.objective.simulated?.value),
          "attainment": .number(miss.objective.attainment),
          "resource": JSONOutput(limit?.bottleneck?.resource.rawValue),
          "place": JSONOutput(limit?.bottleneck?.place),
        ]
      } ?? .null,
      "trials": .array(
        capacity.trials.map { ["load_factor": .number($0.loadFactor), "holds": .bool($0.holds)] }),
    ]
  }

  func text(style: TextStyle) -> String {
    var page = Page(style: style)
    page.paragraph(answer, ink: holds ? .green : .red)
    if let limit = limitText { page.paragraph(limit, ink: nil) }
    if let within = capacity.within {
      var table = ReplayText.objectives(within.result)
      table?.title = "Objectives at load factor \(Self.factor(within.loadFactor))"
      page.table(table)
    }
    if let beyond = capacity.beyond {
      var table = ReplayText.objectives(beyond.result)
      table?.title = "Objectives at load factor \(Self.factor(beyond.loadFactor))"
      page.table(table)
    }
    return page.finished
  }

  private var answer: String {
    guard let within = capacity.within else {
      let least = capacity.trials.map(\.loadFactor).min() ?? 1
      return "The plan does not hold even at \(Self.factor(least)) times its traffic."
    }
    let rate = "\(Quantity.rate(within.result.offeredPerSecond))\u{A0}req/s"
    let more = capacity.beyond == nil ? "; more was not tried" : ""
    return "The plan holds up to \(Self.factor(within.loadFactor)) times its traffic (\(rate))\(more)."
  }

  /// What gives way first.
  private var limitText: String? {
    guard let beyond = capacity.beyond, let miss = beyond.result.worstMiss else { return nil }
    let percentile = Quantity.percentile(miss.objective.objective.percentile)
    var text =
      "At \(Self.factor(beyond.loadFactor)) times, class \(miss.classID) misses its \(miss.quantity): "
      + "\(Quantity.attainment(miss.objective.attainment)) within "
      + "\(Quantity.time(miss.objective.objective.seconds)), where \(percentile)\u{A0}% are asked for."
    if let bottleneck = beyond.result.bottleneck { text += " It is limited by \(bottleneck.sentence)." }
    return text
  }

  /// Three digits after the point, rounded down.
  private static func factor(_ value: Double) -> String {
    Quantity.fixed((value * 1000 + 1e-6).rounded(.down) / 1000, decimals: 3)
  }
}

extension SimulationResult {
  /// Requests of all classes [requests/s].
  fileprivate var offeredPerSecond: Double { classes.reduce(0) { $0 + $1.offeredPerSecond } }
}
