#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How a load of prompts uses an instance, in quantities that all grow with it.
struct PromptLoad: Sendable {
  /// Share of time that an instance would be busy with prompts one at a time; may exceed 1.
  var alone = 0.0
  /// The same in full steps: below 1 the instance keeps up.
  var shared = 0.0
  /// Mean residual of the occupancies in full steps [s].
  var residual = 0.0
  /// Prompt tokens/s of an instance.
  var tokensPerSecond = 0.0
  /// Σ λ·E[I²] of an instance [tokens²/s].
  var squaredTokensPerSecond = 0.0
}

/// Time to first token on instances whose prompts share steps, at one load.
///
/// A prompt that finds an instance idle is taken at once. The others wait until a step under way ends and then share
/// one with all that have come meanwhile:
///
/// - P(W > 0) = C(k, k·u) with `u = max(ρ, x/(x + e⁻ˣ))`: the share of time that one server is busy when steps take the same
///   time whatever is in them (x = λS) or when sharing gains nothing (ρ).
/// - The step under way has the occupancy T of the fixed point `T = t(θT)`, θ tokens/s, with the variance
///   `t′²·ΣλE[I²]·T/((1 − (t′θ)²)·√k)` of the prompts that came in the step before it. An arrival sees longer steps more
///   often: mean `T + Var/T`. It is Gamma distributed, up to the time of a full step, and its rest uniform.
/// - Prompts that no longer fit wait for further steps: `WaitingTime` of full steps. The wait is the longer of both.
/// - The prompt's own step holds it and the tokens that come in the step before, `t(I + θT)`.
///
/// In unlimited steps whose time is linear in the prompts the mean agrees with the bounds of Inoue, "Queueing analysis of
/// GPU-based inference servers with dynamic batching" (2021). The factor `margin` on the rest of the step under way covers what
/// simulation has above that.
struct SharedPromptWait: Sendable {
  private let sharing: PromptSharing
  private let wait: WaitingTime
  private let delayProbability: Double
  /// Kinds of steps under way that a prompt may find.
  private let states: [State]

  private struct State {
    var weight: Double
    /// Longest rest of the step under way [s].
    var gate: Double
    /// Tokens of others in the prompt's own step.
    var tokens: Double
  }

  /// Factor on the rest of the step under way, calibrated against event simulation.
  static let margin = 1.15
  /// Factor on the wait of prompts that are taken one at a time by formula but may share the step that ends it.
  static let aloneMargin = 1.25

  /// Shares of a Gamma distribution, finer towards its tail, each represented by its median: Φ⁻¹ of that.
  private static let strata: [(weight: Double, z: Double)] = {
    var reached = 0.0
    return [0.25, 0.25, 0.2, 0.15, 0.08, 0.04, 0.02, 0.01].map { weight in
      reached += weight
      return (weight, Quantile.normal(reached - weight / 2))
    }
  }()

  init(_ sharing: PromptSharing, _ load: PromptLoad, servers: Int) {
    self.sharing = sharing
    wait = WaitingTime(servers: servers, utilization: load.shared, meanResidual: load.residual)
    let busy = load.alone / (load.alone + exp(-load.alone))
    delayProbability = WaitingTime.erlangC(servers: servers, utilization: min(max(load.shared, busy), 1))
    let curve = sharing.curve
    let longest = curve.longestOccupancy
    let least = sharing.members.reduce(0) { max($0, $1.alone.mean) }
    var step = least
    for _ in 0..<200 {
      let next = min(max(least, curve.occupancy(load.tokensPerSecond * step)), longest)
      let isSettled = abs(next - step) <= 1e-6 * next
      step = next
      if isSettled { break }
    }
    let slope = curve.slope(load.tokensPerSecond * step)
    let gain = min(slope * load.tokensPerSecond, 0.97)
    let variance =
      slope * slope * load.squaredTokensPerSecond * step / ((1 - gain * gain) * Double(servers).squareRoot())
    let seen = step > 0 ? step + variance / step : 0
    states = Self.strata.map { weight, z in
      let time = min(max(Quantile.gamma(z: z, mean: seen, variance: variance), curve.occupancy(0)), longest)
      return State(weight: weight, gate: Self.margin * time, tokens: load.tokensPerSecond * time)
    }
  }

  var isStable: Bool { wait.conditionalMean.isFinite }

