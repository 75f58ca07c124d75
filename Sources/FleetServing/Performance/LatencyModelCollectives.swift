/// Time of the collectives of all layers within one stage of `n = tp · dp` devices.
///
/// Without data ranks: two all-reduces per layer, `2·L·(α + 2·(n−1)/n·T·h·a/(link·e_l))`, with `a = 2` bytes per
/// activation. With data ranks attention needs one all-reduce over the `tp` devices of a rank, dense feed-forward
/// layers another one, and mixture-of-experts layers exchange tokens between all devices of the stage (`ExpertExchange`).
struct CollectiveTime: Sendable {
  /// Fixed time per step [s].
  private let fixedSeconds: Double
  /// Per token of the stage [s].
  private let secondsPerToken: Double
  /// Per token of the busiest rank [s].
  private let secondsPerRankToken: Double
  /// Per token of the stage, of the part that a second batch's computation can hide [s].
  private let exchangeSecondsPerToken: Double
  private let exchangeOverlap: Double

  init(_ configuration: InstanceConfiguration, fit: LatencyConstants.Fit) {
    let model = configuration.model
    let strategy = configuration.strategy
    let accelerator = configuration.accelerator
    let devices = Double(strategy.devicesPerStage)
    let tensor = Double(strategy.tensor)
    let layers = Double(model.layers)
    let latency = fit.hardware.collectiveLatencySeconds
    exchangeOverlap = fit.engine.exchangeOverlap

    func allReduce(over group: Int) -> Double {
      let link = accelerator.ringBytesPerSecond(devices: group) * fit.hardware.linkEfficiency
      return 2 * Double(group - 1) / Double(group) * Double(model.hiddenSize) * activationBytes / link
    }

    guard strategy.data > 1 else {
      let calls = devices > 1 ? 2 * layers : 0
      fixedSeconds = calls * latency
      secondsPerToken = calls * allReduce(over: strategy.devicesPerStage)
      secondsPerRankToken = 0
      exchangeSecondsPerToken = 0
      return
    }
    let exchanging = Double(min(model.mixtureOfExperts?.layers ?? 0, model.layers))
    let reducing = strategy.tensor > 1 ? 2 * layers - exchanging : 0
    fixedSeconds = (reducing + 2 * exchanging) * latency
    secondsPerRankToken = tensor > 1 ? reducing * allReduce(over: strategy.tensor) : 0
    if strategy.expert > 1, let mixture = model.mixtureOfExperts {
      secondsPerToken = 0
      exchangeSecondsPerToken =
        exchanging * ExpertExchange.secondsPerToken(of: mixture, in: configuration, fit: fit) / devices
    } else {
      // Experts split like matrices: gather all tokens before, scatter sums after; together as much as an all-reduce.
      secondsPerToken = exchanging * allReduce(over: strategy.devicesPerStage)
      exchangeSecondsPerToken = 0
    }
  }

  /// - Parameters:
  ///   - tokens: Tokens of the step in the stage.
  ///   - rankTokens: Tokens of the data rank that has most.
  ///   - computing: Time of the step's products and attention [s], behind which an engine may hide an exchange of tokens.
  func seconds(tokens: Double, rankTokens: Double, computing: Double) -> Double {
    let exchange = exchangeSecondsPerToken * tokens
    return fixedSeconds + secondsPerToken * tokens + secondsPerRankToken * rankTokens + exchange
      - exchangeOverlap * min(exchange, computing)
  }
}

/// The exchange of tokens between the devices that hold the experts of a layer, there (dispatch) and back (combine).
///
/// A token leaves its device once for each other node on which it has an expert, and is forwarded inside that node. With
/// experts chosen evenly over `N` nodes from `g` groups those are `(N − 1)·(1 − (1 − 1/N)^g)` nodes; `g` is the number of expert
/// groups that a router may choose from where the model limits it, else the experts of a token. Inside the nodes the copies for
/// `ep` groups of devices, `(ep − 1)·(1 − (1 − 1/ep)^k)`, pass the fast fabric. Both run at the same time, so that the slower
/// one counts.
enum ExpertExchange {
  /// Of one token in one layer, on the links of one device [s].
  static func secondsPerToken(
    of mixture: MixtureOfExperts, in configuration: InstanceConfiguration, fit: LatencyConstants.Fit
  ) -> Double {
    let accelerator = configuration.accelerator
    let groups = Double(configuration.strategy.expert)
    let perToken = Double(mixture.expertsPerToken)
    let isNarrow = configuration.weightPrecision.bitsPerElement < 16
    let bytes =
      Double(configuration.model.hiddenSize)
      * ((isNarrow ? fit.engine.dispatchBytes : activationBytes) + fit.engine.combineBytes)
    let copies = (groups - 1) * (1 - power(1 - 1 / groups, perToken))
    let domain = max(accelerator.scaleUpDomainDevices, 1)
    let devices = configuration.strategy.devicesPerStage
    let nodes = accelerator.scaleUpBytesPerSecond > 0 ? Double((devices + domain - 1) / domain) : Double(devices)
    guard nodes > 1 else {
      return copies * bytes / (accelerator.linkBytesPerSecond(devices: devices) * fit.hardware.linkEfficiency)
    }
    let spread = min(perToken, Double(mixture.expertGroupsPerToken ?? mixture.expertsPerToken))
    let remote = (nodes - 1) * (1 - power(1 - 1 / nodes, spread))
    let network = remote * bytes / (max(accelerator.scaleOutBytesPerSecond, 1) * fit.engine.exchangeEfficiency)
    guard accelerator.scaleUpBytesPerSecond > 0 else { return network }
    let fabric = max(copies - remote, 0) * bytes / (accelerator.scaleUpBytesPerSecond * fit.hardware.linkEfficiency)
    return max(network, fabric)
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

extension Accelerator {
  /// Bandwidth per device of a collective over `devices` devices [bytes/s]. Where they fill whole nodes, rings pass the
  /// links of all devices of a node side by side, so that the network counts once per device and not once per node.
  func ringBytesPerSecond(devices: Int) -> Double {
    let domain = max(scaleUpDomainDevices, 1)
    guard devices > domain, devices % domain == 0, scaleUpBytesPerSecond > 0 else {
      return linkBytesPerSecond(devices: devices)
    }
    return max(min(scaleUpBytesPerSecond, Double(domain) * scaleOutBytesPerSecond), 1)
  }
}
