import ArgumentParser
import FleetPlan

/// How plans are replayed; shared by the commands that simulate.
struct ReplayArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The problem that the plan answers (default: problem.json beside the plan or here, where it is that one).",
      valueName: "file"), completion: .file(extensions: ["json"]))
  var problem: String?

  @Option(help: "Seed of the arrivals; the same seed gives the same bytes.")
  var seed = 1

  @Option(
    name: .customLong("duration-s"),
    help: ArgumentHelp(
      "Time in which requests arrive (default: 3600; one cycle with periods; the length of a trace).",
      valueName: "seconds"))
  var duration: Double?

  @Option(
    name: .customLong("warmup-s"),
    help: ArgumentHelp("Requests that arrive earlier are not counted (default: a tenth).", valueName: "seconds"))
  var warmup: Double?

  @Option(help: ArgumentHelp("Period whose rates and instances apply (default: the busiest).", valueName: "id"))
  var period: String?

  @Option(help: ArgumentHelp("Multiplies all rates.", valueName: "factor"))
  var loadFactor = 1.0

  @Option(help: ArgumentHelp("\(ArrivalSpelling.help)", valueName: "kind"))
  var arrivals = "poisson"

  @Flag(name: .customLong("no-layer-overlap"), help: "KV caches are sent only when the whole prompt is computed.")
  var sendsWholePrompts = false

  @Option(
    name: .customLong("prefill-batch-tokens"),
    help: ArgumentHelp(
      "Prompt tokens that a prefill instance takes from its queue at once (default: as planned).",
      valueName: "tokens"))
  var prefillBatchTokens: Int?

  @Option(
    help: ArgumentHelp(
      "Goes on until the 95 % confidence half widths of all classes are within this share, 0.05 for 5 %.",
      valueName: "share"))
  var precision: Double?

  func validate() throws {
    if !(0...(1 << 53)).contains(seed) {
      throw ValidationError("--seed: expected a whole number from 0, found \(seed)")
    }
    for (name, value) in [("--duration-s", duration), ("--precision", precision)] {
      if let value, !(value > 0 && value.isFinite) {
        throw ValidationError("\(name): expected a number > 0, found \(value)")
      }
    }
    if !(loadFactor > 0 && loadFactor <= 1e6) {
      throw ValidationError("--load-factor: expected a factor > 0, found \(loadFactor)")
    }
    if let prefillBatchTokens, prefillBatchTokens < 1 {
      throw ValidationError("--prefill-batch-tokens: expected a whole number > 0, found \(prefillBatchTokens)")
    }
    if let warmup, !(warmup >= 0 && warmup < duration ?? .infinity) {
      throw ValidationError("--warmup-s: expected seconds from 0 and less than the duration, found \(warmup)")
    }
    _ = try ArrivalSpelling.parse(arrivals)
  }

  /// The options of a simulation.
  func options(
    _ input: ReplayInput, policy: RoutingPolicy = .planWeighted, faults: FaultPlan = .none
  ) throws -> SimulationOptions {
    let arrivals = try ArrivalSpelling.parse(arrivals)
    return SimulationOptions(
      seed: UInt64(seed), durationSeconds: try durationSeconds(arrivals, input.problem), warmupSeconds: warmup,
      periodID: period, loadFactor: loadFactor, arrivals: arrivals, policy: policy, overlapsLayers: !sendsWholePrompts,
      prefillTokenBudget: prefillBatchTokens, faults: faults, targetPrecision: precision)
  }

  static let usualSeconds = 3600.0

  private func durationSeconds(_ arrivals: ArrivalSpecification, _ problem: PlanningProblem) throws -> Double {
    if let duration { return duration }
    if arrivals == .periods { return problem.periods.reduce(0) { $0 + $1.hours * 3600 } }
    guard arrivals.isTrace else { return Self.usualSeconds }
    do throws(SimulationFaults) {
      var process = try ArrivalProcess(
        specification: arrivals, problem: problem, seed: UInt64(seed), loadFactor: loadFactor, periodID: period)
      var last = 0.0
      while let arrival = try process.next() { last = arrival.seconds }
      return max(1, (last + 0.001).rounded(.up))
    } catch {
      throw CommandFailure(error, of: self.arrivals)
    }
  }
}

extension Simulator {
  /// Runs with faults as the command reports them.
  func replay(of path: String) throws -> SimulationResult {
    do throws(SimulationFaults) {
      return try run()
    } catch {
      throw CommandFailure(error, of: path)
    }
  }
}
