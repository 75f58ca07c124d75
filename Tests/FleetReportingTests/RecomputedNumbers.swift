import Foundation

/// The numbers that a comparison must show, computed anew from the JSON of its plans, with code that shares nothing with the
/// report. Keys are table, row (from 1, or `total`) and column.
final class RecomputedNumbers {
  typealias Object = [String: Any]

  private(set) var numbers: [String: Double] = [:]
  private let names: [String]
  private let plans: [Object]

  init(_ scenarios: [(name: String, json: String)]) throws {
    names = scenarios.map(\.name)
    plans = try scenarios.map { scenario in
      try JSONSerialization.jsonObject(with: Data(scenario.json.utf8)) as? Object ?? [:]
    }
    overview()
    verdicts()
    differences()
    for (index, plan) in plans.enumerated() { poolPlan(plan, table: "plan_\(index + 1)") }
    costs()
    classes()
    baselines()
    binding()
    trust()
    provenance()
  }

  private func put(_ table: String, _ row: Int, _ column: String, _ value: Double?) {
    if let value { numbers["\(table)/\(row)/\(column)"] = value }
  }

  private func putTotal(_ table: String, _ column: String, _ value: Double?) {
    if let value { numbers["\(table)/total/\(column)"] = value }
  }

  private func number(_ object: Object?, _ key: String) -> Double? { (object?[key] as? NSNumber)?.doubleValue }
  private func text(_ object: Object?, _ key: String) -> String { object?[key] as? String ?? "" }
  private func list(_ object: Object?, _ key: String) -> [Object] { object?[key] as? [Object] ?? [] }
  private func counts(_ object: Object, _ key: String) -> [Double] {
    (object[key] as? [NSNumber] ?? []).map(\.doubleValue)
  }
  private func isPlanned(_ plan: Object) -> Bool { ["optimal", "feasible"].contains(text(plan, "status")) }
  private func cost(_ plan: Object) -> Double? { isPlanned(plan) ? number(plan, "cost_usd_per_hour") : nil }
  private func isCost(_ plan: Object) -> Bool { text(plan, "objective_name") == "cost" }

  /// Largest sum over one period.
  private func peak(_ series: [[Double]]) -> Double {
    let length = series.map(\.count).max() ?? 0
    return (0..<length).map { place in series.reduce(0) { $0 + ($1.count > place ? $1[place] : 0) } }.max() ?? 0
  }

  private func running(_ plan: Object) -> [Object] {
    list(plan, "groups").filter { (counts($0, "instances_by_period").max() ?? 0) > 0 }
  }

  private func deviceSeries(_ groups: [Object]) -> [[Double]] {
    groups.map { group in
      counts(group, "instances_by_period").map { $0 * (number(group, "devices_per_instance") ?? 0) }
    }
  }

  private func held(_ plan: Object) -> Double {
    let purchases = list(plan, "purchases")
    return purchases.isEmpty
      ? peak(deviceSeries(list(plan, "groups"))) : peak(purchases.map { counts($0, "devices_by_period") })
  }

  private func rate(_ plan: Object, _ key: String) -> Double {
    number(plan["economics"] as? Object, key) ?? list(plan, "classes").reduce(0) { $0 + (number($1, key) ?? 0) }
  }

  // MARK: Tables

  private func overview() {
    if plans.count < 2 { return }
    for (index, plan) in plans.enumerated() {
      let row = index + 1
      put("scenarios", row, "cost_usd_per_hour", cost(plan))
      put("scenarios", row, "cost_usd_per_month", cost(plan).map { $0 * 8760 / 12 })
      if index > 0, let own = cost(plan), let first = cost(plans[0]) {
        put("scenarios", row, "difference_usd_per_hour", own - first)
        put("scenarios", row, "difference_fraction", first > 0 ? own / first - 1 : nil)
      }
      put("scenarios", row, "gap", number(plan, "gap"))
      if !isPlanned(plan) { continue }
      put("scenarios", row, "devices", held(plan))
      put("scenarios", row, "served_rate_per_s", rate(plan, "served_rate_per_s"))
      put("scenarios", row, "offered_rate_per_s", rate(plan, "offered_rate_per_s"))
    }
  }

  private func value(_ object: Object, of plan: Object) -> Double? {
    isCost(plan) ? number(object, "cost_usd_per_hour") : number(object, "objective")
  }