  /// Time of a step with a prompt of point `point` and so many tokens of others [s].
  private func own(_ member: PromptSharing.Member, _ point: Int, beside tokens: Double) -> Double {
    let input = member.inputTokens[point]
    let alone = member.alone.points[point].latencySeconds
    guard input < sharing.budget else { return alone }
    return max(
      alone, sharing.curve.latency(min(input + tokens, sharing.budget)) + member.handlingSeconds[point])
  }

  /// P(max(rest of a step, wait) > seconds) of a prompt that finds no idle instance.
  private func exceeding(_ seconds: Double, gate: Double) -> Double {
    guard seconds >= 0 else { return 1 }
    let passed = gate > 0 ? min(seconds / gate, 1) : 1
    return 1 - passed * (1 - wait.exceeding(seconds))
  }

  /// P(TTFT > seconds) of a class.
  func exceeding(_ seconds: Double, of index: Int) -> Double {
    let member = sharing.members[index]
    var probability = 0.0
    for (point, service) in member.alone.points.enumerated() {
      var share = (1 - delayProbability) * wait.exceeding(seconds - service.latencySeconds)
      for state in states {
        let rest = seconds - own(member, point, beside: state.tokens)
        share += delayProbability * state.weight * exceeding(rest, gate: state.gate)
      }
      probability += service.weight * share
    }
    return probability
  }

  /// P(wait > seconds).
  private func exceeding(_ seconds: Double) -> Double {
    states.reduce((1 - delayProbability) * wait.exceeding(seconds)) {
      $0 + delayProbability * $1.weight * exceeding(seconds, gate: $1.gate)
    }
  }

  /// Smallest t with P(TTFT > t) ≤ 1 − percentile [s]; infinite for an overloaded pool.
  func quantile(_ percentile: Double, of index: Int) -> Double {
    Self.smallest(from: sharing.members[index].alone.latencyQuantile(percentile), isStable, 1 - percentile) {
      exceeding($0, of: index)
    }
  }

  /// The same of the wait before the prompt's own step.
  func waitingQuantile(_ percentile: Double) -> Double {
    Self.smallest(from: 0, isStable, 1 - percentile) { exceeding($0) }
  }

  /// Mean time of the prompt's own step [s].
  func meanStep(of index: Int) -> Double {
    let member = sharing.members[index]
    return member.alone.points.enumerated().reduce(0) { sum, entry in
      let shared = states.reduce(0) { $0 + $1.weight * own(member, entry.offset, beside: $1.tokens) }
      return sum + entry.element.weight
        * ((1 - delayProbability) * entry.element.latencySeconds + delayProbability * shared)
    }
  }

  private static func smallest(
    from least: Double, _ isStable: Bool, _ allowed: Double, _ exceeding: (Double) -> Double
  ) -> Double {
    guard isStable else { return .infinity }
    var low = least
    if exceeding(low) <= allowed { return low }
    var high = max(2 * low, 1e-3)
    while exceeding(high) > allowed, high < 1e12 {
      low = high
      high *= 2
    }
    for _ in 0..<60 where high - low > 1e-9 * high {
      let middle = (low + high) / 2
      if exceeding(middle) > allowed { low = middle } else { high = middle }
    }
    return high
  }
}

extension PromptSharing {
  /// The load of given rates of the classes [requests/s] on `instances`.
  func load(_ rates: [Double], instances: Int) -> PromptLoad {
    var load = PromptLoad()
    var squares = 0.0
    for (member, rate) in zip(members, rates.map { $0 / Double(instances) }) {
      load.alone += rate * member.alone.mean
      load.shared += rate * member.shared.mean
      squares += rate * member.shared.secondMoment
      load.tokensPerSecond += rate * member.meanTokens
      load.squaredTokensPerSecond += rate * member.meanSquaredTokens
    }
    load.residual = load.shared > 0 ? squares / (2 * load.shared) : 0
    return load
  }

  /// The heaviest load of any mix that takes this share of time in full steps, with a given mean residual [s].
  func heaviestLoad(shared: Double, residual: Double) -> PromptLoad {
    var load = PromptLoad(shared: shared, residual: residual)
    for member in members where member.shared.mean > 0 {
      let rate = shared / member.shared.mean
      load.alone = max(load.alone, rate * member.alone.mean)
      load.tokensPerSecond = max(load.tokensPerSecond, rate * member.meanTokens)
      load.squaredTokensPerSecond = max(load.squaredTokensPerSecond, rate * member.meanSquaredTokens)
    }
    return load
  }
}
