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
  /// The KV cache is taken to be in 16 bit, because collections of benchmarks do not state its precision.
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
    let precision = accelerator.runnable(spelled)
    guard ["none", "assumed_none", ""].contains(speculation.lowercased()) else {
      throw UnresolvedMeasurement("speculative decoding (\(speculation)) is not modelled")
    }
    func configuration(_ strategy: ParallelStrategy) -> InstanceConfiguration {
      InstanceConfiguration(
        model: model, accelerator: accelerator, strategy: strategy, weightPrecision: precision,
        kvPrecision: accelerator.kvLayout.precisions.contains(.bf16) ? .bf16 : .fp16, backend: backend)
    }
    guard kind == .disaggregated else {
      let strategy = ParallelStrategy(tensor: tensor, expert: expert, data: data)
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
      guard workers.data >= 1, size % workers.data == 0 else {
        throw UnresolvedMeasurement("DP\(workers.data) does not divide the \(size) devices of a worker")
      }
      let strategy = ParallelStrategy(tensor: size / workers.data, expert: workers.expert, data: workers.data)
      return MeasuredDeployment.Pool(configuration: configuration(strategy), instances: workers.count)
    }
    return ResolvedMeasurement(
      measurement: self,
      deployment: .disaggregated(prefill: try pool(prefill, sizes.prefill), decode: try pool(decode, sizes.decode)))
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

extension Accelerator {
  /// The other 16-bit format where only that one runs: both take the same memory and the same time.
  fileprivate func runnable(_ precision: Precision) -> Precision {
    let other: Precision? =
      switch precision {
      case .fp16: .bf16
      case .bf16: .fp16
      default: nil
      }
    guard let other, !weightPrecisions.contains(precision), weightPrecisions.contains(other) else { return precision }
    return other
  }
}