  private func verdicts() {
    var row = 0
    for plan in plans where text(plan, "status") != "infeasible" {
      for kind in ["no_disaggregation", "single_vendor"] {
        let ways = list(plan, "baselines").filter { text($0, "kind") == kind }
        if ways.isEmpty { continue }
        row += 1
        let own = value(plan, of: plan)
        put("verdicts", row, "value_with", own)
        put("verdicts", row, "value_without", ways.compactMap { value($0, of: plan) }.min())
        let open = ways.filter { text($0, "status") != "infeasible" }
        guard let own, !open.isEmpty else { continue }
        func lower(_ object: Object) -> Double? {
          text(object, "status") == "optimal"
            ? value(object, of: plan) ?? number(object, "bound") : number(object, "bound")
        }
        let floors = open.compactMap(lower)
        let floor = floors.count == open.count ? floors.min() : nil
        let negligible = 1e-6 * max(1, abs(own))
        func clipped(_ saving: Double) -> Double { saving > negligible ? saving : 0 }
        put("verdicts", row, "saving_at_least", floor.map { clipped($0 - own) } ?? 0)
        if let best = open.compactMap({ value($0, of: plan) }).min(), let floor = lower(plan) {
          put("verdicts", row, "saving_at_most", clipped(best - floor))
        }
      }
    }
  }

  /// Devices at the peak and cost by pool and tier.
  private func holdings(_ plan: Object) -> [[String]: (devices: Double, cost: Double)] {
    var held: [[String]: (devices: Double, cost: Double)] = [:]
    func add(_ key: [String], _ devices: Double, _ cost: Double) {
      held[key] = ((held[key]?.devices ?? 0) + devices, (held[key]?.cost ?? 0) + cost)
    }
    let purchases = list(plan, "purchases")
    for purchase in purchases {
      let devices = counts(purchase, "devices_by_period").max() ?? 0
      let cost = number(purchase, "cost_usd_per_hour") ?? 0
      if devices > 0 || cost > 0 { add([text(purchase, "pool"), text(purchase, "tier")], devices, cost) }
    }
    for group in running(plan) where purchases.isEmpty {
      add([text(group, "pool"), ""], number(group, "devices") ?? 0, number(group, "cost_usd_per_hour") ?? 0)
    }
    return held
  }

  private func differences() {
    let tiers = ["", "on_demand", "reserved", "spot", "owned", "current"]
    for index in plans.indices.dropFirst() {
      guard let before = cost(plans[0]), let after = cost(plans[index]) else { continue }
      let old = holdings(plans[0])
      let new = holdings(plans[index])
      let keys = Set(old.keys).union(new.keys).sorted {
        ($0[0], tiers.firstIndex(of: $0[1]) ?? 0) < ($1[0], tiers.firstIndex(of: $1[1]) ?? 0)
      }
      let table = "difference_\(index + 1)"
      var sums = (0.0, 0.0)
      for (place, key) in keys.enumerated() {
        let (first, other) = (old[key] ?? (0, 0), new[key] ?? (0, 0))
        put(table, place + 1, "devices_before", first.devices)
        put(table, place + 1, "devices_after", other.devices)
        put(table, place + 1, "devices_change", other.devices - first.devices)
        put(table, place + 1, "cost_before_usd_per_hour", first.cost)
        put(table, place + 1, "cost_after_usd_per_hour", other.cost)
        put(table, place + 1, "cost_change_usd_per_hour", other.cost - first.cost)
        sums = (sums.0 + first.devices, sums.1 + other.devices)
      }
      putTotal(table, "devices_before", sums.0)
      putTotal(table, "devices_after", sums.1)
      putTotal(table, "devices_change", sums.1 - sums.0)
      putTotal(table, "cost_before_usd_per_hour", before)
      putTotal(table, "cost_after_usd_per_hour", after)
      putTotal(table, "cost_change_usd_per_hour", after - before)
      instances(index)
    }
  }

  private func instances(_ index: Int) {
    func byID(_ plan: Object) -> [String: Double] {
      Dictionary(running(plan).map { (text($0, "id"), number($0, "instances") ?? 0) }, uniquingKeysWith: +)
    }
    let (old, new) = (byID(plans[0]), byID(plans[index]))
    let changed = Set(old.keys).union(new.keys).filter { old[$0] ?? 0 != new[$0] ?? 0 }.sorted()
    for (place, id) in changed.enumerated() {
      let (before, after) = (old[id] ?? 0, new[id] ?? 0)
      put("instances_\(index + 1)", place + 1, "instances_before", before)
      put("instances_\(index + 1)", place + 1, "instances_after", after)
      put("instances_\(index + 1)", place + 1, "instances_change", after - before)
    }
  }

