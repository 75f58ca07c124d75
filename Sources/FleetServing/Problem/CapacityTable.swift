/// One measured configuration: what it sustains per kind of request. It bypasses the latency model.
public struct CapacityTable: Sendable, Hashable {
  /// One measurement.
  public struct Row: Sendable, Hashable {
    /// Class that the row is about; `nil` = any request that fits the bucket.
    public var classID: String?
    /// Upper corner of the bucket [tokens]; a request fits when neither length exceeds it.
    public var inputTokens: Double?
    public var outputTokens: Double?
    /// Sustained rate of one instance [requests/s].
    public var ratePerSecond: Double
    /// Measured latencies at that rate [s]; `nil` = known to meet any objective.
    public var ttftSeconds: Double?
    public var tpotSeconds: Double?

    public init(
      classID: String? = nil, inputTokens: Double? = nil, outputTokens: Double? = nil, ratePerSecond: Double,
      ttftSeconds: Double? = nil, tpotSeconds: Double? = nil
    ) {
      self.classID = classID
      self.inputTokens = inputTokens
      self.outputTokens = outputTokens
      self.ratePerSecond = ratePerSecond
      self.ttftSeconds = ttftSeconds
      self.tpotSeconds = tpotSeconds
    }
  }

  public var id: String
  public var modelID: String
  public var poolID: String
  public var phase: Phase
  public var strategy: ParallelStrategy
  /// Label of the weight precision; `nil` when not stated.
  public var weightPrecision: Precision?
  /// Largest batch, when known.
  public var maximumBatch: Int?
  /// Where the rates are from when they were not measured, in words: `predicted by AIConfigurator`.
  public var source: String?
  public var rows: [Row]

  public init(
    id: String, modelID: String, poolID: String, phase: Phase, strategy: ParallelStrategy,
    weightPrecision: Precision? = nil, maximumBatch: Int? = nil, source: String? = nil, rows: [Row]
  ) {
    self.id = id
    self.modelID = modelID
    self.poolID = poolID
    self.phase = phase
    self.strategy = strategy
    self.weightPrecision = weightPrecision
    self.maximumBatch = maximumBatch
    self.source = source
    self.rows = rows
  }
}
