import FleetJSON

extension ProblemReading {
  func readPolicy(_ object: JSONObject) -> Policy? {
    guard let reader = object.optional("policy") else { return Policy() }
    guard let entry = reader.object("a policy", .policy) else { return nil }
    let before = reader.faults.faults.count
    var policy = Policy()
    if let modes = entry.optional("serving_modes") {
      let chosen = modes.array("an array of serving modes", count: 1...ServingMode.allCases.count)?
        .allOrNil { $0.choice(of: ServingMode.self) }
      policy.servingModes = Set(chosen ?? [])
    }
    policy.tensorDegrees = degrees(entry, "tp")
    policy.pipelineDegrees = degrees(entry, "pp")
    policy.dataDegrees = degrees(entry, "dp") ?? policy.dataDegrees
    policy.expertDegrees = degrees(entry, "ep")
    policy.contextDegrees = degrees(entry, "cp") ?? policy.contextDegrees
    policy.equalTensorDegrees = entry.bool("equal_tp", default: policy.equalTensorDegrees)
    policy.maximumDevicesPerInstance = entry.optionalInteger(
      "max_devices_per_instance", unit: "devices", in: Plausible.domainDevices)
    policy.maximumBatch = entry.integer(
      "max_batch", unit: "sequences", in: .closed(1, 65_536), default: policy.maximumBatch)
    policy.chunkTokens = entry.optionalInteger("chunk_tokens", unit: "tokens", in: .closed(16, 1_048_576))
    policy.prefillStepTokens = entry.integer(
      "prefill_step_tokens", unit: "tokens", in: .closed(1, 1_048_576), default: policy.prefillStepTokens)
    policy.budgetUSDPerHour = entry.optionalNumber("budget_usd_per_hour", unit: "USD/h", in: .closed(0, 1e9))
    policy.powerCapWatts = powerCap(entry)
    policy.deviceLimits = deviceLimits(entry)
    policy.vendorShares = vendorShares(entry)
    policy.minimumVendors = minimumVendors(entry)
    policy.spareInstancesPerGroup = entry.integer("spare_instances_per_group", in: .closed(0, 1000), default: 0)
    policy.headroom = headroom(entry)
    policy.spotShareLimit = entry.optional("spot_share_max").flatMap { readShare($0) }
    policy.robust = entry.bool("robust", default: policy.robust)
    policy.router = entry.choice("router", of: RouterAssumption.self, default: policy.router)
    return reader.faults.faults.count > before ? nil : policy
  }

  private func degrees(_ entry: JSONObject, _ key: String) -> [Int]? {
    guard let reader = entry.optional(key),
      let degrees = reader.array("an array of degrees", count: 1...32)?
        .allOrNil({ $0.integer("a degree", in: .closed(1, 1024)) })
    else { return nil }
    if Set(degrees).count != degrees.count { reader.fault("a degree is named twice") }
    return degrees.sorted()
  }

  private func powerCap(_ entry: JSONObject) -> Double? {
    guard let reader = entry.optional("power_cap_watts"),
      let watts = reader.number(unit: "W", in: .above(0, upTo: 1e12))
    else { return nil }
    if watts < 1000 {
      warn(reader, "\(reader.node.summary) W is less than two or three devices draw", hint: "the unit is W, not kW")
    }
    return watts
  }

  /// A fraction; above 1 it is taken for percent.
  private func readShare(_ reader: JSONReader) -> Double? {
    guard let value = reader.number("a share", in: .closed(0, 100)) else { return nil }
    if value > 1 {
      reader.expected("a share from 0 to 1", hint: "write \(value / 100) for \(reader.node.summary) %")
      return nil
    }
    return value
  }

  /// One fraction for all phases, or an object with one for each.
  private func headroom(_ entry: JSONObject) -> Headroom {
    guard let reader = entry.optional("headroom") else { return 0 }
    if reader.isNumber { return Headroom(headroom(at: reader)) }
    guard let phases = reader.object("a fraction, or an object with one for each phase", .headroom) else { return 0 }
    func value(_ key: String) -> Double { phases.optional(key).map { headroom(at: $0) } ?? 0 }
    return Headroom(prefill: value("prefill"), decode: value("decode"), aggregated: value("aggregated"))
  }

  private func headroom(at reader: JSONReader) -> Double {
    guard let value = reader.number(in: .closed(0, 1000)) else { return 0 }
    if value > 10 {
      reader.expected("a fraction from 0 to 10", hint: "write \(value / 100) for \(reader.node.summary) %")
    } else if value >= 1 {
      warn(reader, "a headroom of \(reader.node.summary) multiplies the fleet by \(1 + value)")
    }
    return value
  }

  private func deviceLimits(_ entry: JSONObject) -> [DeviceLimit] {
    guard let reader = entry.optional("device_limits"),
      let elements = reader.array("an array of limits on devices", count: 0...64)
    else { return [] }
    var given: Set<Set<String>> = []
    return elements.compactMap { element in
      guard let limit = element.object("a limit on devices", .deviceLimit) else { return nil }
      let list = limit.required("accelerators", "an array of ids of accelerators")
      let ids = list?.array("an array of ids of accelerators", count: 1...ProblemBounds.pools)?
        .allOrNil { pools.id(at: $0) }
      let most = limit.integer("max_devices", unit: "devices", in: .closed(0, ProblemBounds.devices))
      guard let ids, let most else { return nil }
      if Set(ids).count != ids.count { list?.fault("an accelerator is named twice") }
      if !given.insert(Set(ids)).inserted { element.fault("these accelerators are limited twice") }
      return DeviceLimit(poolIDs: ids, maximumDevices: most)
    }
  }

  private func vendorShares(_ entry: JSONObject) -> [VendorShareLimit] {
    guard let reader = entry.optional("vendor_shares"),
      let elements = reader.array("an array of vendor shares", count: 0...64)
    else { return [] }
    var given: Set<String> = []
    return elements.compactMap { element in
      guard let limit = element.object("a vendor share", .vendorShare) else { return nil }
      let vendor = limit.optional("vendor").map { readVendor($0) }
      let share = limit.required("max_share", "a share from 0 to 1").flatMap { readShare($0) }
      let measure = limit.choice("of", of: VendorShareLimit.Measure.self, default: .spend)
      if !given.insert("\(measure.rawValue) \((vendor ?? nil) ?? "")").inserted {
        element.fault("this share is limited twice")
      }
      guard let share else { return nil }
      if let vendor, vendor == nil { return nil }
      return VendorShareLimit(vendor: vendor ?? nil, share: share, measure: measure)
    }
  }

  private var vendors: [String] { Set(pools.values.map(\.accelerator.vendor)).sorted() }

  private func readVendor(_ reader: JSONReader) -> String? {
    guard let vendor = reader.string("a vendor") else { return nil }
    if vendors.contains(vendor) || !pools.isWhole { return vendor }
    let near = nearest(vendor, among: vendors).map { "did you mean \"\($0)\"?" }
    reader.fault(
      "no accelerator of the problem is of \"\(vendor)\"", hint: near ?? "known: \(vendors.joined(separator: ", "))")
    return nil
  }

  private func minimumVendors(_ entry: JSONObject) -> Int? {
    guard let reader = entry.optional("min_vendors"), let count = reader.integer(in: .closed(1, 64)) else { return nil }
    if count > vendors.count, pools.isWhole {
      reader.fault(
        "\(count) vendors are asked for, but the accelerators are of \(vendors.count)",
        hint: "vendors: \(vendors.joined(separator: ", "))")
    }
    return count
  }
}
