/// Where the requests of a simulation come from.
public enum ArrivalSpecification: Sendable, Hashable {
  /// Independent Poisson streams, one for each class, at the constant rates of one period.
  case poisson
  /// Renewal streams with Gamma-distributed times between arrivals; a coefficient of variation of 1 is Poisson.
  case gamma(coefficientOfVariation: Double)
  /// Poisson streams whose rate jumps between the states of a Markov chain, each class with a chain of its own.
  case bursts(MarkovModulation)
  /// Poisson streams that follow the periods of the problem, in order and again from the first after the last.
  case periods
  /// Recorded requests in CSV, as in the Azure LLM inference traces: the columns `TIMESTAMP` (a date and time, or
  /// seconds), `ContextTokens` and `GeneratedTokens`.
  case azureTrace(TraceSource)
  /// Recorded requests in JSON lines, as in the Mooncake traces: `timestamp` (milliseconds), `input_length`,
  /// `output_length` and `hash_ids`, the ids of the prompt's blocks of 512 tokens.
  case mooncakeTrace(TraceSource)
}

/// A trace file and what becomes of its requests. Times count from its first request and are divided by the load factor.
public struct TraceSource: Sendable, Hashable {
  public var path: String
  /// Class of all requests; `nil` = drawn at random by the rates of the classes.
  public var classID: String?
  /// Blocks of prompts that stay cached, the least recently used forgotten first; 0 = nothing is cached. One cache is taken
  /// to serve all prefill instances, and a prompt to be cached from its arrival.
  public var prefixCacheBlocks: Int

  public init(path: String, classID: String? = nil, prefixCacheBlocks: Int = 1 << 20) {
    self.path = path
    self.classID = classID
    self.prefixCacheBlocks = prefixCacheBlocks
  }
}

/// Rates that jump between states: a Markov-modulated Poisson process that goes through its states in turn.
public struct MarkovModulation: Sendable, Hashable {
  /// One state of the chain.
  public struct State: Sendable, Hashable {
    /// Rate in this state, relative to the other states; not negative.
    public var rateFactor: Double
    /// Mean of the exponential time spent in the state at each visit [s], positive.
    public var meanSojournSeconds: Double

    public init(rateFactor: Double, meanSojournSeconds: Double) {
      self.rateFactor = rateFactor
      self.meanSojournSeconds = meanSojournSeconds
    }
  }

  /// Two or more. Factors are scaled so that their mean over time is 1: bursts change when requests come, not how many.
  public var states: [State]

  public init(states: [State]) {
    self.states = states
  }

  /// Mean factor over time, by which the factors are divided: states are visited equally often, so each counts by its
  /// sojourn.
  var meanFactor: Double {
    states.reduce(0) { $0 + $1.rateFactor * $1.meanSojournSeconds }
      / states.reduce(0) { $0 + $1.meanSojournSeconds }
  }

  func appendFaults(to messages: inout [String]) {
    if states.count < 2 { messages.append("bursts need at least two states, found \(states.count)") }
    for (index, state) in states.enumerated() {
      if !(state.rateFactor >= 0 && state.rateFactor <= 1e6) {
        messages.append(
          "state \(index + 1) of the bursts: expected a rate factor of 0 to 1e6, found \(state.rateFactor)")
      }
      if !(state.meanSojournSeconds >= 1e-3 && state.meanSojournSeconds <= 1e9) {
        messages.append(
          "state \(index + 1) of the bursts: expected a mean sojourn of 1e-3 to 1e9 s, found \(state.meanSojournSeconds)"
        )
      }
    }
    if !states.isEmpty, !states.contains(where: { $0.rateFactor > 0 }) {
      messages.append("bursts need a state with a positive rate factor")
    }
  }
}
