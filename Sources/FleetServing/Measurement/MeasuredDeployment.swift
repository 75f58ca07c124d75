/// What a measurement was taken on, in terms of the catalog.
public enum MeasuredDeployment: Sendable, Hashable {
  /// One instance that does both phases, or of which single steps were timed.
  case instance(InstanceConfiguration)
  /// Instances of each phase.
  case disaggregated(prefill: Pool, decode: Pool)

  /// Equal instances of one phase.
  public struct Pool: Sendable, Hashable {
    public var configuration: InstanceConfiguration
    public var instances: Int

    public init(configuration: InstanceConfiguration, instances: Int) {
      self.configuration = configuration
      self.instances = instances
    }
  }

  /// Generates the tokens: its step time is the TPOT.
  public var decodingConfiguration: InstanceConfiguration {
    switch self {
    case .instance(let configuration): configuration
    case .disaggregated(_, let decode): decode.configuration
    }
  }
}

/// A measurement whose names are known.
public struct ResolvedMeasurement: Sendable, Hashable {
  public var measurement: Measurement
  public var deployment: MeasuredDeployment

  public init(measurement: Measurement, deployment: MeasuredDeployment) {
    self.measurement = measurement
    self.deployment = deployment
  }
}

/// Why a measurement cannot be predicted or used, in words.
public struct UnresolvedMeasurement: Error, Sendable, Hashable {
  public var reason: String

  public init(_ reason: String) {
    self.reason = reason
  }
}

extension Measurement {
  /// Finds accelerator, model, precision and parallel strategy in a catalog.
  ///
  /// Collections of benchmarks do not state the precision of the KV cache: see `kvPrecision`.
  /// - Throws: The first reason why that is not possible: an unknown name, devices that do not make up the degrees, or
  ///   speculative decoding, which is not modelled.
  public func resolved(in catalog: Catalog) throws(UnresolvedMeasurement) -> ResolvedMeasurement {
    guard let accelerator = catalog.accelerator(system) else {
      throw unknown("accelerator", system, near: catalog.nearestAccelerator(to: system))
    }
    guard let model = catalog.model(model) else {
      throw unknown("model", self.model, near: catalog.nearestModel(to: self.model))
    }
    guard let spelled = Precision(spelling: weights) else {
      throw UnresolvedMeasurement("unknown precision \"\(weights)\"")
    }
    let precision = accelerator.listed(spelled)
    guard ["none", "assumed_none", ""].contains(speculation.lowercased()) else {
      throw UnresolvedMeasurement("speculative decoding (\(speculation)) is not modelled")
    }
    let backend = knownBackend(among: catalog.latencyConstants.backends.keys.sorted())
    func configuration(_ strategy: ParallelStrategy) -> InstanceConfiguration {
      InstanceConfiguration(
        model: model, accelerator: accelerator, strategy: strategy, weightPrecision: precision,
        kvPrecision: kvPrecision(accelerator, backend, weights: precision), backend: backend)
    }
    guard kind == .disaggregated else {
      let strategy = ParallelStrategy(tensor: tensor, pipeline: pipeline, expert: expert, data: data)
      guard strategy.devices == devices else {
        throw UnresolvedMeasurement("TP\(tensor) × DP\(data) are \(strategy.devices) devices, not \(devices)")
      }
      return ResolvedMeasurement(measurement: self, deployment: .instance(configuration(strategy)))
    }
    guard let prefill, let decode else {
      throw UnresolvedMeasurement("a disaggregated measurement needs prefill and decode workers")
    }
    let sizes = try devicesPerWorker(prefill, decode)
    func pool(_ workers: Workers, _ size: Int) throws(UnresolvedMeasurement) -> MeasuredDeployment.Pool {
      guard let strategy = workers.strategy(devices: size) else {
        throw UnresolvedMeasurement("\(workers.degreesText) does not divide the \(size) devices of a worker")
      }
      return MeasuredDeployment.Pool(configuration: configuration(strategy), instances: workers.count)
    }
    return ResolvedMeasurement(
      measurement: self,
      deployment: .disaggregated(prefill: try pool(prefill, sizes.prefill), decode: try pool(decode, sizes.decode)))
  }

  /// The backend by its fitted name: collections write `dynamo-sglang` or `trt` for what runs on SGLang or TensorRT-LLM.
  private func knownBackend(among known: [String]) -> String {
    let spelled = backend.lowercased()
    if known.contains(spelled) { return spelled }
    let engines = [("sglang", "sglang"), ("trt", "trtllm"), ("tensorrt", "trtllm"), ("vllm", "vllm")]
    return engines.first { spelled.contains($0.0) }?.1 ?? backend
  }

  /// Precision of the KV cache where a collection does not say.
  ///
  /// Benchmarks whose concurrency exceeds what memory holds show it: by Little's law the running sequences are
  /// `c·output·TPOT/(TTFT + output·TPOT)`, and on H200, B200 and with TensorRT-LLM they are as many as an 8-bit cache holds
  /// when the weights have 8 bits or fewer.
  private func kvPrecision(_ accelerator: Accelerator, _ backend: String, weights: Precision) -> Precision {
    let wide: Precision = accelerator.kvLayout.precisions.contains(.bf16) ? .bf16 : .fp16
    let isNarrow = weights != .bf16 && weights != .fp16
    let isLarge = accelerator.memoryBytes > 100e9
    guard isNarrow, backend == "trtllm" || isLarge, accelerator.kvLayout.precisions.contains(.fp8) else { return wide }
    return .fp8
  }

  /// Devices of one instance of each phase. Collections state devices per worker or of all workers: the sum tells which.
  func devicesPerWorker(
    _ prefill: Workers, _ decode: Workers
  ) throws(UnresolvedMeasurement) -> (prefill: Int, decode: Int) {
    guard prefill.count >= 1, decode.count >= 1 else {
      throw UnresolvedMeasurement("a disaggregated measurement needs at least one worker of each phase")
    }
    if prefill.count * prefill.devices + decode.count * decode.devices == devices {
      return (prefill.devices, decode.devices)
    }
    guard prefill.devices + decode.devices == devices, prefill.devices % prefill.count == 0,
      decode.devices % decode.count == 0
    else { throw UnresolvedMeasurement("the devices of the workers do not add up to \(devices)") }
    return (prefill.devices / prefill.count, decode.devices / decode.count)
  }

  private func unknown(_ what: String, _ name: String, near: String?) -> UnresolvedMeasurement {
    UnresolvedMeasurement(
      "the catalog has no \(what) \"\(name)\"" + (near.map { "; did you mean \"\($0)\"?" } ?? ""))
  }
}

extension Measurement.Workers {
  /// Data ranks and stages whose ranks share the devices of an instance; `nil` when they do not divide them.
  func strategy(devices: Int) -> ParallelStrategy? {
    guard data >= 1, pipeline >= 1, devices % (data * pipeline) == 0 else { return nil }
    return ParallelStrategy(tensor: devices / (data * pipeline), pipeline: pipeline, expert: expert, data: data)
  }

  var degreesText: String { pipeline > 1 ? "PP\(pipeline) × DP\(data)" : "DP\(data)" }
}
