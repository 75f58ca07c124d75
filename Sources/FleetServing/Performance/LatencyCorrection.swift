/// A measured or fitted deviation from the physics of the latency model, as natural logarithms of measured over
/// predicted time: 0.1 means that the measurements are about 10 % slower.
public struct LatencyDeviation: Sendable, Hashable {
  /// Of steps that generate tokens, with or without prompt tokens in them.
  public var decode: Double
  /// Of prompts alone on an instance.
  public var prefill: Double
  /// Of the mean TTFT in a closed loop; not used in planning, where waiting is computed from arrivals.
  public var closedLoopTTFT: Double

  public init(decode: Double = 0, prefill: Double = 0, closedLoopTTFT: Double = 0) {
    self.decode = decode
    self.prefill = prefill
    self.closedLoopTTFT = closedLoopTTFT
  }

  public static func += (left: inout LatencyDeviation, right: LatencyDeviation) {
    left.decode += right.decode
    left.prefill += right.prefill
    left.closedLoopTTFT += right.closedLoopTTFT
  }
}

/// What a deviation applies to: every stated property must agree; properties that are not stated agree with anything.
public struct LatencyScope: Sendable, Hashable {
  public var family: String?
  /// Accelerator id.
  public var accelerator: String?
  public var backend: String?
  /// Model id.
  public var model: String?
  public var weightPrecision: Precision?
  public var strategy: ParallelStrategy?

  public init(
    family: String? = nil, accelerator: String? = nil, backend: String? = nil, model: String? = nil,
    weightPrecision: Precision? = nil, strategy: ParallelStrategy? = nil
  ) {
    self.family = family
    self.accelerator = accelerator
    self.backend = backend
    self.model = model
    self.weightPrecision = weightPrecision
    self.strategy = strategy
  }

  /// The scope of one configuration alone, whatever the precision of its cache.
  public init(_ configuration: InstanceConfiguration) {
    self.init(
      accelerator: configuration.accelerator.id, backend: configuration.backend, model: configuration.model.id,
      weightPrecision: configuration.accelerator.listed(configuration.weightPrecision), strategy: configuration.strategy
    )
  }

  public func covers(_ configuration: InstanceConfiguration) -> Bool {
    (family == nil || family == configuration.accelerator.family)
      && (accelerator == nil || accelerator == configuration.accelerator.id)
      && (backend == nil || backend == configuration.backend)
      && (model == nil || model == configuration.model.id)
      && (weightPrecision == nil
        || weightPrecision == configuration.accelerator.listed(configuration.weightPrecision))
      && (strategy == nil || strategy == configuration.strategy)
  }
}

/// A deviation common to everything within a scope.
public struct LatencyEffect: Sendable, Hashable {
  public var scope: LatencyScope
  public var deviation: LatencyDeviation
  /// Measurements that it was estimated from.
  public var rows: Int

  public init(scope: LatencyScope, deviation: LatencyDeviation, rows: Int) {
    self.scope = scope
    self.deviation = deviation
    self.rows = rows
  }
}

/// All corrections of a catalog: deviations of groups, and tables of measured configurations.
public struct LatencyCorrections: Sendable, Hashable {
  public var effects: [LatencyEffect]
  public var profiles: [LatencyProfile]

  public init(effects: [LatencyEffect] = [], profiles: [LatencyProfile] = []) {
    self.effects = effects
    self.profiles = profiles
  }

  public static let none = LatencyCorrections()

  /// What applies to one configuration.
  public func correction(for configuration: InstanceConfiguration) -> LatencyCorrection {
    var sum = LatencyDeviation()
    for effect in effects where effect.scope.covers(configuration) { sum += effect.deviation }
    return LatencyCorrection(
      common: sum, profile: profiles.first { $0.isTrusted && $0.scope.covers(configuration) })
  }
}

/// The corrections of one configuration, to be multiplied into its predicted times.
public struct LatencyCorrection: Sendable, Hashable {
  /// Sum of the deviations of all groups that the configuration belongs to.
  public var common: LatencyDeviation
  /// Measured deviations of this very configuration from the model with `common`.
  public var profile: LatencyProfile?
  /// Factors of the constants' margin on steps that generate tokens, and on prompts without them.
  public var decodeMargin = 1.0
  public var prefillMargin = 1.0

  public init(common: LatencyDeviation = LatencyDeviation(), profile: LatencyProfile? = nil) {
    self.common = common
    self.profile = profile
  }

  public static let none = LatencyCorrection()

  /// Factor on a step in which `batch` sequences receive a token.
  ///
  /// It depends on the batch only, so that a longer context is never faster: measurements at several contexts are
  /// averaged. Left-out rows are predicted as well as with the context (docs/accuracy.md).
  public func decodeFactor(batch: Double) -> Double {
    let measured = profile?.decode.deviation(at: batch) ?? 0
    return exponential(common.decode + measured) * decodeMargin
  }

  /// Factor on prompts that are processed without running sequences. One for all lengths, so that a longer prompt is
  /// never faster.
  public var prefillFactor: Double { exponential(common.prefill + (profile?.prefill.mean ?? 0)) * prefillMargin }

  /// Factor on the mean TTFT of a closed loop.
  public func closedLoopTTFTFactor(concurrency: Double, inputTokens: Double) -> Double {
    let measured = profile?.closedLoopTTFT.deviation(at: concurrency, inputTokens) ?? 0
    return exponential(common.closedLoopTTFT + measured)
  }
}
