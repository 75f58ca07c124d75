import ArgumentParser
import FleetPlan

/// How arrivals are spelled on the command line.
enum ArrivalSpelling {
  static let help = """
    Where requests come from: poisson; gamma:CV (coefficient of variation of the time between arrivals); bursts or \
    bursts:FACTOR,BURST_S,QUIET_S; periods (the day of the problem); azure:FILE or mooncake:FILE (traces).
    """

  /// Four times the rate for half a minute, on average every five minutes.
  static let usualBursts = (factor: 4.0, burstSeconds: 30.0, quietSeconds: 270.0)

  static func parse(_ text: String, option: String = "--arrivals") throws -> ArrivalSpecification {
    let colon = text.firstIndex(of: ":")
    let kind = colon.map { String(text[..<$0]) } ?? text
    let rest = colon.map { String(text[text.index(after: $0)...]) }
    switch (kind, rest) {
    case ("poisson", nil): return .poisson
    case ("periods", nil): return .periods
    case ("gamma", let rest):
      guard let variation = rest.flatMap({ Double($0) }) else {
        throw failure(option, text, "gamma needs a number, as in gamma:2")
      }
      return .gamma(coefficientOfVariation: variation)
    case ("bursts", let rest): return .bursts(try bursts(rest, text, option))
    case ("azure", let path?) where !path.isEmpty: return .azureTrace(TraceSource(path: path))
    case ("mooncake", let path?) where !path.isEmpty: return .mooncakeTrace(TraceSource(path: path))
    default:
      throw failure(option, text, "expected poisson, gamma:CV, bursts, periods, azure:FILE or mooncake:FILE")
    }
  }

  private static func bursts(_ rest: String?, _ text: String, _ option: String) throws -> MarkovModulation {
    var (factor, burst, quiet) = usualBursts
    if let rest {
      let numbers = rest.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
      guard numbers.count == 3, let first = numbers[0], let second = numbers[1], let third = numbers[2] else {
        throw failure(
          option, text, "bursts need three numbers, as in bursts:4,30,270: rate factor, seconds of a burst and between")
      }
      (factor, burst, quiet) = (first, second, third)
    }
    return MarkovModulation(states: [
      .init(rateFactor: 1, meanSojournSeconds: quiet), .init(rateFactor: factor, meanSojournSeconds: burst),
    ])
  }

  private static func failure(_ option: String, _ text: String, _ reason: String) -> ValidationError {
    ValidationError("\(option) \(text): \(reason)")
  }
}

extension ArrivalSpecification {
  /// As a sentence has it: `Poisson arrivals`.
  var words: String {
    switch self {
    case .poisson: "Poisson arrivals"
    case .gamma(let variation): "Gamma arrivals (coefficient of variation \(Quantity.significant(variation)))"
    case .bursts: "arrivals in bursts"
    case .periods: "Poisson arrivals through the periods"
    case .azureTrace(let trace), .mooncakeTrace(let trace): "the trace \(trace.path)"
    }
  }

  /// As JSON has it.
  var name: String {
    switch self {
    case .poisson: "poisson"
    case .gamma: "gamma"
    case .bursts: "bursts"
    case .periods: "periods"
    case .azureTrace: "azure_trace"
    case .mooncakeTrace: "mooncake_trace"
    }
  }

  var isTrace: Bool {
    switch self {
    case .azureTrace, .mooncakeTrace: true
    case .poisson, .gamma, .bursts, .periods: false
    }
  }
}
