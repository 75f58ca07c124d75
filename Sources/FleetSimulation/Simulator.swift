import FleetServing

/// Replays a plan request by request and step by step: a discrete-event simulation of its fleet.
///
/// Prefill instances take prompts in order; KV caches travel over shared links; decode and aggregated instances batch
/// continuously, admit by KV blocks and preempt when memory runs out. Times come from the latency model of the plan.
/// Equal fleets and options give equal results. What is simulated and what is not: `docs/simulation.md`.
public struct Simulator: Sendable {
  public let fleet: SimulatedFleet
  public let options: SimulationOptions

  public init(fleet: SimulatedFleet, options: SimulationOptions) {
    self.fleet = fleet
    self.options = options
  }

  /// Runs the simulation to its end, with the rates that the plan serves.
  ///
  /// - Throws: Faults of the options, and those of a trace with its file and line.
  public func run() throws(SimulationFaults) -> SimulationResult {
    var log: RequestLog?
    var timeline: TimelineTrace?
    return try run(log: &log, timeline: &timeline)
  }

  /// Runs the simulation to its end and writes a row for each request and a picture of the run where asked for; both are
  /// left open.
  ///
  /// - Throws: Faults of the options, and those of a trace with its file and line.
  public func run(
    log: inout RequestLog?, timeline: inout TimelineTrace?
  ) throws(SimulationFaults) -> SimulationResult {
    try check()
    let period = try ArrivalProcess.period(options.periodID, of: fleet.problem)
    let arrivals = try ArrivalProcess(
      specification: options.arrivals, problem: fleet.problem, seed: options.seed, loadFactor: options.loadFactor,
      periodID: options.periodID, ratesPerSecond: fleet.ratesPerSecond)
    var run = SimulationRun(
      fleet: fleet, options: options, source: ArrivalSource(arrivals),
      periodIndex: options.arrivals == .periods ? 0 : period, log: log, timeline: timeline)
    (log, timeline) = (nil, nil)
    try run.run()
    let result = run.result
    (log, timeline) = (run.recorder.log, run.recorder.timeline)
    return result
  }

  private func check() throws(SimulationFaults) {
    var messages: [String] = []
    if !(options.durationSeconds > 0 && options.durationSeconds <= 1e9) {
      messages.append("expected a duration above 0 and up to 1e9 s, found \(options.durationSeconds)")
    }
    if let warmup = options.warmupSeconds, !(warmup >= 0 && warmup < options.durationSeconds) {
      messages.append(
        "expected a warm-up of at least 0 s that ends before the \(options.durationSeconds) s, found \(warmup)")
    }
    if let precision = options.targetPrecision, !(precision > 0) {
      messages.append("expected a target precision above 0, found \(precision)")
    }
    if let budget = options.prefillTokenBudget, budget < 1 {
      messages.append("expected a token budget of at least 1, found \(budget)")
    }
    if let most = options.maximumRequests, most < 1 {
      messages.append("expected at least 1 request, found \(most)")
    }
    options.faults.appendFaults(to: &messages, fleet)
    if !messages.isEmpty { throw SimulationFaults(messages) }
  }
}

extension SimulationRun {
  /// What the run found.
  var result: SimulationResult {
    var notes = fleet.notSimulated
    if retries > 0 { notes.append("\(retries) times a request lost its instance and started anew") }
    let left = requests - finished - rejected
    if left > 0 { notes.append("\(left) requests were not finished when the simulation was given up") }
    return recorder.result(seed: options.seed, requests: requests, events: events, notes: notes)
  }
}

extension FaultPlan {
  /// Targets that the fleet does not have, and times that are none.
  func appendFaults(to messages: inout [String], _ fleet: SimulatedFleet) {
    if isEmpty { return }
    let layout = FleetLayout(fleet)
    for outage in outages {
      if layout.target(outage.target, fleet) == nil { messages.append("the fleet has no \(outage.target.text)") }
      if !(outage.startSeconds >= 0 && outage.startSeconds.isFinite && outage.seconds > 0) {
        messages.append(
          "outage of \(outage.target.text): expected a start of at least 0 s and a positive length, found "
            + "\(outage.startSeconds) and \(outage.seconds)")
      }
    }
    for random in random
    where
      !(random.meanSecondsBetweenFailures >= 1 && random.meanSecondsToRepair > 0
      && random.meanSecondsBetweenFailures.isFinite && random.meanSecondsToRepair.isFinite)
    {
      messages.append(
        "random outages of \(random.kind.rawValue)s: expected at least 1 s between failures and a positive time to "
          + "repair, found \(random.meanSecondsBetweenFailures) and \(random.meanSecondsToRepair)")
    }
  }
}

extension FaultPlan.Target {
  /// For example `instance 2 of decode-h100-tp1`.
  public var text: String {
    switch self {
    case .instance(let groupID, let number): "instance \(number) of \(groupID)"
    case .node(let poolID, let number): "node \(number) of \(poolID)"
    case .link(let prefillPoolID, let decodePoolID): "link from \(prefillPoolID) to \(decodePoolID)"
    }
  }
}