  private func poolPlan(_ plan: Object, table: String) {
    let phases = ["prefill", "decode", "aggregated"]
    func order(_ group: Object) -> [String] {
      [
        text(group, "pool"), String(phases.firstIndex(of: text(group, "phase")) ?? 9), text(group, "model"),
        text(group, "id"),
      ]
    }
    let groups = running(plan).sorted { order($0).lexicographicallyPrecedes(order($1)) }
    let shown = ["pp", "ep", "dp"].filter { key in groups.contains { number($0, key) != 1 } }
    for (place, group) in groups.enumerated() {
      let keys = [
        "tp", "max_batch", "instances", "devices", "utilization", "cost_usd_per_hour", "idle_cost_usd_per_hour",
      ]
      for key in keys + shown { put(table, place + 1, key, number(group, key)) }
    }
    if groups.count < 2 { return }
    putTotal(table, "instances", peak(list(plan, "groups").map { counts($0, "instances_by_period") }))
    putTotal(table, "devices", peak(deviceSeries(list(plan, "groups"))))
    putTotal(table, "cost_usd_per_hour", groups.reduce(0) { $0 + (number($1, "cost_usd_per_hour") ?? 0) })
    let idle = groups.compactMap { number($0, "idle_cost_usd_per_hour") }
    if idle.count == groups.count { putTotal(table, "idle_cost_usd_per_hour", idle.reduce(0, +)) }
  }

  private func costs() {
    let shown = plans.enumerated().filter { isPlanned($0.element) }
    var row = 0
    func figure(_ value: (Object, Object?) -> Double?) {
      let values = shown.map { value($0.element, $0.element["economics"] as? Object) }
      if values.allSatisfy({ $0 == nil }) { return }
      row += 1
      for (scenario, value) in zip(shown, values) { put("costs", row, "scenario_\(scenario.offset + 1)", value) }
    }
    figure { plan, _ in cost(plan) }
    figure { plan, _ in cost(plan).map { $0 * 730 } }
    figure { number($1, "usd_per_million_tokens") }
    figure { number($1, "usd_per_million_input_tokens") }
    figure { number($1, "usd_per_million_output_tokens") }
    figure { number($1, "usd_per_thousand_requests").map { $0 / 1000 } }
    figure { number($1, "idle_cost_usd_per_hour") }
    figure { plan, economics in
      guard let idle = number(economics, "idle_cost_usd_per_hour"), let cost = cost(plan), cost > 0 else { return nil }
      return idle / cost
    }
    figure { number($1, "power_watts") }
    figure { number($1, "power_watts").map { $0 / 1000 * 730 } }
    figure { _, economics in
      guard let watts = number(economics, "power_watts"), let rate = number(economics, "served_rate_per_s"), rate > 0
      else { return nil }
      return watts * 3600 / (rate * 3600) / 3600
    }
    figure { plan, economics in
      guard let watts = number(economics, "power_watts"), let tokens = tokens(plan), tokens > 0 else { return nil }
      return watts / tokens
    }
  }

  /// Tokens/s of the served requests.
  private func tokens(_ plan: Object) -> Double? {
    let lengths = list(plan, "classes").map { entry -> Double? in
      guard let input = number(entry, "mean_input_tokens"), let output = number(entry, "mean_output_tokens"),
        let rate = number(entry, "served_rate_per_s")
      else { return nil }
      return rate * (input + output)
    }
    let known = lengths.compactMap { $0 }
    if !lengths.isEmpty, known.count == lengths.count { return known.reduce(0, +) }
    guard let price = number(plan["economics"] as? Object, "usd_per_million_tokens"), let cost = cost(plan) else {
      return nil
    }
    return cost / (price / 1e6) / 3600
  }

