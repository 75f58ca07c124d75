/// The network between a prefill pool and a decode pool. Pairs without an entry use the devices' own network figures.
public struct PoolLink: Sendable, Hashable {
  public var prefillPoolID: String
  public var decodePoolID: String
  /// Bytes per second that all KV transfers from the one pool to the other may use together; `nil` = not a limit.
  public var totalBytesPerSecond: Double?
  /// Bandwidth of one device on this link [bytes/s]; `nil` = the lesser scale-out figure of the two accelerators.
  public var deviceBytesPerSecond: Double?
  /// Fixed time of one transfer [s]; `nil` = the fitted default.
  public var latencySeconds: Double?
  /// Label such as `rdma` or `tcp`.
  public var transport: String?
  /// Whether data passes through host memory on both sides (no direct device memory access).
  public var hostStaged: Bool

  public init(
    prefillPoolID: String, decodePoolID: String, totalBytesPerSecond: Double? = nil,
    deviceBytesPerSecond: Double? = nil, latencySeconds: Double? = nil, transport: String? = nil,
    hostStaged: Bool = false
  ) {
    self.prefillPoolID = prefillPoolID
    self.decodePoolID = decodePoolID
    self.totalBytesPerSecond = totalBytesPerSecond
    self.deviceBytesPerSecond = deviceBytesPerSecond
    self.latencySeconds = latencySeconds
    self.transport = transport
    self.hostStaged = hostStaged
  }
}

/// Which pairs of pools may exchange KV caches.
public enum KVExchangeRule: Sendable, Hashable {
  /// Every pair that a conversion exists for.
  case all
  /// Only pools of the same accelerator type.
  case sameAccelerator
  /// Only these (prefill pool, decode pool) pairs.
  case only([PoolPair])
  /// All but these.
  case except([PoolPair])
}

/// A prefill pool and a decode pool.
public struct PoolPair: Sendable, Hashable {
  public var prefillPoolID: String
  public var decodePoolID: String

  public init(prefillPoolID: String, decodePoolID: String) {
    self.prefillPoolID = prefillPoolID
    self.decodePoolID = decodePoolID
  }
}
