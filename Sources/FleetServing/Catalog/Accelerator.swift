/// One type of accelerator: what a single device offers and how devices are grouped.
///
/// All rates are datasheet figures (dense, one way, per device); efficiencies belong to the latency model.
public struct Accelerator: Sendable, Hashable {
  /// Catalog id, lower case, for example `h100-sxm`.
  public var id: String
  /// Name for people, for example `NVIDIA H100 SXM5 80 GB`.
  public var name: String
  /// Vendor id, lower case, for example `nvidia`.
  public var vendor: String
  /// Family that selects fitted latency constants, for example `hopper`.
  public var family: String
  /// Other names under which measurement files and users know it.
  public var aliases: [String]
  /// Device memory [bytes].
  public var memoryBytes: Double
  /// Memory bandwidth [bytes/s].
  public var memoryBandwidthBytesPerSecond: Double
  /// Dense arithmetic rate per number format [FLOP/s, or OP/s for integers].
  public var denseFlops: [ComputeFormat: Double]
  /// Devices in one node, the unit of whole-node purchase.
  public var devicesPerNode: Int
  /// Devices that reach each other over the fast fabric (72 in a GB200 NVL72).
  public var scaleUpDomainDevices: Int
  /// Fast-fabric bandwidth, one way, per device [bytes/s].
  public var scaleUpBytesPerSecond: Double
  /// Network bandwidth between nodes, one way, per device [bytes/s].
  public var scaleOutBytesPerSecond: Double
  /// Bandwidth to the host, one way, per device [bytes/s].
  public var hostBytesPerSecond: Double
  /// Board power [W].
  public var powerWatts: Double
  /// Weight precisions that public serving stacks run on it.
  public var weightPrecisions: [Precision]
  /// Tensor-parallel degrees it supports.
  public var tensorParallelDegrees: [Int]
  /// How its usual backend lays out the KV cache.
  public var kvLayout: KVLayoutTraits
  /// Usual serving backends, the default first, for example `["vllm", "sglang"]`.
  public var backends: [String]
  /// Catalog prices; a problem overrides them.
  public var prices: CatalogPrices
  /// Where each number comes from.
  public var provenance: ProvenanceTable

  public init(
    id: String, name: String, vendor: String, family: String, aliases: [String] = [],
    memoryBytes: Double, memoryBandwidthBytesPerSecond: Double, denseFlops: [ComputeFormat: Double],
    devicesPerNode: Int, scaleUpDomainDevices: Int, scaleUpBytesPerSecond: Double,
    scaleOutBytesPerSecond: Double, hostBytesPerSecond: Double, powerWatts: Double,
    weightPrecisions: [Precision], tensorParallelDegrees: [Int], kvLayout: KVLayoutTraits,
    backends: [String], prices: CatalogPrices = CatalogPrices(), provenance: ProvenanceTable = ProvenanceTable()
  ) {
    self.id = id
    self.name = name
    self.vendor = vendor
    self.family = family
    self.aliases = aliases
    self.memoryBytes = memoryBytes
    self.memoryBandwidthBytesPerSecond = memoryBandwidthBytesPerSecond
    self.denseFlops = denseFlops
    self.devicesPerNode = devicesPerNode
    self.scaleUpDomainDevices = scaleUpDomainDevices
    self.scaleUpBytesPerSecond = scaleUpBytesPerSecond
    self.scaleOutBytesPerSecond = scaleOutBytesPerSecond
    self.hostBytesPerSecond = hostBytesPerSecond
    self.powerWatts = powerWatts
    self.weightPrecisions = weightPrecisions
    self.tensorParallelDegrees = tensorParallelDegrees
    self.kvLayout = kvLayout
    self.backends = backends
    self.prices = prices
    self.provenance = provenance
  }
}

/// Number formats in which an accelerator multiplies matrices.
public enum ComputeFormat: String, Sendable, CaseIterable, Hashable {
  case fp32, bf16, fp16, fp8, int8, fp4
}

/// KV-cache traits of an accelerator under its usual backend; they decide which pairs of instances can exchange KV
/// and what conversion that takes.
public struct KVLayoutTraits: Sendable, Hashable {
  /// Memory layouts, the native one first: `NHD` (token, head, dim) or `HND` (head, token, dim).
  public var layouts: [String]
  /// Tokens in one KV block, the native size first.
  public var blockSizesTokens: [Int]
  /// Precisions in which KV can be stored.
  public var precisions: [Precision]

  public init(layouts: [String], blockSizesTokens: [Int], precisions: [Precision]) {
    self.layouts = layouts
    self.blockSizesTokens = blockSizesTokens
    self.precisions = precisions
  }
}

/// Prices known to the catalog [USD per device-hour]; `nil` where no figure is known.
public struct CatalogPrices: Sendable, Hashable {
  public var onDemandUSDPerDeviceHour: Double?
  public var reservedUSDPerDeviceHour: Double?
  public var ownedUSDPerDeviceHour: Double?

  public init(
    onDemandUSDPerDeviceHour: Double? = nil, reservedUSDPerDeviceHour: Double? = nil,
    ownedUSDPerDeviceHour: Double? = nil
  ) {
    self.onDemandUSDPerDeviceHour = onDemandUSDPerDeviceHour
    self.reservedUSDPerDeviceHour = reservedUSDPerDeviceHour
    self.ownedUSDPerDeviceHour = ownedUSDPerDeviceHour
  }
}
