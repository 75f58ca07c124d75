import FleetJSON

extension ProblemReading {
  /// What only shows when all parts of a problem are seen together.
  func checkTogether(_ object: JSONObject, tables: [CapacityTable]) {
    checkMeasuredEntries(object, tables: tables)
    checkHeadroom(object, tables: tables)
    checkRates(object)
    checkPower(object)
  }

  /// A model or an accelerator that is known by measurements alone needs a capacity table.
  private func checkMeasuredEntries(_ object: JSONObject, tables: [CapacityTable]) {
    guard tables.count == (object.optional("capacity_tables")?.elementCount ?? 0) else { return }
    let usedModels = Set(classes.values.map(\.modelID))
    for model in models.values where model.architecture == nil && usedModels.contains(model.id) {
      if !tables.contains(where: { $0.modelID == model.id }) {
        object.fault(
          "models", "no capacity table serves \"\(model.id)\", which is measured_only",
          hint: "add one to capacity_tables")
      }
    }
    for pool in pools.values where pool.measuredOnly && !tables.contains(where: { $0.poolID == pool.id }) {
      guard let reader = object["accelerators"] else { continue }
      warn(reader, "no capacity table uses \"\(pool.id)\", which is measured_only, so nothing can run on it")
    }
  }

  /// A table says what an instance sustained, and nothing of what happens beyond: without headroom it is used to the last
  /// request. Headroom that is stated, 0 too, is a decision.
  private func checkHeadroom(_ object: JSONObject, tables: [CapacityTable]) {
    guard let reader = object["capacity_tables"] else { return }
    let policy = object.optional("policy").flatMap { $0.isObject ? $0.dictionary() : nil }
    let stated = policy?.optional("headroom")
    let phases = stated.flatMap { $0.isObject ? $0.dictionary() : nil }
    let open = Phase.allCases.filter { phase in
      tables.contains { $0.phase == phase }
        && (stated == nil || phases.map { $0.optional(phase.rawValue) == nil } == true)
    }
    guard !open.isEmpty else { return }
    warn(
      reader,
      "instances of measured tables (\(open.map(\.rawValue).joined(separator: ", "))) may be loaded to 100 % of what was "
        + "measured", hint: "state headroom in the policy, for example 0.2; 0 says that it is meant")
  }

  private func checkRates(_ object: JSONObject) {
    guard let reader = object["classes"], !classes.values.isEmpty else { return }
    if classes.values.allSatisfy({ $0.ratePerSecond.allSatisfy { $0 == 0 } }) {
      warn(reader, "no class has any requests", hint: "give rate_per_s")
    }
    for model in models.values where !classes.values.contains(where: { $0.modelID == model.id }) {
      if let reader = object["models"] { warn(reader, "no class asks for the model \"\(model.id)\"") }
    }
  }

  /// Power as a goal or a limit needs the power of every device.
  private func checkPower(_ object: JSONObject) {
    let isGoal = object["objective"].map { $0.names("power") } ?? false
    let isLimit =
      object.optional("policy")?.isObject == true
      && object.optional("policy")?.dictionary()?.optional("power_cap_watts") != nil
    guard isGoal || isLimit else { return }
    for pool in pools.values where pool.accelerator.powerWatts == 0 {
      object.fault(
        "accelerators", "the power of \"\(pool.id)\" is not known, but power is \(isGoal ? "minimised" : "limited")",
        hint: "add power_watts to its entry")
    }
  }
}

extension JSONReader {
  /// Number of elements of an array, 0 for anything else.
  var elementCount: Int {
    if case .array(let elements) = node.value { elements.count } else { 0 }
  }

  /// Whether this is the string `word`, or an array that holds it.
  fileprivate func names(_ word: String) -> Bool {
    switch node.value {
    case .string(let text): text == word
    case .array(let elements): elements.contains { if case .string(word) = $0.value { true } else { false } }
    default: false
    }
  }
}
