/// What an instance does with a request.
public enum Phase: String, Sendable, CaseIterable, Hashable, Comparable {
  /// Computes the prompt and the first token, then sends the KV cache on.
  case prefill
  /// Receives a KV cache and generates all further tokens.
  case decode
  /// Does both on one device group, with chunked prefill.
  case aggregated

  public static func < (left: Phase, right: Phase) -> Bool {
    left.order < right.order
  }

  private var order: Int {
    switch self {
    case .prefill: 0
    case .decode: 1
    case .aggregated: 2
    }
  }
}

/// The parallel degrees of one instance.
///
/// An instance holds `tensor · data · pipeline · context` devices. Within one pipeline stage attention is split over `tensor`
/// devices and repeated over `data` ranks (attention data parallelism); the experts of a mixture-of-experts layer are
/// spread over `expert` of the stage's `tensor · data` devices. With context parallelism the instance is `context` such groups,
/// each with all weights, that share the tokens of one prompt.
public struct ParallelStrategy: Sendable, Hashable, CustomStringConvertible {
  public var tensor: Int
  public var pipeline: Int
  public var expert: Int
  public var data: Int
  public var context: Int

  public init(tensor: Int = 1, pipeline: Int = 1, expert: Int = 1, data: Int = 1, context: Int = 1) {
    self.tensor = tensor
    self.pipeline = pipeline
    self.expert = expert
    self.data = data
    self.context = context
  }

  /// Devices of one pipeline stage of one context group.
  public var devicesPerStage: Int { tensor * data }
  /// Devices of one instance.
  public var devices: Int { tensor * data * pipeline * context }

  /// `TP8`, `TP4 PP2`, `TP1 DP8 EP8`, `TP8 CP2`.
  public var description: String {
    var text = "TP\(tensor)"
    if pipeline > 1 { text += " PP\(pipeline)" }
    if data > 1 { text += " DP\(data)" }
    if expert > 1 { text += " EP\(expert)" }
    if context > 1 { text += " CP\(context)" }
    return text
  }

  /// `tp8`, `tp4-pp2`, `tp1-dp8-ep8`: the form used in ids.
  public var slug: String {
    description.lowercased().split(separator: " ").joined(separator: "-")
  }
}

/// One way to run one copy of a model: everything that the latency model needs to know about an instance.
public struct InstanceConfiguration: Sendable, Hashable {
  public var model: LanguageModel
  public var accelerator: Accelerator
  public var strategy: ParallelStrategy
  /// Precision of the weights.
  public var weightPrecision: Precision
  /// Precision in which this instance stores KV.
  public var kvPrecision: Precision
  /// Serving backend, for example `vllm`; selects fitted constants.
  public var backend: String

  public init(
    model: LanguageModel, accelerator: Accelerator, strategy: ParallelStrategy,
    weightPrecision: Precision, kvPrecision: Precision, backend: String
  ) {
    self.model = model
    self.accelerator = accelerator
    self.strategy = strategy
    self.weightPrecision = weightPrecision
    self.kvPrecision = kvPrecision
    self.backend = backend
  }

  /// Devices of one instance.
  public var devices: Int { strategy.devices }
}
