import FleetServing

/// The objectives that sizing works with: TTFT for prefill, TPOT for decode.
///
/// An end-to-end objective couples both phases. It is split before candidates are sized, so that any prefill instance
/// that meets the TTFT part and any decode instance that meets the TPOT part meet the whole:
///
///     TTFT' = min(TTFT, share · E2E)                       share = `endToEndTTFTShare` where no TTFT is stated
///     TPOT' = min(TPOT, (E2E − TTFT') / (O_q − 1))          O_q = output length at the end-to-end percentile
///
/// The split is sufficient, not necessary: latencies are added quantile by quantile.
struct EffectiveObjectives: Sendable, Hashable {
  var ttft: LatencyObjective?
  var tpot: LatencyObjective?

  /// Share of an end-to-end objective that the first token may take where no TTFT objective is stated.
  static let endToEndTTFTShare = 0.2

  init(_ requestClass: RequestClass) {
    let stated = requestClass.objective
    ttft = stated.ttft
    tpot = stated.tpot
    guard let endToEnd = stated.endToEnd else { return }
    if let existing = ttft {
      ttft = LatencyObjective(
        seconds: min(existing.seconds, endToEnd.seconds), percentile: max(existing.percentile, endToEnd.percentile))
    } else {
      ttft = LatencyObjective(
        seconds: Self.endToEndTTFTShare * endToEnd.seconds, percentile: endToEnd.percentile)
    }
    let outputTokens = requestClass.lengths.outputQuantile(endToEnd.percentile)
    guard outputTokens > 1, let first = ttft else { return }
    let left = max(0, endToEnd.seconds - first.seconds) / (outputTokens - 1)
    tpot = LatencyObjective(
      seconds: min(tpot?.seconds ?? .infinity, left),
      percentile: max(tpot?.percentile ?? 0, endToEnd.percentile))
  }
}

extension LengthDistribution {
  /// Smallest output length that at least the given share of requests does not exceed [tokens].
  func outputQuantile(_ share: Double) -> Double {
    var covered = 0.0
    let byOutput = points.sorted { $0.outputTokens < $1.outputTokens }
    for point in byOutput {
      covered += point.weight
      if covered >= share - 1e-12 { return point.outputTokens }
    }
    return byOutput[byOutput.count - 1].outputTokens
  }
}
