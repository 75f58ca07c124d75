import FleetJSON

extension ProblemReading {
  func readPools(_ object: JSONObject) {
    guard
      let elements = object.array("accelerators", "an array of accelerators", count: 1...ProblemBounds.pools)
    else { return pools.giveUp() }
    for element in elements {
      if element.isString {
        let id = element.identifier("the name of an accelerator")
        let accelerator = id.flatMap { catalogAccelerator($0, at: element) }
        pools.add(id, at: element, accelerator.flatMap { pool($0, as: id ?? $0.id, at: element) })
      } else if let entry = element.object("an accelerator, or the name of one", .accelerator) {
        let id = poolID(entry)
        pools.add(id, at: entry, id.flatMap { pool(entry, id: $0) })
      } else {
        pools.giveUp()
      }
    }
  }

  private func poolID(_ entry: JSONObject) -> String? {
    if let reader = entry.optional("id") { return reader.identifier("an id") }
    if let reader = entry.optional("catalog") { return reader.identifier("the name of an accelerator") }
    return entry.missingIdentifier()
  }

  private func catalogAccelerator(_ spelling: String, at reader: JSONReader) -> Accelerator? {
    if let found = catalog.accelerator(spelling) { return found }
    let near = catalog.nearestAccelerator(to: spelling).map { "did you mean \"\($0)\"?" }
    reader.fault(
      "the catalog has no accelerator \"\(spelling)\"",
      hint: near ?? "describe it in accelerator, or set measured_only for one that only capacity tables use")
    return nil
  }

  private func pool(_ accelerator: Accelerator, as id: String, at reader: JSONReader) -> AcceleratorPool? {
    guard let tiers = usualTiers(accelerator, at: reader) else { return nil }
    return AcceleratorPool(
      id: id, accelerator: accelerator, tiers: tiers, backend: accelerator.backends.first ?? "vllm")
  }

  private func pool(_ entry: JSONObject, id: String) -> AcceleratorPool? {
    let before = entry.reader.faults.faults.count
    let measuredOnly = entry.bool("measured_only", default: false)
    checkPoolKeys(entry, measuredOnly: measuredOnly)
    let accelerator: Accelerator? =
      if measuredOnly {
        measuredAccelerator(entry, id: id)
      } else if let reader = entry.optional("accelerator") {
        Accelerator(inline: reader)
      } else {
        catalogAccelerator(
          entry.optionalString("catalog") ?? id, at: entry.optional("catalog") ?? entry["id"] ?? entry.reader)
      }
    let region = entry.optionalString("region")
    let stock = entry.optionalInteger("stock_devices", unit: "devices", in: .closed(0, ProblemBounds.devices))
    let wholeNodes = entry.choice("billing", of: Billing.self, default: .device) == .node
    let backend = entry.optionalString("backend")
    guard let accelerator else { return nil }
    let tiers = priceTiers(entry, accelerator)
    guard let tiers, entry.reader.faults.faults.count == before else { return nil }

    if let backend, !measuredOnly, !accelerator.backends.contains(backend), let reader = entry["backend"] {
      warn(
        reader, "\"\(backend)\" is not a usual backend of \(accelerator.id)",
        hint: "usual: \(accelerator.backends.joined(separator: ", "))")
    }
    if wholeNodes, let stock, stock % accelerator.devicesPerNode != 0, let reader = entry["stock_devices"] {
      warn(reader, "\(stock) devices are not a whole number of nodes of \(accelerator.devicesPerNode)")
    }
    return AcceleratorPool(
      id: id, accelerator: accelerator, region: region, stockDevices: stock, tiers: tiers, wholeNodes: wholeNodes,
      backend: backend ?? accelerator.backends.first ?? "vllm", measuredOnly: measuredOnly)
  }

  private enum Billing: String, CaseIterable { case device, node }

  /// Keys that exclude one another.
  private func checkPoolKeys(_ entry: JSONObject, measuredOnly: Bool) {
    for key in ["vendor", "devices_per_node", "power_watts"] where !measuredOnly && entry.optional(key) != nil {
      entry.fault(
        key, "\(key) belongs to an entry with measured_only",
        hint: "to change a figure of the catalog, describe the accelerator in accelerator")
    }
    for key in ["accelerator", "catalog"] where measuredOnly && entry.optional(key) != nil {
      entry.fault(key, "\(key) and measured_only exclude each other", hint: "remove one of them")
    }
    if entry.optional("accelerator") != nil, entry.optional("catalog") != nil {
      entry.fault("catalog", "catalog and accelerator exclude each other", hint: "remove one of them")
    }
  }

  /// An accelerator of which only measurements are known. Its physical figures are 0, which no latency model may read.
  private func measuredAccelerator(_ entry: JSONObject, id: String) -> Accelerator {
    let devicesPerNode = entry.integer("devices_per_node", unit: "devices", in: Plausible.domainDevices, default: 1)
    let vendor = entry.optional("vendor").flatMap { $0.identifier("the id of a vendor") }
    return Accelerator(
      id: id, name: id, vendor: vendor ?? id, family: "measured", memoryBytes: 0,
      memoryBandwidthBytesPerSecond: 0, denseFlops: [:], devicesPerNode: devicesPerNode,
      scaleUpDomainDevices: devicesPerNode, scaleUpBytesPerSecond: 0, scaleOutBytesPerSecond: 0, hostBytesPerSecond: 0,
      powerWatts: entry.number("power_watts", unit: "W", in: .closed(0, 100_000), default: 0),
      weightPrecisions: [], tensorParallelDegrees: [],
      kvLayout: KVLayoutTraits(layouts: [], blockSizesTokens: [], precisions: []), backends: [])
  }
}
