import FleetJSON

extension PlanVerification {
  private static let keys = [
    "holds", "rounds", "seed", "requests", "simulated_s", "cost_before_usd_per_hour", "cost_after_usd_per_hour",
    "classes", "tightened", "not_replayed", "note",
  ]

  init?(reading reader: JSONReader) {
    guard let object = reader.object("the verification of a plan", keys: PlanVerification.keys) else { return nil }
    // null where nothing could be replayed.
    let holds = object.optional("holds")?.bool("whether every objective is attained")
    let rounds = object.integer("rounds", in: .atLeast(1))
    let seed = object.integer("seed", in: .atLeast(0))
    let requests = object.integer("requests", in: .atLeast(0))
    let simulated = object.number("simulated_s", unit: "s", in: .atLeast(0))
    let before = object.optionalNumber("cost_before_usd_per_hour", unit: "USD/h", in: .atLeast(0))
    let after = object.optionalNumber("cost_after_usd_per_hour", unit: "USD/h", in: .atLeast(0))
    let classes = object.array("classes")?.allOrNil { ReplayedClass(reading: $0) }
    let tightened = object.array("tightened")?.allOrNil { TightenedConfiguration(reading: $0) }
    let notReplayed = object.strings("not_replayed", "the id of a group")
    let note = object.optionalString("note", allowEmpty: true)
    guard let rounds, let seed, let requests, let simulated, let classes, let tightened, let notReplayed
    else { return nil }
    self.init(
      holds: holds, rounds: rounds, seed: seed, requests: requests, simulatedSeconds: simulated,
      costBeforeUSDPerHour: before, costAfterUSDPerHour: after, classes: classes, tightened: tightened,
      notReplayed: notReplayed, note: note)
  }

  func encoded() -> JSONOutput {
    [
      "holds": holds.map { .bool($0) } ?? .null,
      "rounds": .integer(rounds),
      "seed": .integer(seed),
      "requests": .integer(requests),
      "simulated_s": .number(simulatedSeconds),
      "cost_before_usd_per_hour": JSONOutput(costBeforeUSDPerHour),
      "cost_after_usd_per_hour": JSONOutput(costAfterUSDPerHour),
      "classes": .array(classes.map { $0.encoded() }),
      "tightened": .array(tightened.map { $0.encoded() }),
      "not_replayed": .array(notReplayed.map { .string($0) }),
      "note": JSONOutput(note),
    ]
  }
}

extension ReplayedClass {
  init?(reading reader: JSONReader) {
    guard let object = reader.object("a class", keys: ["id", "period", "requests", "ttft", "tpot", "e2e"]) else {
      return nil
    }
    let id = object.string("id", "the id of the class")
    let period = object.optionalString("period", "the id of a period", allowEmpty: true)
    let requests = object.integer("requests", in: .atLeast(0))
    let ttft = object.required("ttft", "an object").flatMap { Latency(reading: $0) }
    let tpot = object.required("tpot", "an object").flatMap { Latency(reading: $0) }
    let endToEnd = object.required("e2e", "an object").flatMap { Latency(reading: $0) }
    guard let id, let requests, let ttft, let tpot, let endToEnd else { return nil }
    self.init(id: id, periodID: period, requests: requests, ttft: ttft, tpot: tpot, endToEnd: endToEnd)
  }

  func encoded() -> JSONOutput {
    [
      "id": .string(id),
      "period": JSONOutput(periodID),
      "requests": .integer(requests),
      "ttft": ttft.encoded(),
      "tpot": tpot.encoded(),
      "e2e": endToEnd.encoded(),
    ]
  }
}

extension ReplayedClass.Latency {
  private static let keys = [
    "percentile", "predicted_ms", "replayed_ms", "replayed_half_width_ms", "objective_ms", "attainment",
    "attainment_half_width",
  ]

  init?(reading reader: JSONReader) {
    guard let object = reader.object(keys: ReplayedClass.Latency.keys) else { return nil }
    let percentile = object.required("percentile", "a percentile")?
      .number("a percentile", in: .open(0, 100), shiftedBy: -2)
    let predicted = object.optional("predicted_ms")?.milliseconds(in: .atLeast(0))
    let replayed = object.optional("replayed_ms")?.milliseconds(in: .atLeast(0))
    let halfWidth = object.optional("replayed_half_width_ms")?.milliseconds(in: .atLeast(0))
    let objective = object.optional("objective_ms")?.milliseconds(in: .atLeast(0))
    let attainment = object.optionalNumber("attainment", in: .closed(0, 1))
    let attainmentHalfWidth = object.optionalNumber("attainment_half_width", in: .atLeast(0))
    guard let percentile else { return nil }
    self.init(
      percentile: percentile, predictedSeconds: predicted, replayedSeconds: replayed,
      replayedHalfWidthSeconds: halfWidth, objectiveSeconds: objective, attainment: attainment,
      attainmentHalfWidth: attainmentHalfWidth)
  }

  func encoded() -> JSONOutput {
    [
      "percentile": .number(percentile, shiftedBy: 2),
      "predicted_ms": .milliseconds(predictedSeconds),
      "replayed_ms": .milliseconds(replayedSeconds),
      "replayed_half_width_ms": .milliseconds(replayedHalfWidthSeconds),
      "objective_ms": .milliseconds(objectiveSeconds),
      "attainment": JSONOutput(attainment),
      "attainment_half_width": JSONOutput(attainmentHalfWidth),
    ]
  }
}

extension TightenedConfiguration {
  private static let keys = [
    "phase", "model", "pool", "precision", "kv_precision", "tp", "pp", "ep", "dp", "cp", "class", "factor",
  ]

  init?(reading reader: JSONReader) {
    guard let object = reader.object("a configuration", keys: TightenedConfiguration.keys) else { return nil }
    let phase = object.choice("phase", of: Phase.self)
    let model = object.string("model", "the id of a model")
    let pool = object.string("pool", "the id of a pool")
    let precision = object.optionalString("precision", "a precision", allowEmpty: true)
    let kvPrecision = object.optionalString("kv_precision", "a precision", allowEmpty: true)
    let tensor = object.integer("tp", in: .degree)
    let pipeline = object.integer("pp", in: .degree)
    let expert = object.integer("ep", in: .degree)
    let data = object.integer("dp", in: .degree)
    let context = object.integer("cp", in: .degree, default: 1)
    let classID = object.string("class", "the id of a class")
    let factor = object.number("factor", in: .atLeast(1))
    guard let phase, let model, let pool, let tensor, let pipeline, let expert, let data, let classID, let factor
    else { return nil }
    self.init(
      phase: phase, modelID: model, poolID: pool, weightPrecision: precision, kvPrecision: kvPrecision,
      strategy: ParallelStrategy(tensor: tensor, pipeline: pipeline, expert: expert, data: data, context: context),
      classID: classID,
      factor: factor)
  }

  func encoded() -> JSONOutput {
    strategy.withContext([
      "phase": .string(phase.rawValue),
      "model": .string(modelID),
      "pool": .string(poolID),
      "precision": JSONOutput(weightPrecision),
      "kv_precision": JSONOutput(kvPrecision),
      "tp": .integer(strategy.tensor),
      "pp": .integer(strategy.pipeline),
      "ep": .integer(strategy.expert),
      "dp": .integer(strategy.data),
      "class": .string(classID),
      "factor": .number(factor),
    ])
  }
}
