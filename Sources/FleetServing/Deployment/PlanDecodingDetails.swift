import FleetJSON

extension BindingConstraint {
  init?(reading reader: JSONReader) {
    guard let object = reader.object(keys: ["family", "name", "message", "shadow_price"]) else { return nil }
    let family = object.string("family", "a family of constraints", allowEmpty: true)
    let name = object.string("name", "the name of a row", allowEmpty: true)
    let message = object.string("message", allowEmpty: true)
    let shadowPrice = object.optionalNumber("shadow_price")
    guard let family, let name, let message else { return nil }
    self.init(family: family, name: name, message: message, shadowPrice: shadowPrice)
  }
}

extension BaselineResult {
  init?(reading reader: JSONReader) {
    guard
      let object = reader.object(
        "a baseline",
        keys: ["name", "kind", "status", "cost_usd_per_hour", "objective", "bound", "note"])
    else { return nil }
    let name = object.string("name", "the name of the baseline")
    let kind = object.string("kind", "the kind of the baseline")
    let status = object.choice("status", of: PlanStatus.self)
    let cost = object.optionalNumber("cost_usd_per_hour", unit: "USD/h", in: .atLeast(0))
    let objective = object.optionalNumber("objective")
    let bound = object.optionalNumber("bound")
    let note = object.optionalString("note", allowEmpty: true)
    guard let name, let kind, let status else { return nil }
    self.init(
      name: name, kind: kind, status: status, costUSDPerHour: cost, objective: objective, bound: bound, note: note)
  }
}

extension RejectedAlternative {
  init?(reading reader: JSONReader) {
    guard let object = reader.object(keys: ["pool", "model", "phase", "subject", "reason", "count"]) else { return nil }
    let pool = object.string("pool", "the id of a pool")
    let model = object.string("model", "the id of a model")
    let phase = object.choice("phase", of: Phase.self)
    let subject = object.optionalString("subject", allowEmpty: true)
    let reason = object.string("reason", "the reason", allowEmpty: true)
    let count = object.integer("count", in: .atLeast(1))
    guard let pool, let model, let phase, let reason, let count else { return nil }
    self.init(poolID: pool, modelID: model, phase: phase, subject: subject, reason: reason, count: count)
  }
}

extension ConflictReport {
  init?(reading reader: JSONReader) {
    guard let object = reader.object(keys: ["summary", "conflicting", "repairs"]) else { return nil }
    let summary = object.string("summary", allowEmpty: true)
    let conflicting = object.strings("conflicting", allowEmpty: true)
    let repairs = object.strings("repairs", allowEmpty: true)
    guard let summary, let conflicting, let repairs else { return nil }
    self.init(summary: summary, conflicting: conflicting, repairs: repairs)
  }
}

extension PlanProvenance {
  private static let keys = [
    "input_hash", "catalog_hash", "version", "solver", "solver_status", "rows", "columns", "integer_columns",
    "candidates", "reduced_candidates", "latency_model",
  ]

  init?(reading reader: JSONReader) {
    guard let object = reader.object(keys: PlanProvenance.keys) else { return nil }
    let inputHash = object.string("input_hash", allowEmpty: true)
    let catalogHash = object.string("catalog_hash", allowEmpty: true)
    let version = object.string("version", allowEmpty: true)
    let solver = object.string("solver", allowEmpty: true)
    let solverStatus = object.string("solver_status", allowEmpty: true)
    let rows = object.integer("rows", in: .atLeast(0))
    let columns = object.integer("columns", in: .atLeast(0))
    let integerColumns = object.integer("integer_columns", in: .atLeast(0))
    let candidates = object.integer("candidates", in: .atLeast(0))
    let reduced = object.integer("reduced_candidates", in: .atLeast(0))
    let latencyModel = object.string("latency_model", allowEmpty: true)
    guard let inputHash, let catalogHash, let version, let solver, let solverStatus, let rows, let columns,
      let integerColumns, let candidates, let reduced, let latencyModel
    else { return nil }
    self.init(
      inputHash: inputHash, catalogHash: catalogHash, version: version, solver: solver, solverStatus: solverStatus,
      rows: rows, columns: columns, integerColumns: integerColumns, candidates: candidates,
      reducedCandidates: reduced, latencyModel: latencyModel)
  }
}
