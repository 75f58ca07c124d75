import FleetServing

/// How long the steps of an instance take.
enum StepLaw: Sendable {
  case model(InstanceLatency)
  /// Given coefficients, for comparison with queueing theory.
  case linear(LinearLaw)

  /// Step of `batch` running sequences with a mean context, without prompt tokens [s].
  func decode(batch: Double, context: Double) -> Double {
    switch self {
    case .model(let instance): instance.decodeStep(batch: batch, contextTokens: context).totalSeconds
    case .linear(let law): law.decode(batch: batch, context: context)
    }
  }

  /// Step with prompt tokens [s]; each of them attends to `promptContext` tokens on average.
  func mixed(batch: Double, context: Double, prompt: Double, promptContext: Double) -> Double {
    switch self {
    case .model(let instance):
      instance.mixedStep(
        batch: batch, contextTokens: context, prefillTokens: prompt, prefillContextTokens: promptContext
      ).totalSeconds
    case .linear(let law):
      law.decode(batch: batch, context: context) + law.prompt(tokens: prompt, context: promptContext)
    }
  }

  /// One prompt on a prefill instance, by tokens.
  func prompt(tokens: Double) -> PromptTime {
    switch self {
    case .model(let instance):
      let step = instance.prefill(inputTokens: tokens)
      return PromptTime(
        latency: step.totalSeconds, attention: step.attentionSeconds,
        occupancy: instance.prefillOccupancySeconds(inputTokens: tokens))
    case .linear(let law):
      let latency = law.base + law.prompt(tokens: tokens, context: tokens / 2)
      return PromptTime(
        latency: latency, attention: law.perPromptPair * tokens * tokens / 2, occupancy: latency * law.occupancyShare)
    }
  }

  /// Part of TTFT per prompt token that occupies no device [s].
  var handlingSecondsPerToken: Double {
    switch self {
    case .model(let instance): instance.fit.shared.promptTokenSeconds
    case .linear: 0
    }
  }
}

/// Time of a prompt on a prefill instance [s].
struct PromptTime: Sendable, Hashable {
  /// Start → first token.
  var latency: Double
  /// The part of it that grows with the pairs of tokens.
  var attention: Double
  /// How long it keeps others out: less than `latency` with pipeline stages or data ranks.
  var occupancy: Double
}

/// Step times that are linear in everything [s].
struct LinearLaw: Sendable, Hashable {
  var base = 0.0
  var perSequence = 0.0
  var perContextToken = 0.0
  var perPromptToken = 0.0
  /// Per prompt token and token that it attends to.
  var perPromptPair = 0.0
  /// Occupancy of a prompt ÷ its latency.
  var occupancyShare = 1.0

  func decode(batch: Double, context: Double) -> Double {
    base + batch * (perSequence + perContextToken * context)
  }

  func prompt(tokens: Double, context: Double) -> Double { tokens * (perPromptToken + perPromptPair * context) }
}
