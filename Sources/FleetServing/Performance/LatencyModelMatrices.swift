/// Time of the products with one group of weights that every token passes: `max(F/R, B/(HBM·e_m))` with
/// `F = 2·P·T/tp` for the `T` tokens of a rank, `B = w·P/tp` and the rate `1/R = 1/(peak·e_c) + 1/(κ·HBM)`.
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
      accelerator.productRate(model.precision(of: group, in: configuration.weightPrecision), fit: fit)
    let bandwidth = accelerator.memoryBandwidthBytesPerSecond * fit.hardware.memoryEfficiency
    isHead = group == .head
    secondsPerToken = 2 * parameters / split / rate
    memorySeconds = model.weightBytes(of: group, in: configuration.weightPrecision) / split / bandwidth
  }

  func time(tokens: Double) -> RooflineTime {
    tokens > 0 ? RooflineTime(computeSeconds: secondsPerToken * tokens, memorySeconds: memorySeconds) : RooflineTime()
  }
}

/// Time of the routed experts of all layers, of which each device of a stage holds an equal part.
///
/// `F = 2·T·k·P_e/n` FLOP, and `B = w·P_e·E·(1 − (1 − k/E)^T)/n` bytes for the expected number of different experts that `T`
/// tokens reach when each chooses `k` of `E` independently and evenly. Products of an expert with `m = T·k/E` tokens run at
///
///     1/R_x = 1/R + 1/(κ_x·(1 + m/m_x)·HBM)
///
/// because few tokens reuse little of what is brought to the arithmetic units; where arithmetic is weak against memory that
/// matters less. Reading and multiplying take turns to the share `expertSerialShare` of the shorter one.
struct ExpertTime: Sendable {
  private let flopsPerToken: Double
  /// 1/R [s/FLOP].
  private let secondsPerFlop: Double
  /// 1/(κ_x·HBM) [s/FLOP].
  private let operandSecondsPerFlop: Double
  /// k/(E·m_x).
  private let reusePerToken: Double
  private let serialShare: Double
  private let allExpertsMemorySeconds: Double
  /// 1 − k/E.
  private let missShare: Double

  init?(_ configuration: InstanceConfiguration, fit: LatencyConstants.Fit) {
    let model = configuration.model
    guard let mixture = model.mixtureOfExperts else { return nil }
    let accelerator = configuration.accelerator
    let devices = Double(configuration.strategy.devicesPerStage)
    let precision = model.precision(of: .routedExperts, in: configuration.weightPrecision)
    let isNativeFourBit = [.nvfp4, .mxfp4].contains(precision) && accelerator.denseFlops[.fp4] != nil
    let bandwidth =
      accelerator.memoryBandwidthBytesPerSecond * fit.hardware.memoryEfficiency * fit.shared.expertMemoryFactor
      * (isNativeFourBit ? fit.shared.nativeFourBitMemoryFactor : 1)
    let share = Double(mixture.expertsPerToken) / Double(max(mixture.experts, 1))
    flopsPerToken = 2 * Double(model.activeParameters(of: .routedExperts)) / devices
    secondsPerFlop = 1 / accelerator.productRate(precision, fit: fit)
    operandSecondsPerFlop = 1 / (fit.shared.expertIntensity * accelerator.memoryBandwidthBytesPerSecond)
    reusePerToken = share / max(fit.shared.expertIntensityTokens, 1)
    serialShare = fit.shared.expertSerialShare
    allExpertsMemorySeconds =
      model.weightBytes(of: .routedExperts, in: configuration.weightPrecision) / devices / bandwidth
    missShare = max(0, 1 - share)
  }

  func time(tokens: Double) -> RooflineTime {
    let multiplying =
      flopsPerToken * tokens * (secondsPerFlop + operandSecondsPerFlop / (1 + reusePerToken * tokens))
    let reading = allExpertsMemorySeconds * (1 - power(missShare, tokens))
    var time = RooflineTime(computeSeconds: multiplying, memorySeconds: reading)
    time += RooflineTime(computeSeconds: 0, memorySeconds: serialShare * min(multiplying, reading))
    return time
  }
}

extension Accelerator {
  /// Datasheet rate for weights in a precision [FLOP/s].
  ///
  /// Weight-only formats (int4 everywhere; nvfp4 and mxfp4 where the accelerator has no FP4 rate) are multiplied in 16
  /// bit. A narrow format is never taken to be slower than 16 bit, because a backend can always widen the weights.
  func peakFlops(_ precision: Precision) -> Double {
    switch precision {
    case .bf16, .fp16, .int4: return wideFlops
    case .fp8: return max(wideFlops, denseFlops[.fp8] ?? 0)
    case .int8: return max(wideFlops, denseFlops[.int8] ?? 0)
    case .nvfp4, .mxfp4: return max(wideFlops, denseFlops[.fp4] ?? 0)
    }
  }

  /// Rate of matrix products [FLOP/s]: `1/R = 1/(peak·e_c) + 1/(κ·HBM)`. The second part is the time in which operands are
  /// brought to the arithmetic units; it weighs more the faster these are, so that narrow formats gain less than their
  /// peak says and devices with weak arithmetic reach more of it.
  func productRate(_ precision: Precision, fit: LatencyConstants.Fit) -> Double {
    1
      / (1 / (peakFlops(precision) * fit.hardware.computeEfficiency)
        + 1 / (fit.shared.operandIntensity * memoryBandwidthBytesPerSecond))
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
