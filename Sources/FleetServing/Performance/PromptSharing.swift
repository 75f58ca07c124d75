/// Prompts of some classes on prefill instances that put as many of them as fit into a step.
///
/// Engines take waiting prompts together up to a token budget. What a step costs beside its tokens is then paid once for
/// all of them, so that an instance sustains more prompts than one at a time, but each of them waits until the whole step
/// ends.
struct PromptSharing: Sendable {
  /// Prompt tokens of a step of one data-parallel rank; a single prompt may exceed it.
  let budget: Double
  /// By class: time of a prompt alone, and the part of an instance that it takes in full steps.
  let members: [Member]
  /// Occupancy and latency of a step with so many tokens [s].
  let curve: PromptStepCurve
  /// Most prompts that fit into one step.
  let mostPrompts: Int

  /// What the law needs of a class.
  struct Member: Sendable {
    var alone: ServiceTimes
    /// Occupancy in full steps; latencies are those of a prompt alone.
    var shared: ServiceTimes
    /// Input lengths of the points.
    var inputTokens: [Double]
    /// Part of TTFT by point that does not occupy the instance [s].
    var handlingSeconds: [Double]
    var meanTokens: Double
    var meanSquaredTokens: Double
  }

  /// `nil` when no two prompts fit into a step, so that they are taken one at a time.
  ///
  /// - Parameters:
  ///   - stepTokens: token budget of a step of one rank.
  ///   - maximumBatch: most prompts in a step of one rank.
  init?(
    _ steps: some StepTimes, _ classes: [LengthDistribution], alone: [ServiceTimes], stepTokens: Int, maximumBatch: Int
  ) {
    guard maximumBatch > 1 else { return nil }
    let most = Double(maximumBatch)
    let wanted = Double(stepTokens)
    // A step holds the caches of its prompts.
    let held = steps.kvBytes(sequenceTokens: wanted)
    let budget = held > steps.kvCapacityBytes ? wanted * max(steps.kvCapacityBytes, 0) / held : wanted
    let inputs = classes.map { lengths in
      lengths.points.reduce(into: [Double]()) { if $0.last != $1.inputTokens { $0.append($1.inputTokens) } }
    }
    let lengths = Set(inputs.joined())
    guard let shortest = lengths.min(), Self.prompts(of: shortest, in: budget, most: most) > 1 else { return nil }
    self.budget = budget
    mostPrompts = Int(Self.prompts(of: shortest, in: budget, most: most))

    /// In full steps of prompts of one length.
    func full(_ input: Double) -> (occupancy: Double, prompts: Double) {
      let prompts = Self.prompts(of: input, in: budget, most: most)
      return (steps.sharedPrefill(tokens: prompts * input, context: input / 2).occupancy / prompts, prompts)
    }
    // What a step costs whatever its size, from the line through one prompt and a full step.
    var fixed = 0.0
    for input in lengths {
      let (occupancy, prompts) = full(input)
      guard prompts > 1 else { continue }
      let one = steps.prefill(inputTokens: input).occupancy
      fixed = max(fixed, one - (prompts * occupancy - one) / (prompts - 1))
    }
    members = zip(inputs, zip(classes, alone)).map { inputs, other in
      let (distribution, service) = other
      let points = zip(inputs, service.points).map { input, point in
        let (occupancy, prompts) = full(input)
        var shared = prompts > 1 ? occupancy : point.occupancySeconds
        if lengths.count > 1 { shared += fixed * Self.waste(of: input, in: budget, prompts: prompts) }
        return ServiceTimes.Point(
          occupancySeconds: shared, latencySeconds: point.latencySeconds, weight: point.weight)
      }
      return Member(
        alone: service, shared: ServiceTimes(points: points), inputTokens: inputs,
        handlingSeconds: inputs.map { steps.promptHandling(inputTokens: $0) },
        meanTokens: distribution.meanInputTokens,
        meanSquaredTokens: distribution.mean { $0.inputTokens * $0.inputTokens })
    }
    curve = PromptStepCurve(budget: budget, longest: alone.reduce(0) { max($0, $1.longestOccupancy) }) { tokens in
      // The classes whose tokens attend to most.
      let context = classes.reduce(0.0) { largest, lengths in
        let fitting = lengths.mean { min($0.inputTokens, budget) }
        let squares = lengths.mean { min($0.inputTokens, budget) * min($0.inputTokens, budget) }
        return fitting > 0 ? max(largest, squares / (2 * fitting)) : largest
      }
      return steps.sharedPrefill(tokens: tokens, context: context)
    }
  }

  /// Prompts of one length that share a full step, at least one and at most `most`.
  private static func prompts(of input: Double, in budget: Double, most: Double) -> Double {
    input > 0 ? min(max(1, (budget / input).rounded(.down)), most) : 1
  }

  /// Share of a step that a prompt leaves empty beside others of other lengths.
  ///
  /// The border of a step falls into a prompt of `I` tokens with probability `I/B` and then leaves `I/2` tokens empty on
  /// average, so that it uses up `I/B·(1 + I/(2B))` of a step; one beyond the budget cuts off the step before it.
  private static func waste(of input: Double, in budget: Double, prompts: Double) -> Double {
    guard input <= budget else { return 1 }
    let share = input / budget
    return max(0, share * (1 + share / 2) - 1 / prompts)
  }
}

/// Time of a step by the prompt tokens of one rank: linear between token counts, so that it is monotone where they are.
struct PromptStepCurve: Sendable {
  /// Occupancy of the longest step: a full one, or a prompt alone that is longer [s].
  let longestOccupancy: Double
  private let tokens: [Double]
  private let occupancies: [Double]
  private let latencies: [Double]

  /// 16 tokens up to the budget, doubled in between.
  init(budget: Double, longest: Double, _ step: (Double) -> (occupancy: Double, latency: Double)) {
    var tokens = [budget]
    while let last = tokens.last, last > 32 { tokens.append(last / 2) }
    tokens.reverse()
    var (occupancies, latencies) = ([Double](), [Double]())
    for count in tokens {
      let time = step(count)
      occupancies.append(max(time.occupancy, occupancies.last ?? 0))
      latencies.append(max(time.latency, latencies.last ?? 0))
    }
    self.tokens = tokens
    self.occupancies = occupancies
    self.latencies = latencies
    longestOccupancy = max(longest, occupancies.last ?? 0)
  }

  func occupancy(_ count: Double) -> Double { value(occupancies, count) }
  func latency(_ count: Double) -> Double { value(latencies, count) }

  /// Growth of the occupancy with tokens that bounds steps from here to a full one [s/token].
  func slope(_ count: Double) -> Double {
    let last = tokens.count - 1
    guard last > 0 else { return 0 }
    let right = tokens.firstIndex { $0 > count } ?? last
    let left = max(right - 1, 0)
    let local = right > left ? (occupancies[right] - occupancies[left]) / (tokens[right] - tokens[left]) : 0
    guard count < 0.98 * tokens[last] else { return local }
    return max(local, (occupancies[last] - occupancy(count)) / (tokens[last] - count))
  }

  private func value(_ values: [Double], _ count: Double) -> Double {
    guard let right = tokens.firstIndex(where: { $0 >= count }) else { return values[values.count - 1] }
    guard right > 0 else { return values[0] }
    let share = (count - tokens[right - 1]) / (tokens[right] - tokens[right - 1])
    return values[right - 1] + share * (values[right] - values[right - 1])
  }
}

extension ServiceTimes {
  /// Largest occupancy of any point [s].
  var longestOccupancy: Double { points.reduce(0) { max($0, $1.occupancySeconds) } }
}
