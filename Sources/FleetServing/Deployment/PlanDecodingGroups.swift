import FleetJSON

extension PlanGroup {
  private static let keys = [
    "id", "phase", "model", "pool", "accelerator", "vendor", "region", "precision", "kv_precision", "tp", "pp", "ep",
    "dp", "cp", "max_batch", "chunk_tokens", "classes", "instances", "instances_by_period", "devices",
    "devices_per_instance", "nodes",
    "cost_usd_per_hour", "idle_cost_usd_per_hour", "utilization", "capacity_source", "evidence",
  ]

  init?(reading reader: JSONReader) {
    guard let object = reader.object("a group", keys: PlanGroup.keys) else { return nil }
    let id = object.string("id", "the id of the group")
    let phase = object.choice("phase", of: Phase.self)
    let model = object.string("model", "the id of a model")
    let pool = object.string("pool", "the id of a pool")
    let accelerator = object.string("accelerator", "the name of an accelerator", allowEmpty: true)
    let vendor = object.string("vendor", "a vendor", allowEmpty: true)
    let region = object.optionalString("region", "a region", allowEmpty: true)
    let precision = object.optionalString("precision", "a precision", allowEmpty: true)
    let kvPrecision = object.optionalString("kv_precision", "a precision", allowEmpty: true)
    let tensor = object.integer("tp", in: .degree)
    let pipeline = object.integer("pp", in: .degree)
    let expert = object.integer("ep", in: .degree)
    let data = object.integer("dp", in: .degree)
    let context = object.integer("cp", in: .degree, default: 1)
    let batch = object.integer("max_batch", in: .atLeast(1))
    let chunk = object.optionalInteger("chunk_tokens", unit: "tokens", in: .closed(16, 1_048_576))
    let classes = object.strings("classes", "the id of a class")
    let byPeriod = object.integers("instances_by_period", in: .closed(0, 1e7), count: 1...Int.max)
    let devicesPerInstance = object.integer("devices_per_instance", in: .degree)
    let nodes = object.number("nodes", in: .atLeast(0))
    let cost = object.number("cost_usd_per_hour", unit: "USD/h", in: .atLeast(0))
    let idle = object.optionalNumber("idle_cost_usd_per_hour", unit: "USD/h", in: .atLeast(0))
    let utilization = object.number("utilization", in: .atLeast(0))
    let source = object.string("capacity_source", "where the capacity comes from", allowEmpty: true)
    let evidence = object.optional("evidence").map { PlanEvidence(reading: $0) }
    let instances = object.integer("instances", in: .atLeast(0))
    let devices = object.integer("devices", in: .count)
    guard let id, let phase, let model, let pool, let accelerator, let vendor, let tensor, let pipeline, let expert,
      let data, let batch, let classes, let byPeriod, let devicesPerInstance, let nodes, let cost, let utilization,
      let source, let instances, let devices
    else { return nil }
    let most = byPeriod.max() ?? 0
    if instances != most {
      object.fault("instances", "expected \(most), the largest of instances_by_period, found \(instances)")
    }
    if devices != most * devicesPerInstance {
      object.fault("devices", "expected instances × devices_per_instance, found \(devices)")
    }
    self.init(
      id: id, phase: phase, modelID: model, poolID: pool, acceleratorName: accelerator, vendor: vendor, region: region,
      weightPrecision: precision, kvPrecision: kvPrecision,
      strategy: ParallelStrategy(tensor: tensor, pipeline: pipeline, expert: expert, data: data, context: context),
      maximumBatch: batch, chunkTokens: chunk, admittedClassIDs: classes, instancesByPeriod: byPeriod,
      devicesPerInstance: devicesPerInstance, nodes: nodes,
      costUSDPerHour: cost, idleCostUSDPerHour: idle, utilization: utilization, capacitySource: source,
      evidence: evidence.flatMap { $0 })
  }
}

extension PlanRoute {
  init?(reading reader: JSONReader) {
    guard
      let object = reader.object(
        "a route",
        keys: ["class", "period", "from", "to", "rate_per_s", "ttft_ms", "tpot_ms", "kv_transfer_ms"])
    else { return nil }
    let classID = object.string("class", "the id of a class")
    let period = object.optionalString("period", "the id of a period", allowEmpty: true)
    let from = object.string("from", "the id of a group")
    let to = object.string("to", "the id of a group")
    let rate = object.number("rate_per_s", unit: "requests/s", in: .atLeast(0))
    let ttft = object.optional("ttft_ms")?.milliseconds(in: .atLeast(0))
    let tpot = object.optional("tpot_ms")?.milliseconds(in: .atLeast(0))
    let transfer = object.required("kv_transfer_ms", "a number of ms")?.milliseconds(in: .atLeast(0))
    guard let classID, let from, let to, let rate, let transfer else { return nil }
    self.init(
      classID: classID, periodID: period, fromGroupID: from, toGroupID: to, ratePerSecond: rate, ttftSeconds: ttft,
      tpotSeconds: tpot, kvTransferSeconds: transfer)
  }
}

