/// What is known of measurements beside their file.
///
/// A CSV of measurements states everything in its rows; the context fills fields that are empty or columns that are missing.
/// The report of a single benchmark states little of the deployment, and that little from the client's view (`openai` as
/// backend, a path as model); there the context decides, and the report fills what the context leaves open.
public struct MeasurementContext: Sendable, Hashable {
  public var kind: Measurement.Kind?
  /// Accelerator, as spelled.
  public var system: String?
  /// Serving backend.
  public var backend: String?
  /// Language model, as spelled.
  public var model: String?
  /// Precision of the weights, as spelled.
  public var weights: String?
  /// Tensor-parallel degree.
  public var tensor: Int?
  /// Attention-data-parallel ranks.
  public var data: Int?
  /// Expert-parallel degree.
  public var expert: Int?
  /// Devices of the whole deployment.
  public var devices: Int?
  /// Mean prompt length [tokens].
  public var inputTokens: Double?
  /// Mean length of the answer [tokens].
  public var outputTokens: Double?
  /// Requests in the system at the same time.
  public var concurrency: Double?

  public init(
    kind: Measurement.Kind? = nil, system: String? = nil, backend: String? = nil, model: String? = nil,
    weights: String? = nil, tensor: Int? = nil, data: Int? = nil, expert: Int? = nil, devices: Int? = nil,
    inputTokens: Double? = nil, outputTokens: Double? = nil, concurrency: Double? = nil
  ) {
    self.kind = kind
    self.system = system
    self.backend = backend
    self.model = model
    self.weights = weights
    self.tensor = tensor
    self.data = data
    self.expert = expert
    self.devices = devices
    self.inputTokens = inputTokens
    self.outputTokens = outputTokens
    self.concurrency = concurrency
  }
}
