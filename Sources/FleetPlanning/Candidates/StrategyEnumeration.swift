import FleetServing

/// Parallel strategies worth considering for a model on an accelerator, before any physics.
enum StrategyEnumeration {
  /// Pipeline degrees where the policy names none: groups tried one after the other, until the weights fit.
  static let automaticPipelineDegrees = [[1, 2], [4], [8]]

  /// Largest instance considered where the policy names none [devices].
  static let defaultMaximumDevices = 64
  /// The same for models that are served with wide expert parallelism [devices].
  static let widestInstance = 320

  /// All combinations of allowed degrees that fit the node structure, by devices, then by degrees.
  ///
  /// Attention data parallelism and expert parallelism are considered for mixture-of-experts models only; for dense
  /// models a data-parallel rank is simply another instance. Expert degrees default to 1 and every device of a stage.
  ///
  /// - Parameter stock: Devices that there are; wide degrees beyond it are left out. `nil` without a limit.
  static func strategies(
    for model: LanguageModel, on accelerator: Accelerator, policy: Policy, pipelineDegrees: [Int], stock: Int? = nil
  ) -> [ParallelStrategy] {
    let isMixture = model.isMixtureOfExperts
    let isWide = model.isServedWithWideExperts && policy.dataDegrees == nil
    let limit = policy.maximumDevicesPerInstance ?? (isWide ? widestInstance : defaultMaximumDevices)
    let data = policy.dataDegrees ?? Policy.usualDataDegrees + (isWide ? Policy.wideDataDegrees : [])
    var result: [ParallelStrategy] = []
    for tensor in tensorDegrees(accelerator, policy) {
      for data in isMixture ? data : [1] {
        // Wide instances are made of single devices and exist only where there are so many.
        let isWideDegree = policy.dataDegrees == nil && !Policy.usualDataDegrees.contains(data)
        if isWideDegree, tensor > 1 || data > stock ?? .max { continue }
        let stage = tensor * data
        let experts = isMixture ? policy.expertDegrees ?? (stage > 1 ? [1, stage] : [1]) : [1]
        for expert in experts where stage % expert == 0 {
          // Attention ranks without expert parallelism would repeat every expert on every rank.
          if data > 1, expert == 1 { continue }
          for pipeline in pipelineDegrees {
            let strategy = ParallelStrategy(tensor: tensor, pipeline: pipeline, expert: expert, data: data)
            if isWideDegree, pipeline > 1 { continue }
            if strategy.devices <= limit { result.append(strategy) }
          }
        }
      }
    }
    return result.sorted {
      ($0.devices, $0.pipeline, $0.data, $0.tensor, $0.expert)
        < ($1.devices, $1.pipeline, $1.data, $1.tensor, $1.expert)
    }
  }

  private static func tensorDegrees(_ accelerator: Accelerator, _ policy: Policy) -> [Int] {
    guard let allowed = policy.tensorDegrees else { return accelerator.tensorParallelDegrees }
    let known = accelerator.tensorParallelDegrees + [accelerator.tensorDegreeOverTwoNodes].compactMap(\.self)
    return known.filter(allowed.contains)
  }

  /// Why instances of this size cannot be packed into nodes without loss, or `nil`.
  ///
  /// Sizes that divide the node pack by halving; sizes above it must be whole nodes.
  static func packingFault(devices: Int, node: Int) -> String? {
    if devices <= node {
      return node % devices == 0 ? nil : "\(devices) devices do not divide a node of \(node)"
    }
    return devices % node == 0 ? nil : "\(devices) devices are not a whole number of nodes of \(node)"
  }
}

extension LanguageModel {
  /// Whether published deployments spread the experts of such a model over many nodes: latent attention, whose cache tensor
  /// parallelism cannot split, and at least 128 experts (DeepSeek-V3 and R1, Kimi K2, GLM-5).
  var isServedWithWideExperts: Bool { attention.isLatent && (mixtureOfExperts?.experts ?? 0) >= 128 }
}
