import FleetJSON

extension ProblemReading {
  /// The tier that a pool without `prices` has: the catalog's on-demand price, else reserved, else owned.
  func usualTiers(_ accelerator: Accelerator, at reader: JSONReader) -> [PriceTier]? {
    for kind in [PriceTierKind.onDemand, .reserved, .owned] {
      if let price = catalogPrice(accelerator, kind) { return [PriceTier(kind: kind, usdPerDeviceHour: price)] }
    }
    reader.fault(
      "no price of \(accelerator.id) is known",
      hint: "add \"prices\": {\"on_demand_usd_per_device_hour\": …}")
    return nil
  }

  /// The tiers of `prices` and `available`.
  func priceTiers(_ entry: JSONObject, _ accelerator: Accelerator) -> [PriceTier]? {
    guard let reader = entry.optional("prices") else {
      return withAvailability(usualTiers(accelerator, at: entry.reader), entry)
    }
    if reader.isArray { return withAvailability(catalogTiers(reader, accelerator), entry) }
    guard let object = reader.object("prices", .prices) else { return nil }
    var tiers: [PriceTier] = []
    var isRight = true
    for (kind, key) in [
      (PriceTierKind.onDemand, "on_demand_usd_per_device_hour"), (.reserved, "reserved_usd_per_device_hour"),
      (.spot, "spot_usd_per_device_hour"),
    ] {
      guard let value = object.optional(key) else { continue }
      if let price = devicePrice(value) {
        tiers.append(PriceTier(kind: kind, usdPerDeviceHour: price))
      } else {
        isRight = false
      }
    }
    if let value = object.optional("owned") {
      if let price = ownedPrice(value, powerWatts: accelerator.powerWatts) {
        tiers.append(PriceTier(kind: .owned, usdPerDeviceHour: price))
      } else {
        isRight = false
      }
    }
    if isRight, tiers.isEmpty {
      reader.fault("no price is given", hint: "known keys: \(ProblemFormat.Part.prices.keys.joined(separator: ", "))")
      return nil
    }
    return isRight ? withAvailability(tiers, entry) : nil
  }

  /// A price of one device [USD/h]; odd ones are a warning, absurd ones a fault.
  func devicePrice(_ reader: JSONReader) -> Double? {
    guard let price = reader.number(unit: "USD per device-hour") else { return nil }
    guard Plausible.usdPerDeviceHour.contains(price) else {
      let slip = price > 0 ? "a price per month or of a whole system must be divided by hours and devices" : nil
      reader.expected("a price from 0 to 1000 USD per device-hour", hint: slip)
      return nil
    }
    if price > 50 {
      warn(reader, "\(price) USD per device-hour is unusually dear", hint: "is it the price of a node?")
    } else if price > 0, price < 0.01 {
      warn(reader, "\(price) USD per device-hour is unusually cheap")
    }
    return price
  }

  private func catalogPrice(_ accelerator: Accelerator, _ kind: PriceTierKind) -> Double? {
    switch kind {
    case .onDemand: accelerator.prices.onDemandUSDPerDeviceHour
    case .reserved: accelerator.prices.reservedUSDPerDeviceHour
    case .owned: accelerator.prices.ownedUSDPerDeviceHour
    case .spot, .current: nil
    }
  }

  /// `["on_demand", "reserved"]`: prices of the catalog.
  private func catalogTiers(_ reader: JSONReader, _ accelerator: Accelerator) -> [PriceTier]? {
    guard let elements = reader.array("an array of price tiers", count: 1...3) else { return nil }
    var tiers: [PriceTier] = []
    for element in elements {
      guard let kind = element.choice(of: CatalogTier.self)?.kind else { continue }
      if tiers.contains(where: { $0.kind == kind }) {
        element.fault("\(kind.rawValue) is named twice")
      } else if let price = catalogPrice(accelerator, kind) {
        tiers.append(PriceTier(kind: kind, usdPerDeviceHour: price))
      } else {
        element.fault("the catalog knows no \(kind.rawValue) price of \(accelerator.id)", hint: "give it in prices")
      }
    }
    return tiers.count == elements.count ? tiers : nil
  }

  private enum CatalogTier: String, CaseIterable {
    case onDemand = "on_demand"
    case reserved, owned

    var kind: PriceTierKind {
      switch self {
      case .onDemand: .onDemand
      case .reserved: .reserved
      case .owned: .owned
      }
    }
  }

  /// Cost of an owned device [USD/h]: `hold + W/1000 · pue · USD/kWh`, where `hold` is given or the purchase price
  /// spread over the lifetime, `purchase / (years · 8760)`.
  private func ownedPrice(_ reader: JSONReader, powerWatts: Double) -> Double? {
    guard let object = reader.object("the price of owned devices", .ownedPrice) else { return nil }
    let before = reader.faults.faults.count
    let held = object.optional("usd_per_device_hour").flatMap { devicePrice($0) }
    let purchase = object.optionalNumber("purchase_usd_per_device", unit: "USD", in: .closed(0, 1e7))
    let years = object.optionalNumber("lifetime_years", unit: "years", in: .above(0, upTo: 100))
    let energy = object.optionalNumber("power_usd_per_kwh", unit: "USD/kWh", in: .closed(0, 10))
    let pue = object.optionalNumber("pue", in: .closed(1, 3))
    if object.optional("usd_per_device_hour") != nil, object.optional("purchase_usd_per_device") != nil {
      object.fault(
        "purchase_usd_per_device", "usd_per_device_hour and purchase_usd_per_device exclude each other",
        hint: "remove one of them")
    }
    if object.optional("usd_per_device_hour") == nil, object.optional("purchase_usd_per_device") == nil {
      reader.fault("expected usd_per_device_hour or purchase_usd_per_device")
    }
    if object.optional("purchase_usd_per_device") != nil, object.optional("lifetime_years") == nil {
      object.recordMissing("lifetime_years", "a number of years")
    }
    for (key, other) in [("lifetime_years", "purchase_usd_per_device"), ("pue", "power_usd_per_kwh")]
    where object.optional(key) != nil && object.optional(other) == nil {
      object.fault(key, "\(key) has no effect without \(other)")
    }
    if energy != nil, powerWatts == 0 {
      object.fault("power_usd_per_kwh", "the power of the device is not known", hint: "add power_watts to the entry")
    }
    if reader.faults.faults.count > before { return nil }
    let hold = held ?? purchase.flatMap { purchase in years.map { purchase / ($0 * 8760) } }
    guard let hold else { return nil }
    let price = hold + powerWatts / 1000 * (pue ?? 1) * (energy ?? 0)
    guard Plausible.usdPerDeviceHour.contains(price) else {
      reader.fault("the price comes to \(price) USD per device-hour, beyond 1000")
      return nil
    }
    return price
  }

  /// Adds the limits of `available` to the tiers that they name.
  private func withAvailability(_ tiers: [PriceTier]?, _ entry: JSONObject) -> [PriceTier]? {
    guard let reader = entry.optional("available") else { return tiers }
    guard let object = reader.object("limits of price tiers", .available), var tiers else { return nil }
    for key in ProblemFormat.Part.available.keys {
      guard let value = object.optional(key) else { continue }
      guard let devices = value.integer(unit: "devices", in: .closed(0, ProblemBounds.devices)) else { return nil }
      if let position = tiers.firstIndex(where: { $0.kind.rawValue == key }) {
        tiers[position].availableDevices = devices
      } else {
        object.faultAtKey(key, "the tier \(key) has no price", hint: "add it to prices")
        return nil
      }
    }
    return tiers
  }
}
