/// Time of the products with one group of weights that every token passes: `max(F/(peak·e_c·q), B/(HBM·e_m))` with
/// `F = 2·P·T/tp` for the `T` tokens of a rank and `B = w·P/tp`.
///
/// Tensor parallelism splits the group; every data rank holds a copy.
struct MatrixTime: Sendable {
  let isHead: Bool
  private let secondsPerToken: Double
  private let memorySeconds: Double

  static func all(of configuration: InstanceConfiguration, fit: LatencyConstants.Fit) -> [MatrixTime] {
    [.attention, .feedForward, .router, .head].compactMap { MatrixTime($0, configuration, fit: fit) }
  }

  private init?(_ group: MatrixGroup, _ configuration: InstanceConfiguration, fit: LatencyConstants.Fit) {
    let model = configuration.model
    let parameters = Double(model.activeParameters(of: group))
    guard parameters > 0 else { return nil }
    let accelerator = configuration.accelerator
    let split = Double(configuration.strategy.tensor)
    let rate =
      accelerator.effectiveFlops(model.precision(of: group, in: configuration.weightPrecision), shared: fit.shared)
      * fit.hardware.computeEfficiency
    let bandwidth = accelerator.memoryBandwidthBytesPerSecond * fit.hardware.memoryEfficiency
    isHead = group == .head
    secondsPerToken = 2 * parameters / split / rate
    memorySeconds = model.weightBytes(of: group, in: configuration.weightPrecision) / split / bandwidth
  }

  func time(tokens: Double) -> RooflineTime {
    tokens > 0 ? RooflineTime(computeSeconds: secondsPerToken * tokens, memorySeconds: memorySeconds) : RooflineTime()
  }
}

/// Time of the routed experts of all layers: `F = 2·T·k·P_e/n`, and `B = w·P_e·E·(1 − (1 − k/E)^T)/n`, the expected
/// number of different experts that `T` tokens reach when each chooses `k` of `E` independently and evenly.
struct ExpertTime: Sendable {
  private let secondsPerToken: Double
  private let allExpertsMemorySeconds: Double
  /// 1 − k/E.
  private let missShare: Double

  init?(_ configuration: InstanceConfiguration, fit: LatencyConstants.Fit) {
    let model = configuration.model
    guard let mixture = model.mixtureOfExperts else { return nil }
    let accelerator = configuration.accelerator
    let devices = Double(configuration.strategy.devicesPerStage)
    let precision = model.precision(of: .routedExperts, in: configuration.weightPrecision)
    let rate =
      accelerator.effectiveFlops(precision, shared: fit.shared)
      * fit.hardware.computeEfficiency * fit.shared.expertComputeFactor
    let isNativeFourBit = [.nvfp4, .mxfp4].contains(precision) && accelerator.denseFlops[.fp4] != nil
    let bandwidth =
      accelerator.memoryBandwidthBytesPerSecond * fit.hardware.memoryEfficiency * fit.shared.expertMemoryFactor
      * (isNativeFourBit ? fit.shared.nativeFourBitMemoryFactor : 1)
    secondsPerToken = 2 * Double(model.activeParameters(of: .routedExperts)) / devices / rate
    allExpertsMemorySeconds =
      model.weightBytes(of: .routedExperts, in: configuration.weightPrecision) / devices / bandwidth
    missShare = max(0, 1 - Double(mixture.expertsPerToken) / Double(max(mixture.experts, 1)))
  }

  func time(tokens: Double) -> RooflineTime {
    RooflineTime(
      computeSeconds: secondsPerToken * tokens,
      memorySeconds: allExpertsMemorySeconds * (1 - power(missShare, tokens)))
  }
}

extension Accelerator {
  /// Arithmetic rate for weights in a precision, efficiency `q` included [FLOP/s].
  ///
  /// Weight-only formats (int4 everywhere; nvfp4 and mxfp4 where the accelerator has no FP4 rate) are multiplied in 16
  /// bit. A narrow format is never taken to be slower than 16 bit, because a backend can always widen the weights.
  func effectiveFlops(_ precision: Precision, shared: LatencyConstants.Shared) -> Double {
    let wide = wideFlops
    switch precision {
    case .bf16, .fp16, .int4: return wide
    case .fp8: return max(wide, (denseFlops[.fp8] ?? 0) * shared.eightBitEfficiency)
    case .int8: return max(wide, (denseFlops[.int8] ?? 0) * shared.eightBitEfficiency)
    case .nvfp4, .mxfp4: return max(wide, (denseFlops[.fp4] ?? 0) * shared.fourBitEfficiency)
    }
  }

  /// Arithmetic rate in 16 bit, or in FP32 where that is all there is [FLOP/s]; at least 1, so that times stay finite.
  var wideFlops: Double {
    max(denseFlops[.bf16] ?? denseFlops[.fp16] ?? denseFlops[.fp32] ?? 1, 1)
  }
}

extension LanguageModel {
  /// Precision of a group of weights when the model is served in `precision`: that one, or bf16 for groups that stay
  /// in 16 bit.
  func precision(of group: MatrixGroup, in precision: Precision) -> Precision {
    bytesPerWeight(of: group, in: precision) == precision.bytesPerWeight ? precision : .bf16
  }
}
