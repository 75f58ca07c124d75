import FleetJSON

extension Accelerator {
  /// Value of `format` in catalog files.
  public static let format = "fleetplan-accelerator/1"

  /// Reads a catalog file (`models/accelerators/ID.json`).
  /// - Returns: `nil` after recording every fault: unknown, missing and wrong keys, figures outside the plausible range,
  ///   and numbers without provenance.
  public init?(decoding reader: JSONReader) {
    guard let object = reader.object("an accelerator", keys: Self.catalogKeys, note: Self.notes) else { return nil }
    let format = object.string("format", "\"\(Self.format)\"")
    if let format, format != Self.format { object.fault("format", "expected \"\(Self.format)\", found \"\(format)\"") }
    let provenance = ProvenanceTable(decoding: object)
    guard var decoded = Accelerator(figuresOf: object), let provenance else { return nil }
    provenance.recordUncoveredNumbers(in: object)
    decoded.provenance = provenance
    guard format == Self.format else { return nil }
    self = decoded
  }

  /// Reads an accelerator written out in a problem: the keys of a catalog file without `format`, `sources` and
  /// `provenance`.
  /// - Returns: `nil` after recording every fault.
  public init?(inline reader: JSONReader) {
    guard let object = reader.object("an accelerator", keys: Self.figureKeys, note: Self.notes) else { return nil }
    self.init(figuresOf: object)
  }

  /// Keys of an accelerator written out in a problem.
  static let figureKeys = [
    "id", "name", "vendor", "family", "aliases", "memory_bytes", "memory_bandwidth_bytes_per_s", "dense_flops",
    "devices_per_node", "scale_up_domain_devices", "scale_up_bytes_per_s", "scale_out_bytes_per_s",
    "host_bytes_per_s", "power_watts", "weight_precisions", "tensor_parallel_degrees", "kv_layout", "backends",
    "prices",
  ]

  /// Keys of a catalog file.
  static let catalogKeys = ["format"] + figureKeys + ["sources", "provenance"]

  private static let notes = [
    "memory_gb": "write memory_bytes; 80 GiB are 85899345920 bytes",
    "memory_gib": "write memory_bytes; 80 GiB are 85899345920 bytes",
    "memory_bandwidth_gb_per_s": "write memory_bandwidth_bytes_per_s",
    "memory_bandwidth_tb_per_s": "write memory_bandwidth_bytes_per_s",
    "power_w": "write power_watts",
    "tp": "write tensor_parallel_degrees",
  ]

  private init?(figuresOf object: JSONObject) {
    let id = object.optional("id").map { $0.identifier("the id of an accelerator") } ?? object.missingIdentifier()
    let name = object.string("name", "the name of the accelerator")
    let vendor = object.string("vendor", "the vendor's id in lower case")
    if let vendor, vendor != vendor.lowercased() || vendor.contains(where: \.isWhitespace) {
      object.fault("vendor", "expected a vendor id in lower case, found \"\(vendor)\"")
    }
    let family = object.string("family", "the family whose fitted constants apply")
    let aliases = object.optional("aliases").map { $0.array("an array of names")?.allOrNil { $0.string() } } ?? []
    let memory = object.number("memory_bytes", unit: "bytes", in: Plausible.memoryBytes)
    let bandwidth = object.number("memory_bandwidth_bytes_per_s", unit: "bytes/s", in: Plausible.memoryBandwidth)
    let flops = Self.denseFlops(of: object)
    let devicesPerNode = object.integer("devices_per_node", unit: "devices", in: Plausible.domainDevices)
    let domain = object.integer("scale_up_domain_devices", unit: "devices", in: Plausible.domainDevices)
    let scaleUp = object.number("scale_up_bytes_per_s", unit: "bytes/s", in: Plausible.linkBandwidth)
    let scaleOut = object.number("scale_out_bytes_per_s", unit: "bytes/s", in: Plausible.linkBandwidth)
    let host = object.number("host_bytes_per_s", unit: "bytes/s", in: Plausible.linkBandwidth)
    let power = object.number("power_watts", unit: "W", in: Plausible.powerWatts)
    let precisions = object.array("weight_precisions", "an array of precisions", count: 1...Precision.allCases.count)?
      .allOrNil { $0.choice(of: Precision.self) }
    let degrees = object.integers(
      "tensor_parallel_degrees", unit: "devices", in: Plausible.domainDevices, count: 1...32)
    let layout = object.required("kv_layout", "an object with the KV layouts").flatMap { KVLayoutTraits(decoding: $0) }
    let backends = object.strings("backends", "the name of a serving backend", count: 1...16)
    let priceReader = object.optional("prices")
    let prices = priceReader.map { CatalogPrices(decoding: $0) } ?? CatalogPrices()

    guard let id, let name, let vendor, let family, let aliases, let memory, let bandwidth, let flops,
      let devicesPerNode, let domain, let scaleUp, let scaleOut, let host, let power, let precisions, let degrees,
      let layout, let backends, let prices
    else { return nil }
    self.init(
      id: id, name: name, vendor: vendor, family: family, aliases: aliases, memoryBytes: memory,
      memoryBandwidthBytesPerSecond: bandwidth, denseFlops: flops, devicesPerNode: devicesPerNode,
      scaleUpDomainDevices: domain, scaleUpBytesPerSecond: scaleUp, scaleOutBytesPerSecond: scaleOut,
      hostBytesPerSecond: host, powerWatts: power, weightPrecisions: precisions, tensorParallelDegrees: degrees,
      kvLayout: layout, backends: backends, prices: prices)
  }

