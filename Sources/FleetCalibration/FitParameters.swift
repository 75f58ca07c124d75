import FleetServing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A constant of the latency model that is fitted, on a logarithmic scale because all are positive.
struct FittedConstant<Group>: Sendable {
  let name: String
  let value: any WritableKeyPath<Group, Double> & Sendable
  /// Prior of the mean over families or backends, and the standard deviation of its logarithm.
  let prior: Double
  let spread: Double
  /// Standard deviation of the logarithm of one family's or backend's deviation from the mean.
  let deviation: Double
  /// Largest value.
  var most = Double.infinity
}

/// What is fitted and what is known before.
///
/// The prior means are round figures of what serving engines reach: nine tenths of the datasheet arithmetic rate where operands
/// cost nothing, the whole of its bandwidth in effect (efficiencies absorb what the formulas leave out) half of a link, a few tens of microseconds of launches per layer. Their spreads say how far a family is expected to be from them; the data decides where
/// there is data.
enum FittedConstants {
  static let hardware: [FittedConstant<LatencyConstants.Hardware>] = [
    .init(name: "compute_efficiency", value: \.computeEfficiency, prior: 0.9, spread: 0.1, deviation: 0.05),
    .init(name: "memory_efficiency", value: \.memoryEfficiency, prior: 1.0, spread: 0.2, deviation: 0.05),
    // Chosen with the published rates of docs/validation.md in view: the rows alone give about 0.65.
    .init(name: "kv_read_efficiency", value: \.kvReadEfficiency, prior: 0.85, spread: 0.05, deviation: 0.05),
    .init(name: "attention_efficiency", value: \.attentionEfficiency, prior: 0.5, spread: 0.2, deviation: 0.05),
    .init(name: "link_efficiency", value: \.linkEfficiency, prior: 0.5, spread: 0.2, deviation: 0.05),
    .init(name: "collective_latency_s", value: \.collectiveLatencySeconds, prior: 7e-6, spread: 0.3, deviation: 0.1),
    .init(name: "overhead_factor", value: \.overheadFactor, prior: 1, spread: 0.01, deviation: 0.1),
    .init(name: "expert_overhead_factor", value: \.expertOverheadFactor, prior: 1, spread: 0.01, deviation: 0.25),
  ]

  static let backend: [FittedConstant<LatencyConstants.Backend>] = [
    .init(name: "decode_layer_s", value: \.decodeLayerSeconds, prior: 80e-6, spread: 0.3, deviation: 0.5),
    .init(name: "prefill_layer_s", value: \.prefillLayerSeconds, prior: 60e-6, spread: 0.3, deviation: 0.7),
    .init(name: "sequence_s", value: \.sequenceSeconds, prior: 20e-6, spread: 0.3, deviation: 0.5),
    .init(name: "closed_loop_wait_steps", value: \.closedLoopWaitSteps, prior: 5, spread: 0.5, deviation: 1),
    .init(name: "burst_share", value: \.burstShare, prior: 0.1, spread: 0.3, deviation: 0.7, most: 1),
    .init(name: "wave_share", value: \.waveShare, prior: 0.3, spread: 0.3, deviation: 0.7, most: 1),
    .init(name: "request_s", value: \.requestSeconds, prior: 0.03, spread: 0.5, deviation: 1),
    .init(name: "remote_wait_steps", value: \.remoteWaitSteps, prior: 20, spread: 0.3, deviation: 0.5),
    .init(name: "remote_request_s", value: \.remoteRequestSeconds, prior: 0.1, spread: 0.5, deviation: 0.5),
  ]

