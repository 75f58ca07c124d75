import FleetJSON

extension Plan {
  /// Reads a plan file.
  /// - Throws: Every fault of the file with JSON path, line and column: unknown and missing keys, wrong types, numbers out
  ///   of range, references that do not resolve, and totals that contradict the numbers they are derived from.
  public init(contentsOf path: String) throws(Faults) {
    self = try JSONParser.decode(contentsOf: path) { Plan(reading: $0) }
  }

  /// Reads a plan held in memory; see `init(contentsOf:)`.
  /// - Parameter source: The name of the input in faults.
  public init(json bytes: [UInt8], source: String) throws(Faults) {
    self = try JSONParser.decode(bytes, source: source) { Plan(reading: $0) }
  }

  private static let keys = [
    "format", "problem", "status", "objective", "objective_name", "bound", "gap", "cost_usd_per_hour", "economics",
    "groups", "routes", "classes", "purchases", "periods", "binding", "baselines", "robustness", "verification",
    "rejected", "conflict", "unsolved_reason", "provenance",
  ]

  private init?(reading reader: JSONReader) {
    guard Plan.checkFormat(of: reader), let plan = reader.object("a plan", keys: Plan.keys) else { return nil }
    let name = plan.string("problem", "the name of the problem", allowEmpty: true)
    let status = plan.choice("status", of: PlanStatus.self)
    let objectiveName = plan.string("objective_name", "the name of the objective")
    let objective = plan.optionalNumber("objective")
    let bound = plan.optionalNumber("bound")
    let gap = plan.optionalNumber("gap", in: .atLeast(0))
    let cost = plan.optionalNumber("cost_usd_per_hour", unit: "USD/h", in: .atLeast(0))
    let economics = plan.optional("economics").map { PlanEconomics(reading: $0) }
    let groups = plan.array("groups")?.allOrNil { PlanGroup(reading: $0) }
    let routes = plan.array("routes")?.allOrNil { PlanRoute(reading: $0) }
    let classes = plan.array("classes")?.allOrNil { PlanClass(reading: $0) }
    let purchases = plan.array("purchases")?.allOrNil { PlanPurchase(reading: $0) }
    let periods = plan.optionalArray("periods")?.allOrNil { PlanPeriod(reading: $0) }
    let binding = plan.array("binding")?.allOrNil { BindingConstraint(reading: $0) }
    let baselines = plan.array("baselines")?.allOrNil { BaselineResult(reading: $0) }
    let robustness = plan.optional("robustness").map { PlanRobustness(reading: $0) }
    let verification = plan.optional("verification").map { PlanVerification(reading: $0) }
    let rejected = plan.array("rejected")?.allOrNil { RejectedAlternative(reading: $0) }
    let conflict = plan.optional("conflict").map { ConflictReport(reading: $0) }
    let unsolvedReason = plan.optionalString("unsolved_reason", allowEmpty: true)
    let provenance = plan.required("provenance").flatMap { PlanProvenance(reading: $0) }
    guard let name, let status, let objectiveName, let groups, let routes, let classes, let purchases, let binding,
      let baselines, let rejected, let provenance
    else { return nil }
    self.init(
      problemName: name, status: status, objectiveName: objectiveName, objective: objective, bound: bound, gap: gap,
      costUSDPerHour: cost, economics: economics.flatMap { $0 }, groups: groups, routes: routes, classes: classes,
      purchases: purchases, periods: periods.flatMap { $0 } ?? [], binding: binding, baselines: baselines,
      robustness: robustness.flatMap { $0 }, verification: verification.flatMap { $0 }, rejected: rejected,
      conflict: conflict.flatMap { $0 }, unsolvedReason: unsolvedReason, provenance: provenance)
    checkReferences(in: plan)
  }

  /// The format comes first, so that a file of another kind gets one fault and not one for each of its keys.
  private static func checkFormat(of reader: JSONReader) -> Bool {
    guard let object = reader.dictionary("a plan"), let format = object.required("format", "\"\(Plan.format)\"") else {
      return false
    }
    guard let name = format.string() else { return false }
    if name == Plan.format { return true }
    let isProblem = name.hasPrefix("fleetplan-problem/")
    format.expected(
      "\"\(Plan.format)\"", hint: isProblem ? "this is a problem; `fleetplan plan` makes a plan of it" : nil)
    return false
  }

