/// Which end of the 90 % error bands a latency model predicts.
public enum LatencyMargin: Sendable, Hashable {
  /// The prediction itself.
  case none
  /// Times as short as the band's low end has them.
  case goodEnd
  /// Times as long as the band's high end has them: what a robust plan is sized for.
  case badEnd

  /// Share of left-out measurements within a band, the rest lying in equal parts below and above it.
  public static let bandShare = 0.9

  /// Factor on times whose error is `error`. Never on the other side of the prediction: a band that lies wholly above
  /// or below it does not turn a bad end into a gain. 1 when the error is not known.
  public func factor(_ error: LatencyError?) -> Double {
    switch self {
    case .none: 1
    case .goodEnd: min(1, error?.lowRatio ?? 1)
    case .badEnd: max(1, error?.highRatio ?? 1)
    }
  }
}

extension LatencyConstants {
  /// The constants with every time at an end of the bands of its configuration.
  public func with(margin: LatencyMargin) -> LatencyConstants {
    var constants = self
    constants.margin = margin
    return constants
  }

  /// The constants that a policy sizes with: a robust one takes every configuration at the bad end of its band.
  public func adjusted(to policy: Policy) -> LatencyConstants {
    policy.robust ? with(margin: .badEnd) : self
  }
}

extension LatencyModel {
  /// The same model with all times as predicted.
  ///
  /// KV transfers overlap with the prompt's time as predicted and not as prolonged: a prompt that takes less time hides
  /// less of its transfer, so that the shorter time is the safe one there.
  public var withoutMargin: LatencyModel {
    LatencyModel(constants: constants.with(margin: .none), softwareMonth: softwareMonth)
  }

  /// Factors of the constants' margin on the steps and on the prompts of a configuration.
  func marginFactors(for configuration: InstanceConfiguration) -> (decode: Double, prefill: Double) {
    let margin = constants.margin
    if margin == .none { return (1, 1) }
    let grade = evidence(for: configuration).grade
    return (
      margin.factor(constants.errors.error(grade, .tpot)), margin.factor(constants.errors.error(grade, .prefill))
    )
  }
}