  static let shared: [FittedConstant<LatencyConstants.Shared>] = [
    .init(name: "operand_flops_per_byte", value: \.operandIntensity, prior: 600, spread: 0.3, deviation: 0),
    .init(name: "expert_flops_per_byte", value: \.expertIntensity, prior: 120, spread: 0.4, deviation: 0),
    .init(name: "expert_intensity_tokens", value: \.expertIntensityTokens, prior: 600, spread: 0.3, deviation: 0),
    .init(name: "expert_memory_factor", value: \.expertMemoryFactor, prior: 0.75, spread: 0.15, deviation: 0),
    .init(
      name: "native_four_bit_memory_factor", value: \.nativeFourBitMemoryFactor, prior: 1.2, spread: 0.3, deviation: 0),
    .init(name: "activation_bytes", value: \.activationTraffic, prior: 20, spread: 0.5, deviation: 0),
    .init(name: "expert_layer_overhead", value: \.expertLayerOverhead, prior: 0.2, spread: 0.3, deviation: 0),
    .init(name: "latent_layer_overhead", value: \.latentLayerOverhead, prior: 0.5, spread: 0.3, deviation: 0),
    .init(name: "linear_layer_overhead", value: \.linearLayerOverhead, prior: 0.5, spread: 0.5, deviation: 0),
    .init(name: "prompt_overhead_tokens", value: \.promptOverheadTokens, prior: 800, spread: 0.5, deviation: 0),
    .init(name: "prompt_token_s", value: \.promptTokenSeconds, prior: 4e-6, spread: 0.3, deviation: 0),
    .init(name: "monthly_speedup", value: \.monthlySpeedup, prior: 0.03, spread: 0.5, deviation: 0),
    .init(name: "first_wave_share", value: \.firstWaveShare, prior: 0.5, spread: 0.5, deviation: 0, most: 1),
  ]
}

/// What is known of a family before its own rows are looked at.
struct FamilyExpectations: Sendable {
  /// Families of another vendor than most rows are of: their software is another one.
  let otherVendors: Set<String>
  let priors: LatencyPriors?

  static let none = FamilyExpectations(otherVendors: [], priors: nil)

  /// Factor on the spread of a family's deviation where the vendor is another one.
  static let otherVendorScale = 6.0

  /// Mean and standard deviation of the logarithm of a family's deviation: what kernel measurements say, else none.
  func deviation(
    of constant: FittedConstant<LatencyConstants.Hardware>, family: String
  ) -> (mean: Double, spread: Double) {
    if let kernel = LatencyPriors.Constant(rawValue: constant.name),
      let prior = priors?.prior(of: kernel, family: family)
    {
      return (log(prior.ratio), prior.deviation)
    }
    return (0, constant.deviation * (otherVendors.contains(family) ? Self.otherVendorScale : 1))
  }
}

/// The vector that the fit moves: logarithms of means over groups and of the deviations of each group.
struct FitParameters: Sendable {
  /// Sorted ids of what is estimated.
  let families: [String]
  let backends: [String]
  /// Means and spreads of the priors, in the order of the vector.
  private(set) var prior: [Double] = []
  private(set) var spread: [Double] = []
  /// Whether means over groups and shared factors are estimated, or kept as they are in `base`.
  let movesMeans: Bool
  private let base: LatencyConstants

  private static var hardwareCount: Int { FittedConstants.hardware.count }
  private static var backendCount: Int { FittedConstants.backend.count }

  /// Factor on the spread of a family that nothing was known of: it may be of another vendor.
  private static let unmeasuredScale = 3.0
  /// Rows from which a family is well known, and the factor on its spread: a few more must not move it far.
  private static let wellMeasuredRows = 100
  private static let wellMeasuredScale = 0.5
  /// Factor on the spread of a backend without serving benchmarks.
  private static let unservedScale = 4.0

  /// Everything from the priors.
  ///
  /// - Parameter servedBackends: Backends with serving benchmarks. Others, of which single steps were timed for papers, have
  ///   a wide prior, so that they say little about engines in general.
  init(
    families: [String], backends: [String], servedBackends: Set<String>, expectations: FamilyExpectations = .none,
    base: LatencyConstants
  ) {
    self.families = families.sorted()
    self.backends = backends.sorted()
    self.base = base
    movesMeans = true
    func add(_ mean: Double, _ deviation: Double) {
      prior.append(mean)
      spread.append(deviation)
    }
    for constant in FittedConstants.hardware { add(log(constant.prior), constant.spread) }
    for family in self.families {
      for constant in FittedConstants.hardware {
        let expected = expectations.deviation(of: constant, family: family)
        add(expected.mean, expected.spread)
      }
    }
    for constant in FittedConstants.backend { add(log(constant.prior), constant.spread) }
    for backend in self.backends {
      let scale = servedBackends.contains(backend) ? 1 : Self.unservedScale
      for constant in FittedConstants.backend { add(0, scale * constant.deviation) }
    }
    for constant in FittedConstants.shared { add(log(constant.prior), constant.spread) }
  }

