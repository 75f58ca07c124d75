import FleetJSON

extension ProblemReading {
  func readLinks(_ object: JSONObject) -> [PoolLink]? {
    guard let reader = object.optional("links") else { return [] }
    let most = ProblemBounds.pools * ProblemBounds.pools
    guard let elements = reader.array("an array of links", count: 0...most) else { return nil }
    var pairs: Set<PoolPair> = []
    return elements.allOrNil { element in
      guard let entry = element.object("a link", .link) else { return nil }
      let before = element.faults.faults.count
      let pair = poolPair(entry)
      let total = bandwidth(entry, "total_gbit_per_s")
      let device = bandwidth(entry, "device_gbit_per_s")
      let latency = entry.optionalNumber("latency_ms", unit: "ms", in: .closed(0, 60_000))
      let transport = entry.optionalString("transport")
      let hostStaged = entry.bool("host_staged", default: false)
      if let pair, !pairs.insert(pair).inserted {
        element.fault("the link from \(pair.prefillPoolID) to \(pair.decodePoolID) is described twice")
      }
      guard let pair, element.faults.faults.count == before else { return nil }
      return PoolLink(
        prefillPoolID: pair.prefillPoolID, decodePoolID: pair.decodePoolID, totalBytesPerSecond: total,
        deviceBytesPerSecond: device, latencySeconds: latency.map { $0 / 1000 }, transport: transport,
        hostStaged: hostStaged)
    }
  }

  func readExchange(_ object: JSONObject) -> KVExchangeRule? {
    guard let reader = object.optional("kv_exchange") else { return .all }
    if reader.isString {
      switch reader.choice(of: ExchangeWord.self) {
      case .all: return .all
      case .sameAccelerator: return .sameAccelerator
      case nil: return nil
      }
    }
    guard let rule = reader.object("all, same_accelerator, or an object with only or except", .kvExchange) else {
      return nil
    }
    let only = rule.optional("only")
    let except = rule.optional("except")
    guard (only == nil) != (except == nil), let list = only ?? except else {
      reader.fault("expected either only or except")
      return nil
    }
    let pairs = list.array("an array of pairs of pools", count: 0...4096)?.allOrNil { element in
      element.object("a pair of pools", .poolPair).flatMap { poolPair($0) }
    }
    return pairs.map { only == nil ? .except($0) : .only($0) }
  }

  private enum ExchangeWord: String, CaseIterable {
    case all
    case sameAccelerator = "same_accelerator"
  }

  private func poolPair(_ entry: JSONObject) -> PoolPair? {
    let from = pools.id(at: entry.required("from", "the id of an accelerator"))
    let to = pools.id(at: entry.required("to", "the id of an accelerator"))
    guard let from, let to else { return nil }
    return PoolPair(prefillPoolID: from, decodePoolID: to)
  }

  /// Gbit/s as bytes/s: 10⁹ / 8.
  private func bandwidth(_ entry: JSONObject, _ key: String) -> Double? {
    guard let reader = entry.optional(key),
      let gigabits = reader.number(unit: "Gbit/s", in: .above(0, upTo: 1e7))
    else { return nil }
    if gigabits < 1 { warn(reader, "\(reader.node.summary) Gbit/s is unusually slow", hint: "the unit is Gbit/s") }
    if key == "device_gbit_per_s", gigabits > 20_000 {
      warn(reader, "\(reader.node.summary) Gbit/s is unusually fast for one device", hint: "the unit is Gbit/s")
    }
    return gigabits * 1e9 / 8
  }
}