  /// Ids are unique and resolve; all lists by period have one length.
  private func checkReferences(in plan: JSONObject) {
    let groupIDs = Set(groups.map(\.id))
    let classIDs = Set(classes.map(\.id))
    checkUnique("groups", of: groups.map(\.id), in: plan)
    checkUnique("classes", of: classes.map(\.id), in: plan)
    func check(_ id: String, isIn known: Set<String>, _ kind: String, at value: JSONReader?) {
      if !known.contains(id) { value?.fault("no \(kind) of this plan has the id \"\(id)\"") }
    }
    for (route, reader) in zip(routes, plan.optionalArray("routes") ?? []) {
      let object = reader.dictionary()
      check(route.classID, isIn: classIDs, "class", at: object?["class"])
      check(route.fromGroupID, isIn: groupIDs, "group", at: object?["from"])
      check(route.toGroupID, isIn: groupIDs, "group", at: object?["to"])
    }
    let periods = groups.map { ("instances_by_period", $0.instancesByPeriod.count) }
    checkPeriods(periods, "groups", in: plan)
    if !self.periods.isEmpty, let count = groups.first?.instancesByPeriod.count, count != self.periods.count {
      plan["periods"]?.expected("one entry for each of the plan's periods, which are \(count)")
    }
    checkUnique("periods", of: self.periods.map(\.id), in: plan)
    checkPeriods(purchases.map { ("devices_by_period", $0.devicesByPeriod.count) }, "purchases", in: plan)
    checkPeriods(
      purchases.map { ("nodes_by_period", $0.nodesByPeriod?.count ?? $0.devicesByPeriod.count) }, "purchases", in: plan)
  }

  private func checkUnique(_ key: String, of ids: [String], in plan: JSONObject) {
    var seen: Set<String> = []
    for (id, reader) in zip(ids, plan.optionalArray(key) ?? []) where !seen.insert(id).inserted {
      reader.dictionary()?["id"]?.fault("the id \"\(id)\" is used twice in \(key)")
    }
  }

  private func checkPeriods(_ lists: [(key: String, count: Int)], _ key: String, in plan: JSONObject) {
    let expected = groups.first?.instancesByPeriod.count ?? purchases.first?.devicesByPeriod.count ?? 1
    for (list, reader) in zip(lists, plan.optionalArray(key) ?? []) where list.count != expected {
      reader.dictionary()?[list.key]?.expected("one value for each of the plan's periods, which are \(expected)")
    }
  }
}

extension PlanEconomics {
  init?(reading reader: JSONReader) {
    guard
      let object = reader.object(
        keys: [
          "usd_per_million_tokens", "usd_per_million_input_tokens", "usd_per_million_output_tokens",
          "usd_per_thousand_requests", "offered_rate_per_s", "served_rate_per_s", "power_watts",
          "idle_cost_usd_per_hour",
        ])
    else { return nil }
    let tokens = object.number("usd_per_million_tokens", unit: "USD", in: .atLeast(0))
    let input = object.number("usd_per_million_input_tokens", unit: "USD", in: .atLeast(0))
    let output = object.number("usd_per_million_output_tokens", unit: "USD", in: .atLeast(0))
    let requests = object.number("usd_per_thousand_requests", unit: "USD", in: .atLeast(0))
    let offered = object.number("offered_rate_per_s", unit: "requests/s", in: .atLeast(0))
    let served = object.number("served_rate_per_s", unit: "requests/s", in: .atLeast(0))
    let power = object.number("power_watts", unit: "W", in: .atLeast(0))
    let idle = object.optionalNumber("idle_cost_usd_per_hour", unit: "USD/h", in: .atLeast(0))
    guard let tokens, let input, let output, let requests, let offered, let served, let power else { return nil }
    self.init(
      usdPerMillionTokens: tokens, usdPerMillionInputTokens: input, usdPerMillionOutputTokens: output,
      usdPerThousandRequests: requests, offeredRatePerSecond: offered, servedRatePerSecond: served, powerWatts: power,
      idleCostUSDPerHour: idle)
  }
}

extension PlanPeriod {
  init?(reading reader: JSONReader) {
    guard let object = reader.object("a period", keys: ["id", "hours"]) else { return nil }
    let id = object.string("id", "the id of the period")
    let hours = object.number("hours", unit: "h", in: .above(0))
    guard let id, let hours else { return nil }
    self.init(id: id, hours: hours)
  }
}

extension PlanPurchase {
  init?(reading reader: JSONReader) {
    guard
      let object = reader.object(
        keys: [
          "pool", "vendor", "tier", "devices_by_period", "nodes_by_period", "usd_per_device_hour",
          "cost_usd_per_hour",
        ])
    else { return nil }
    let pool = object.string("pool", "the id of a pool")
    let vendor = object.string("vendor", "a vendor", allowEmpty: true)
    let tier = object.choice("tier", of: PriceTierKind.self)
    let devices = object.integers("devices_by_period", in: .count, count: 1...Int.max)
    let nodes = object.optional("nodes_by_period").map {
      $0.array("an array of whole numbers")?.allOrNil { $0.integer(in: .count) }
    }
    let price = object.number("usd_per_device_hour", unit: "USD/h", in: .atLeast(0))
    let cost = object.number("cost_usd_per_hour", unit: "USD/h", in: .atLeast(0))
    guard let pool, let vendor, let tier, let devices, let price, let cost else { return nil }
    self.init(
      poolID: pool, vendor: vendor, tier: tier, devicesByPeriod: devices, nodesByPeriod: nodes.flatMap { $0 },
      usdPerDeviceHour: price, costUSDPerHour: cost)
  }
}
