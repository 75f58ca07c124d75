import FleetServing

/// Measurements that contradict physics: something else was measured than the row says, so that a fit must not learn from it.
enum PhysicalScreen {
  /// Prompts keep the arithmetic units no busier than this: kernels of several thousand tokens reach 0.6 to 0.8 of the
  /// datasheet's dense rate, and a benchmark does not run at its best all the time.
  static let promptShare = 0.9
  /// A step takes at least this share of the time in which the weights of one token are read at the datasheet's bandwidth.
  static let shortestShare = 0.5
  /// A step takes at most so many times what its bytes and operations take at the datasheet's rates, and …
  static let longestMultiple = 30.0
  /// … so much for each layer, what launching its kernels one by one costs [s] …
  static let launchSecondsPerLayer = 0.35e-3
  /// … and on families of which nothing was measured yet, whose overheads are not known.
  static let unknownLaunchSecondsPerLayer = 1e-3

  /// Why a measurement cannot be what it says it is; `nil` when nothing speaks against it.
  static func contradiction(_ resolved: ResolvedMeasurement, _ model: LatencyModel) -> String? {
    prompts(resolved, model) ?? step(resolved, model)
  }

  /// The prompts that arrive per second times what each takes at the datasheet's rates.
  private static func prompts(_ resolved: ResolvedMeasurement, _ model: LatencyModel) -> String? {
    let row = resolved.measurement
    guard let ttft = row.ttftSeconds else { return nil }
    let input = row.meanInputTokens
    let (configuration, instances) =
      switch resolved.deployment {
      case .instance(let configuration): (configuration, 1)
      case .disaggregated(let prefill, _): (prefill.configuration, prefill.instances)
      }
    let limit = model.instance(configuration).atPhysicalLimit
    let rate: Double
    if row.kind == .step {
      rate = (row.backend == "splitwise" ? row.concurrency : 1) / ttft
    } else {
      let further = max(0, row.meanOutputTokens - 1)
      guard further == 0 || row.tpotSeconds != nil else { return nil }
      rate = row.concurrency / (ttft + further * (row.tpotSeconds ?? 0))
    }
    var computed = 1.0
    if case .hits(let share) = row.harness.prefixCache { computed -= share }
    let busy = rate / Double(instances) * computed * limit.prefillOccupancySeconds(inputTokens: input)
    guard busy > promptShare else { return nil }
    return "its prompts alone need \(fixed(busy, 2)) of the datasheet's rates, more than \(fixed(promptShare, 1)): "
      + "was a prefix cache on, or were fewer requests in the system?"
  }

  private static func step(_ resolved: ResolvedMeasurement, _ model: LatencyModel) -> String? {
    guard let tpot = resolved.measurement.tpotSeconds else { return nil }
    let row = resolved.measurement
    let configuration = resolved.deployment.decodingConfiguration
    let limit = model.instance(configuration).atPhysicalLimit
    let shortest = limit.decodeStep(batch: 1, contextTokens: 0).totalSeconds
    if tpot < shortestShare * shortest {
      return
        "a TPOT of \(milliseconds(tpot)) is under half of the \(milliseconds(shortest)) in which one token's weights are "
        + "read: was speculative decoding on?"
    }
    let instances =
      if case .disaggregated(_, let decode) = resolved.deployment { Double(decode.instances) } else { 1.0 }
    let batch = max(1, min(row.concurrency / instances, model.decodeBatch(resolved)))
    let ideal = limit.decodeStep(batch: batch, contextTokens: row.meanInputTokens + row.meanOutputTokens / 2)
      .totalSeconds
    let isKnown = model.constants.coverage.contains { $0.family == configuration.accelerator.family }
    let launch = isKnown ? launchSecondsPerLayer : unknownLaunchSecondsPerLayer
    let longest = max(longestMultiple * ideal, launch * Double(configuration.model.layers))
    guard tpot > longest else { return nil }
    return
      "a TPOT of \(milliseconds(tpot)) is over \(fixed(longestMultiple, 0)) times the \(milliseconds(ideal)) of the "
      + "datasheet's rates: were kernels launched one by one?"
  }

  private static func milliseconds(_ seconds: Double) -> String { "\(fixed(1000 * seconds, 2)) ms" }
}
