/// Time of the collectives of all layers within one stage of `n = tp · dp` devices.
///
/// Without data ranks: two all-reduces per layer, `2·L·(α + 2·(n−1)/n·T·h·a/(link·e_l))`, with `a = 2` bytes per
/// activation. With data ranks attention needs one all-reduce over the `tp` devices of a rank, dense feed-forward
/// layers another one, and mixture-of-experts layers exchange tokens between all devices of the stage.
struct CollectiveTime: Sendable {
  /// Fixed time per step [s].
  private let fixedSeconds: Double
  /// Per token of the stage [s].
  private let secondsPerToken: Double
  /// Per token of the busiest rank [s].
  private let secondsPerRankToken: Double

  init(_ configuration: InstanceConfiguration, fit: LatencyConstants.Fit) {
    let model = configuration.model
    let strategy = configuration.strategy
    let devices = Double(strategy.devicesPerStage)
    let tensor = Double(strategy.tensor)
    let layers = Double(model.layers)
    let latency = fit.hardware.collectiveLatencySeconds
    let link = configuration.accelerator.linkBytesPerSecond(devices: strategy.devicesPerStage)
    let secondsPerActivation = Double(model.hiddenSize) * activationBytes / (link * fit.hardware.linkEfficiency)

    func allReduce(over group: Double) -> Double { 2 * (group - 1) / group * secondsPerActivation }

    guard strategy.data > 1 else {
      let calls = devices > 1 ? 2 * layers : 0
      fixedSeconds = calls * latency
      secondsPerToken = calls * allReduce(over: devices)
      secondsPerRankToken = 0
      return
    }
    let exchanging = Double(min(model.mixtureOfExperts?.layers ?? 0, model.layers))
    let reducing = strategy.tensor > 1 ? 2 * layers - exchanging : 0
    fixedSeconds = (reducing + 2 * exchanging) * latency
    secondsPerRankToken = reducing * allReduce(over: tensor)
    if strategy.expert > 1, let mixture = model.mixtureOfExperts {
      // All-to-all, there and back: a token goes once to every other device that holds one of its experts. With k
      // experts chosen evenly over ep groups that is (ep − 1)·(1 − (1 − 1/ep)^k) groups.
      let groups = Double(strategy.expert)
      let copies = (groups - 1) * (1 - power(1 - 1 / groups, Double(mixture.expertsPerToken)))
      secondsPerToken = exchanging * 2 * copies / devices * secondsPerActivation
    } else {
      // Experts split like matrices: gather all tokens before, scatter sums after; together as much as an all-reduce.
      secondsPerToken = exchanging * allReduce(over: devices)
    }
  }

  /// - Parameters:
  ///   - tokens: Tokens of the step in the stage.
  ///   - rankTokens: Tokens of the data rank that has most.
  func seconds(tokens: Double, rankTokens: Double) -> Double {
    fixedSeconds + secondsPerToken * tokens + secondsPerRankToken * rankTokens
  }
}

/// Bytes of one activation on a link: 16 bit.
let activationBytes = 2.0

extension Accelerator {
  /// Bandwidth per device between `devices` devices [bytes/s]: that of the fast fabric where they fit into one domain,
  /// else that of the network. At least 1, so that times stay finite.
  func linkBytesPerSecond(devices: Int) -> Double {
    let fast = devices <= scaleUpDomainDevices && scaleUpBytesPerSecond > 0
    return max(fast ? scaleUpBytesPerSecond : scaleOutBytesPerSecond, 1)
  }
}
