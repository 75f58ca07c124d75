import FleetServing

/// Writes the `data;` section of models/program/planning.mod for the data of a problem.
///
/// The sets, parameters and their units are those that the program text declares. The same data gives the same bytes.
/// Ids become quoted symbols; one longer than GNU MathProg takes is cut and gets a checksum, so that it stays unique.
struct MathProgData {
  let data: ProgramData

  private let classes: [String]
  private let candidates: [String]
  private let pools: [String]
  private let periods: [String]

  init(_ data: ProgramData) {
    self.data = data
    classes = data.problem.classes.map { MathProgSymbol.quoted($0.id) }
    candidates = data.candidates.map { MathProgSymbol.quoted($0.id) }
    pools = data.problem.pools.map { MathProgSymbol.quoted($0.id) }
    periods = data.problem.periods.map { MathProgSymbol.quoted($0.id) }
  }

  private var problem: PlanningProblem { data.problem }

  /// The section, from `data;` to `end;`.
  func text() -> String {
    "data;\n\n" + demand() + supply() + candidateTables() + pairing() + policy() + "end;\n"
  }

  // MARK: Parts

  private func demand() -> String {
    var text = table("param: PERIODS: period_share", zip(periods, data.periodShares).map { [$0, number($1)] })
    text += table("set CLASSES", classes.map { [$0] })
    text += table(
      "param rate",
      classes.indices.flatMap { index in
        periods.indices.map { [classes[index], periods[$0], number(data.rates[index][$0])] }
      })
    return text
  }

  private func supply() -> String {
    var text = table(
      "param: POOLS: vendor watts",
      problem.pools.indices.map { index in
        let accelerator = problem.pools[index].accelerator
        return [pools[index], MathProgSymbol.quoted(accelerator.vendor), number(accelerator.powerWatts)]
      })
    text += table(
      "param stock_devices",
      problem.pools.indices.compactMap { index in problem.pools[index].stockDevices.map { [pools[index], "\($0)"] } })
    let tiers = data.tiers.indices.map { tier($0) }
    text += table(
      "param: TIERS: tier_pool kind usd_per_device_hour unit_devices",
      data.tiers.indices.map { index in
        let tier = data.tiers[index]
        return [
          tiers[index], pools[tier.poolIndex], "\"\(tier.kind.rawValue)\"", number(tier.usdPerDeviceHour),
          "\(tier.unitDevices)",
        ]
      })
    text += table(
      "param units_available",
      data.tiers.indices.compactMap { index in
        let tier = data.tiers[index]
        let units = data.scope.admits(tier) ? tier.maximumUnits : 0
        return units.map { [tiers[index], "\($0)"] }
      })
    return text
  }

  private func tier(_ index: Int) -> String {
    MathProgSymbol.quoted("\(problem.pools[data.tiers[index].poolIndex].id),\(data.tierLabel(index))")
  }

  private func candidateTables() -> String {
    var text = table(
      "param: CANDIDATES: phase pool instance_devices least_instances",
      data.candidates.indices.map { index in
        let candidate = data.candidates[index]
        return [
          candidates[index], "\"\(candidate.phase.rawValue)\"", pools[candidate.poolIndex], "\(candidate.devices)",
          "\(candidate.floor)",
        ]
      })
    text += table(
      "param: LOADS: load",
      data.candidates.indices.flatMap { index in
        data.candidates[index].loads.map { [classes[$0.classIndex], candidates[index], number($0.load)] }
      })
    return text
  }

