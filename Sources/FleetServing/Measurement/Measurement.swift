/// One measured operating point of a model on a group of devices, as a benchmark reports it.
///
/// Names are kept as spelled in the file; `resolved(in:)` finds them in a catalog.
public struct Measurement: Sendable, Hashable {
  /// What was measured.
  public enum Kind: String, Sendable, CaseIterable, Hashable {
    /// Bare times of one step: TTFT is the time of a prompt on an idle instance, TPOT that of a decode step at a batch
    /// of `concurrency`.
    case step
    /// Means of a closed-loop benchmark of one aggregated instance.
    case aggregated = "agg_serving"
    /// Means of a closed-loop benchmark of prefill and decode instances.
    case disaggregated = "disagg_serving"
  }

  /// Where a measurement stands in a file; faults and outliers are reported with it.
  public struct Origin: Sendable, Hashable {
    public var file: String
    /// First line is 1.
    public var line: Int

    public init(file: String, line: Int) {
      self.file = file
      self.line = line
    }
  }

  /// The instances of one phase of a disaggregated deployment.
  public struct Workers: Sendable, Hashable {
    /// Instances.
    public var count: Int
    /// Devices, of one instance or of all of them: `MeasuredDeployment` finds out which.
    public var devices: Int
    /// Attention-data-parallel ranks of one instance.
    public var data: Int
    /// Expert-parallel degree of one instance.
    public var expert: Int
    /// Pipeline stages of one instance.
    public var pipeline: Int

    public init(count: Int, devices: Int, data: Int = 1, expert: Int = 1, pipeline: Int = 1) {
      self.count = count
      self.devices = devices
      self.data = data
      self.expert = expert
      self.pipeline = pipeline
    }
  }

  public var kind: Kind
  /// The accelerator, as spelled.
  public var system: String
  /// The serving backend, for example `vllm`.
  public var backend: String
  /// The language model, as spelled.
  public var model: String
  /// Precision of the weights, as spelled.
  public var weights: String
  /// Speculative decoding: `none`, or what was used.
  public var speculation: String
  /// Stated prompt length [tokens].
  public var inputTokens: Double
  /// Stated length of the answer [tokens].
  public var outputTokens: Double
  /// Lengths are uniform on this share of the stated ones to the stated ones; 1 for fixed lengths.
  public var lengthRatio: Double
  /// Requests in the system at the same time; the batch of a step.
  public var concurrency: Double
  /// Devices of the whole deployment.
  public var devices: Int
  /// Degrees of the instance; those of a disaggregated deployment are in `prefill` and `decode`.
  public var tensor: Int
  public var data: Int
  public var expert: Int
  public var pipeline = 1
  public var prefill: Workers?
  public var decode: Workers?
  /// Mean time to first token [s], where measured.
  public var ttftSeconds: Double?
  /// Mean time per output token after the first [s], where measured.
  public var tpotSeconds: Double?
  /// Requests/s of the whole deployment, where stated; else they follow from the means by Little's law.
  public var ratePerSecond: Double?
  /// The program that predicted the figures; `nil` for what was measured.
  public var predictedBy: String?
  /// Remarks of the collection, such as `ttft_warmup_outlier`.
  public var flags: [String]
  /// Collection that the row comes from, for example `inferencex`; empty when unknown.
  public var dataset: String
  /// How and when it was measured, where that is known.
  public var harness: MeasurementHarness
  /// A published rate, where the row states one instead of latencies.
  public var published: PublishedThroughput?
  public var origin: Origin?

  public init(
    kind: Kind, system: String, backend: String, model: String, weights: String, speculation: String = "none",
    inputTokens: Double, outputTokens: Double, lengthRatio: Double = 1, concurrency: Double, devices: Int,
    tensor: Int, data: Int = 1, expert: Int = 1, prefill: Workers? = nil, decode: Workers? = nil,
    ttftSeconds: Double? = nil, tpotSeconds: Double? = nil, flags: [String] = [], dataset: String = "",
    harness: MeasurementHarness = MeasurementHarness(), published: PublishedThroughput? = nil, origin: Origin? = nil
  ) {
    self.kind = kind
    self.system = system
    self.backend = backend
    self.model = model
    self.weights = weights
    self.speculation = speculation
    self.inputTokens = inputTokens
    self.outputTokens = outputTokens
    self.lengthRatio = lengthRatio
    self.concurrency = concurrency
    self.devices = devices
    self.tensor = tensor
    self.data = data
    self.expert = expert
    self.prefill = prefill
    self.decode = decode
    self.ttftSeconds = ttftSeconds
    self.tpotSeconds = tpotSeconds
    self.flags = flags
    self.dataset = dataset
    self.harness = harness
    self.published = published
    self.origin = origin
  }

  /// Mean prompt length [tokens]: of lengths uniform on `r·n … n`, `(1 + r)/2·n`.
  public var meanInputTokens: Double { inputTokens * (1 + lengthRatio) / 2 }
  /// Mean length of the answer [tokens].
  public var meanOutputTokens: Double { outputTokens * (1 + lengthRatio) / 2 }
}