extension PlanClass {
  init?(reading reader: JSONReader) {
    guard
      let object = reader.object(
        "a class",
        keys: [
          "id", "model", "offered_rate_per_s", "served_rate_per_s", "mean_input_tokens", "mean_output_tokens",
          "input_cost_usd_per_hour", "output_cost_usd_per_hour", "ttft", "tpot", "e2e",
        ])
    else { return nil }
    let id = object.string("id", "the id of the class")
    let model = object.string("model", "the id of a model")
    let offered = object.number("offered_rate_per_s", unit: "requests/s", in: .atLeast(0))
    let served = object.number("served_rate_per_s", unit: "requests/s", in: .atLeast(0))
    let inputTokens = object.optionalNumber("mean_input_tokens", unit: "tokens", in: .atLeast(0))
    let outputTokens = object.optionalNumber("mean_output_tokens", unit: "tokens", in: .atLeast(0))
    let inputCost = object.optionalNumber("input_cost_usd_per_hour", unit: "USD/h", in: .atLeast(0))
    let outputCost = object.optionalNumber("output_cost_usd_per_hour", unit: "USD/h", in: .atLeast(0))
    let ttft = object.required("ttft", "an object").flatMap { Prediction(reading: $0) }
    let tpot = object.required("tpot", "an object").flatMap { Prediction(reading: $0) }
    let endToEnd = object.required("e2e", "an object").flatMap { Prediction(reading: $0) }
    guard let id, let model, let offered, let served, let ttft, let tpot, let endToEnd else { return nil }
    self.init(
      id: id, modelID: model, offeredRatePerSecond: offered, servedRatePerSecond: served,
      meanInputTokens: inputTokens, meanOutputTokens: outputTokens, inputCostUSDPerHour: inputCost,
      outputCostUSDPerHour: outputCost, ttft: ttft, tpot: tpot, endToEnd: endToEnd)
  }
}

extension PlanClass.Prediction {
  init?(reading reader: JSONReader) {
    let keys = [
      "percentile", "predicted_ms", "predicted_low_ms", "predicted_high_ms", "objective_ms", "slack_ms",
    ]
    guard let object = reader.object(keys: keys) else { return nil }
    let percentile = object.required("percentile", "a percentile")?
      .number("a percentile", in: .open(0, 100), shiftedBy: -2)
    let predicted = object.optional("predicted_ms")?.milliseconds(in: .atLeast(0))
    let low = object.optional("predicted_low_ms")?.milliseconds(in: .atLeast(0))
    let high = object.optional("predicted_high_ms")?.milliseconds(in: .atLeast(0))
    if low == nil, high != nil { object.fault("predicted_high_ms", "expected predicted_low_ms beside it") }
    let objective = object.optional("objective_ms")?.milliseconds(in: .atLeast(0))
    let slack = object.optional("slack_ms")?.milliseconds()
    guard let percentile else { return nil }
    self.init(
      percentile: percentile, predictedSeconds: predicted, objectiveSeconds: objective,
      band: low.map { PlanClass.Band(lowSeconds: $0, highSeconds: high) })
    checkSlack(slack, in: object, toleranceSeconds: 1e-9)
  }

  private func checkSlack(_ slack: Double?, in object: JSONObject, toleranceSeconds: Double) {
    if let slack, let slackSeconds, abs(slack - slackSeconds) <= toleranceSeconds { return }
    if slack == nil, slackSeconds == nil { return }
    object.fault("slack_ms", "expected objective_ms − predicted_ms, or null where one of them is")
  }
}

extension NumberRange {
  /// Counts: far above any fleet, and low enough that sums over a file cannot overflow.
  static let count = NumberRange.closed(0, 1e12)
  /// Devices of one instance.
  static let degree = NumberRange.closed(1, 1e5)
}

extension JSONReader {
  /// A time written in milliseconds [s].
  func milliseconds(in range: NumberRange = .any) -> Double? {
    number(unit: "ms", in: range, shiftedBy: -3)
  }
}