  private func classes() {
    var row = 0
    for plan in plans where isPlanned(plan) {
      for entry in list(plan, "classes") {
        guard let input = number(entry, "input_cost_usd_per_hour"),
          let output = number(entry, "output_cost_usd_per_hour"), let rate = number(entry, "served_rate_per_s")
        else { continue }
        row += 1
        put("classes", row, "served_rate_per_s", rate)
        put("classes", row, "mean_input_tokens", number(entry, "mean_input_tokens"))
        put("classes", row, "mean_output_tokens", number(entry, "mean_output_tokens"))
        put("classes", row, "cost_usd_per_hour", input + output)
        put("classes", row, "usd_per_request", (input + output) / 3600 / rate)
        for (name, cost) in [("input", input), ("output", output)] {
          put(
            "classes", row, "usd_per_million_\(name)_tokens",
            number(entry, "mean_\(name)_tokens").map { cost / 3600 / rate / $0 * 1_000_000 })
        }
      }
    }
  }

  private func baselines() {
    var row = 0
    let showsObjective = !plans.allSatisfy(isCost)
    for plan in plans where !list(plan, "baselines").isEmpty {
      for (place, entry) in ([plan] + list(plan, "baselines")).enumerated() {
        row += 1
        if showsObjective { put("baselines", row, "objective", number(entry, "objective")) }
        put("baselines", row, "cost_usd_per_hour", number(entry, "cost_usd_per_hour"))
        put("baselines", row, "bound", number(entry, "bound"))
        if place > 0, let other = value(entry, of: plan), let own = value(plan, of: plan), own > 0 {
          put("baselines", row, "difference_fraction", other / own - 1)
        }
      }
    }
  }

  private func binding() {
    var row = 0
    for plan in plans {
      for rule in list(plan, "binding") {
        row += 1
        put("binding", row, "shadow_price", number(rule, "shadow_price").flatMap { $0 == 0 ? nil : $0 })
      }
    }
  }

  /// Rows by pool, model and phase; equal evidence is one row.
  private func trust() {
    var seen: Set<[String]> = []
    var rows: [(key: [String], evidence: Object)] = []
    let phases = ["prefill", "decode", "aggregated"]
    let bands = ["tpot_low", "tpot_high", "prefill_low", "prefill_high"]
    for plan in plans {
      let groups = running(plan).sorted {
        [text($0, "model"), String(phases.firstIndex(of: text($0, "phase")) ?? 9), text($0, "id")]
          .lexicographicallyPrecedes(
            [text($1, "model"), String(phases.firstIndex(of: text($1, "phase")) ?? 9), text($1, "id")])
      }
      for group in groups {
        guard let evidence = group["evidence"] as? Object else { continue }
        let key = [text(group, "pool"), text(group, "model"), String(phases.firstIndex(of: text(group, "phase")) ?? 9)]
        let values = bands.map { number(evidence, $0 + "_ratio")?.description ?? "" }
        if seen.insert(key + [text(evidence, "grade"), text(evidence, "text")] + values).inserted {
          rows.append((key, evidence))
        }
      }
    }
    let sorted = rows.enumerated().sorted {
      $0.element.key == $1.element.key
        ? $0.offset < $1.offset : $0.element.key.lexicographicallyPrecedes($1.element.key)
    }
    for (place, row) in sorted.enumerated() {
      for band in bands { put("trust", place + 1, band, number(row.element.evidence, band + "_ratio").map { $0 - 1 }) }
    }
  }

  private func provenance() {
    var row = 0
    func fact(_ isKnown: (Object, Object) -> Bool, _ value: ((Object, Object) -> Double?)? = nil) {
      let pairs = plans.map { ($0, $0["provenance"] as? Object ?? [:]) }
      if !pairs.contains(where: { isKnown($0.0, $0.1) }) { return }
      row += 1
      guard let value else { return }
      for (index, pair) in pairs.enumerated() { put("provenance", row, "scenario_\(index + 1)", value(pair.0, pair.1)) }
    }
    func named(_ key: String) { fact { !text($1, key).isEmpty } }
    named("solver")
    named("solver_status")
    fact { plan, _ in !text(plan, "status").isEmpty }
    fact { plan, _ in !text(plan, "objective_name").isEmpty }
    for key in ["objective", "bound", "gap"] {
      fact({ plan, _ in self.number(plan, key) != nil }, { plan, _ in self.number(plan, key) })
    }
    for key in ["rows", "columns", "integer_columns", "candidates", "reduced_candidates"] {
      fact({ ($1[key] as? NSNumber)?.intValue ?? 0 != 0 }, { self.number($1, key).flatMap { $0 == 0 ? nil : $0 } })
    }
  }
}