  /// `dense_flops`: at least one of bf16 and fp16, since every model needs one for attention.
  private static func denseFlops(of object: JSONObject) -> [ComputeFormat: Double]? {
    guard
      let table = object.object(
        "dense_flops", "an object of FLOP/s by number format", keys: ComputeFormat.allCases.map(\.rawValue))
    else { return nil }
    var flops: [ComputeFormat: Double] = [:]
    var isRight = true
    for format in ComputeFormat.allCases {
      guard let value = table.optional(format.rawValue) else { continue }
      if let number = value.number(unit: "FLOP/s", in: Plausible.denseFlops) {
        flops[format] = number
      } else {
        isRight = false
      }
    }
    if isRight, flops[.bf16] == nil, flops[.fp16] == nil {
      table.reader.fault("expected a rate for bf16 or fp16, in which attention is computed")
      return nil
    }
    return isRight ? flops : nil
  }
}

/// Ranges that catch slips of units (GB for bytes, TFLOP/s for FLOP/s) and no accelerator of the coming years.
enum Plausible {
  static let memoryBytes = NumberRange.closed(1e9, 1e14)
  static let memoryBandwidth = NumberRange.closed(1e9, 1e15)
  static let denseFlops = NumberRange.closed(1e11, 1e18)
  static let linkBandwidth = NumberRange.closed(1e7, 1e14)
  static let domainDevices = NumberRange.closed(1, 16_384)
  static let powerWatts = NumberRange.closed(1, 100_000)
  static let usdPerDeviceHour = NumberRange.closed(0, 1000)
}

extension KVLayoutTraits {
  private enum Layout: String, CaseIterable { case nhd = "NHD", hnd = "HND" }

  /// Reads `{"layouts": ["NHD"], "block_sizes_tokens": [16], "precisions": ["bf16"]}`.
  init?(decoding reader: JSONReader) {
    guard let object = reader.object("the KV layouts", keys: ["layouts", "block_sizes_tokens", "precisions"]) else {
      return nil
    }
    let layouts = object.array("layouts", "an array of layouts", count: 1...8)?
      .allOrNil { $0.choice(of: Layout.self) }
    let blocks = object.integers("block_sizes_tokens", unit: "tokens", in: .closed(1, 65_536), count: 1...16)
    let precisions = object.array("precisions", "an array of precisions", count: 1...Precision.allCases.count)?
      .allOrNil { $0.choice(of: Precision.self) }
    guard let layouts, let blocks, let precisions else { return nil }
    self.init(layouts: layouts.map(\.rawValue), blockSizesTokens: blocks, precisions: precisions)
  }
}

extension CatalogPrices {
  /// Reads the `prices` of an accelerator; every tier may be absent.
  init?(decoding reader: JSONReader) {
    let keys = ["on_demand", "reserved", "owned"].map { $0 + "_usd_per_device_hour" }
    guard let object = reader.object("prices", keys: keys) else { return nil }
    let before = reader.faults.faults.count
    let figures = keys.map { object.optionalNumber($0, unit: "USD per device-hour", in: Plausible.usdPerDeviceHour) }
    if reader.faults.faults.count > before { return nil }
    self.init(
      onDemandUSDPerDeviceHour: figures[0], reservedUSDPerDeviceHour: figures[1], ownedUSDPerDeviceHour: figures[2])
  }
}