  private func pairing() -> String {
    let groups = data.senderGroups
    let senders = groups.filter { data.needsFlows(model: $0.modelIndex, groups: groups) }
    let models = Set(senders.map(\.modelIndex))
    let endpoints = data.endpoints.indices.filter { models.contains(data.endpoints[$0].modelIndex) }
    func symbol(_ group: SenderGroup) -> String { MathProgSymbol.quoted(group.name) }
    func symbol(_ endpoint: Int) -> String { MathProgSymbol.quoted(data.endpointName(endpoint)) }

    var text = table("param: SENDERS: sender_pool", senders.map { [symbol($0), pools[$0.poolIndex]] })
    text += table(
      "param: ENDPOINTS: endpoint_pool", endpoints.map { [symbol($0), pools[data.endpoints[$0].poolIndex]] })
    text += table("set PARTNERS", senders.flatMap { group in group.partners.map { [symbol(group), symbol($0)] } })
    text += table("set MEMBERS", senders.flatMap { group in group.members.map { [symbol(group), candidates[$0]] } })
    text += table(
      "set RECEIVERS",
      data.candidates.indices.compactMap { index in
        guard let endpoint = data.candidates[index].endpoint, endpoints.contains(endpoint) else { return nil }
        return [symbol(endpoint), candidates[index]]
      })
    text += table(
      "param gigabytes", zip(classes, data.transferBytes).map { [$0, number($1 / PairingConstraint.bytesPerUnit)] })
    text += table(
      "param: LINKS: bandwidth",
      (senders.isEmpty ? [] : problem.links).compactMap { link in
        link.totalBytesPerSecond.map { bandwidth in
          [
            MathProgSymbol.quoted(link.prefillPoolID), MathProgSymbol.quoted(link.decodePoolID),
            number(bandwidth / PairingConstraint.bytesPerUnit),
          ]
        }
      })
    return text
  }

  private func policy() -> String {
    let policy = problem.policy
    let objective = problem.objectives.first ?? .cost
    let headroom = Phase.allCases.map { "\($0.rawValue) \(number(policy.headroom[$0]))" }
    var text = "param headroom := \(headroom.joined(separator: " "));\n"
    text += "param spares := \(policy.spareInstancesPerGroup);\n"
    for (name, value) in [
      ("budget_usd_per_hour", policy.budgetUSDPerHour), ("power_cap_watts", policy.powerCapWatts),
      ("spot_share", policy.spotShareLimit), ("minimum_vendors", policy.minimumVendors.map(Double.init)),
    ] {
      if let value { text += "param \(name) := \(number(value));\n" }
    }
    text += "param aim := \"\(objective.rawValue)\";\n"
    let mix = problem.objectives.contains(.traffic) ? problem.trafficMix.mathProgName : "fixed"
    text += "param traffic_mix := \"\(mix)\";\n\n"
    let shares = Array(policy.vendorShares.enumerated())
    text += table(
      "param: SHARES: share_measure share_limit",
      shares.map { ["\($0.offset + 1)", "\"\($0.element.measure.rawValue)\"", number($0.element.share)] })
    let limits = Array(policy.deviceLimits.enumerated())
    text += table("param: LIMITS: most_devices", limits.map { ["\($0.offset + 1)", "\($0.element.maximumDevices)"] })
    text += table(
      "set WITHIN",
      limits.flatMap { index, limit in limit.poolIDs.map { [MathProgSymbol.quoted($0), "\(index + 1)"] } })
    text += table(
      "set LIMITED",
      shares.flatMap { index, limit in
        data.vendors.filter { limit.vendor == nil || limit.vendor == $0 }.map {
          [MathProgSymbol.quoted($0), "\(index + 1)"]
        }
      })
    return text
  }

  // MARK: Layout

  /// A set or parameter with one line per entry.
  private func table(_ head: String, _ rows: [[String]]) -> String {
    head + " :=" + rows.map { "\n  " + $0.joined(separator: " ") }.joined() + ";\n\n"
  }

  private func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }
}

extension TrafficMix {
  fileprivate var mathProgName: String {
    switch self {
    case .proportional: "proportional"
    case .free: "free"
    }
  }
}

/// Ids as symbols of GNU MathProg.
enum MathProgSymbol {
  /// The longest symbol that GNU MathProg takes, in bytes.
  static let longest = 100

  /// The id in double quotes, cut where it is too long.
  static func quoted(_ id: String) -> String {
    "\"" + shortened(printable(id)).replacing("\"", with: "\"\"") + "\""
  }

  /// The id itself, or its beginning with a checksum (FNV-1a, 64 bits) of the whole.
  static func shortened(_ id: String) -> String {
    guard id.utf8.count > longest else { return id }
    let mark = "~" + checksum(id)
    var kept = id[...]
    while kept.utf8.count + mark.utf8.count > longest { kept.removeLast() }
    return kept + mark
  }

  /// Control characters would end the symbol.
  private static func printable(_ id: String) -> String {
    String(String.UnicodeScalarView(id.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? "?" : $0 }))
  }

  private static func checksum(_ id: String) -> String {
    let hash = id.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