  /// Only these families and backends, from what `base` says of them; means and shared factors stay.
  init(updating base: LatencyConstants, families: [String], backends: [String]) {
    self.families = families.sorted()
    self.backends = backends.sorted()
    self.base = base
    movesMeans = false
    let measured = base.coverage.reduce(into: [String: Int]()) { $0[$1.family, default: 0] += $1.rows }
    for family in self.families {
      let rows = measured[family] ?? 0
      let scale = rows == 0 ? Self.unmeasuredScale : rows < Self.wellMeasuredRows ? 1 : Self.wellMeasuredScale
      for constant in FittedConstants.hardware {
        prior.append(0)
        spread.append(scale * constant.deviation)
      }
    }
    for _ in self.backends {
      for constant in FittedConstants.backend {
        prior.append(0)
        spread.append(constant.deviation)
      }
    }
  }

  var count: Int { prior.count }

  // MARK: Columns

  /// The vector elements that constant `index` of a family depends on.
  func hardwareColumns(_ index: Int, family: String) -> [Int] {
    let means = movesMeans ? [index] : []
    guard let position = families.firstIndex(of: family) else { return means }
    return means + [(position + (movesMeans ? 1 : 0)) * Self.hardwareCount + index]
  }

  func backendColumns(_ index: Int, backend: String) -> [Int] {
    let start = (families.count + (movesMeans ? 1 : 0)) * Self.hardwareCount
    let means = movesMeans ? [start + index] : []
    guard let position = backends.firstIndex(of: backend) else { return means }
    return means + [start + (position + (movesMeans ? 1 : 0)) * Self.backendCount + index]
  }

  func sharedColumns(_ index: Int) -> [Int] {
    movesMeans ? [count - FittedConstants.shared.count + index] : []
  }

  /// The vector of another fit, where it has the same elements; the priors elsewhere.
  func start(from other: FitParameters, _ vector: [Double]) -> [Double] {
    var start = prior
    func copy(_ own: [Int], _ others: [Int]) {
      guard own.count == others.count else { return }
      for (column, value) in zip(own, others) { start[column] = vector[value] }
    }
    for index in FittedConstants.hardware.indices {
      copy(hardwareColumns(index, family: ""), other.hardwareColumns(index, family: ""))
      for family in families {
        copy(hardwareColumns(index, family: family), other.hardwareColumns(index, family: family))
      }
    }
    for index in FittedConstants.backend.indices {
      copy(backendColumns(index, backend: ""), other.backendColumns(index, backend: ""))
      for backend in backends {
        copy(backendColumns(index, backend: backend), other.backendColumns(index, backend: backend))
      }
    }
    for index in FittedConstants.shared.indices { copy(sharedColumns(index), other.sharedColumns(index)) }
    return start
  }

  // MARK: Values

  /// The constants that a vector stands for.
  func constants(_ vector: [Double]) -> LatencyConstants {
    var result = base
    for family in families {
      var hardware = base.families[family] ?? base.otherFamily
      for (index, constant) in FittedConstants.hardware.enumerated() {
        let sum = hardwareColumns(index, family: family).reduce(0) { $0 + vector[$1] }
        hardware[keyPath: constant.value] = (movesMeans ? 1 : hardware[keyPath: constant.value]) * exp(sum)
      }
      result.families[family] = hardware
    }
    for backend in backends {
      var overheads = base.backends[backend] ?? base.otherBackend
      for (index, constant) in FittedConstants.backend.enumerated() {
        let sum = backendColumns(index, backend: backend).reduce(0) { $0 + vector[$1] }
        overheads[keyPath: constant.value] = min(
          (movesMeans ? 1 : overheads[keyPath: constant.value]) * exp(sum), constant.most)
      }
      result.backends[backend] = overheads
    }
    guard movesMeans else { return result }
    for (index, constant) in FittedConstants.hardware.enumerated() {
      result.otherFamily[keyPath: constant.value] = exp(vector[hardwareColumns(index, family: "")[0]])
    }
    for (index, constant) in FittedConstants.backend.enumerated() {
      result.otherBackend[keyPath: constant.value] = exp(vector[backendColumns(index, backend: "")[0]])
    }
    for (index, constant) in FittedConstants.shared.enumerated() {
      result.shared[keyPath: constant.value] = min(exp(vector[sharedColumns(index)[0]]), constant.most)
    }
    return result
  }
}
